"""Two motions mixed: side by side frame by frame, or one leading into the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, REST_PELVIS
from motion_core.editing.root import turned
from motion_core.editing.spread import smoothstep

PELVIS = JOINT["pelvis"]


def blend(a: Motion, b: Motion, weight: float | np.ndarray) -> Motion:
    """The motion between two of the same length: weight 0 gives `a`, 1 gives `b`; one number or one per frame (T,).

    Poses and heights are mixed frame by frame, headings by their angle. The path takes the mixed steps, each seen
    from where its body faces. So two walks in different directions give a walk and not a slide.
    """
    _check(a, b)
    if len(a) != len(b):
        raise ValueError(f"the motions have {len(a)} and {len(b)} frames: resample or cut one of them first")
    part = np.broadcast_to(np.asarray(weight, dtype=np.float64), (len(a),))
    if not np.all((part >= 0) & (part <= 1)):
        raise ValueError(
            f"the weight runs from {part.min():g} to {part.max():g}: it must lie between 0 and 1"
        )
    for motion, whole in ((a, 0.0), (b, 1.0)):
        if np.all(part == whole):
            return motion
    yaws = a.heading(), b.heading()
    apart = yaws[1] - yaws[0]
    apart = apart - 2 * np.pi * np.round(apart[0] / (2 * np.pi))
    yaw = yaws[0] + part * apart
    rotations = _mixed_poses(a, b, part, yaws, yaw)
    pelvis = a.pelvis + part[:, None] * (b.pelvis - a.pelvis)
    pelvis[:, :2] = pelvis[:1, :2] + _mixed_path(a, b, part, yaws, yaw)
    return replace(a, trans=pelvis - REST_PELVIS, rotations=rotations)


def blend_stretched(a: Motion, b: Motion, weight: float) -> Motion:
    """`blend` of motions of any lengths and rates. Both are stretched so that they end together.

    The length of the result is the weighted mean of theirs. It has `a`'s rate; weight 0 gives `a`, 1 gives `b`.
    """
    b = b.resample(a.fps)
    frames = max(1, round(len(a) + weight * (len(b) - len(a))))
    a, b = (m if len(m) == frames else m.at_frames(np.linspace(0, len(m) - 1, frames)) for m in (a, b))
    return blend(a, b, weight)


def crossfade(a: Motion, b: Motion, frames: int) -> Motion:
    """`a`, then `b`, the last `frames` of the one mixed into the first of the other: len(a) + len(b) - frames frames.

    `b` is turned and moved over the floor to where `a` is in the middle of the overlap; outside the overlap `a` keeps
    its bits.
    """
    _check(a, b)
    if not 1 <= frames <= min(len(a), len(b)):
        raise ValueError(f"the overlap is {frames} frames: use 1 to {min(len(a), len(b))}")
    start, middle = len(a) - frames, frames // 2
    b = b.moved(yaw=float(a.heading()[start + middle] - b.heading()[middle]))
    shift = a.pelvis[start + middle] - b.pelvis[middle]
    b = b.moved(offset=(float(shift[0]), float(shift[1]), 0.0))
    part = smoothstep((np.arange(frames) + 1) / (frames + 1))
    trans = a.trans[start:] + part[:, None] * (b.trans[:frames] - a.trans[start:])
    rotations = quat.slerp(a.rotations[start:], b.rotations[:frames], part[:, None])
    return replace(
        a,
        trans=np.concatenate([a.trans[:start], trans, b.trans[frames:]]),
        rotations=np.concatenate([a.rotations[:start], rotations, b.rotations[frames:]]),
    )


def _check(a: Motion, b: Motion) -> None:
    if abs(a.fps - b.fps) > 1e-6:
        raise ValueError(f"frame rates differ ({a.fps:g} and {b.fps:g}): resample one of them first")


def _mixed_poses(
    a: Motion, b: Motion, part: np.ndarray, yaws: tuple[np.ndarray, np.ndarray], yaw: np.ndarray
) -> np.ndarray:
    """Rotations (T,22,4); the pelvis' are mixed without their headings, then face `yaw`."""
    sides = []
    for motion, own in zip((a, b), yaws):
        rotations = motion.rotations.astype(np.float64)
        rotations[:, PELVIS] = quat.multiply(quat.about_z(-own), rotations[:, PELVIS])
        sides.append(rotations)
    mixed = quat.slerp(sides[0], sides[1], part[:, None])
    mixed[:, PELVIS] = quat.multiply(quat.about_z(yaw), mixed[:, PELVIS])
    return mixed


def _mixed_path(
    a: Motion, b: Motion, part: np.ndarray, yaws: tuple[np.ndarray, np.ndarray], yaw: np.ndarray
) -> np.ndarray:
    """The path (T,2) from its own first point."""
    steps = []
    for motion, own in zip((a, b), yaws):
        across = np.diff(motion.pelvis[:, :2].astype(np.float64), axis=0)
        steps.append(turned(across, -(own[1:] + own[:-1]) / 2))
    share = ((part[1:] + part[:-1]) / 2)[:, None]
    mixed = turned(steps[0] + share * (steps[1] - steps[0]), (yaw[1:] + yaw[:-1]) / 2)
    return np.concatenate([np.zeros((1, 2)), np.cumsum(mixed, axis=0)])
