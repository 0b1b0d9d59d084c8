"""What a model is asked for, as tensors: text, action, both or neither, and whether it may look at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True, eq=False)
class Condition:
    """Conditions of B samples; a part that a model does not read may be None.

    Raises ValueError when the parts disagree about B, or when nothing tells B.
    """

    pooled: Tensor | None = None  # (B,D) one vector a text
    tokens: Tensor | None = None  # (B,L,D) token states
    token_mask: Tensor | None = None  # (B,L) bool, true at real tokens
    action: Tensor | None = None  # (B,) long
    # (B,T,K) what is given of the motion, whatever `keep` says (`features/known.py`)
    known: Tensor | None = None
    known_mask: Tensor | None = None  # (B,T,K) bool, where it is given
    # (B,) bool; where false the model sees its null condition. Default: all true
    keep: Tensor = None  # type: ignore[assignment]  # filled below, so that the common case needs no mention

    def __post_init__(self) -> None:
        parts = {f.name: part for f in fields(self) if (part := getattr(self, f.name)) is not None}
        if not parts:
            raise ValueError(
                "a condition needs `keep` or one other part: use Condition.none(batch) for no condition"
            )
        sizes = {name: len(part) for name, part in parts.items()}
        if len(set(sizes.values())) > 1:
            raise ValueError(f"the parts of a condition have different batch sizes: {sizes}")
        if (self.known is None) != (self.known_mask is None):
            raise ValueError("`known` needs `known_mask`, and the other way round")
        first = next(iter(parts.values()))
        if self.tokens is not None and self.token_mask is None:
            full = torch.ones(self.tokens.shape[:2], dtype=torch.bool, device=first.device)
            object.__setattr__(self, "token_mask", full)
        if self.keep is None:
            keep = torch.ones(len(first), dtype=torch.bool, device=first.device)
            object.__setattr__(self, "keep", keep)

    @classmethod
    def none(cls, batch: int, device: torch.device | str = "cpu") -> Condition:
        """No condition for `batch` samples: the time alone."""
        return cls(keep=torch.zeros(batch, dtype=torch.bool, device=device))

    def __len__(self) -> int:
        return len(self.keep)

    def _each(self, change: Callable[[Tensor], Tensor]) -> Condition:
        parts = {f.name: part for f in fields(self) if (part := getattr(self, f.name)) is not None}
        return Condition(**{name: change(part) for name, part in parts.items()})

    def to(self, device: torch.device | str) -> Condition:
        """The same on another device."""
        return self._each(lambda part: part.to(device))

    def rows(self, index: Tensor | slice) -> Condition:
        """The conditions of some samples."""
        return self._each(lambda part: part[index])

    def without(self) -> Condition:
        """The same batch with every condition hidden: all keep false."""
        return replace(self, keep=torch.zeros_like(self.keep))


def _same_length(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Two (B,L,...) padded with zeros (false) at the end to the longer L."""
    longest = max(a.shape[1], b.shape[1])
    tail = [0, 0] * (a.dim() - 2)
    return F.pad(a, [*tail, 0, longest - a.shape[1]]), F.pad(b, [*tail, 0, longest - b.shape[1]])


def cat(a: Condition, b: Condition) -> Condition:
    """Both batches, one after the other; shorter token sequences are padded and masked."""
    joined: dict[str, Tensor | None] = {}
    for f in fields(Condition):
        one, two = getattr(a, f.name), getattr(b, f.name)
        if (one is None) != (two is None):
            raise ValueError(
                f"only one of two conditions has {f.name!r}: give both the same parts to join them"
            )
        if one is None:
            joined[f.name] = None
            continue
        if f.name in ("tokens", "token_mask"):
            one, two = _same_length(one, two)
        joined[f.name] = torch.cat([one, two])
    return Condition(**joined)  # type: ignore[arg-type]
