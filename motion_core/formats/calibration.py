"""The constant turns C between the joints of a moving skeleton and ours, from its motion. Numpy only.

`humanoid.py` says what they are for. Each is a mean over the frames in which a geometric fit is good.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import HINGES, frame
from motion_core.body.skeleton import JOINT, JOINTS, OFFSETS, REST_JOINTS
from motion_core.formats.humanoid import SIDES, Body, bone_directions

FEET = tuple(f"{side}_{joint}" for side in SIDES for joint in ("ankle", "foot"))
MIDDLE = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
# Axes meant to lie across the body do so within 10 degrees in every known skeleton; others are off by 17 or more.
SNAP = np.cos(np.radians(12))
UPRIGHT_TILT = np.radians(15)  # how far the torso may lean and still tell its neutral pose
STANDING_SPEED = 0.15  # m/s below which a foot stands
STANDS, LYING = np.cos(
    np.radians([70, 85])
)  # how far a shank leans whose foot may stand, and surely does not
FLOOR_SHARE = 5.0  # percent of frames whose feet may lie under the floor
STOOD, SPREAD = 1.0, 0.003  # frames of standing that tell a foot's turn; share of less that may contradict it


def evidence(body: Body) -> np.ndarray:
    """(22,4,4): per joint the sum over frames of w c c^T with c = conj(S) F. Sums of several clips may be added."""
    return evidence_of_takes(body).sum(axis=0)


def evidence_of_takes(body: Body) -> np.ndarray:
    """(N,22,4,4): the `evidence` of each take."""
    return _summed(body, *fits_of(body))


def _summed(body: Body, fits: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Evidence (N,22,4,4) of each take, from fits (T,22,4) and their weights (T,22)."""
    turns = quat.multiply(quat.conjugate(body.orientations), fits)
    known = np.all(np.isfinite(turns), axis=-1)
    turns = np.where(known[..., None], turns, 0.0)
    weighed = (weights * known)[..., None] * turns
    by_joint, weighed = turns.transpose(1, 0, 2), weighed.transpose(1, 2, 0)  # (22,T,4), (22,4,T)
    sums = [weighed[..., take] @ by_joint[:, take] for take in body.takes]
    return np.array(sums, np.float64)  # whose eigenvectors are asked for


def feet_evidence(body: Body) -> np.ndarray:
    """(N,22,4,4): the `evidence_of_takes` of ankles and feet alone, zero elsewhere. It asks the knees too."""
    fits, weights = (
        quat.over_time(len(body.positions), len(JOINTS), *shape, dtype=body.positions.dtype)
        for shape in ((4,), ())
    )
    fits[:], weights[:] = 0.0, 0.0
    for side in SIDES:
        _fit_foot(body, fits, weights, side)
    return _summed(body, fits, weights)


def calibrate(clips: Sequence[np.ndarray]) -> np.ndarray:
    """`mean_turns` (22,4) of evidence (22,4,4) of one or more clips of the same skeleton together."""
    return mean_turns(np.sum(clips, axis=0))


def mean_turns(total: np.ndarray) -> np.ndarray:
    """C (...,22,4), the weighted mean turns, from evidence (...,22,4,4).

    The mean quaternion is the eigenvector of the largest eigenvalue (Markley et al. 2007, eq. 13).
    Joints without evidence are NaN.
    """
    _, vectors = np.linalg.eigh(total)
    turns = vectors[..., -1]
    middle = [JOINT[joint] for joint in MIDDLE]
    turns[..., middle, :] = _symmetric(turns[..., middle, :])
    return np.where(np.trace(total, axis1=-2, axis2=-1)[..., None] > 1e-9, turns, np.nan)


def feet_known(total: np.ndarray) -> np.ndarray:
    """(N,) bool: whether evidence (N,22,4,4) of takes settles how their feet stand, or there is no more to be had.

    In a run a foot stands for one or two frames or none. Which frames these are then decides its turn, and another
    frame rate may find one that differs by 70 degrees.
    """
    feet = total[:, [JOINT[joint] for joint in FEET]]
    weight = np.trace(feet, axis1=-2, axis2=-1)
    agreeing = np.linalg.eigvalsh(feet)[..., -1]
    return np.all((weight >= STOOD) | (weight - agreeing <= SPREAD * weight), axis=-1)


def _symmetric(turn: np.ndarray) -> np.ndarray:
    """C (...,4) with the body's left-right axis exactly on the nearest axis of the source joint, if that is near.

    Riggers lay an axis of a middle joint across the body; a mean over people who look to one side does not know it.
    """
    across = quat.rotate(turn, np.array([1.0, 0.0, 0.0]))
    nearest = np.abs(across) == np.max(np.abs(across), axis=-1, keepdims=True)
    axis = np.where(nearest, np.sign(across), 0.0)
    near = np.sum(across * axis, axis=-1, keepdims=True) > SNAP
    return np.where(near, quat.multiply(quat.between(across, axis), turn), turn)


def fits_of(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """World orientations (T,22,4) of the geometric fit and how far each frame is to be believed (T,22)."""
    positions = body.positions
    fits = body.fits.copy(order="K")
    weights = quat.over_time(*fits.shape[:2], dtype=fits.dtype)
    weights[:] = 1.0
    _fit_torso(positions, fits, weights)
    for upper, lower, _ in HINGES:
        bend = quat.cross(bone_directions(positions, upper), bone_directions(positions, lower))
        weights[:, [JOINT[upper], JOINT[lower]]] = np.sum(bend**2, axis=-1)[:, None] ** 2 + 1e-6
    for side in SIDES:
        _fit_hand(positions, fits, weights, side)
        _fit_foot(body, fits, weights, side)
    return fits, weights


def torso_frames(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frames (T,4) of pelvis and chest of a straight torso: across hips or shoulders, up from hips to neck."""
    at = {joint: positions[:, index] for joint, index in JOINT.items()}
    up = at["neck"] - (at["left_hip"] + at["right_hip"]) / 2
    pelvis = frame(at["left_hip"] - at["right_hip"], up, exact="x")
    chest = frame(at["left_shoulder"] - at["right_shoulder"], up, exact="y")
    return quat.matrix_to_quat(pelvis), quat.matrix_to_quat(chest)


REST_TORSO = tuple(quat.conjugate(turn) for turn in torso_frames(REST_JOINTS[None].astype(np.float64)))


def _fit_torso(positions: np.ndarray, fits: np.ndarray, weights: np.ndarray) -> None:
    """Pelvis, spine, neck, head and collars: those of a straight torso, believed while it is upright."""
    rests = (rest.astype(positions.dtype, copy=False) for rest in REST_TORSO)
    pelvis, chest = (quat.multiply(turn, rest) for turn, rest in zip(torso_frames(positions), rests))
    up = quat.rotate(chest, np.array([0.0, 1.0, 0.0], chest.dtype))
    tilt = np.arccos(np.clip(up[:, 2], -1, 1))
    upright = np.exp(-((tilt / UPRIGHT_TILT) ** 2) / 2) + 1e-6
    for joint, share in (("pelvis", 0.0), ("spine1", 1 / 3), ("spine2", 2 / 3)):
        fits[:, JOINT[joint]] = quat.slerp(pelvis, chest, np.full(len(chest), share, chest.dtype))
        weights[:, JOINT[joint]] = upright
    for joint in ("spine3", "neck", "head", "left_collar", "right_collar"):
        fits[:, JOINT[joint]] = chest
        weights[:, JOINT[joint]] = upright
    for side in SIDES:
        weights[:, JOINT[f"{side}_collar"]] *= _hanging(positions, side)


def _hanging(positions: np.ndarray, side: str) -> np.ndarray:
    """(T,) near 1 while the upper arm points down."""
    return np.clip(-bone_directions(positions, f"{side}_shoulder")[:, 2], 1e-3, 1) ** 2


def _fit_hand(positions: np.ndarray, fits: np.ndarray, weights: np.ndarray, side: str) -> None:
    fits[:, JOINT[f"{side}_wrist"]] = fits[:, JOINT[f"{side}_elbow"]]
    weights[:, JOINT[f"{side}_wrist"]] = _hanging(positions, side)


def _fit_foot(body: Body, fits: np.ndarray, weights: np.ndarray, side: str) -> None:
    """A standing foot is level and points where its toes are; of somebody who lies the fit by the bones is kept."""
    ankle, ball = (body.positions[:, JOINT[f"{side}_{joint}"]] for joint in ("ankle", "foot"))
    up = np.broadcast_to(np.array([0.0, 0.0, 1.0], ankle.dtype), ankle.shape)
    level = frame(quat.cross(up, ball - ankle), up, exact="y")
    ahead = OFFSETS[JOINT[f"{side}_foot"]].astype(np.float64)
    rest = frame(np.cross([0.0, 1.0, 0.0], ahead), np.array([0.0, 1.0, 0.0]), exact="y")
    flat = quat.multiply(
        quat.matrix_to_quat(level), quat.conjugate(quat.matrix_to_quat(rest)).astype(level.dtype)
    )
    upright = _upright_shank(body.positions, side)
    standing = np.prod(_standing(np.stack([ankle, ball], axis=1), body), axis=1) * upright
    lying = upright == 0
    for joint in ("ankle", "foot"):
        at = JOINT[f"{side}_{joint}"]
        fits[:, at] = np.where(lying[:, None], fits[:, at], flat) if np.any(lying) else flat
        weights[:, at] = standing + 1e-6


def _upright_shank(positions: np.ndarray, side: str) -> np.ndarray:
    """(T,) 1 where the knee is above the ankle, fading to 0: a foot beside it does not stand, however low it is."""
    shank = bone_directions(positions, f"{side}_knee")
    return np.clip((-shank[:, 2] - LYING) / (STANDS - LYING), 0, 1)


def _standing(points: np.ndarray, body: Body) -> np.ndarray:
    """(T,P) near 1 while points (T,P,3) are slow and low."""
    speed = np.linalg.norm(_steps(points, body.takes), axis=-1) * body.fps
    low = [percentile(points[take, :, 2], FLOOR_SHARE) for take in body.takes]
    height = points[..., 2] - body.over_frames(np.array(low))
    return np.exp(-((speed / STANDING_SPEED) ** 2) - (height / 0.03) ** 2)


def percentile(values: np.ndarray, percent: float) -> np.ndarray:
    """np.percentile of finite values (T,...) over the frames, without its checks, which take longer than the rest."""
    place = percent / 100 * (len(values) - 1)
    low, high = int(place), min(int(place) + 1, len(values) - 1)
    ordered = np.partition(values, (low, high), axis=0)
    return np.asarray(ordered[low] + (place - low) * (ordered[high] - ordered[low]))


def _steps(points: np.ndarray, takes: Sequence[slice]) -> np.ndarray:
    """Central differences of points (T,P,3) in time, one-sided where a take begins or ends, zero in a single frame."""
    if len(points) == 1:
        return np.zeros_like(points)
    steps = np.gradient(points, axis=0)
    for take in takes:
        first, last = take.start, take.stop - 1
        if first == last:
            steps[first] = 0.0
        else:
            steps[first], steps[last] = points[first + 1] - points[first], points[last] - points[last - 1]
    return steps
