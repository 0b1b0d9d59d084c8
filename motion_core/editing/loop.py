"""A motion whose end leads back into its beginning: the last frame has the pose and the velocity of the first.

At the seam both ends give way by half. Their pose becomes M, in the middle of the first pose A and the last B. Their
step becomes the mean of the steps that leave A and reach B. So frames 0, 1, T-2 and T-1 are known. Their corrections
are spread inwards, over a longer window where the difference is larger. The pelvis' rotation is corrected in the body,
R' = R E: that does not depend on where a travelling body is and which way it faces.

`find_round` looks the other way: which stretch of a longer motion comes round to a pose that it has had.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.pose import Pose
from motion_core.editing.root import turned, turned_path, yaw_of
from motion_core.editing.spread import spread

PELVIS = JOINT["pelvis"]
STRAIGHTENED = np.radians(30)  # a travelling loop that turns by less is meant to go straight
SHUFFLE = 0.05  # m/s: who travels more slowly is meant to stay
SHORTEST, LONGEST = 0.3, 1.2  # seconds of the window
SECONDS_PER_RADIAN = 0.6  # of the largest difference between first and last pose
LEAST_FRAMES = 5
STEP_WEIGHT = 0.1  # seconds: a joint 1 m/s faster counts as one 10 cm off


def close_loop(motion: Motion, *, travel: bool = True) -> Motion:
    """The motion as a loop of T-1 frames, whose frame T-1 shows the pose of frame 0 with the same velocity.

    travel: the root goes on, as `straighten` leaves it; each round begins where and as the last one ended. Else it
    returns. Raises ValueError for less than 5 frames.
    """
    return close_seam(straighten(motion, travel=travel))


def straighten(motion: Motion, *, travel: bool = True) -> Motion:
    """The motion without what drifts from its first to its last frame, taken out evenly.

    travel: of the heading what is below 30 degrees, so that a straight walk stays straight, of the place over the floor
    what is slower than a shuffle. Else all of it but whole turns. Raises ValueError for less than 5 frames.
    """
    if len(motion) < LEAST_FRAMES:
        raise ValueError(f"a loop needs at least {LEAST_FRAMES} frames, the motion has {len(motion)}")
    pose = Pose.of(motion)
    if not travel or abs(_turn(pose)) < STRAIGHTENED:
        angle = -_turn(pose) * _ramp(len(motion))
        pose.pelvis[:, :2] = turned_path(pose.pelvis[:, :2], angle)
        pose.rotations[:, PELVIS] = quat.multiply(quat.about_z(angle), pose.rotations[:, PELVIS])
    drift = pose.pelvis[-1, :2] - pose.pelvis[0, :2]
    if not travel or np.linalg.norm(drift) < SHUFFLE * motion.seconds:
        pose.pelvis[:, :2] -= _ramp(len(motion))[:, None] * drift
    return pose.motion(motion)


def close_seam(motion: Motion) -> Motion:
    """The motion with its last frame in the first one's pose again, wherever it has got to, moving on as it begins."""
    pose = Pose.of(motion)
    turn, window = _turn(pose), _window(pose, motion.fps)
    _close_rotations(pose, turn, window, motion.fps)
    _close_path(pose, turn, window, motion.fps)
    return replace(motion, trans=pose.motion(motion).trans, rotations=pose.rotations)


def _ramp(frames: int) -> np.ndarray:
    return np.linspace(0.0, 1.0, frames)


def _turn(pose: Pose) -> float:
    """The turn from the first to the last frame, radians, without whole turns."""
    first, last = pose.rotations[0, PELVIS], pose.rotations[-1, PELVIS]
    return float((yaw_of(quat.multiply(last, quat.conjugate(first))) + np.pi) % (2 * np.pi) - np.pi)


def _window(pose: Pose, fps: float) -> int:
    """Frames at each end over which the seam's corrections fade; at most half the motion."""
    joints = [j for j in range(pose.rotations.shape[1]) if j != PELVIS]
    apart = float(quat.angle_between(pose.rotations[0, joints], pose.rotations[-1, joints]).max())
    seconds = np.clip(SHORTEST + SECONDS_PER_RADIAN * apart, SHORTEST, LONGEST)
    return int(min(round(seconds * fps), len(pose.pelvis) // 2 - 1))


def _spread_in(correction: np.ndarray, window: int, fps: float) -> np.ndarray:
    """Corrections (T,...) of the two first and the two last frames, gone `window` frames further in."""
    frames = np.arange(len(correction))
    known = (frames < 2) | (frames >= len(frames) - 2)
    inside = (frames > window) & (frames < len(frames) - 1 - window)
    return spread(correction, known | inside, fps)


def _close_rotations(pose: Pose, turn: float, window: int, fps: float) -> None:
    given = pose.rotations.copy()
    back = quat.about_z(-turn)
    given[-2:, PELVIS] = quat.multiply(back, given[-2:, PELVIS])  # as seen from where the loop begins
    inverse = quat.conjugate(given)
    middle = _half_way(given[0], given[-1])
    step = 0.5 * (
        quat.quat_to_rotvec(quat.multiply(inverse[0], given[1]))
        + quat.quat_to_rotvec(quat.multiply(inverse[-2], given[-1]))
    )
    wanted = {
        0: middle,
        1: quat.multiply(middle, quat.rotvec_to_quat(step)),
        -2: quat.multiply(middle, quat.rotvec_to_quat(-step)),
        -1: middle,
    }
    correction = np.zeros((*given.shape[:2], 3))
    for frame, rotation in wanted.items():
        correction[frame] = quat.quat_to_rotvec(quat.multiply(inverse[frame], rotation))
    turns = quat.rotvec_to_quat(_spread_in(correction, window, fps))
    pose.rotations = quat.multiply(pose.rotations, turns)


def _half_way(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return quat.slerp(a, b, np.full(a.shape[:-1], 0.5))


def _close_path(pose: Pose, turn: float, window: int, fps: float) -> None:
    """Height meets half way; the path keeps its ends, and its steps beside the seam become one."""
    path, frames = pose.pelvis, len(pose.pelvis)
    first, last = path[1] - path[0], path[-1] - path[-2]
    last[:2] = turned(last[:2], np.array(-turn))
    slower = (last - first) / 2
    rise = np.array([0.0, 0.0, (path[-1, 2] - path[0, 2]) / 2])
    correction = np.zeros((frames, 3))
    correction[0], correction[1] = rise, rise + slower
    back = slower.copy()
    back[:2] = turned(back[:2], np.array(turn))
    correction[-1], correction[-2] = -rise, -rise + back
    pose.pelvis = path + _spread_in(correction, window, fps)


def find_round(motion: Motion, frames: int, slack: int) -> Motion:
    """`frames` frames from a longer motion, whose last pose and velocity are most like its first.

    The stretch may be up to `slack` frames longer or shorter than that; its speed is changed to fit. Raises ValueError
    for a motion shorter than `frames`.
    """
    if len(motion) < frames:
        raise ValueError(f"the motion has {len(motion)} frames: a round of {frames} is not in it")
    state = states(motion)  # (T,D)
    best, found = np.inf, (0, frames)
    for length in range(max(2, frames - slack), min(len(motion), frames + slack) + 1):
        apart = np.linalg.norm(state[length - 1 :] - state[: len(state) - length + 1], axis=1)
        start = int(apart.argmin())
        if apart[start] < best:
            best, found = float(apart[start]), (start, length)
    start, length = found
    part = motion.slice(start, start + length)
    return replace(part.at_frames(np.linspace(0, length - 1, frames)), fps=motion.fps)


def apart(motion: Motion) -> float:
    """How unlike the first and the last pose and velocity are, over all joints, metres; a joint 1 m/s faster counts as
    one STEP_WEIGHT m off."""
    first, last = states(motion)[[0, -1]]
    return float(np.linalg.norm(last - first))


def states(motion: Motion) -> np.ndarray:
    """Joints and their velocities (T,22*6) about the pelvis, turned to the front; heights over the floor."""
    joints, heading = motion.joints().astype(np.float64), motion.heading()
    joints[..., :2] -= joints[:, JOINT["pelvis"], None, :2]
    back = quat.about_z(-heading)[:, None]
    places = quat.rotate(back, joints)
    steps = (
        np.gradient(motion.joints().astype(np.float64), axis=0) if len(motion) > 1 else np.zeros_like(joints)
    )
    speeds = STEP_WEIGHT * motion.fps * quat.rotate(back, steps)
    return np.concatenate([places, speeds], axis=-1).reshape(len(motion), -1)
