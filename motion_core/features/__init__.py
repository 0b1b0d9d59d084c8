"""Motion as vectors that a network learns. `FEATURES` lists the kinds there are; a checkpoint names its own by id."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from motion_core.body.motion import Motion
from motion_core.features import humanact, humanml263, kit251, known, smpl205, smpl205_official
from motion_core.features.stats import STD_FLOOR, FeatureStats, check_features

__all__ = ["FEATURES", "STD_FLOOR", "FeatureStats", "Features", "Known", "check_features"]


@dataclass(frozen=True)
class Known:
    """What of a clip a network can be told and hold fixed, as columns beside its features."""

    dim: int  # K: the features, and the body's place in the world behind them
    steps: slice  # columns that say what changed since the frame before
    world_root: slice  # columns of the place: x, y, cosine and sine of the heading
    values: Callable[[Tensor, FeatureStats], Tensor]  # normalised features (B,T,F) -> (B,T,K)
    poses: Callable[[Tensor], Tensor]  # frames (...,T) bool -> known columns (...,T,K) bool
    without: Callable[[Sequence[int]], Tensor]  # joints made anew -> columns (K,) bool that stay known
    path: Callable[[bool], Tensor]  # columns (K,) bool of a path; whether its heading counts


@dataclass(frozen=True)
class Features:
    """One way to write a motion as vectors. F is `dim`, T the number of vectors."""

    name: str
    dim: int
    slices: Mapping[str, slice]  # columns by name
    encode: Callable[[Motion], np.ndarray]  # -> (T,F) float32
    decode: Callable[[np.ndarray, float], Motion]  # (T,F) and fps ->
    restart: Callable[[Any], Any] | None = (
        None  # (...,T,F) -> a clip that starts over the origin; None: any does
    )
    encode_many: Callable[[Sequence[Motion]], list[np.ndarray]] | None = None  # quicker, each canonical
    known: Known | None = None  # None: nothing of a clip can be held fixed

    def canonical(self, x0: Any) -> Any:
        """Features (...,T,F), numpy or torch, of a clip that starts over the origin and faces front."""
        return x0 if self.restart is None else self.restart(x0)

    def canonical_normal(self, x0: Any, stats: FeatureStats) -> Any:
        """`canonical` for normalised features (...,T,F)."""
        return x0 if self.restart is None else stats.normalize(self.restart(stats.denormalize(x0)))

    def encode_canonical(self, motions: Sequence[Motion]) -> list[np.ndarray]:
        """Features (T,F) of each motion, wherever it stands and faces."""
        if self.encode_many is not None:
            return self.encode_many(motions)
        return [self.canonical(self.encode(motion)) for motion in motions]


KNOWN_205 = Known(
    known.KNOWN_DIM,
    known.STEPS,
    known.WORLD_ROOT,
    known.known_values,
    known.poses_known,
    known.columns_without,
    known.path_columns,
)
FEATURES: dict[str, Features] = {
    kind.name: kind
    for kind in (
        Features(
            "smpl205",
            smpl205.DIM,
            smpl205.SLICES,
            smpl205.encode,
            smpl205.decode,
            smpl205.canonical,
            smpl205.encode_canonical,
            KNOWN_205,
        ),
        Features(
            "smpl205-lab",
            smpl205.DIM,
            smpl205.SLICES,
            smpl205_official.encode_lab,
            smpl205_official.decode_lab,
            smpl205.canonical,
            known=KNOWN_205,
        ),
        Features(
            "smpl205-stmc",
            smpl205.DIM,
            smpl205.SLICES,
            smpl205_official.encode_stmc,
            smpl205_official.decode_stmc,
        ),
        Features(
            "humanml263", humanml263.DIM, humanml263.SLICES, humanml263.encode, humanml263.features_to_motion
        ),
        Features("kit251", kit251.DIM, kit251.SLICES, kit251.encode, kit251.decode),
        Features("smpl24rot6d", 150, humanact.ROT6D, humanact.encode_rotations, humanact.decode_rotations),
        Features("joints22", 66, humanact.POSITIONS, humanact.encode_positions, humanact.decode_positions),
    )
}
