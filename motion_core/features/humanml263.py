"""HumanML3D's 263 features (Guo et al. 2022) both ways. Y up lives here alone: joints are turned at the door.

At the door all joints are this project's: (T,22,3) metres, Z up, a person facing -Y. Inside they are HumanML3D's: Y up,
20 fps, lowest point at y = 0, the first frame over the origin facing +Z, left at +X. N poses give N-1 vectors:

    yaw_velocity    1   change of *half* the heading to the next frame, positive to the person's right
    root_velocity   2   x,z step of the pelvis to the next frame, seen from the next frame's heading, metres
    root_height     1   y of the pelvis
    positions      63   21 joints (all but the pelvis), x,z relative to the pelvis, seen from this frame's heading
    rot6d         126   21 local rotations, first two *columns*, from joint positions: twist is arbitrary
    velocities     66   step of all 22 joints to the next frame, seen from this frame's heading, metres
    contacts        4   left ankle, left foot, right ankle, right foot: squared step below 0.002 m^2

The half-angle quirk: HumanML3D stores the arcsine of the quaternion's y component, so running sums give a/2, and cos
and sin of it are the quaternion (cos a/2, 0, sin a/2, 0) that turns the world *into* the heading frame. Whoever reads
component 0 as an angle turns half as far, and the wrong way.

The heading is not the body's own: it is smoothed over +-4 s (a Gaussian of 20 frames), and frame 0's is set to zero.
What is smoothed is not the facing direction either. The official code exchanges the names of the hips there, so the
hips count against the shoulders. Networks have learnt that, hence `guo.py` does it too.

One thing is done otherwise. Where the heading passes the direction straight behind the first frame's, the official
arcsine turns the step's sign round. That frame's `yaw_velocity` would lead a decoder astray by twice the step.
`positions` and the root are the truth for `decode_263`; the rotations are written for networks that expect them.
"""

from __future__ import annotations

import numpy as np

from motion_core.body.fitting import check_joints, positions_to_rotations
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, REST_JOINTS
from motion_core.features.guo import Skeleton, X, Y, Z, features_to_joints, joints_to_features

FPS = 20.0
_SIDEWAYS = {"left_hip": 1, "right_hip": -1, "left_collar": 1, "right_collar": -1}
_UP = ("spine1", "spine2", "spine3", "neck")
_AHEAD = ("left_foot", "right_foot", "head")


def _zero_direction(joint: str) -> tuple[int, int, int]:
    """Arms hang."""
    if joint in _SIDEWAYS:
        return (_SIDEWAYS[joint], 0, 0)
    return (0, 0, 1) if joint in _AHEAD else (0, 1 if joint in _UP else -1, 0)


BODY = Skeleton(
    joints=JOINTS,
    zero={name: _zero_direction(name) for name in JOINTS[1:]},
    chains=(
        ("pelvis", "right_hip", "right_knee", "right_ankle", "right_foot"),
        ("pelvis", "left_hip", "left_knee", "left_ankle", "left_foot"),
        ("pelvis", "spine1", "spine2", "spine3", "neck", "head"),
        ("spine3", "right_collar", "right_shoulder", "right_elbow", "right_wrist"),
        ("spine3", "left_collar", "left_shoulder", "left_elbow", "left_wrist"),
    ),
    contacts=("left_ankle", "left_foot", "right_ankle", "right_foot"),
    still=0.002,  # square metres per frame at 20 fps
)
DIM, SLICES, CONTACT_JOINTS = BODY.dim, BODY.slices, BODY.contacts


def z_up_to_y_up(vectors: np.ndarray) -> np.ndarray:
    """(...,3): facing -Y with Z up becomes facing +Z with Y up; left stays at +X."""
    return np.stack([vectors[..., X], vectors[..., Z], -vectors[..., Y]], axis=-1)


def y_up_to_z_up(vectors: np.ndarray) -> np.ndarray:
    """The inverse of `z_up_to_y_up`."""
    return np.stack([vectors[..., X], -vectors[..., Z], vectors[..., Y]], axis=-1)


def encode_263(joints: np.ndarray) -> np.ndarray:
    """Features (T-1,263) float32 of joints (T,22,3) at 20 fps, Z up, metres.

    HumanML3D's joints are those of one fixed body; feed joints of one body too (`Motion.joints`).
    Raises ValueError for another shape, fewer than two frames or a value that is not finite.
    """
    return joints_to_features(z_up_to_y_up(check_joints(joints)), BODY)


def decode_263(features: np.ndarray) -> np.ndarray:
    """Joints (T,22,3) float32, Z up, metres, of features (T,263), by their positions and root.

    Raises ValueError for another shape, no frame or a value that is not finite.
    """
    return y_up_to_z_up(features_to_joints(features, BODY)).astype(np.float32)


def leg_length(joints: np.ndarray) -> float:
    """Thigh and shin together, metres: the median over frames (T,22,3) and both sides."""
    bones = [("left_hip", "left_knee", "left_ankle"), ("right_hip", "right_knee", "right_ankle")]
    legs = [np.diff(joints[:, [JOINT[name] for name in leg]], axis=1) for leg in bones]  # 2 of (T,2,3)
    return float(np.median(np.linalg.norm(legs, axis=-1).sum(axis=-1)))


def features_to_motion(features: np.ndarray, fps: float = FPS) -> Motion:
    """A motion of our body from features (T,263): joint positions, then an analytic fit of the rotations.

    The path is scaled by the ratio of leg lengths, so that the feet of our body neither float nor slide.
    """
    joints = decode_263(features).astype(np.float64)
    scale = leg_length(REST_JOINTS[None].astype(np.float64)) / max(leg_length(joints), 1e-3)
    return Motion.from_pelvis(fps, joints[:, JOINT["pelvis"]] * scale, positions_to_rotations(joints))


def motion_to_features(motion: Motion) -> np.ndarray:
    """Features (T-1,263) of a motion at any frame rate; T counts its frames at 20 fps."""
    return encode_263(motion.resample(FPS).joints())


def encode(motion: Motion) -> np.ndarray:
    """`motion_to_features` of any motion: a single pose is held for a second frame, because features are steps."""
    at_rate = motion.resample(FPS)
    held = at_rate if len(at_rate) > 1 else at_rate.at_frames(np.zeros(2))
    return encode_263(held.joints())
