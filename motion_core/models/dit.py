"""DiT, diffusion transformers (Peebles & Xie 2023) over motion frames that predict clean features.

One class has the three ways in which a condition can reach the frames: tokens in context, adaptive norms,
cross-attention. The motion-generation lab compares them (reference: github.com/SebastienJin/lab7-CSC52087EP).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motion_core.nn.condition import Condition
from motion_core.nn.prenorm import EPS, PreNormLayer, modulate, zero_linear
from motion_core.nn.transformer import attention_mask, sinusoidal_table

MEMORY_LAYERS = 2  # in which the words look at each other and at the time before frames attend to them
GAMMA_SCALE = 1000.0  # in front of the waves that encode a noise level
LONGEST_WAVE = 10_000.0


@dataclass(frozen=True)
class Wiring:
    """How a condition reaches the frames; exactly one of the first three is true."""

    in_front: bool = False  # time and text stand before the frames as two tokens
    modulates: bool = False  # time + text shift, scale and gate every branch
    attended: bool = False  # each layer begins with attention to time and words
    tokens: bool = False  # it reads every word, not their summary


BLOCKS = {
    "incontext": Wiring(in_front=True),
    "adaln": Wiring(modulates=True),
    "crossattn": Wiring(attended=True, tokens=True),
}


@dataclass(frozen=True)
class DiTConfig:
    """What shapes the network; defaults are the lab's (text aside)."""

    features: int = 205
    width: int = 512
    layers: int = 8
    heads: int = 16
    feedforward_ratio: int = 4
    dropout: float = 0.1
    stochastic_depth: float = 0.1
    block: str = "adaln"
    text_width: int = 384
    text_scale: float = 1.0  # factor on the text vectors, see `MDMConfig`
    levels: int = 1000  # noise levels it is trained with; t = 0 is the least noisy
    gamma_min: float = 1e-9  # floor of gamma at the noisiest level
    max_frames: int = 5000  # the longest clip
    mask_frames: bool = True  # padded frames are hidden from attention
    float_mask: bool = False  # padded frames are seen, but weigh e times less (the lab's in-context ones)
    word_slots: int = 0  # texts are filled up with zeros to so many tokens (the lab: 77); 0: none are
    known: int = 0  # columns of `Condition.known` that it reads beside the noisy features; 0: none
    guess: bool = False  # `Condition.known` holds a guess where nothing is known; the answer is added to it

    def __post_init__(self) -> None:
        if self.block not in BLOCKS:
            raise ValueError(f"block is {self.block!r}; use one of {', '.join(BLOCKS)}")
        least_one = ("features", "width", "layers", "heads", "feedforward_ratio", "text_width", "levels")
        for name in (*least_one, "max_frames"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be at least 1")
        if self.width % 8 or self.width % self.heads:
            raise ValueError(f"width is {self.width}: it must divide by 8 and into {self.heads} heads")
        for name in ("dropout", "stochastic_depth"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: use a number from 0 to below 1")
        if not 0 < self.text_scale < math.inf:
            raise ValueError(f"text_scale is {self.text_scale}: use a number above 0")
        if not 0 < self.gamma_min < 1:
            raise ValueError(f"gamma_min is {self.gamma_min}: use a small number above 0")
        if self.float_mask and (self.mask_frames or not BLOCKS[self.block].in_front):
            raise ValueError("float_mask needs block 'incontext' and mask_frames = false")
        if self.known < 0:
            raise ValueError(f"known is {self.known}: use 0, or the number of columns")
        if self.guess and self.known < self.features:
            raise ValueError(f"guess needs known columns: set known to {self.features} or more")
        if self.word_slots < 0 or (self.word_slots and not self.reads_tokens):
            raise ValueError(
                f"word_slots is {self.word_slots}: use 0, or block 'crossattn' and a count of tokens"
            )

    @property
    def condition(self) -> str:
        """What the model is told, as `CheckpointInfo.conditioning`."""
        return "text"

    @property
    def reads_tokens(self) -> bool:
        """Whether the network needs `Condition.tokens`; otherwise `pooled`."""
        return BLOCKS[self.block].tokens

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> DiTConfig:
        """Raises ValueError naming an unknown key."""
        if unknown := sorted(set(entry) - {f.name for f in fields(cls)}):
            raise ValueError(f"unknown key {unknown[0]!r} in a DiT config")
        return cls(**entry)


# the lab's sizes: 26.0, 39.1 and 40.7 million weights
SIZES = {f"lab-{block}": DiTConfig(block=block, text_width=512, levels=100) for block in BLOCKS}


def gamma_table(levels: int, least: float) -> Tensor:
    """gamma = cos^2(pi/2 (t+1)/levels), not below `least`, for t = 0..levels-1: (levels,) float32."""
    share = torch.arange(1, levels + 1, dtype=torch.float64) / levels
    return (share * (math.pi / 2)).cos().square().clamp(min=least).float()


def noise_level_table(gamma: Tensor, width: int) -> Tensor:
    """How levels gamma (N,) are told to the network, (N,width): cosines, then sines, of 1000 gamma at width/2 rates,
    brought to mean 0 and deviation 1. In float32, as the lab's weights were trained.
    """
    rates = (1 / LONGEST_WAVE) ** (2 * torch.arange(width // 2, dtype=torch.float32) / width)
    phase = torch.outer(gamma * GAMMA_SCALE, rates)
    waves = torch.cat([phase.cos(), phase.sin()], 1)
    return (waves - waves.mean(1, keepdim=True)) / waves.std(1, keepdim=True)


class DiT(nn.Module):
    """x (B,T,F), t (B,) long, cond, mask (B,T) bool -> x0 (B,T,F), all normalised features."""

    positions: Tensor
    noise_levels: Tensor

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.config = c = config
        self.wiring = wiring = BLOCKS[c.block]
        width, drop = c.width, (c.dropout, c.stochastic_depth)
        hidden = c.feedforward_ratio * width
        self.input = nn.Linear(c.features, width)
        # at first it says nothing, so that a model that reads no known values can be trained on
        self.known = zero_linear(2 * c.known, width) if c.known else None
        self.time = nn.Sequential(nn.Linear(width // 4, width), nn.SiLU(), nn.Linear(width, width))
        self.text = nn.Linear(c.text_width, width)
        self.memory_layers = nn.ModuleList(
            PreNormLayer(width, c.heads, hidden, drop) for _ in range(MEMORY_LAYERS if wiring.attended else 0)
        )
        self.layers = nn.ModuleList(
            PreNormLayer(width, c.heads, hidden, drop, modulated=wiring.modulates, cross=wiring.attended)
            for _ in range(c.layers)
        )
        self.output_norm = nn.LayerNorm(width, EPS, elementwise_affine=not wiring.modulates)
        self.output_modulation = zero_linear(width, 2 * width) if wiring.modulates else None
        self.output = zero_linear(width, c.features) if wiring.modulates else nn.Linear(width, c.features)
        levels = noise_level_table(gamma_table(c.levels, c.gamma_min), width // 4)
        self.register_buffer("noise_levels", levels, persistent=False)
        self.register_buffer("positions", sinusoidal_table(c.max_frames, width), persistent=False)

    def forward(self, x: Tensor, t: Tensor, cond: Condition, mask: Tensor | None = None) -> Tensor:
        """mask None means that all frames are valid."""
        if x.shape[1] > self.config.max_frames:
            raise ValueError(f"{x.shape[1]} frames are too many: this model takes {self.config.max_frames}")
        frames = self.input(x)
        if self.known is not None and cond.known is not None and cond.known_mask is not None:
            told = cond.known_mask.to(x.dtype)
            known = cond.known.to(x.dtype) * (1 if self.config.guess else told)
            frames = frames + self.known(torch.cat([known, told], -1))
        frames = frames + self.positions[: x.shape[1]].to(frames.dtype)  # (B,T,D)
        time = self.time(self.noise_levels[t])[:, None]  # (B,1,D)
        text = self.text(self._said(cond))  # (B,L,D), L = 1 unless it reads words
        if self.wiring.in_front:
            frames = self._run_in_context(torch.cat([time, text, frames], 1), mask)  # (B,2+T,D)
        elif self.wiring.modulates:
            frames = self._run_modulated(frames, (time + text)[:, 0], mask)
        else:
            words = torch.cat([time, text], 1)  # (B,1+L,D)
            frames = self._run_attending(frames, words, mask, self._words_valid(cond))
        x0 = self.output(frames).to(x.dtype)  # (B,T,F)
        if self.config.guess and cond.known is not None:
            x0 = x0 + cond.known[..., : self.config.features].to(x.dtype)
        return x0

    def set_gamma_min(self, least: float) -> None:
        """Tell noise levels as of a schedule with another floor than the config's: samplers may have their own."""
        gamma = gamma_table(self.config.levels, least)
        levels = noise_level_table(gamma, self.config.width // 4)
        self.noise_levels.copy_(levels.to(self.noise_levels))

    def answer_nothing(self) -> None:
        """Zero the last layer: an answer that is added to a guess starts as the guess itself."""
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def _run_in_context(self, x: Tensor, valid: Tensor | None) -> Tensor:
        """Time and text (B,2,D) before the frames: (B,2+T,D) -> (B,T,D)"""
        mask = self._context_mask(valid, x)
        for layer in self.layers:
            x = layer(x, mask)
        return self.output_norm(x[:, 2:])

    def _run_modulated(self, x: Tensor, cond: Tensor, valid: Tensor | None) -> Tensor:
        """(B,T,D) steered by cond (B,D) -> (B,T,D)"""
        mask = self._frame_mask(valid)
        for layer in self.layers:
            x = layer(x, mask, cond=cond)
        assert self.output_modulation is not None
        shift, scale = self.output_modulation(F.silu(cond))[:, None].to(x.dtype).chunk(2, -1)
        return modulate(self.output_norm(x), shift, scale)

    def _run_attending(
        self, x: Tensor, words: Tensor, valid: Tensor | None, words_valid: Tensor | None
    ) -> Tensor:
        """(B,T,D) attending to words (B,1+L,D), which look at each other first -> (B,T,D)"""
        mask, memory_mask = self._frame_mask(valid), attention_mask(words_valid)
        memory = words + self.positions[: words.shape[1]].to(words.dtype)
        for layer in self.memory_layers:
            memory = layer(memory, memory_mask)
        for layer in self.layers:
            x = layer(x, mask, memory, memory_mask)
        return self.output_norm(x)

    def _said(self, cond: Condition) -> Tensor:
        """The text as vectors (B,L,text_width), scaled; zero where it is hidden."""
        said = cond.tokens if self.wiring.tokens else cond.pooled
        if said is None:
            part = "tokens" if self.wiring.tokens else "pooled"
            raise ValueError(f"this model is conditioned on text: the condition needs `{part}`")
        said = said if said.dim() == 3 else said[:, None]
        scale = self.config.text_scale * cond.keep[:, None, None].to(said.dtype)
        if not self.config.word_slots:
            return said * scale
        if said.shape[1] > self.config.word_slots:
            raise ValueError(f"a text has {said.shape[1]} tokens: this model takes {self.config.word_slots}")
        assert cond.token_mask is not None
        said = said * cond.token_mask[..., None].to(said.dtype)
        return F.pad(said * scale, [0, 0, 0, self.config.word_slots - said.shape[1]])

    def _words_valid(self, cond: Condition) -> Tensor | None:
        """(B,1+L) bool: the time, then the real tokens. None where all slots are attended to."""
        if self.config.word_slots or cond.token_mask is None:
            return None
        return F.pad(cond.token_mask, [1, 0], value=True)

    def _frame_mask(self, valid: Tensor | None) -> Tensor | None:
        return attention_mask(valid if self.config.mask_frames else None)

    def _context_mask(self, valid: Tensor | None, x: Tensor) -> Tensor | None:
        """The mask of the frames behind two tokens that are always valid; a float mask as numbers 1 and 0."""
        if valid is not None:
            valid = F.pad(valid, [2, 0], value=True)  # (B,2+T)
        if not self.config.float_mask:
            return self._frame_mask(valid)
        mask = attention_mask(valid)  # None if all are valid: one number added to all logits changes nothing
        return None if mask is None else mask.to(x.dtype)
