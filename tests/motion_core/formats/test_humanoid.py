"""A captured humanoid as a body of ours."""

from __future__ import annotations

import numpy as np
import pytest
from foreign_bvh import MIXAMO, foreign_text, march

from motion_core.body import quaternions as quat
from motion_core.body.fitting import CHILD, unit
from motion_core.body.skeleton import JOINT
from motion_core.formats.bvh import (
    bvh_to_motion,
    clip_to_capture,
    read_bvh,
)
from motion_core.formats.calibration import evidence, mean_turns
from motion_core.formats.humanoid import capture_to_body, fit_body, listed

LIMBS = ("left_hip", "right_hip", "left_knee", "right_knee", "left_shoulder", "right_shoulder", "left_elbow",
         "right_elbow")  # fmt: skip


def direction_error(a: np.ndarray, b: np.ndarray, joints: tuple[str, ...]) -> float:
    """Greatest angle in degrees between the bones of two bodies (T,22,3)."""
    worst = 0.0
    for joint in joints:
        one, other = (unit(p[:, JOINT[CHILD[joint]]] - p[:, JOINT[joint]]) for p in (a, b))
        worst = max(worst, float(np.degrees(2 * np.arcsin(np.linalg.norm(one - other, axis=-1).max() / 2))))
    return worst


def test_unknown_and_missing_joints_are_named():
    clip = read_bvh(foreign_text(march(10), 1).encode())
    with pytest.raises(ValueError, match="left_knee is mapped to 'Knie'"):
        bvh_to_motion(clip, MIXAMO | {"left_knee": "Knie"})
    with pytest.raises(ValueError, match="no joint is known for left_knee: say which they are"):
        bvh_to_motion(clip, {k: v for k, v in MIXAMO.items() if k != "left_knee"})
    with pytest.raises(ValueError, match="'left_wing' is not one of our joints"):
        bvh_to_motion(clip, MIXAMO | {"left_wing": "Hips"})


def test_a_humanoid_without_toes_collars_and_spine():
    motion = march()
    few = {
        k: v for k, v in MIXAMO.items() if not k.endswith(("foot", "collar")) and not k.startswith("spine")
    }
    found = bvh_to_motion(read_bvh(foreign_text(motion, 3).encode()), few)
    assert direction_error(motion.joints(), found.joints(), LIMBS) < 0.1
    assert np.abs(motion.joints() - found.joints()).max() < 0.08


@pytest.mark.parametrize(
    "lacking",
    [
        ("neck",),
        ("neck", "spine1", "spine2"),
        ("neck", "head"),
        (
            "neck",
            "spine1",
            "spine2",
            "spine3",
            "head",
            "left_foot",
            "right_foot",
            "left_collar",
            "right_collar",
        ),
    ],
)
def test_a_humanoid_without_a_neck(lacking):
    motion = march()
    few = {k: v for k, v in MIXAMO.items() if k not in lacking}
    found = bvh_to_motion(read_bvh(foreign_text(motion, 3).encode()), few)
    assert direction_error(motion.joints(), found.joints(), LIMBS) < 0.1
    assert np.abs(motion.joints() - found.joints()).max() < 0.08


def test_a_message_about_a_rig_of_a_thousand_bones_is_short():
    assert len(listed([f"bone{number}" for number in range(1000)])) < 400
    assert listed(["a", "b"]) == "a, b"


def test_in_single_precision_no_step_falls_back_to_double():
    clip = read_bvh(foreign_text(march(), 5).encode())
    bodies = [capture_to_body(clip_to_capture(c, MIXAMO), MIXAMO) for c in (clip, clip.in_single())]
    fitted = [fit_body(b, mean_turns(evidence(b)).astype(b.positions.dtype)) for b in bodies]
    for exact, near in zip(*fitted, strict=True):
        assert exact.dtype == np.float64 and near.dtype == np.float32
    assert bodies[1].fits.dtype == np.float32
    (pelvis, turns), (near_pelvis, near_turns) = fitted
    assert np.abs(pelvis - near_pelvis).max() < 1e-5
    assert quat.angle_between(turns, near_turns).max() < 1e-3
