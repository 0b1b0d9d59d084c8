"""Does the body obey the floor? Foot sliding, penetration, floating, jerk: numbers with units, per motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import ANKLE_HEIGHT, JOINT, SOLE

# A joint counts as standing on the floor while it is this close to its height in a flat foot (metres). The step
# of HumanML3D's own contact rule, 0.002 m^2 between frames at 20 fps, says nothing about height; feet that hover
# and glide would pass it.
CONTACT_MARGIN = 0.03
FLOOR_HEIGHTS = {
    "left_foot": SOLE,
    "right_foot": SOLE,
    "left_ankle": ANKLE_HEIGHT,
    "right_ankle": ANKLE_HEIGHT,
}


@dataclass(frozen=True)
class PhysicalScores:
    """sliding: cm/s, mean horizontal speed of feet on the floor. penetration: cm, mean depth of the deepest foot
    below the floor. floating: cm, 5th percentile over frames of the lowest foot's height. jerk: m/s^3, mean over
    joints and frames of the third derivative of position. All are nan where a motion is too short to tell."""

    sliding: float
    penetration: float
    floating: float
    jerk: float


def contacts(joints: np.ndarray) -> dict[str, np.ndarray]:
    """For each foot joint, (T,) bool: near the floor. joints (T,22,3) metres, Z up."""
    return {
        name: joints[:, JOINT[name], 2] < height + CONTACT_MARGIN for name, height in FLOOR_HEIGHTS.items()
    }


def physical_scores(motion: Motion) -> PhysicalScores:
    """The four scores of one motion."""
    joints = motion.joints().astype(np.float64)
    clearance = np.min([joints[:, JOINT[n], 2] - h for n, h in FLOOR_HEIGHTS.items()], axis=0)  # (T,)
    return PhysicalScores(
        sliding=_sliding(joints, motion.fps),
        penetration=float(100 * np.maximum(-clearance, 0).mean()),
        floating=float(100 * max(np.percentile(clearance, 5), 0.0)),
        jerk=_jerk(joints, motion.fps),
    )


def sliding_steps(joints: np.ndarray, fps: float) -> np.ndarray:
    """cm/s of every step that the ball of a foot makes while it is on the floor; joints (T,22,3) metres, Z up."""
    speeds = []
    for name in ("left_foot", "right_foot"):  # the ball of the foot: an ankle may move while the toes stand
        down = contacts(joints)[name]
        both = down[1:] & down[:-1]
        step = np.diff(joints[:, JOINT[name], :2], axis=0)
        speeds.append(np.linalg.norm(step[both], axis=-1) * fps * 100)
    return np.concatenate(speeds)


def _sliding(joints: np.ndarray, fps: float) -> float:
    speed = sliding_steps(joints, fps)
    return float(speed.mean()) if len(speed) else float("nan")


def _jerk(joints: np.ndarray, fps: float) -> float:
    if len(joints) < 4:
        return float("nan")
    return float(np.linalg.norm(np.diff(joints, n=3, axis=0) * fps**3, axis=-1).mean())


def mean_of_scores(rows: Sequence[PhysicalScores]) -> PhysicalScores:
    """Each score's mean over the motions for which it is defined; NaN where it is for none."""
    means = {}
    for field in fields(PhysicalScores):
        values = np.array([getattr(row, field.name) for row in rows])
        known = values[np.isfinite(values)]
        means[field.name] = float(known.mean()) if len(known) else float("nan")
    return PhysicalScores(**means)
