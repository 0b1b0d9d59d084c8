"""Constant turns of limbs that hardly bend in a clip. Numpy only.

Somebody who stands with knees two centimetres inward bends them sideways, by all that the positions say. Such a bend is
no hinge. Where a take shows no real bend of a limb, anatomy says how it is turned: as the pelvis or the chest is, swung
the short way. Confidence fades from one to the other.
"""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import HINGES, rest_direction, swing_onto
from motion_core.body.skeleton import JOINT
from motion_core.formats.calibration import REST_TORSO, torso_frames
from motion_core.formats.humanoid import Body, bone_directions

NO_HINGE = np.sin(np.radians(20)) ** 2  # squared sine of a bend that may be sideways
A_FEW = 40  # frames
ENOUGH = 1.0  # sum over frames of what is above it that settles a limb


def with_straight_limbs(total: np.ndarray, body: Body) -> np.ndarray:
    """Evidence (N,22,4,4) of each take; where a limb hardly bends, with anatomy instead of its noise."""
    total = total.copy()
    for number, take in enumerate(body.takes):
        positions = body.positions[take]
        few = positions[:: 1 + len(positions) // A_FEW]
        for upper, lower, _ in HINGES:
            # some of the frames are enough to see that a limb bends, all are needed to see that it does not
            if _shown(few, (upper, lower)) < 1 and (shown := _shown(positions, (upper, lower))) < 1:
                for joint, (fit, weight) in zip((upper, lower), _straight_fits(positions, (upper, lower))):
                    supposed = _evidence(body.orientations[take, JOINT[joint]], fit, weight)
                    total[number, JOINT[joint]] = _mixed(total[number, JOINT[joint]], supposed, shown)
    return total


def _shown(positions: np.ndarray, bones: tuple[str, str]) -> float:
    """How much the joints (T,22,3) show of a limb's bend; 1 settles it."""
    u, f = (bone_directions(positions, joint) for joint in bones)
    return float(np.sum(np.maximum(np.sum(quat.cross(u, f) ** 2, axis=-1) - NO_HINGE, 0.0))) / ENOUGH


def _straight_fits(positions: np.ndarray, bones: tuple[str, str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """World orientations (T,4) of both bones, swung the short way to where they lie, and their weights (T,)."""
    u, f = (bone_directions(positions, joint) for joint in bones)
    parent = torso_frames(positions)[bones[0].endswith("shoulder")]
    parent = quat.multiply(parent, REST_TORSO[bones[0].endswith("shoulder")].astype(parent.dtype))
    rest = rest_direction(bones[0])
    upper = swing_onto(parent, rest, u)
    lower = swing_onto(upper, rest_direction(bones[1]), f)
    near = (1 + np.sum(quat.rotate(parent, rest.astype(parent.dtype)) * u, axis=-1)) / 2
    weight = near**2 + 1e-6  # the short way is ever less sure, the farther it is
    return [(upper, weight), (lower, weight)]


def _evidence(given: np.ndarray, fit: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(4,4): the sum over frames of w c c^T with c = conj(given) fit; zero where the source has no such joint."""
    turns = np.nan_to_num(quat.multiply(quat.conjugate(given), fit).astype(np.float64))
    return np.asarray((weight[:, None] * turns).T @ turns)


def _mixed(measured: np.ndarray, supposed: np.ndarray, share: float) -> np.ndarray:
    """Evidence (4,4) of which `share` is measured."""
    scales = (max(float(np.trace(matrix)), 1e-12) for matrix in (measured, supposed))
    return np.asarray(
        sum(part * m / s for part, m, s in zip((share, 1 - share), (measured, supposed), scales))
    )
