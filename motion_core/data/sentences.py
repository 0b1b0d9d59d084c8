"""The corpus of a text head: groups of sentences that say the same, with their token states, computed once.

A folder: `sentences.json`; `tokens.f16` (sum L, D) float16, the frozen encoder's states, sentence after sentence;
`groups.npz`, which sentences stand together, which tell one of them otherwise, and which only look like it;
`corpus.json`, written last, says what it is made of. A corpus without it is a broken run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from motion_core.data.pool import Encoder
from motion_core.data.rewording import exchanged, retold
from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write

SENTENCES, TOKENS, GROUPS, ABOUT = "sentences.json", "tokens.f16", "groups.npz", "corpus.json"
VERSION = 1
AT_ONCE = 2048
MOST_EXCHANGED = 2  # sentences that only look like one, kept for it
LONGEST = 64  # token states that are kept of a sentence


@dataclass(frozen=True, eq=False)
class SentenceBatch:
    """Token states (N,L,D) float32 and which are real (N,L) of B anchors, B others of their groups and C look-alikes.

    owner: (C,) long, the anchor that a look-alike was made from. same: (B,B) bool, pairs that are no negatives.
    """

    tokens: torch.Tensor
    mask: torch.Tensor
    owner: torch.Tensor
    same: torch.Tensor

    @property
    def size(self) -> int:
        return len(self.same)

    def to(self, device: torch.device | str) -> SentenceBatch:
        return SentenceBatch(*(part.to(device) for part in (self.tokens, self.mask, self.owner, self.same)))


def build_corpus(
    groups: Iterable[tuple[Sequence[str], str]],
    encoder: Encoder,
    out: str | Path,
    *,
    seed: int = 0,
    report: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Write the corpus of (sentences that say the same, "train" or "val") to `out`; returns what `corpus.json` says.

    Raises ValueError where there is no group of a split.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / ABOUT).unlink(missing_ok=True)
    rng = np.random.default_rng(seed)
    kept = [(tuple(dict.fromkeys(sentences)), split) for sentences, split in groups]
    for split in ("train", "val"):
        if not any(place == split for _, place in kept):
            raise ValueError(f"no group of sentences is in the split {split!r}: give more captions")
    place: dict[str, int] = {}  # sentence: its number

    def numbers(sentences: Iterable[str]) -> list[int]:
        return [place.setdefault(text, len(place)) for text in sentences]

    lists = {"member": [numbers(sentences) for sentences, _ in kept]}
    originals = list(place)
    lists["retold"] = [numbers([retold(text, rng)]) for text in originals]
    lists["exchanged"] = [numbers(_some_exchanged(text, rng)) for text in originals]
    counts = _write_tokens(out / TOKENS, list(place), encoder, report)
    arrays: dict[str, Any] = {"token_offsets": np.cumsum([0, *counts])}
    for name, rows in lists.items():
        arrays[f"{name}_offsets"] = np.cumsum([0, *map(len, rows)])
        arrays[f"{name}_ids"] = np.array([i for row in rows for i in row], dtype=np.int32)
    arrays["val"] = np.array([split == "val" for _, split in kept])
    with atomic_write(out / GROUPS) as file:
        np.savez(file, **arrays)
    with atomic_write(out / SENTENCES, "w") as text_file:
        json.dump(list(place), text_file, ensure_ascii=False, indent=0)
    about = {
        "version": VERSION,
        "text_encoder": encoder.name,
        "groups": len(kept),
        "sentences": len(place),
        "seed": seed,
    }
    with atomic_write(out / ABOUT, "w") as text_file:
        json.dump(about, text_file, indent=1)
    return about


def _some_exchanged(text: str, rng: np.random.Generator) -> list[str]:
    """MOST_EXCHANGED look-alikes at most: the first, which exchanges sides where there are some, and any others."""
    found = exchanged(text)
    others = [found[i] for i in 1 + rng.permutation(max(len(found) - 1, 0))]
    return [*found[:1], *others][:MOST_EXCHANGED]


def _write_tokens(
    path: Path, sentences: list[str], encoder: Encoder, report: Callable[[str], None]
) -> list[int]:
    """Token states of all sentences, one after another; returns how many each has."""
    counts: list[int] = []
    with atomic_write(path) as file:
        for start in range(0, len(sentences), AT_ONCE):
            report(f"sentence {start} of {len(sentences)}")
            text = encoder.encode(sentences[start : start + AT_ONCE])
            tokens, mask = text.tokens[:, :LONGEST], text.mask[:, :LONGEST]
            file.write(tokens[mask].float().numpy().astype(np.float16).tobytes())
            counts += mask.sum(1).tolist()
    return counts


class _Lists:
    """Lists of sentence numbers, stored one after another."""

    def __init__(self, offsets: np.ndarray, ids: np.ndarray) -> None:
        self.offsets, self.ids = offsets, ids

    def __getitem__(self, row: int) -> np.ndarray:
        return np.asarray(self.ids[self.offsets[row] : self.offsets[row + 1]])

    def __len__(self) -> int:
        return len(self.offsets) - 1


class Corpus:
    """An opened corpus; batches are functions of (seed, step)."""

    def __init__(self, folder: str | Path) -> None:
        """Raises FileNotFoundError where there is none, FormatError where its files disagree."""
        self.folder = folder = Path(folder)
        if not (folder / ABOUT).exists():
            raise FileNotFoundError(
                f"{folder} is no corpus (no {ABOUT}): make one with training/prepare_sentences.py"
            )
        self.about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if self.about.get("version") != VERSION:
            raise FormatError(
                f"{folder} has version {self.about.get('version')}, this program reads {VERSION}"
            )
        self.sentences: list[str] = json.loads((folder / SENTENCES).read_text(encoding="utf-8"))
        with np.load(folder / GROUPS, allow_pickle=False) as arrays:
            table = {name: arrays[name] for name in arrays.files}
        self.token_offsets = table["token_offsets"]
        if len(self.token_offsets) != len(self.sentences) + 1:
            raise FormatError(
                f"{folder}: {len(self.sentences)} sentences, {len(self.token_offsets) - 1} rows"
            )
        states = np.memmap(folder / TOKENS, np.float16, "r")
        self.width, rest = divmod(len(states), int(self.token_offsets[-1]))
        if rest:
            raise FormatError(f"{folder / TOKENS} does not have the tokens that {GROUPS} counts")
        self.states = states.reshape(-1, self.width)
        self.members = _Lists(table["member_offsets"], table["member_ids"])
        self.retold = _Lists(table["retold_offsets"], table["retold_ids"])
        self.exchanged = _Lists(table["exchanged_offsets"], table["exchanged_ids"])
        self.train = np.flatnonzero(~table["val"])
        self.val = np.flatnonzero(table["val"])

    def __len__(self) -> int:
        return len(self.train)

    def batch_at(self, step: int, size: int, seed: int, look_alikes: int = 2) -> SentenceBatch:
        """`size` training groups of `step`."""
        rng = np.random.default_rng([seed, step])
        return self.batch(rng.choice(self.train, min(size, len(self.train)), replace=False), rng, look_alikes)

    def batch(self, groups: np.ndarray, rng: np.random.Generator, look_alikes: int = 2) -> SentenceBatch:
        """Two sentences of each group, each now and then as people type it, and look-alikes of the first."""
        anchors, others, wrong, owner = [], [], [], []
        for row, group in enumerate(groups):
            pair = self._pair(self.members[int(group)], rng)
            anchors.append(self._said(pair[0], rng))
            others.append(self._said(pair[1], rng))
            found = self.exchanged[pair[0]]
            chosen = rng.permutation(found)[:look_alikes]
            wrong += chosen.tolist()
            owner += [row] * len(chosen)
        tokens, mask = self.token_states([*anchors, *others, *wrong])
        names = np.array([self.sentences[i] for i in anchors]), np.array([self.sentences[i] for i in others])
        same = (
            (names[0][:, None] == names[1])
            | (names[0][:, None] == names[0])
            | (names[1][:, None] == names[1])
        )
        np.fill_diagonal(same, True)
        return SentenceBatch(tokens, mask, torch.tensor(owner, dtype=torch.long), torch.from_numpy(same))

    def _pair(self, members: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
        """Two sentences of a group; the same one twice where there is no other."""
        chosen = rng.permutation(members)
        return int(chosen[0]), int(chosen[min(1, len(chosen) - 1)])

    def _said(self, sentence: int, rng: np.random.Generator) -> int:
        told = self.retold[sentence]
        return int(told[0]) if len(told) and rng.random() < 0.4 else sentence

    def token_states(self, sentences: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """States (N,L,D) float32, zero where padded, and which are real (N,L)."""
        first, last = self.token_offsets[list(sentences)], self.token_offsets[[i + 1 for i in sentences]]
        counts = torch.from_numpy(last - first)
        states = torch.zeros(len(counts), int(counts.max()), self.width)
        for row, (start, stop) in enumerate(zip(first, last)):
            states[row, : stop - start] = torch.from_numpy(self.states[start:stop].astype(np.float32))
        return states, torch.arange(states.shape[1]) < counts[:, None]
