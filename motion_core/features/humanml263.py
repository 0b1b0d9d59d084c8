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
hips count against the shoulders. Networks have learnt that, hence `_smoothed_forward` does it too.

One thing is done otherwise. Where the heading passes the direction straight behind the first frame's, the official
arcsine turns the step's sign round. That frame's `yaw_velocity` would lead a decoder astray by twice the step.
`positions` and the root are the truth for `decode_263`; the rotations are written for networks that expect them.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import check_joints, positions_to_rotations
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, REST_JOINTS
from motion_core.features.stats import check_features

FPS = 20.0
DIM = 263
SLICES: dict[str, slice] = {
    "yaw_velocity": slice(0, 1),
    "root_velocity": slice(1, 3),
    "root_height": slice(3, 4),
    "positions": slice(4, 67),
    "rot6d": slice(67, 193),
    "velocities": slice(193, 259),
    "contacts": slice(259, 263),
}
X, Y, Z = 0, 1, 2
CONTACT_JOINTS = ("left_ankle", "left_foot", "right_ankle", "right_foot")
CONTACT_SQUARED_STEP = 0.002  # square metres per frame at 20 fps
HEADING_SIGMA, HEADING_REACH = 20.0, 80  # frames: the smoothing of the heading and where its window ends

# The zero pose of HumanML3D's rotations: a direction for each joint's bone (from its parent), arms hanging.
_SIDEWAYS = {"left_hip": 1, "right_hip": -1, "left_collar": 1, "right_collar": -1}
_UP = ("spine1", "spine2", "spine3", "neck")
_AHEAD = ("left_foot", "right_foot", "head")
# Each chain starts anew from the root's rotation, also the arms that hang on spine3.
_CHAINS: tuple[tuple[str, ...], ...] = (
    ("pelvis", "right_hip", "right_knee", "right_ankle", "right_foot"),
    ("pelvis", "left_hip", "left_knee", "left_ankle", "left_foot"),
    ("pelvis", "spine1", "spine2", "spine3", "neck", "head"),
    ("spine3", "right_collar", "right_shoulder", "right_elbow", "right_wrist"),
    ("spine3", "left_collar", "left_shoulder", "left_elbow", "left_wrist"),
)


def _zero_direction(joint: str) -> np.ndarray:
    if joint in _SIDEWAYS:
        return np.array([_SIDEWAYS[joint], 0.0, 0.0])
    if joint in _AHEAD:
        return np.array([0.0, 0.0, 1.0])
    return np.array([0.0, 1.0 if joint in _UP else -1.0, 0.0])


def z_up_to_y_up(vectors: np.ndarray) -> np.ndarray:
    """(...,3): facing -Y with Z up becomes facing +Z with Y up; left stays at +X."""
    return np.stack([vectors[..., X], vectors[..., Z], -vectors[..., Y]], axis=-1)


def y_up_to_z_up(vectors: np.ndarray) -> np.ndarray:
    """The inverse of `z_up_to_y_up`."""
    return np.stack([vectors[..., X], -vectors[..., Z], vectors[..., Y]], axis=-1)


def _into_heading(half: np.ndarray) -> np.ndarray:
    """Quaternions (T,4) that turn the world into the heading frame; half (T,) as component 0's running sum."""
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, np.sin(half), zero], axis=-1)


def _left(joints: np.ndarray, part: str) -> np.ndarray:
    """From the right joint of a pair to the left one (T,3)."""
    return joints[:, JOINT[f"left_{part}"]] - joints[:, JOINT[f"right_{part}"]]


def _facing(across: np.ndarray) -> np.ndarray:
    """Direction (T,3) in the floor plane (Y up) of a body whose left is `across` (T,3); not of unit length."""
    across = across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-12)
    return np.cross(across, [0.0, 1.0, 0.0])


def _forward(joints: np.ndarray) -> np.ndarray:
    """Facing direction (T,3) of hips and shoulders."""
    return _facing(_left(joints, "shoulder") + _left(joints, "hip"))


def _smoothed_forward(joints: np.ndarray) -> np.ndarray:
    """The direction (T,3) that the official code smooths: of the shoulders, less that of the hips."""
    return _smoothed(_facing(_left(joints, "shoulder") - _left(joints, "hip")))


def _half_heading(forward: np.ndarray) -> np.ndarray:
    """Half angles (T,), unwrapped, that turn forward (T,3) to +Z."""
    return -np.unwrap(np.arctan2(forward[:, X], forward[:, Z])) / 2


def _smoothed(vectors: np.ndarray) -> np.ndarray:
    """(T,3) averaged over time with HumanML3D's Gaussian, ends held."""
    kernel = np.exp(-0.5 * (np.arange(-HEADING_REACH, HEADING_REACH + 1) / HEADING_SIGMA) ** 2)
    padded = np.pad(vectors, ((HEADING_REACH, HEADING_REACH), (0, 0)), mode="edge")
    columns = [np.convolve(column, kernel / kernel.sum(), mode="valid") for column in padded.T]
    return np.stack(columns, axis=-1)


def _placed(joints: np.ndarray) -> np.ndarray:
    """Joints (T,22,3), Y up, moved to the floor, over the origin and to face +Z at the first frame."""
    joints = joints - [0.0, joints[..., Y].min(), 0.0]
    joints = joints - joints[0, JOINT["pelvis"]] * [1.0, 0.0, 1.0]
    return quat.rotate(_into_heading(_half_heading(_forward(joints[:1]))), joints)


def _chain_rotations(joints: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Local rotations (T,21,4) of all but the pelvis, each the shortest turn of its bone out of the zero pose."""
    local = np.empty((len(joints), len(JOINTS), 4))
    for chain in _CHAINS:
        above = root
        for parent, joint in pairwise(chain):
            bone = joints[:, JOINT[joint]] - joints[:, JOINT[parent]]
            world = quat.between(_zero_direction(joint), bone)
            local[:, JOINT[joint]] = quat.multiply(quat.conjugate(above), world)
            above = world
    return local[:, 1:]


def encode_263(joints: np.ndarray) -> np.ndarray:
    """Features (T-1,263) float32 of joints (T,22,3) at 20 fps, Z up, metres.

    HumanML3D's joints are those of one fixed body; feed joints of one body too (`Motion.joints`).
    Raises ValueError for another shape, fewer than two frames or a value that is not finite.
    """
    joints = check_joints(joints)
    if len(joints) < 2:
        raise ValueError("the motion has 1 frame: velocities need at least two")
    joints = _placed(z_up_to_y_up(joints))
    half = _half_heading(_smoothed_forward(joints))
    half[0] = 0.0
    root = _into_heading(half)  # (T,4)
    steps = np.diff(joints, axis=0)  # (T-1,22,3)
    pelvis = joints[:, JOINT["pelvis"]]
    local = quat.rotate(root[:, None], joints - pelvis[:, None] * [1.0, 0.0, 1.0])
    matrices = quat.quat_to_matrix(_chain_rotations(joints, root))
    feet = steps[:, [JOINT[name] for name in CONTACT_JOINTS]]

    n = len(joints) - 1
    x0 = np.empty((n, DIM), dtype=np.float32)
    x0[:, SLICES["yaw_velocity"]] = np.diff(half)[:, None]
    x0[:, SLICES["root_velocity"]] = quat.rotate(root[1:], steps[:, JOINT["pelvis"]])[:, [X, Z]]
    x0[:, SLICES["root_height"]] = pelvis[:-1, Y, None]
    x0[:, SLICES["positions"]] = local[:-1, 1:].reshape(n, -1)
    x0[:, SLICES["rot6d"]] = np.swapaxes(matrices[:-1], -1, -2)[..., :2, :].reshape(n, -1)
    x0[:, SLICES["velocities"]] = quat.rotate(root[:-1, None], steps).reshape(n, -1)
    x0[:, SLICES["contacts"]] = np.sum(feet**2, axis=-1) < CONTACT_SQUARED_STEP
    return x0


def decode_263(features: np.ndarray) -> np.ndarray:
    """Joints (T,22,3) float32, Z up, metres, of features (T,263), by their positions and root.

    Raises ValueError for another shape, no frame or a value that is not finite.
    """
    x0 = check_features(features, SLICES)
    n = len(x0)
    half = np.concatenate([[0.0], np.cumsum(x0[:-1, SLICES["yaw_velocity"]])])
    out_of_heading = quat.conjugate(_into_heading(half))
    steps = np.zeros((n, 3))
    steps[1:, [X, Z]] = x0[:-1, SLICES["root_velocity"]]
    pelvis = np.cumsum(quat.rotate(out_of_heading, steps), axis=0)
    local = np.zeros((n, len(JOINTS), 3))
    local[:, 1:] = x0[:, SLICES["positions"]].reshape(n, -1, 3)
    local[:, JOINT["pelvis"], Y] = x0[:, SLICES["root_height"]][:, 0]
    joints = quat.rotate(out_of_heading[:, None], local) + pelvis[:, None]
    return y_up_to_z_up(joints).astype(np.float32)


def _leg_length(joints: np.ndarray) -> float:
    """Thigh and shin together, metres: the median over frames (T,22,3) and both sides."""
    bones = [("left_hip", "left_knee", "left_ankle"), ("right_hip", "right_knee", "right_ankle")]
    legs = [np.diff(joints[:, [JOINT[name] for name in leg]], axis=1) for leg in bones]  # 2 of (T,2,3)
    return float(np.median(np.linalg.norm(legs, axis=-1).sum(axis=-1)))


def features_to_motion(features: np.ndarray, fps: float = FPS) -> Motion:
    """A motion of our body from features (T,263): joint positions, then an analytic fit of the rotations.

    The path is scaled by the ratio of leg lengths, so that the feet of our body neither float nor slide.
    """
    joints = decode_263(features).astype(np.float64)
    scale = _leg_length(REST_JOINTS[None].astype(np.float64)) / max(_leg_length(joints), 1e-3)
    return Motion.from_pelvis(fps, joints[:, JOINT["pelvis"]] * scale, positions_to_rotations(joints))


def motion_to_features(motion: Motion) -> np.ndarray:
    """Features (T-1,263) of a motion at any frame rate; T counts its frames at 20 fps."""
    return encode_263(motion.resample(FPS).joints())


def encode(motion: Motion) -> np.ndarray:
    """`motion_to_features` of any motion: a single pose is held for a second frame, because features are steps."""
    at_rate = motion.resample(FPS)
    held = at_rate if len(at_rate) > 1 else at_rate.at_frames(np.zeros(2))
    return encode_263(held.joints())
