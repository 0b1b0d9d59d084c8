"""Which way is up in a file that does not say it: from all that tells it. Numpy only.

People stand more than they lie. Their lowest point rests steadily on a floor, which files lay at zero. A skeleton at
rest stands. Each of these is evidence for one axis; none is asked alone, because people also lie still or hop.
"""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import UPRIGHT

_HALF = np.sqrt(0.5)
# Turns from a file's axes to ours, by the file's axis that points up
TO_Z_UP = {
    "y": UPRIGHT,
    "z": quat.IDENTITY,
    "x": np.array([_HALF, 0.0, -_HALF, 0.0]),
    "-y": np.array([_HALF, -_HALF, 0.0, 0.0]),
    "-z": np.array([0.0, 1.0, 0.0, 0.0]),
    "-x": np.array([_HALF, 0.0, _HALF, 0.0]),
}
AXES = {"x": 0, "y": 1, "z": 2}
STANDS, RESTS, STEADY, FLOOR = 2.0, 2.7, 1.0, 1.0  # how much each kind of evidence weighs
STEADIEST = 2.0  # natural logarithm of how much steadier counts at most
NEAR = 0.1  # of a body's height: where the floor lies at zero, and what is no movement (a tenth of it)
LOW_PERCENTILE = 5.0


def guess_up_axis(
    feet: np.ndarray, neck: np.ndarray, lowest: np.ndarray, rest: np.ndarray | None, usual: str, doubt: float
) -> str:
    """ "y" or "z".

    feet, neck: (T,3) the middle of the ankles, and the neck. lowest: (T,3) the least coordinates of all joints. rest:
    (3,) from the hips to the neck of a skeleton that stands at rest, if it does. usual: what such files have as a rule,
    which other evidence must outweigh by `doubt`.
    """
    height = max(float(np.median(quat.length(neck - feet))), 1e-9)
    stands = np.mean(neck - feet, axis=0) / height
    wobble = np.std(lowest, axis=0) / height + NEAR / 10
    floor = np.abs(np.percentile(lowest, LOW_PERCENTILE, axis=0)) < NEAR * height
    y, z = AXES["y"], AXES["z"]
    for_z = STANDS * (stands[z] - stands[y])
    for_z += STEADY * float(np.clip(np.log(wobble[y] / wobble[z]), -STEADIEST, STEADIEST))
    for_z += FLOOR * (float(floor[z]) - float(floor[y]))
    if rest is not None:
        for_z += RESTS * (rest[z] - rest[y]) / max(float(np.linalg.norm(rest)), 1e-9)
    return "z" if for_z > (doubt if usual == "y" else -doubt) else "y"


def standing_rest(hips: np.ndarray, neck: np.ndarray, ankles: np.ndarray) -> np.ndarray | None:
    """(3,) from the hips to the neck of a skeleton at rest; None where its legs do not lead the other way."""
    spine, legs = neck - hips, ankles - hips
    lengths = float(np.linalg.norm(spine) * np.linalg.norm(legs))
    return spine if lengths > 0 and float(spine @ legs) < -0.8 * lengths else None
