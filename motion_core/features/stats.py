"""Features are checked here, and brought to mean 0 and deviation 1 and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

STD_FLOOR = 1e-3  # a channel that never moves still divides; the network's small errors in it stay small


def check_features(features: np.ndarray, slices: Mapping[str, slice]) -> np.ndarray:
    """Features (T,F) as float64, F where the last slice ends.

    Raises ValueError for another shape, no frame or a value that is not finite, which it names by its slice.
    """
    x0 = np.asarray(features, dtype=np.float64)
    width = max(part.stop for part in slices.values())
    if x0.ndim != 2 or x0.shape[1] != width or len(x0) == 0:
        raise ValueError(
            f"features have shape {x0.shape}: expected (frames, {width}) with at least one frame"
        )
    if not np.all(np.isfinite(x0)):
        frame, column = np.argwhere(~np.isfinite(x0))[0]
        name = next(name for name, part in slices.items() if part.start <= column < part.stop)
        raise ValueError(f"features are not finite: {name} at frame {frame} is {x0[frame, column]}")
    return x0


@dataclass(frozen=True, eq=False)
class FeatureStats:
    """Mean and standard deviation (F,) of each feature; raises ValueError unless finite and one-dimensional.

    A deviation of 0 becomes `STD_FLOOR`; others stay, because official networks have learnt them to the last digit.
    """

    mean: np.ndarray
    std: np.ndarray

    def __post_init__(self) -> None:
        mean, std = np.asarray(self.mean, dtype=np.float32), np.asarray(self.std, dtype=np.float32)
        if mean.ndim != 1 or mean.shape != std.shape:
            raise ValueError(f"mean {mean.shape} and std {std.shape} must both have the shape (features,)")
        for name, values in (("mean", mean), ("std", std)):
            if not np.all(np.isfinite(values)):
                raise ValueError(f"{name} is not finite at feature {int(np.argmin(np.isfinite(values)))}")
        if np.any(std < 0):
            raise ValueError(f"std is negative at feature {int(np.argmax(std < 0))}")
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "std", np.where(std == 0, np.float32(STD_FLOOR), std))

    @classmethod
    def fit(cls, clips: Sequence[np.ndarray]) -> FeatureStats:
        """Over all frames of clips (T,F), T may differ; deviations are at least `STD_FLOOR`.

        NaN or infinite features raise ValueError.
        """
        count = sum(len(clip) for clip in clips)
        if count == 0:
            raise ValueError("no frames to take statistics of: give at least one clip")
        for number, clip in enumerate(clips):
            if not np.all(np.isfinite(clip)):
                frame, feature = np.argwhere(~np.isfinite(clip))[0]
                raise ValueError(f"clip {number} is not finite at frame {frame}, feature {feature}")
        mean = np.sum([np.sum(clip, axis=0, dtype=np.float64) for clip in clips], axis=0) / count
        variance = np.sum([np.sum((clip - mean) ** 2, axis=0) for clip in clips], axis=0) / count
        return cls(mean, np.maximum(np.sqrt(variance), STD_FLOOR))

    def _like(self, x: Any) -> tuple[Any, Any]:
        if isinstance(x, torch.Tensor):
            mean, std = (torch.as_tensor(v, dtype=x.dtype, device=x.device) for v in (self.mean, self.std))
            return mean, std
        return self.mean, self.std

    def normalize(self, x: Any) -> Any:
        """(...,F), numpy or torch, to zero mean and unit deviation."""
        mean, std = self._like(x)
        return (x - mean) / std

    def denormalize(self, x: Any) -> Any:
        """The inverse of `normalize`."""
        mean, std = self._like(x)
        return x * std + mean
