"""Some joints of one motion, all the others of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, joint_indices


def keep_joints(motion: Motion, target: Motion, joints: Sequence[str] | Sequence[int]) -> Motion:
    """`target` bit for bit, but for the rotations of `joints` (names of joints or `PARTS`, or the indices that a task
    has made of them), which are `motion`'s.

    With the pelvis comes its place. Raises ValueError for an unknown name, different lengths or frame rates.
    """
    if len(motion) != len(target) or abs(motion.fps - target.fps) > 1e-6:
        raise ValueError(
            f"{len(motion)} frames at {motion.fps:g} fps and {len(target)} at {target.fps:g} do not belong together: "
            "resample or cut one of them first"
        )
    changed = joint_indices([j if isinstance(j, str) else JOINTS[j] for j in joints])
    rotations = target.rotations.copy()
    rotations[:, changed] = motion.rotations[:, changed]
    trans = motion.trans if JOINT["pelvis"] in changed else target.trans
    return replace(target, trans=np.asarray(trans), rotations=rotations)
