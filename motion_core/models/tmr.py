"""TMR, the text-motion retrieval model of Petrovich et al. 2023: motions and sentences as points of one space.

There are two transformer encoders: one over frames, one over the token states of a frozen text encoder. Each has two
learned tokens in front. Their outputs are the mean and the log variance of a Gaussian. A decoder turns a point back
into features, which keeps the space meaningful while training (TEMOS). The published sizes are the defaults.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motion_core.nn.transformer import ACTIVATIONS, ChannelDropout, Layer, attention_mask, sinusoidal_table

HEAD_TOKENS = 2  # in front of a sequence: one becomes mu, one logvar


@dataclass(frozen=True)
class TMRConfig:
    """What shapes the network; defaults are the published model's on HumanML3D's features."""

    features: int = 263
    text_width: int = 768
    width: int = 256
    layers: int = 6  # of the motion encoder
    text_layers: int = 6  # of the text encoder
    decoder_layers: int = 6  # 0: no decoder
    heads: int = 4
    feedforward: int = 1024
    dropout: float = 0.1
    activation: str = "gelu"
    stack: int = 1  # frames in one token of the motion encoder: 4 at 20 fps take a fifth of the time
    text_scale: float = 1.0  # factor on the token states, for entries of about 1
    max_frames: int = 4998  # longest clip it takes
    trained_frames: int = 200  # longest clip it was trained on; longer ones are cut into such windows

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation is {self.activation!r}; use one of {', '.join(ACTIVATIONS)}")
        least = {
            "features": 1, "text_width": 1, "width": 1, "layers": 1, "text_layers": 1, "decoder_layers": 0,
            "heads": 1, "feedforward": 1, "stack": 1, "trained_frames": 1, "max_frames": self.trained_frames,
        }  # fmt: skip
        for name, low in least.items():
            if getattr(self, name) < low:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be at least {low}")
        if self.width % 2 or self.width % self.heads:
            raise ValueError(f"width is {self.width}: it must be even and divide into {self.heads} heads")
        if not 0 < self.text_scale < float("inf"):
            raise ValueError(f"text_scale is {self.text_scale}: use a number above 0")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout}: use a number from 0 to below 1")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> TMRConfig:
        """Raises ValueError naming an unknown key."""
        if unknown := sorted(set(entry) - {f.name for f in fields(cls)}):
            raise ValueError(f"unknown key {unknown[0]!r} in a TMR config")
        return cls(**entry)


class Encoder(nn.Module):
    """(B,S,inputs) and which of it is valid (B,S) -> mu, logvar (B,D)."""

    table: Tensor

    def __init__(self, config: TMRConfig, inputs: int, layers: int, longest: int) -> None:
        super().__init__()
        c, self.longest = config, longest
        self.input = nn.Linear(inputs, c.width)
        self.tokens = nn.Parameter(torch.randn(HEAD_TOKENS, c.width))
        self.dropout = ChannelDropout(c.dropout)
        self.layers = nn.ModuleList(
            Layer(c.width, c.heads, c.feedforward, c.activation, c.dropout) for _ in range(layers)
        )
        self.register_buffer("table", sinusoidal_table(HEAD_TOKENS + longest, c.width), persistent=False)

    def forward(self, x: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        if x.shape[1] > self.longest:
            raise ValueError(f"a sequence of {x.shape[1]} is too long: this model takes {self.longest}")
        x = self.input(x)  # (B,S,D)
        x = torch.cat([self.tokens.to(x.dtype).expand(len(x), -1, -1), x], 1)  # (B,2+S,D)
        x = self.dropout(x + self.table[: x.shape[1]].to(x.dtype))
        mask = attention_mask(F.pad(valid, (HEAD_TOKENS, 0), value=True))
        for layer in self.layers:
            x = layer(x, mask)
        mu, logvar = x[:, :HEAD_TOKENS].float().unbind(1)
        return mu, logvar


class Decoder(nn.Module):
    """A point z (B,D) and which frames to fill (B,S) -> (B,S,outputs): positions alone, all attending to z."""

    table: Tensor

    def __init__(self, config: TMRConfig, outputs: int, longest: int) -> None:
        super().__init__()
        c = config
        self.dropout = ChannelDropout(c.dropout)
        self.layers = nn.ModuleList(
            Layer(c.width, c.heads, c.feedforward, c.activation, c.dropout, cross=True)
            for _ in range(c.decoder_layers)
        )
        self.output = nn.Linear(c.width, outputs)
        self.register_buffer("table", sinusoidal_table(longest, c.width), persistent=False)

    def forward(self, z: Tensor, valid: Tensor) -> Tensor:
        if valid.shape[1] > len(self.table):
            raise ValueError(
                f"a sequence of {valid.shape[1]} is too long: this model takes {len(self.table)}"
            )
        x = self.dropout(self.table[: valid.shape[1]].to(z.dtype).expand(len(z), -1, -1))  # (B,S,D)
        mask, memory = attention_mask(valid), z[:, None]  # (B,1,D)
        for layer in self.layers:
            x = layer(x, mask, memory)
        return self.output(x)


@dataclass(frozen=True, eq=False)
class TMROutput:
    """What training compares: (mu, logvar) of text and motion, a draw z of each, all (B,D), and the decoded features.

    decoded: (B,T,F) from z_motion in even samples, from z_text in odd ones: half the cost of decoding both.
    """

    text: tuple[Tensor, Tensor]
    motion: tuple[Tensor, Tensor]
    z_text: Tensor
    z_motion: Tensor
    decoded: Tensor


def draw_point(gaussian: tuple[Tensor, Tensor], noise: Tensor) -> Tensor:
    """mu + e^(logvar/2) noise, all (B,D)."""
    mu, logvar = gaussian
    return mu + (logvar / 2).exp() * noise


class TMR(nn.Module):
    """Motions (normalised features) and sentences (token states) as Gaussians of one space of `config.width`."""

    def __init__(self, config: TMRConfig) -> None:
        super().__init__()
        self.config = c = config
        longest = -(-c.max_frames // c.stack)
        self.motion = Encoder(c, c.features * c.stack, c.layers, longest)
        self.text = Encoder(c, c.text_width, c.text_layers, c.max_frames)
        self.decoder = Decoder(c, c.features * c.stack, longest) if c.decoder_layers else None

    def _stacked(self, mask: Tensor) -> Tensor:
        """Valid frames (B,T) -> valid tokens (B,S): those with at least one valid frame."""
        padded = F.pad(mask, (0, -mask.shape[1] % self.config.stack))
        return padded.unflatten(1, (-1, self.config.stack)).any(-1)

    def encode_motion(self, x0: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x0 (B,T,F) normalised, mask (B,T) bool (None: all valid) -> mu, logvar (B,D) float32.

        What lies in frames that are not valid changes nothing.
        """
        if mask is None:
            mask = torch.ones(x0.shape[:2], dtype=torch.bool, device=x0.device)
        x0 = x0.where(mask[..., None], x0.new_zeros(()))
        x0 = F.pad(x0, (0, 0, 0, -x0.shape[1] % self.config.stack))
        x = x0.unflatten(1, (-1, self.config.stack)).flatten(2)  # (B,S,stack*F)
        return self.motion(x, self._stacked(mask))

    def encode_text(self, tokens: Tensor, token_mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """tokens (B,L,D) of the text encoder, token_mask (B,L) bool (None: all valid) -> mu, logvar (B,D) float32."""
        if token_mask is None:
            token_mask = torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device)
        return self.text(tokens * self.config.text_scale, token_mask)

    def decode(self, z: Tensor, mask: Tensor) -> Tensor:
        """z (B,D), mask (B,T) bool: the frames wanted -> x0 (B,T,F) normalised, zero where the mask is false."""
        if self.decoder is None:
            raise ValueError(
                "this TMR checkpoint has no decoder: it turns motions into points, not points into motions"
            )
        x0 = self.decoder(z, self._stacked(mask))  # (B,S,stack*F)
        x0 = x0.unflatten(-1, (self.config.stack, -1)).flatten(1, 2)[:, : mask.shape[1]]
        return x0.where(mask[..., None], x0.new_zeros(()))

    def forward(
        self, x0: Tensor, mask: Tensor, tokens: Tensor, token_mask: Tensor, noise: Tensor
    ) -> TMROutput:
        """A training step's pass: both encoders as above; noise (B,2,D), standard normal, for text and motion."""
        text, motion = self.encode_text(tokens, token_mask), self.encode_motion(x0, mask)
        z_text, z_motion = draw_point(text, noise[:, 0]), draw_point(motion, noise[:, 1])
        from_text = (torch.arange(len(x0), device=x0.device) % 2 == 1)[:, None]
        decoded = self.decode(torch.where(from_text, z_text, z_motion), mask)
        return TMROutput(text, motion, z_text, z_motion, decoded)
