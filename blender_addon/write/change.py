"""A change of what a rig does: a motion, the frames that stay, the joints whose bones are keyed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body.motion import Motion


@dataclass(frozen=True, eq=False)
class Change:
    """A motion for some frames and some bones of an animated rig."""

    first: int  # frame of the motion's first pose
    motion: Motion  # at the scene's rate
    kept: np.ndarray  # (T,) bool: frames whose pose stays
    joints: frozenset[str]  # whose bones are keyed
    loop: bool = False  # the last pose is the first one again

    @property
    def last(self) -> int:
        return self.first + len(self.motion) - 1

    @property
    def frames(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """Rows start:stop of the frames that do not stay."""
        edges = np.flatnonzero(np.diff(np.concatenate([[True], self.kept, [True]]).astype(int)))
        return list(zip(edges[::2].tolist(), edges[1::2].tolist()))

    @property
    def borders(self) -> np.ndarray:
        """(T,) bool: kept frames with a gap beside them; of a loop, the first frame has one behind the last."""
        free = ~self.kept
        beside = np.append(free[1:], self.loop) | np.append(self.loop, free[:-1])
        return self.kept & beside
