"""A motion made to equal another one: in some frames, with a smooth way there and away, or in some joints.

The difference of the two is taken apart where both are known: heading (a turn about Z), place over the floor, height,
tilt of the pelvis, and each joint's rotation in its parent. Each part is spread over the free frames by `spread`:
heading and place as fast as the body moves, so that someone who stands is not dragged; the rest evenly, and in the
middle of a gap of more than a second not at all. Beyond the first and the last kept frame heading and place are
carried along rigidly; height, tilt and pose fade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, REST_PELVIS, joint_indices
from motion_core.editing.root import correct_heading, correct_place, pace_of, yaw_of
from motion_core.editing.spread import rotvecs_along, spread

PELVIS = JOINT["pelvis"]
FADE = 0.5  # seconds; a gap of less than twice as many is bridged by the difference itself


def meet(motion: Motion, target: Motion, kept: np.ndarray) -> Motion:
    """`motion` with `target`'s frames, bit for bit, where `kept` (T,) bool; what `target` is elsewhere is not read.

    Nothing kept gives the motion itself, everything kept gives `target`'s frames. Raises ValueError for different
    lengths or frame rates.
    """
    kept = _checked(motion, target, kept)
    if not kept.any():
        return motion
    if kept.all():
        return replace(motion, trans=target.trans, rotations=target.rotations)
    pace = pace_of(motion)
    moved = correct_heading(motion, _yaws(motion, target, kept), kept, pace)
    pelvis = target.pelvis.astype(np.float64)
    trans = moved.trans.astype(np.float64)
    trans[:, :2] = correct_place(moved, pelvis[:, :2], kept, pace) - REST_PELVIS[:2]
    trans[:, 2] += spread(pelvis[:, 2] - moved.pelvis[:, 2], kept, motion.fps, fade=FADE)
    rotations = _posed(moved, target, kept)
    trans = np.where(kept[:, None], target.trans, trans)
    rotations = np.where(kept[:, None, None], target.rotations, rotations)
    return replace(motion, trans=trans, rotations=rotations)


def _checked(motion: Motion, target: Motion, kept: np.ndarray) -> np.ndarray:
    kept = np.asarray(kept, dtype=bool)
    if not len(motion) == len(target) == len(kept):
        raise ValueError(
            f"the motion has {len(motion)} frames, the target {len(target)}, the mask of kept frames {len(kept)}: "
            "give all the same length"
        )
    if abs(motion.fps - target.fps) > 1e-6:
        raise ValueError(
            f"frame rates differ ({motion.fps:g} and {target.fps:g}): resample one of them first"
        )
    return kept


def _yaws(motion: Motion, target: Motion, kept: np.ndarray) -> np.ndarray:
    """How far (T,) the motion has to turn, known where kept; never a revolution from one kept frame to the next."""
    ours, theirs = (m.rotations[kept, PELVIS].astype(np.float64) for m in (motion, target))
    yaw = np.zeros(len(kept))
    found = yaw_of(quat.multiply(theirs, quat.conjugate(ours)))
    found[0] = (found[0] + np.pi) % (2 * np.pi) - np.pi
    yaw[kept] = np.unwrap(found)
    return yaw


def _posed(motion: Motion, target: Motion, kept: np.ndarray) -> np.ndarray:
    """Rotations (T,22,4) of the motion corrected by what turns them into the target's where kept.

    The joints' difference is R_target R_motion^-1, in the parent; the pelvis', whose parent is the world, is taken in
    the body instead, R_motion^-1 R_target, so that a lean forward stays one when the body turns.
    """
    ours = motion.rotations.astype(np.float64)
    theirs = target.rotations[kept].astype(np.float64)
    difference = quat.multiply(theirs, quat.conjugate(ours[kept]))
    difference[:, PELVIS] = quat.multiply(quat.conjugate(ours[kept, PELVIS]), theirs[:, PELVIS])
    rotvecs = np.zeros((*ours.shape[:2], 3))
    rotvecs[kept] = rotvecs_along(difference)
    turn = quat.rotvec_to_quat(spread(rotvecs, kept, motion.fps, fade=FADE))
    posed = quat.multiply(turn, ours)
    posed[:, PELVIS] = quat.multiply(ours[:, PELVIS], turn[:, PELVIS])
    return posed


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
    trans = motion.trans if PELVIS in changed else target.trans
    return replace(target, trans=np.asarray(trans), rotations=rotations)
