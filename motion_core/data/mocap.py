"""Motion capture of a known or unknown humanoid skeleton -> `Motion`s fit for training: 20 fps, feet on the floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import HINGES, unit
from motion_core.body.motion import Motion, forward_kinematics
from motion_core.body.skeleton import ANKLE_HEIGHT, FOOT_JOINTS, JOINT, SOLE
from motion_core.data.sources import SourceSkeleton, find_source
from motion_core.formats.bvh import clip_to_capture
from motion_core.formats.bvh_clip import BvhClip
from motion_core.formats.calibration import calibrate
from motion_core.formats.humanoid import Body, capture_to_body
from motion_core.formats.joint_names import guess_names

FPS = 20.0
TEAR_SPEED = np.radians(2400)  # per second: twice what the fastest kick or pirouette reaches
KIN_FRAMES = 200.0  # weight of the evidence of other actors with the same skeleton
CONTACT_SPEED = 0.35  # m/s: a slower foot may stand
CONTACT_BAND = 0.03  # m above the lowest sole of the frame
CONTACT_STEPS = 8.0  # independent contacts that a clip's contact frames are worth
CONTACT_PERCENTILE = 25.0  # of contacts may lie under the floor, by millimetres
FLOOR_PERCENTILE = 5.0  # of frames may: a clip without contacts stands on its lowest frames
FLOOR_NOISE, FLOOR_SLOPE, MAX_SLOPE = (
    0.012,
    0.015,
    0.05,
)  # m; expected and greatest slope of a room, rise over run


def source_of(clip: BvhClip) -> SourceSkeleton:
    """The table of a known skeleton, or one guessed from the joint names; ValueError where the names say nothing."""
    return find_source(clip.joints) or SourceSkeleton(
        "any", guess_names(clip.joints, clip.parents, clip.tips), False
    )


def clip_to_body(clip: BvhClip, source: SourceSkeleton | None = None) -> Body:
    """The clip's joints as ours, in metres, Z up. Known skeletons are Y up; others are guessed."""
    source = source or source_of(clip)
    up = None if source.id == "any" else "y"
    return capture_to_body(clip_to_capture(clip, source.names, up=up), source.names)


def body_key(clip: BvhClip, source: SourceSkeleton) -> str:
    """The same for all clips of one actor: the skeleton and its bone lengths in the file's unit."""
    lengths = np.linalg.norm(clip.offsets[1:], axis=-1)
    return f"{source.id}:{','.join(f'{length:.1f}' for length in lengths)}"


def calibrate_actor(own: Sequence[np.ndarray], kin: Sequence[np.ndarray] = ()) -> np.ndarray:
    """Constant turns (22,4) from the evidence (22,4,4) of an actor's clips and, lightly, of others with that skeleton.

    Joint axes belong to the skeleton, the neutral pose of a torso to the actor; what few clips cannot tell, kin can.
    """
    if not len(kin):
        return calibrate(own)
    shared = np.sum(kin, axis=0)
    weight = np.trace(shared, axis1=-2, axis2=-1)[:, None, None]
    return calibrate([*own, shared * KIN_FRAMES / np.maximum(weight, KIN_FRAMES)])


def fit_to_motion(pelvis: np.ndarray, rotations: np.ndarray, source_fps: float, fps: float = FPS) -> Motion:
    """The result of `fit_body` (T,3), (T,22,4) as a motion at `fps` on the floor."""
    motion = Motion.from_pelvis(source_fps, pelvis, rotations)
    return on_floor(motion if abs(source_fps - fps) < 1e-6 else motion.resample(fps))


# ------------------------------------------------------------------------------------------- the floor


def sole_heights(motion: Motion) -> np.ndarray:
    """(T,4) metres between the floor z = 0 and the sole under each of `FOOT_JOINTS`."""
    return foot_soles(motion)[..., 2]


def foot_soles(motion: Motion) -> np.ndarray:
    """(T,4,3) the points of the sole straight below each of `FOOT_JOINTS` of an upright body."""
    points = motion.joints()[:, [JOINT[joint] for joint in FOOT_JOINTS]].astype(np.float64)
    points[..., 2] -= [ANKLE_HEIGHT if joint.endswith("ankle") else SOLE for joint in FOOT_JOINTS]
    return points


def contacts(soles: np.ndarray, fps: float) -> np.ndarray:
    """(N,3) where soles (T,4,3) stand: those that are slow and the lowest of their frame."""
    if len(soles) < 2:
        return soles.reshape(-1, 3)
    speed = np.linalg.norm(np.gradient(soles, axis=0), axis=-1) * fps
    low = soles[..., 2] < soles[..., 2].min(axis=1, keepdims=True) + CONTACT_BAND
    return soles[low & (speed < CONTACT_SPEED)]


def floor_slope(points: np.ndarray) -> np.ndarray:
    """Slope (2,) = (dz/dx, dz/dy) of the plane through contacts (N,3), 0 where they say nothing.

    Ridge regression with the prior that floors are level to FLOOR_SLOPE, reweighted so that steps onto something
    higher do not count. Capture rooms are tilted by up to two degrees: a walker there climbs 3 cm a step.
    """
    if len(points) < 5:
        return np.zeros(2)
    weights = np.ones(len(points))
    for _ in range(5):
        centre = np.average(points, axis=0, weights=weights)
        across, height = points[:, :2] - centre[:2], points[:, 2] - centre[2]
        ridge = (FLOOR_NOISE / FLOOR_SLOPE) ** 2 * np.eye(2)
        share = weights / weights.sum() * CONTACT_STEPS  # frames of one step repeat each other
        slope = np.linalg.solve(
            (across * share[:, None]).T @ across + ridge, (across * share[:, None]).T @ height
        )
        weights = 1 / (1 + ((height - across @ slope) / FLOOR_NOISE) ** 2)
    return np.clip(slope, -MAX_SLOPE, MAX_SLOPE)


def on_floor(motion: Motion) -> Motion:
    """Levelled and raised as a whole, so that standing soles touch z = 0."""
    soles = foot_soles(motion)
    slope = floor_slope(contacts(soles, motion.fps))
    level = quat.between(np.array([-slope[0], -slope[1], 1.0]), np.array([0.0, 0.0, 1.0]))
    soles = quat.rotate(level, soles)
    points = contacts(soles, motion.fps)
    floor = np.percentile(points[:, 2], CONTACT_PERCENTILE) if len(points) >= 5 else np.inf
    floor = min(floor, np.percentile(soles[..., 2].min(axis=1), FLOOR_PERCENTILE) + CONTACT_BAND)
    return turned(motion, level).moved(offset=(0.0, 0.0, -float(floor)))


def turned(motion: Motion, turn: np.ndarray) -> Motion:
    """The whole motion rotated about the world's origin by the quaternion `turn` (4,)."""
    rotations = motion.rotations.astype(np.float64)
    rotations[:, JOINT["pelvis"]] = quat.multiply(turn, rotations[:, JOINT["pelvis"]])
    return Motion.from_pelvis(motion.fps, quat.rotate(turn, motion.pelvis.astype(np.float64)), rotations)


# ------------------------------------------------------------------------------------------- how good the fit is

_LIMB_BONES = tuple(
    (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
)


def fit_errors(body: Body, pelvis: np.ndarray, rotations: np.ndarray) -> dict[str, float]:
    """How well a fit (T,3), (T,22,4) of `fit_body` shows the body: mean angles between bones, share of exchanged sides.

    The torso is measured hip middle to neck and hip to hip, shoulder to shoulder; feet are levelled, not copied.
    """
    fitted, _ = forward_kinematics(pelvis, rotations)
    limbs = [_angle(body.positions, fitted, a, b) for a, b in _LIMB_BONES]
    spine = _angle(_with_middle(body.positions), _with_middle(fitted), "pelvis", "neck")
    across = [_angle(body.positions, fitted, f"left_{j}", f"right_{j}") for j in ("hip", "shoulder")]
    return {
        "limbs and spine (deg)": float(np.mean([*limbs, spine])),
        "spine (deg)": float(np.mean(spine)),
        "hips, shoulders (deg)": float(np.mean(across)),
        "sides exchanged (%)": 100 * float(np.mean(_exchanged(fitted) | (np.array(across) > 90).any(axis=0))),
    }


def tears(motion: Motion) -> bool:
    """Whether a limb jumps by more than a body can in one frame: the capture lost it there."""
    limbs = motion.rotations[
        :, [JOINT[joint] for joint in ("pelvis", *(j for bones in HINGES for j in bones[:2]))]
    ]
    limit = TEAR_SPEED / motion.fps
    return bool(np.any(quat.angle_between(limbs[1:], limbs[:-1]) > limit))


def _with_middle(positions: np.ndarray) -> np.ndarray:
    """The same joints with the pelvis in the middle of the hips."""
    moved = positions.copy()
    moved[:, JOINT["pelvis"]] = (positions[:, JOINT["left_hip"]] + positions[:, JOINT["right_hip"]]) / 2
    return moved


def _angle(source: np.ndarray, fitted: np.ndarray, a: str, b: str) -> np.ndarray:
    one, other = (unit(points[:, JOINT[b]] - points[:, JOINT[a]]) for points in (source, fitted))
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(one - other, axis=-1) / 2, 0, 1)))


def _exchanged(joints: np.ndarray) -> bool:
    """Whether the left hip is, for most of the time, not on the left of where the feet point."""
    at = {joint: joints[:, index] for joint, index in JOINT.items()}
    toes = at["left_foot"] - at["left_ankle"] + at["right_foot"] - at["right_ankle"]
    up = at["neck"] - (at["left_hip"] + at["right_hip"]) / 2
    return bool(np.median(np.sum(quat.cross(up, toes) * (at["left_hip"] - at["right_hip"]), axis=-1)) < 0)
