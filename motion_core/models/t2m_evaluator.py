"""The evaluator of HumanML3D's tables (Guo et al. 2022): motions and sentences in one space of 512 dimensions.

A motion goes through two strided convolutions (4 frames become a step), a sentence through word vectors and a vector of
its parts of speech; each then through a bidirectional GRU with a learned start, whose two last states are the summary.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

FAMILY = "t2m-evaluator"  # of its checkpoints
FRAMES_PER_STEP = 4
CONTACTS = 4  # the last features, which the evaluator does not read
SLOPE = 0.2  # of LeakyReLU below zero
# What a word of a caption is: spaCy's parts of speech, then the kinds that HumanML3D finds by word lists of its own.
TAGS = (
    "VERB", "NOUN", "DET", "ADP", "NUM", "AUX", "PRON", "ADJ", "ADV",
    "Loc_VIP", "Body_VIP", "Obj_VIP", "Act_VIP", "Desc_VIP", "OTHER",
)  # fmt: skip


@dataclass(frozen=True)
class T2MEvaluatorConfig:
    """Sizes of the published HumanML3D evaluator; KIT-ML's has 251 features. vocabulary: words in the table's order.

    max_frames: motions are padded to it, as the published numbers were made; the padding is not quite without effect.
    """

    features: int = 263
    movement_width: int = 512
    motion_width: int = 1024
    text_width: int = 512
    word_width: int = 300
    embedding: int = 512
    max_frames: int = 196
    vocabulary: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "vocabulary", tuple(self.vocabulary))
        for name in (f.name for f in fields(self) if f.name != "vocabulary"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be at least 1")
        if self.features <= CONTACTS:
            raise ValueError(f"features is {self.features}: it must be above the {CONTACTS} of the contacts")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> T2MEvaluatorConfig:
        """Raises ValueError naming an unknown key."""
        if unknown := sorted(set(entry) - {f.name for f in fields(cls)}):
            raise ValueError(f"unknown key {unknown[0]!r} in a T2M evaluator's config")
        return cls(**entry)


class Summary(nn.Module):
    """Sequences (B,T,C) of their own lengths -> (B,D): linear, bidirectional GRU, and a small network on its ends."""

    def __init__(self, inputs: int, width: int, outputs: int) -> None:
        super().__init__()
        self.input = nn.Linear(inputs, width)
        self.gru = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.start = nn.Parameter(torch.randn(2, 1, width))
        self.output = nn.Sequential(
            nn.Linear(2 * width, width), nn.LayerNorm(width), nn.LeakyReLU(SLOPE), nn.Linear(width, outputs)
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """lengths (B,) long, from 1 to T"""
        # packed: the backward direction starts at each sequence's own end
        packed = pack_padded_sequence(self.input(x), lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, last = self.gru(packed, self.start.repeat(1, len(x), 1))  # (2,B,W)
        return self.output(torch.cat([last[0], last[1]], dim=-1))


class T2MEvaluator(nn.Module):
    """Embeds motions and captions; similarity is Euclidean distance."""

    word_vectors: Tensor

    def __init__(self, config: T2MEvaluatorConfig) -> None:
        super().__init__()
        self.config = c = config
        self.movement = nn.ModuleDict(
            {
                "first": nn.Conv1d(c.features - CONTACTS, c.movement_width, 4, stride=2, padding=1),
                "second": nn.Conv1d(c.movement_width, c.movement_width, 4, stride=2, padding=1),
                "output": nn.Linear(c.movement_width, c.movement_width),
            }
        )
        self.motion = Summary(c.movement_width, c.motion_width, c.embedding)
        self.tags = nn.Linear(len(TAGS), c.word_width)
        self.text = Summary(c.word_width, c.text_width, c.embedding)
        self.register_buffer("word_vectors", torch.zeros(len(c.vocabulary), c.word_width))

    def encode_motion(self, x0: Tensor, lengths: Tensor) -> Tensor:
        """x0 (B,T,F) normalised by the evaluator's own statistics, lengths (B,) frames -> (B,D).

        Frames beyond a motion's length count as zeros, up to max_frames. Raises ValueError for a motion shorter than
        one step or longer than max_frames.
        """
        most = self.config.max_frames
        if int(lengths.min()) < FRAMES_PER_STEP or int(lengths.max()) > min(most, x0.shape[1]):
            raise ValueError(
                f"motions have {int(lengths.min())} to {int(lengths.max())} frames, the batch {x0.shape[1]}: "
                f"this evaluator takes {FRAMES_PER_STEP} to {most}; leave out or cut the others"
            )
        valid = torch.arange(x0.shape[1], device=x0.device) < lengths[:, None].to(x0.device)  # (B,T)
        x = x0[..., :-CONTACTS].where(valid[..., None], x0.new_zeros(()))
        x = F.pad(x[:, :most], (0, 0, 0, max(0, most - x.shape[1]))).transpose(1, 2)  # (B,F-4,most)
        for part in ("first", "second"):
            x = F.leaky_relu(self.movement[part](x), SLOPE)  # half as many steps
        return self.motion(self.movement["output"](x.transpose(1, 2)), lengths // FRAMES_PER_STEP)

    def encode_text(self, words: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """words (B,L) rows of the vocabulary, tags (B,L) places in TAGS, lengths (B,) words -> (B,D)."""
        tagged = self.tags(F.one_hot(tags, len(TAGS)).to(self.tags.weight.dtype))
        return self.text(self.word_vectors[words] + tagged, lengths)
