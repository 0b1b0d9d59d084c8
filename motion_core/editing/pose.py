"""A motion opened up for changing: float64 arrays whose world positions follow, and back into a `Motion`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion, forward_kinematics
from motion_core.body.skeleton import JOINT, PARENTS, REST_PELVIS


class Pose:
    """T poses. pelvis (T,3) metres, rotations (T,22,4) local: set them, then call `update`.

    positions (T,22,3) and orientations (T,22,4), of the world, are what `update` last found.
    """

    def __init__(self, pelvis: np.ndarray, rotations: np.ndarray):
        self.pelvis = np.array(pelvis, dtype=np.float64)
        self.rotations = np.array(rotations, dtype=np.float64)
        self.update()

    @classmethod
    def of(cls, motion: Motion) -> Pose:
        return cls(motion.trans.astype(np.float64) + REST_PELVIS, motion.rotations)

    def update(self) -> None:
        """Forward kinematics of the whole body."""
        self.positions, self.orientations = forward_kinematics(self.pelvis, self.rotations)

    def at(self, joint: str) -> np.ndarray:
        """World positions (T,3)."""
        return self.positions[:, JOINT[joint]]

    def facing(self, joint: str) -> np.ndarray:
        """World orientations (T,4)."""
        return self.orientations[:, JOINT[joint]]

    def set_facing(self, chain: dict[str, np.ndarray]) -> None:
        """World orientations (T,4) of joints, a parent before its children; what else hangs on them turns along."""
        new = {JOINT[joint]: orientation for joint, orientation in chain.items()}
        for joint, orientation in new.items():
            above = PARENTS[joint]
            if above < 0:
                self.rotations[:, joint] = orientation
                continue
            parent = new.get(above, self.orientations[:, above])
            self.rotations[:, joint] = quat.multiply(quat.conjugate(parent), orientation)

    def motion(self, like: Motion, frozen: np.ndarray | None = None) -> Motion:
        """As a motion with the rate, shape and meta of `like`, and its very frames where `frozen` (T,) bool."""
        trans, rotations = self.pelvis - REST_PELVIS, self.rotations
        if frozen is not None:
            trans = np.where(frozen[:, None], like.trans, trans)
            rotations = np.where(frozen[:, None, None], like.rotations, rotations)
        return replace(like, trans=trans, rotations=rotations)


def frozen_mask(motion: Motion, frozen: np.ndarray | None) -> np.ndarray:
    """`frozen` as (T,) bool, none by default. Raises ValueError for another length."""
    mask = np.zeros(len(motion), dtype=bool) if frozen is None else np.asarray(frozen, dtype=bool)
    if mask.shape != (len(motion),):
        raise ValueError(
            f"the mask of frozen frames has shape {mask.shape}: the motion has {len(motion)} frames, give one each"
        )
    return mask
