"""Limbs that hardly bend in a clip."""

from __future__ import annotations

import numpy as np
import pytest
from foreign_bvh import MIXAMO, foreign_text, march

from motion_core.body import quaternions as quat
from motion_core.body.fitting import HINGES
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.formats.bvh import bvh_to_motion, clip_to_capture, read_bvh
from motion_core.formats.calibration import evidence_of_takes
from motion_core.formats.humanoid import capture_to_body
from motion_core.formats.straight_limbs import with_straight_limbs

LIMBS = [JOINT[joint] for upper, lower, _ in HINGES for joint in (upper, lower)]
FEET = [JOINT[f"{side}_{joint}"] for side in ("left", "right") for joint in ("ankle", "foot")]


def standing(frames: int, turns: dict[str, tuple[float, float, float]], root: np.ndarray = UPRIGHT) -> Motion:
    """Somebody who keeps a pose: joints with their rotation vectors in degrees."""
    rotations = np.tile(quat.IDENTITY, (frames, len(JOINTS), 1))
    rotations[:, JOINT["pelvis"]] = root
    for joint, degrees in turns.items():
        rotations[:, JOINT[joint]] = quat.rotvec_to_quat(np.radians(degrees))
    return Motion.from_pelvis(30.0, np.tile([0.0, 0.0, STANDING_PELVIS], (frames, 1)), rotations)


def off(motion: Motion, joints: list[int], seed: int = 4) -> float:
    """Degrees by which the worst of the joints is turned wrongly after reading."""
    found = bvh_to_motion(read_bvh(foreign_text(motion, seed).encode()), MIXAMO, up="y", unit="cm")
    worlds = (m.kinematics()[1].astype(np.float64)[:, joints] for m in (found, motion))
    return float(np.degrees(quat.angle_between(*worlds)).max())


KNOCK_KNEES = {
    "left_hip": (0, 0, -4),
    "left_knee": (0, 0, 8),
    "right_hip": (0, 0, 4),
    "right_knee": (0, 0, -8),
}
HANGING = {"left_shoulder": (0, 0, -80), "right_shoulder": (0, 0, 80)}


@pytest.mark.parametrize("frames", [1, 2, 60])
@pytest.mark.parametrize(
    "pose",
    [
        HANGING,
        HANGING | KNOCK_KNEES,
        HANGING | {joint: tuple(-np.array(turn)) for joint, turn in KNOCK_KNEES.items()},  # bow legs
        HANGING | {"left_elbow": (0, 9, 0), "right_elbow": (0, -9, 0)},  # overstretched
        HANGING | {"left_knee": (-8, 0, 0), "right_knee": (-8, 0, 0)},
    ],
    ids=["straight", "knock knees", "bow legs", "elbows back", "knees back"],
)
def test_a_pose_that_bends_no_hinge_is_not_twisted(pose, frames):
    assert off(standing(frames, pose), LIMBS) < 12
    assert off(standing(frames, pose), FEET) < 12


@pytest.mark.parametrize("axis", [(1.0, 0, 0), (-1.0, 0, 0), (0, 1.0, 0)])
def test_feet_of_somebody_who_lies_do_not_stand(axis):
    down = quat.multiply(quat.rotvec_to_quat(np.array(axis) * np.pi / 2), UPRIGHT)
    assert off(standing(30, HANGING, down), LIMBS + FEET) < 12


def test_a_limb_that_bends_is_measured_alone():
    clip = read_bvh(foreign_text(march(), 3).encode())
    body = capture_to_body(clip_to_capture(clip, MIXAMO), MIXAMO)
    total = evidence_of_takes(body)
    np.testing.assert_array_equal(with_straight_limbs(total, body), total)
