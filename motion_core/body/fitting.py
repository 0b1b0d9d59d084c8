"""Joint positions to SMPL-22 rotations, analytically and for all frames at once. Numpy only, safe inside Blender.

Positions fix the direction of every bone but not its twist. Where two neighbouring bones bend (knee, elbow) the bend
tells the twist, because the joint is a hinge; elsewhere the twist is the parent's. `hints` (world orientations
measured by a capture system) replace both guesses.

A hinge, derived. Let u be the direction of the upper bone, f of the lower one, a and b the same in the rest pose and e
the hinge axis at rest. We look for an orientation G of the upper bone with G a = u (direction exact) that lets a turn
about the hinge carry b to f: such a turn keeps the part along the axis, so (G e).f = e.b. Starting from any G0 with
G0 a = u, all candidates are turns of G0 by an angle w about u:
    G e = (e.a) u + p cos w + q sin w,   p = G0 (e - (e.a) a),   q = u x p
    (f.p) cos w + (f.q) sin w = e.b - (e.a)(u.f) = k
    w = atan2(f.q, f.p) + arccos(k / |(f.p, f.q)|)            (of the two solutions, the one that bends forward)
|(f.p, f.q)| is the sine of the bend: it vanishes for a straight limb, so it also weighs how much w is to be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, JOINTS, OFFSETS, PARENTS, REST_JOINTS

# Joint -> the child its bone points to. The others end a chain (wrist, head, foot) or carry several bones.
CHILD: dict[str, str] = {
    "spine1": "spine2", "spine2": "spine3", "neck": "head",
    **{
        f"{side}_{joint}": f"{side}_{child}"
        for side in ("left", "right")
        for joint, child in (
            ("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"),
            ("collar", "shoulder"), ("shoulder", "elbow"), ("elbow", "wrist"),
        )
    },
}  # fmt: skip
# Upper bone, lower bone and the axis in the rest frame about which the lower one bends by positive angles:
# knees bend backwards (+X), elbows forwards (down for the left arm, up for the right one).
HINGES: tuple[tuple[str, str, tuple[float, float, float]], ...] = (
    ("left_hip", "left_knee", (1.0, 0.0, 0.0)),
    ("right_hip", "right_knee", (1.0, 0.0, 0.0)),
    ("left_shoulder", "left_elbow", (0.0, -1.0, 0.0)),
    ("right_shoulder", "right_elbow", (0.0, 1.0, 0.0)),
)
SMOOTHING = 0.2  # seconds: how far a straight limb looks for a bend that tells its twist
# Weights of those neighbours and of the parent's twist, in squared sines: a bend above 6 degrees speaks for itself.
NEIGHBOURS, PRIOR = 0.01, 1e-4


Times = tuple[Sequence[int], float]  # first frames of the takes, Hz


class Hinge(NamedTuple):
    """Upper bone, lower bone, and the axis (3,) of their hinge in the rest frame."""

    upper: str
    lower: str
    axis: np.ndarray


def unit(v: np.ndarray) -> np.ndarray:
    """Vectors (...,3) of length 1; a zero vector stays zero."""
    return np.asarray(v / np.maximum(quat.length(v), 1e-12)[..., None])


def frame(x: np.ndarray, up: np.ndarray, exact: str = "x") -> np.ndarray:
    """Orthonormal frames (...,3,3), columns x, y, z, nearest to the axis `exact` ("x" or "y") and then the other."""
    if exact == "x":
        x = unit(x)
        z = unit(quat.cross(x, up))
        y = quat.cross(z, x)
    else:
        y = unit(up)
        z = unit(quat.cross(x, y))
        x = quat.cross(y, z)
    return np.stack([x, y, z], axis=-1)


def rest_direction(joint: str) -> np.ndarray:
    """Unit direction (3,) of a single-child joint's bone in the rest frame."""
    return unit(OFFSETS[JOINT[CHILD[joint]]].astype(np.float64))


def swing_onto(orientation: np.ndarray, rest: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Orientations (T,4) after the least turn that carries their bone `rest` (3,) onto `direction` (T,3)."""
    bone = quat.rotate(orientation, rest.astype(orientation.dtype, copy=False))
    return quat.multiply(quat.between(bone, direction), orientation)


def world_to_local(orientations: np.ndarray) -> np.ndarray:
    """World orientations (T,22,4) to rotations local to the parent, signs continuous over time."""
    local = quat.over_time(*orientations.shape, dtype=orientations.dtype)
    local[:] = orientations
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            local[:, joint] = quat.multiply(quat.conjugate(orientations[:, parent]), orientations[:, joint])
    return quat.continuous(local)


def positions_to_rotations(joints: np.ndarray, hints: np.ndarray | None = None) -> np.ndarray:
    """Rotations (T,22,4) wxyz, local to the parent,: `positions_to_world`."""
    return world_to_local(positions_to_world(check_joints(joints), hints))


def positions_to_world(
    joints: np.ndarray, hints: np.ndarray | None = None, starts: Sequence[int] = (0,), fps: float = 20.0
) -> np.ndarray:
    """World orientations (T,22,4) wxyz of a body whose joints lie at (T,22,3) in the Z-up world.

    Bone lengths need not be ours, since only directions count. Those of limbs, collars, neck and spine are met exactly.
    The pelvis takes the hip line exactly, the chest the neck.

    hints: world orientations (T,22,4), NaN where unknown. Limbs take their twist from them; pelvis, chest, head, hands
    and toes the whole orientation.
    starts: first frames of the takes that follow each other; no frame is judged by those of another take.
    fps: Hz. float32 positions give float32 results, all others float64.
    Raises ValueError for a wrong shape or a value that is not finite.
    """
    dtype = np.float32 if getattr(joints, "dtype", None) == np.float32 else np.float64
    joints = check_joints(joints).astype(dtype, copy=False)
    if hints is None:
        hints = np.full((len(joints), len(JOINTS), 4), np.nan)
    given = np.asarray(hints, joints.dtype)
    if given.shape != (len(joints), len(JOINTS), 4):
        raise ValueError(f"hints have shape {given.shape}, expected {(len(joints), len(JOINTS), 4)}")
    world = quat.over_time(len(joints), len(JOINTS), 4, dtype=joints.dtype)
    _fit_torso(joints, given, world)
    for upper, lower, axis in HINGES:
        _fit_limb(joints, given, world, Hinge(upper, lower, np.array(axis)), (starts, fps))
    for side in ("left", "right"):
        _fit_bone(joints, given, world, f"{side}_ankle", world[:, JOINT[f"{side}_knee"]])
        _copy(given, world, f"{side}_wrist", f"{side}_elbow")
        _copy(given, world, f"{side}_foot", f"{side}_ankle")
    return world


def check_joints(joints: np.ndarray) -> np.ndarray:
    """Positions (T,22,3) as float64; raises ValueError for another shape, no frame or a value that is not finite."""
    joints = np.asarray(joints, dtype=np.float64)
    if joints.ndim != 3 or joints.shape[1:] != (len(JOINTS), 3) or len(joints) == 0:
        raise ValueError(
            f"joints have shape {joints.shape}: expected (frames, {len(JOINTS)}, 3), one frame at least"
        )
    if not np.all(np.isfinite(joints)):
        frame_number, joint, _ = np.argwhere(~np.isfinite(joints))[0]
        raise ValueError(f"the position of {JOINTS[joint]} at frame {frame_number} is not finite")
    return joints


def _direction(joints: np.ndarray, joint: str) -> np.ndarray:
    return unit(joints[:, JOINT[CHILD[joint]]] - joints[:, JOINT[joint]])


def _known(given: np.ndarray, joint: str, guess: np.ndarray) -> np.ndarray:
    """The hint (T,4) of a joint where there is one, the guess elsewhere."""
    hint = given[:, JOINT[joint]]
    return np.where(np.all(np.isfinite(hint), axis=-1, keepdims=True), hint, guess)


def _copy(given: np.ndarray, world: np.ndarray, joint: str, like: str) -> None:
    world[:, JOINT[joint]] = _known(given, joint, world[:, JOINT[like]])


def _fit_bone(
    joints: np.ndarray, given: np.ndarray, world: np.ndarray, joint: str, guess: np.ndarray
) -> None:
    """Direction exact, twist from the hint or else the guess (T,4)."""
    start = _known(given, joint, guess)
    world[:, JOINT[joint]] = swing_onto(start, rest_direction(joint), _direction(joints, joint))


def pelvis_orientation(joints: np.ndarray) -> np.ndarray:
    """World orientation (T,4): hip line exact, up towards spine1."""
    middle = (joints[:, JOINT["left_hip"]] + joints[:, JOINT["right_hip"]]) / 2
    across = joints[:, JOINT["left_hip"]] - joints[:, JOINT["right_hip"]]
    return quat.matrix_to_quat(frame(across, joints[:, JOINT["spine1"]] - middle))


def chest_orientation(joints: np.ndarray) -> np.ndarray:
    """World orientation (T,4): towards the neck exactly, then along the collars (or the shoulders where they meet)."""
    across = joints[:, JOINT["left_collar"]] - joints[:, JOINT["right_collar"]]
    wide = joints[:, JOINT["left_shoulder"]] - joints[:, JOINT["right_shoulder"]]
    length = np.linalg.norm(across, axis=-1, keepdims=True)
    across = np.where(length > 0.1 * np.linalg.norm(wide, axis=-1, keepdims=True), across, wide)
    return quat.matrix_to_quat(
        frame(across, joints[:, JOINT["neck"]] - joints[:, JOINT["spine3"]], exact="y")
    )


def _fit_torso(joints: np.ndarray, given: np.ndarray, world: np.ndarray) -> None:
    rest = REST_JOINTS[None].astype(joints.dtype)
    pelvis = quat.multiply(pelvis_orientation(joints), quat.conjugate(pelvis_orientation(rest)))
    chest = quat.multiply(chest_orientation(joints), quat.conjugate(chest_orientation(rest)))
    pelvis, chest = _known(given, "pelvis", pelvis), _known(given, "spine3", chest)
    world[:, JOINT["pelvis"]], world[:, JOINT["spine3"]] = pelvis, chest
    for joint, share in (("spine1", 1 / 3), ("spine2", 2 / 3)):
        _fit_bone(
            joints, given, world, joint, quat.slerp(pelvis, chest, np.full(len(joints), share, joints.dtype))
        )
    for joint in ("neck", "left_collar", "right_collar"):
        _fit_bone(joints, given, world, joint, chest)
    _copy(given, world, "head", "neck")


def _fit_limb(joints: np.ndarray, given: np.ndarray, world: np.ndarray, hinge: Hinge, times: Times) -> None:
    """Both bones of a limb, twisted so that the hinge between them carries one onto the other."""
    upper, lower, axis = hinge
    parent = world[:, PARENTS[JOINT[upper]]]
    u, f = _direction(joints, upper), _direction(joints, lower)
    start = swing_onto(parent, rest_direction(upper), u)
    angle, trust = hinge_twist(start, u, f, (upper, lower), axis)
    twisted = quat.multiply(quat.rotvec_to_quat(u * _steady(angle, trust, times)[:, None]), start)
    _fit_bone(joints, given, world, upper, twisted)
    bent = bend_onto(world[:, JOINT[upper]], rest_direction(lower), f, axis)
    _fit_bone(joints, given, world, lower, bent)


def bend_onto(upper: np.ndarray, rest: np.ndarray, f: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """The upper bone's orientation (T,4) turned about the hinge until its lower bone points along f, or nearly."""
    hinge, straight = (quat.rotate(upper, of.astype(upper.dtype, copy=False)) for of in (axis, rest))
    along, across = np.sum(straight * hinge, axis=-1, keepdims=True), quat.cross(hinge, straight)
    sine = np.sum(across * f, axis=-1)
    cosine = np.sum((straight - along * hinge) * f, axis=-1)
    return quat.multiply(quat.rotvec_to_quat(np.arctan2(sine, cosine)[:, None] * hinge), upper)


def hinge_twist(
    start: np.ndarray, u: np.ndarray, f: np.ndarray, bones: tuple[str, str], axis: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Angle w (T,) about u by which to turn `start` (T,4), and its trust (T,), the squared sine of the bend."""
    a, b = rest_direction(bones[0]), rest_direction(bones[1])
    p = quat.rotate(start, (axis - np.dot(axis, a) * a).astype(start.dtype))
    q = quat.cross(u, p)
    fp, fq = np.sum(f * p, axis=-1), np.sum(f * q, axis=-1)
    k = float(np.dot(axis, b)) - float(np.dot(axis, a)) * np.sum(u * f, axis=-1)
    amplitude = np.hypot(fp, fq)
    angle = np.arctan2(fq, fp) + np.arccos(np.clip(k / np.maximum(amplitude, 1e-9), -1, 1))
    return angle, amplitude**2


def _steady(angle: np.ndarray, trust: np.ndarray, times: Times) -> np.ndarray:
    """Angles (T,) where trusted; else those of trusted neighbours in time; else zero, the parent's twist."""
    starts, fps = times
    turn = trust * np.exp(1j * angle)
    return np.angle(turn * trust + NEIGHBOURS * smooth(turn, SMOOTHING * fps, starts) + PRIOR)


def smooth(values: np.ndarray, frames: float, starts: Sequence[int] = (0,)) -> np.ndarray:
    """Gaussian mean over time of values (T,), real or complex, within each take; `frames` is the standard deviation."""
    reach = int(3 * frames)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / frames) ** 2)
    lengths = np.diff([*starts, len(values)])
    places = np.arange(len(values)) + np.repeat(np.arange(len(lengths)), lengths) * reach
    apart = np.zeros(places[-1] + 1, dtype=values.dtype)  # the takes with `reach` zeros between
    apart[places] = values
    weights = (kernel / kernel.sum()).astype(values.real.dtype)
    return np.convolve(apart, weights, mode="full")[reach + places]
