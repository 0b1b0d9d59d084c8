"""KIT-ML's 251 features (Guo et al. 2022) both ways: those of HumanML3D for the 21 joints of KIT's reference model.

The columns are `humanml263`'s with 21 joints instead of 22, 12.5 fps, and lengths in units of which 640 are a metre.
Joints 5 to 7 and 11 to 15 are named left in KIT's model. In the features they lie at -X of somebody who faces +Z, where
the right side is: the features show the mirror image. So bodies are mirrored at this door, and left stays left.
The root lies between the hips, 9 cm below our pelvis.
"""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import positions_to_rotations
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, MIRROR, REST_JOINTS
from motion_core.features.guo import Skeleton, X, features_to_joints, joints_to_features
from motion_core.features.humanml263 import leg_length, y_up_to_z_up, z_up_to_y_up

FPS = 12.5
UNITS = 640.0  # a metre
HEEL = 0.4  # of the way from ankle to foot: KIT's joint between them
SIDES = ("right", "left")  # of the mirror image, in the order of the joints

_ARMS = tuple(f"{side}_{part}" for side in SIDES for part in ("shoulder", "elbow", "wrist"))
_LEGS = tuple(f"{side}_{part}" for side in SIDES for part in ("hip", "knee", "ankle", "heel", "foot"))
BODY = Skeleton(
    joints=("pelvis", "spine1", "spine3", "neck", "head", *_ARMS, *_LEGS),
    zero={
        **dict.fromkeys(("spine1", "spine3", "neck", "head"), (0, 1, 0)),
        # as published: the sides are exchanged here, too
        **dict.fromkeys(("right_shoulder", "right_hip"), (1, 0, 0)),
        **dict.fromkeys(("left_shoulder", "left_hip"), (-1, 0, 0)),
        **{f"{side}_{part}": (0, -1, 0) for side in SIDES for part in ("elbow", "wrist", "knee", "ankle")},
        **{f"{side}_{part}": (0, 0, 1) for side in SIDES for part in ("heel", "foot")},
    },
    chains=(
        *(
            ("pelvis", *(f"{side}_{part}" for part in ("hip", "knee", "ankle", "heel", "foot")))
            for side in SIDES
        ),
        ("pelvis", "spine1", "spine3", "neck", "head"),
        *(("neck", *(f"{side}_{part}" for part in ("shoulder", "elbow", "wrist"))) for side in SIDES),
    ),
    contacts=("left_heel", "left_foot", "right_heel", "right_foot"),
    still=0.05,  # square units per frame
)
DIM, SLICES = BODY.dim, BODY.slices
_SHARED = [name for name in BODY.joints if name in JOINT and name != "pelvis"]


def mirrored(joints: np.ndarray) -> np.ndarray:
    """The mirror image of joints (T,22,3)."""
    flip = np.ones(3)
    flip[X] = -1
    return joints[:, MIRROR] * flip


def joints_to_kit(joints: np.ndarray) -> np.ndarray:
    """KIT's 21 joints (T,21,3) of our 22 (T,22,3), in the same axes and units."""
    kit = np.empty((len(joints), len(BODY.joints), 3))
    kit[:, [BODY.index[name] for name in _SHARED]] = joints[:, [JOINT[name] for name in _SHARED]]
    for side in SIDES:
        ankle, foot = joints[:, JOINT[f"{side}_ankle"]], joints[:, JOINT[f"{side}_foot"]]
        kit[:, BODY.index[f"{side}_heel"]] = ankle + HEEL * (foot - ankle)
    kit[:, 0] = _between_hips(joints)
    return kit


def kit_to_joints(kit: np.ndarray) -> np.ndarray:
    """Our 22 joints (T,22,3) of KIT's 21 (T,21,3); those that KIT lacks lie where they are in a body at rest."""
    joints = np.empty((len(kit), len(JOINTS), 3))
    joints[:, [JOINT[name] for name in ("pelvis", *_SHARED)]] = kit[
        :, [BODY.index[name] for name in ("pelvis", *_SHARED)]
    ]
    at = {name: kit[:, number] for name, number in BODY.index.items()}
    joints[:, JOINT["spine2"]] = (at["spine1"] + at["spine3"]) / 2
    for side in SIDES:
        chest = (at["neck"] + at["spine3"]) / 2
        joints[:, JOINT[f"{side}_collar"]] = chest + 0.45 * (at[f"{side}_shoulder"] - chest)
    return joints


def _between_hips(joints: np.ndarray) -> np.ndarray:
    """The middle (T,3) of the hips of our joints (T,22,3)."""
    return (joints[:, JOINT["left_hip"]] + joints[:, JOINT["right_hip"]]) / 2


def encode(motion: Motion) -> np.ndarray:
    """Features (T-1,251) float32 of a motion at any rate, T frames at 12.5 fps; a single pose is held for a second."""
    at_rate = motion.resample(FPS)
    held = at_rate if len(at_rate) > 1 else at_rate.at_frames(np.zeros(2))
    joints = z_up_to_y_up(mirrored(held.joints().astype(np.float64)))
    return joints_to_features(joints_to_kit(joints) * UNITS, BODY)


def decode(features: np.ndarray, fps: float = FPS) -> Motion:
    """A motion of our body from features (T,251), its path scaled by the ratio of leg lengths.

    Raises ValueError for another shape, no frame or a value that is not finite.
    """
    joints = mirrored(kit_to_joints(y_up_to_z_up(features_to_joints(features, BODY))))
    rest = REST_JOINTS[None].astype(np.float64)
    scale = leg_length(rest) / max(leg_length(joints), 1e-3)
    rotations = positions_to_rotations(joints)
    above_hips = rest[0, JOINT["pelvis"]] - _between_hips(rest)[0]
    pelvis = joints[:, JOINT["pelvis"]] * scale + quat.rotate(rotations[:, JOINT["pelvis"]], above_hips)
    return Motion.from_pelvis(fps, pelvis, rotations)
