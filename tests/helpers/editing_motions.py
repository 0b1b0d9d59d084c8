"""Motions made by formula for the tests of editing: walks, and measures of smoothness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.editing.pose import Pose


def swaying(seed: int = 0, frames: int = 60, fps: float = 20.0, yaw: float = 0.0) -> Motion:
    """A body that walks along -Y at 1 m/s with limbs that swing by random amounts, smooth and never periodic."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None, None] / fps
    rotvecs = rng.normal(0, 0.3, (1, 22, 3)) * np.sin(
        2 * np.pi * rng.uniform(0.2, 0.9, (1, 22, 3)) * time + rng.uniform(0, 6, (1, 22, 3))
    )
    rotvecs[:, JOINT["pelvis"]] *= 0.3
    rotations = quat.rotvec_to_quat(rotvecs)
    rotations[:, JOINT["pelvis"]] = quat.multiply(UPRIGHT, rotations[:, JOINT["pelvis"]])
    seconds = np.arange(frames) / fps
    pelvis = np.stack(
        [0.05 * np.sin(3 * seconds), -seconds, STANDING_PELVIS + 0.02 * np.sin(5 * seconds)], axis=1
    )
    return Motion.from_pelvis(fps, pelvis, rotations).moved(yaw=yaw)


def stepping(frames: int = 80, fps: float = 20.0, slide: float = 0.0) -> Motion:
    """A walk along -Y, 1.1 s a cycle: thighs and knees swing, feet stay level. slide: m/s the floor slips away."""
    phase = 2 * np.pi * np.arange(frames) / (1.1 * fps)
    rotations = standing(frames, fps).rotations.astype(float)
    zero = np.zeros(frames)
    for side, shift in (("left", 0.0), ("right", np.pi)):
        thigh = -0.38 * np.sin(phase + shift)
        knee = 0.12 + 0.75 * np.clip(np.cos(phase + shift), 0, 1) ** 2
        for joint, angle in (("hip", thigh), ("knee", knee), ("ankle", -(thigh + knee))):
            rotvec = np.stack([angle, zero, zero], axis=1)
            rotations[:, JOINT[f"{side}_{joint}"]] = quat.rotvec_to_quat(rotvec)
        arm = np.stack([zero, zero, np.full(frames, -1.2 if side == "left" else 1.2)], axis=1)
        rotations[:, JOINT[f"{side}_shoulder"]] = quat.rotvec_to_quat(arm)
    still = Motion.from_pelvis(fps, np.tile([0, 0, STANDING_PELVIS], (frames, 1)), rotations)
    return _carried(still, slide)


def _carried(still: Motion, slide: float) -> Motion:
    """The body moved over the floor so that the lower foot stands, but for `slide`; its sole on the floor."""
    balls = still.joints()[:, [JOINT["left_foot"], JOINT["right_foot"]]].astype(float)
    lower = balls[..., 2].argmin(axis=1)
    steps = np.diff(balls, axis=0)[np.arange(len(still) - 1), lower[:-1], 1]
    pelvis = still.pelvis.astype(float)
    pelvis[1:, 1] -= np.cumsum(steps) + slide / still.fps * np.arange(1, len(still))
    pelvis[:, 2] -= balls[..., 2].min(axis=1) - 0.018
    return Motion.from_pelvis(still.fps, pelvis, still.rotations)


def standing(frames: int = 40, fps: float = 20.0) -> Motion:
    """The rest pose, still, on the floor."""
    rotations = np.tile(quat.IDENTITY, (frames, 22, 1))
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    return Motion.from_pelvis(fps, np.tile([0, 0, STANDING_PELVIS], (frames, 1)), rotations)


def speeds(motion: Motion) -> np.ndarray:
    """(T-1,22) m/s of the joints."""
    return np.linalg.norm(np.diff(motion.joints().astype(float), axis=0), axis=-1) * motion.fps


def accelerations(motion: Motion) -> np.ndarray:
    """(T-2,22) m/s^2 of the joints."""
    return np.linalg.norm(np.diff(motion.joints().astype(float), 2, axis=0), axis=-1) * motion.fps**2


def same_frames(a: Motion, b: Motion, where: np.ndarray) -> bool:
    """Equal bit for bit in the frames of the mask."""
    return np.array_equal(a.trans[where], b.trans[where]) and np.array_equal(
        a.rotations[where], b.rotations[where]
    )


def two_rounds(loop: Motion) -> tuple[Motion, Motion]:
    """The loop and, from its last frame on, the loop again where it has got to."""
    again = loop.moved(yaw=float(loop.heading()[-1] - loop.heading()[0]))
    again = again.moved(offset=tuple(float(v) for v in loop.pelvis[-1] - again.pelvis[0]))
    joined = (np.concatenate([getattr(loop, k), getattr(again, k)[1:]]) for k in ("trans", "rotations"))
    trans, rotations = joined
    return replace(loop, trans=trans, rotations=rotations), again


def seam_velocity_jump(loop: Motion) -> float:
    """How much joint velocities differ just before and just after the seam, part of the fastest joint's there; 1."""
    both, _ = two_rounds(loop)
    seam = len(loop) - 1
    near = Pose.of(both.slice(seam - 2, seam + 3).at_frames(np.array([1.99, 2.0, 2.01]))).positions
    before, after = near[1] - near[0], near[2] - near[1]
    fastest = max(np.linalg.norm(before, axis=-1).max(), 1e-4)
    return float(np.linalg.norm(after - before, axis=-1).max() / fastest)
