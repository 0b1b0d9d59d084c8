"""BVH in and out: our own files exactly, foreign skeletons with other zero poses, names, units and axes nearly so."""

from __future__ import annotations

import numpy as np
import pytest
from foreign_bvh import MIXAMO, foreign_text, march
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.fitting import CHILD, unit
from motion_core.body.skeleton import JOINT
from motion_core.formats.bvh import (
    bvh_to_motion,
    bvh_to_motions,
    clip_to_capture,
    guess_unit,
    quat_to_zxy,
    read_bvh,
    write_bvh,
)

LIMBS = ("left_hip", "right_hip", "left_knee", "right_knee", "left_shoulder", "right_shoulder", "left_elbow",
         "right_elbow")  # fmt: skip


def direction_error(a: np.ndarray, b: np.ndarray, joints: tuple[str, ...]) -> float:
    """Greatest angle in degrees between the bones of two bodies (T,22,3)."""
    worst = 0.0
    for joint in joints:
        one, other = (unit(p[:, JOINT[CHILD[joint]]] - p[:, JOINT[joint]]) for p in (a, b))
        worst = max(worst, float(np.degrees(2 * np.arcsin(np.linalg.norm(one - other, axis=-1).max() / 2))))
    return worst


def test_our_own_file_comes_back_exactly(tmp_path, walking_motion):
    write_bvh(tmp_path / "walk.bvh", walking_motion)
    again = bvh_to_motion(read_bvh(tmp_path / "walk.bvh"))
    assert again.fps == walking_motion.fps
    assert np.degrees(quat.angle_between(again.rotations, walking_motion.rotations)).max() < 1e-4
    assert np.abs(again.trans - walking_motion.trans).max() < 1e-5


def test_written_file_in_another_frame_rate(tmp_path, walking_motion):
    write_bvh(tmp_path / "walk.bvh", walking_motion, fps=60.0)
    again = bvh_to_motion(read_bvh(tmp_path / "walk.bvh"))
    assert again.fps == 60.0
    assert abs(again.seconds - walking_motion.seconds) < 2 / walking_motion.fps


def test_a_failed_write_leaves_the_old_file(tmp_path, walking_motion, monkeypatch):
    path = tmp_path / "walk.bvh"
    path.write_text("before")
    monkeypatch.setattr(np, "savetxt", lambda *a, **k: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_bvh(path, walking_motion)
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["walk.bvh"]


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.tuples(*[st.floats(-3.1, 3.1)] * 3), st.booleans())
def test_euler_angles_there_and_back(angles, lock):
    a, b, c = angles
    b = np.pi / 2 if lock else b / 2.1
    zero = np.zeros(1)
    turns = [
        quat.rotvec_to_quat(np.stack(v, -1))
        for v in ((zero, zero, zero + a), (zero + b, zero, zero), (zero, zero + c, zero))
    ]
    q = quat.multiply(quat.multiply(turns[0], turns[1]), turns[2])
    x, y, z = quat_to_zxy(q)[0]
    again = [quat.rotvec_to_quat(np.array(v)) for v in ((0, 0, x), (y, 0, 0), (0, z, 0))]
    assert quat.angle_between(quat.multiply(quat.multiply(again[0], again[1]), again[2]), q[0]) < 1e-6


@pytest.mark.parametrize(
    ("scale", "up", "positions"),
    [(100.0, "y", False), (1.0, "z", False), (100.0, "z", True), (1000.0, "y", True)],
)
def test_a_foreign_skeleton_moves_the_same(scale, up, positions):
    motion = march()
    clip = read_bvh(foreign_text(motion, 5, scale=scale, up=up, positions=positions).encode())
    assert guess_unit(clip) == pytest.approx(1 / scale)
    found = bvh_to_motion(clip)
    want, have = motion.joints(), found.joints()
    assert direction_error(want, have, LIMBS) < 0.1
    assert np.abs(want - have).max() < 0.04  # metres, neutral torso and feet are estimates
    twist = quat.angle_between(found.kinematics()[1], motion.kinematics()[1])
    assert np.degrees(np.percentile(twist, 99)) < 12  # hands, feet and head included: nothing is turned over


def test_wrong_guesses_can_be_overruled():
    motion = march(30)
    clip = read_bvh(foreign_text(motion, 1, scale=100.0, up="z").encode())
    capture = clip_to_capture(clip, MIXAMO, up="z", unit="cm")
    assert np.abs(capture.position("Hips") - motion.joints()[:, 0]).max() < 1e-4
    inches = clip_to_capture(clip, MIXAMO, up="z", unit=0.0254)
    assert np.allclose(inches.positions, capture.positions * 2.54)
    with pytest.raises(ValueError, match="up is 'q'"):
        clip_to_capture(clip, MIXAMO, up="q")
    with pytest.raises(ValueError, match="'ft'"):
        clip_to_capture(clip, MIXAMO, unit="ft")
    with pytest.raises(ValueError, match="above 0"):
        clip_to_capture(clip, MIXAMO, unit=0.0)


def test_clips_of_one_skeleton_together_are_what_each_is_alone():
    motions = [march(), march(60).moved(yaw=2.0, offset=(3.0, 1.0, 0.0)), march(1), march(41)]
    texts = [
        foreign_text(motion, 5, scale=scale) for motion, scale in zip(motions, (100.0, 100.0, 100.0, 1.0))
    ]
    clips = [read_bvh(content.encode()) for content in texts]
    for clip, found in zip(clips, bvh_to_motions(clips), strict=True):
        alone = bvh_to_motion(clip)
        assert np.allclose(found.trans, alone.trans, atol=1e-6)
        assert quat.angle_between(found.rotations, alone.rotations).max() < 1e-3


def test_a_lower_rate_before_retargeting_is_near_to_one_after_it():
    clip = read_bvh(foreign_text(march(), 5).encode())
    before, after = bvh_to_motion(clip.at_rate(20)), bvh_to_motion(clip).resample(20)
    assert len(before) == len(after)
    assert np.abs(before.joints() - after.joints()).max() < 0.02
