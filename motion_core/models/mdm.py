"""MDM, the motion diffusion model of Tevet et al. 2023: a transformer (or GRU) that predicts clean features.

One class for the published variants, chosen by the config: encoder with a condition token, decoder that attends to
the condition (pooled text or token states), GRU; text, action or no condition.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn

from motion_core.nn.condition import Condition
from motion_core.nn.transformer import ACTIVATIONS, ChannelDropout, Layer, attention_mask, sinusoidal_table

ARCHS = ("trans_enc", "trans_dec", "gru")
CONDITIONS = ("text", "action", None)
TABLE_ROWS = (
    5000  # the table of positions serves for noise levels too, of which there may be more than frames
)


@dataclass(frozen=True)
class MDMConfig:
    """What shapes the network; defaults are the published text model's (features aside)."""

    features: int = 205
    width: int = 512
    layers: int = 8
    heads: int = 4
    feedforward: int = 1024
    dropout: float = 0.1
    activation: str = "gelu"
    arch: str = "trans_enc"
    condition: str | None = "text"
    text_width: int = 384
    # Factor on the text vector. sqrt(text_width) gives a unit vector (MiniLM's) entries of about 1. Without it the
    # words stay quiet beside time and position for thousands of steps. Official CLIP features need none.
    text_scale: float = 1.0
    text_tokens: bool = False  # a decoder attends to all token states instead of the pooled vector
    actions: int = 0
    class_token: bool = False  # a decoder gets the time as a first token too
    mask_frames: bool = True  # padded frames are hidden; the first published weights saw them
    max_frames: int = 5000  # the longest clip and the token in front of it
    # Frames before a clip that it is told as `Condition.known`, and how many it then makes; 0: it makes whole clips.
    context: int = 0
    predicted: int = 0

    def __post_init__(self) -> None:
        for name, known in (
            ("arch", ARCHS),
            ("condition", CONDITIONS),
            ("activation", tuple(ACTIVATIONS)),
        ):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; use one of {', '.join(map(str, known))}"
                )
        for name in ("features", "width", "layers", "heads", "feedforward", "text_width", "max_frames"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be at least 1")
        if self.width % 2 or self.width % self.heads:
            raise ValueError(f"width is {self.width}: it must be even and divide into {self.heads} heads")
        if not 0 < self.text_scale < float("inf"):
            raise ValueError(f"text_scale is {self.text_scale}: use a number above 0")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout}: use a number from 0 to below 1")
        if self.condition == "action" and self.actions < 1:
            raise ValueError("an action model needs `actions`, the number of its classes")
        if self.text_tokens and (self.arch, self.condition) != ("trans_dec", "text"):
            raise ValueError("text_tokens needs arch 'trans_dec' and condition 'text'")
        if self.context < 0 or self.predicted < 0 or bool(self.context) != bool(self.predicted):
            raise ValueError(
                f"context is {self.context}, predicted {self.predicted}: both are above 0, or none"
            )
        if self.class_token and self.arch != "trans_dec":
            raise ValueError("class_token needs arch 'trans_dec'")

    @property
    def reads_tokens(self) -> bool:
        """Whether the network needs `Condition.tokens`; otherwise `pooled`."""
        return self.text_tokens

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> MDMConfig:
        """Raises ValueError naming an unknown key."""
        if unknown := sorted(set(entry) - {f.name for f in fields(cls)}):
            raise ValueError(f"unknown key {unknown[0]!r} in an MDM config")
        return cls(**entry)


class MDM(nn.Module):
    """x (B,T,F), t (B,) long, cond, mask (B,T) bool -> x0 (B,T,F), all normalised features."""

    table: Tensor

    def __init__(self, config: MDMConfig) -> None:
        super().__init__()
        self.config = c = config
        width = c.width
        self.input = nn.Linear(c.features + (width if c.arch == "gru" else 0), width)
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.text = nn.Linear(c.text_width, width) if c.condition == "text" else None
        self.action = nn.Embedding(c.actions, width) if c.condition == "action" else None
        self.dropout = ChannelDropout(c.dropout)
        if c.arch == "gru":
            self.gru = nn.GRU(width, width, num_layers=c.layers, batch_first=True)
        else:
            cross = c.arch == "trans_dec"
            self.layers = nn.ModuleList(
                Layer(width, c.heads, c.feedforward, c.activation, c.dropout, cross) for _ in range(c.layers)
            )
        self.output = nn.Linear(width, c.features)
        self.register_buffer(
            "table", sinusoidal_table(max(c.max_frames, TABLE_ROWS), width), persistent=False
        )

    def _condition_tokens(self, cond: Condition) -> Tensor | None:
        """What the condition says, (B,L,D) with L = 1 unless the model reads token states; None if it has none.

        The null condition is a zero vector in front of the text layer, and behind the action table.
        """
        if self.text is not None:
            given = cond.tokens if self.config.text_tokens else cond.pooled
            if given is None:
                part = "tokens" if self.config.text_tokens else "pooled"
                raise ValueError(f"this model is conditioned on text: the condition needs `{part}`")
            given = given if given.dim() == 3 else given[:, None]
            keep = cond.keep[:, None, None].to(given.dtype)
            return self.text(given * (self.config.text_scale * keep))
        if self.action is not None:
            if cond.action is None:
                raise ValueError("this model is conditioned on actions: the condition needs `action`")
            return (self.action(cond.action) * cond.keep[:, None].to(self.action.weight.dtype))[:, None]
        return None

    def _place(self, x: Tensor) -> Tensor:
        """Add positions to (B,T,D); in the dtype of x, which autocast may have made narrower."""
        return self.dropout(x + self.table[: x.shape[1]].to(x.dtype))

    def forward(self, x: Tensor, t: Tensor, cond: Condition, mask: Tensor | None = None) -> Tensor:
        """mask None means that all frames are valid."""
        if self.config.context:
            x, mask = self._behind_context(x, cond, mask)  # (B,C+T,F)
        if x.shape[1] >= self.config.max_frames:
            raise ValueError(
                f"{x.shape[1]} frames are too many: this model takes {self.config.max_frames - 1}"
            )
        time = self.time(self.table[t])[:, None]  # (B,1,D)
        told = self._condition_tokens(cond)  # (B,L,D) or None
        token = time if told is None else time + told  # (B,L,D)
        valid = mask if self.config.mask_frames else None
        if self.config.arch == "gru":
            y = self._run_gru(x, token)
        elif self.config.arch == "trans_dec":
            memory_valid = cond.token_mask if self.config.text_tokens else None
            y = self._run_decoder(self.input(x), time, token, valid, memory_valid)
        else:
            y = self._run_encoder(self.input(x), token, valid)
        return self.output(y[:, self.config.context :]).to(x.dtype)  # (B,T,F)

    def _behind_context(
        self, x: Tensor, cond: Condition, mask: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        """Noisy frames (B,T,F) and their mask behind the frames before them, which are clean: (B,C+T,...)."""
        before = cond.known
        if before is None or before.shape[1] != self.config.context:
            raise ValueError(
                f"this model goes on from {self.config.context} frames: the condition needs `known`"
            )
        if mask is not None:
            mask = nn.functional.pad(mask, [self.config.context, 0], value=True)
        return torch.cat([before.to(x), x], 1), mask

    def _run_encoder(self, x: Tensor, token: Tensor, valid: Tensor | None) -> Tensor:
        """(B,T,D) behind its condition token (B,1,D) -> (B,T,D)"""
        x = self._place(torch.cat([token.to(x.dtype), x], 1))  # (B,1+T,D)
        mask = attention_mask(_behind_token(valid))
        for layer in self.layers:
            x = layer(x, mask)
        return x[:, 1:]

    def _run_decoder(
        self, x: Tensor, time: Tensor, memory: Tensor, valid: Tensor | None, memory_valid: Tensor | None
    ) -> Tensor:
        """(B,T,D) attending to memory (B,L,D) -> (B,T,D)"""
        if self.config.class_token:
            x, valid = torch.cat([time.to(x.dtype), x], 1), _behind_token(valid)
        x, memory = self._place(x), memory.to(x.dtype)
        mask, memory_mask = attention_mask(valid), attention_mask(memory_valid)
        for layer in self.layers:
            x = layer(x, mask, memory, memory_mask)
        return x[:, 1:] if self.config.class_token else x

    def _run_gru(self, x: Tensor, token: Tensor) -> Tensor:
        """Features (B,T,F) with the condition (B,1,D) beside every frame -> (B,T,D)"""
        x = self.input(torch.cat([x, token.to(x.dtype).expand(-1, x.shape[1], -1)], -1))  # (B,T,D)
        return self.gru(self._place(x))[0]


def _behind_token(valid: Tensor | None) -> Tensor | None:
    """Valid frames (B,T) with an always valid token in front: (B,1+T)."""
    if valid is None:
        return None
    return torch.cat([torch.ones_like(valid[:, :1]), valid], 1)
