"""Layouts of SMPL motions that other tools write."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, REST_PELVIS, UPRIGHT
from motion_core.formats import FormatError
from motion_core.formats.npz import read_npz
from motion_core.formats.reading import Reading


def layouts(motion: Motion) -> dict[str, dict[str, np.ndarray]]:
    """One motion as several tools keep it."""
    turns = quat.quat_to_rotvec(motion.rotations.astype(np.float64))
    frames = len(turns)
    root, body = turns[:, :1], turns[:, 1:]
    hands = np.zeros((frames, 30, 3))
    smpl = np.zeros((frames, 2, 3))
    rate = {"mocap_framerate": np.array(30.0)}
    return {
        "amass": rate | {"poses": np.concatenate([turns, hands], 1).reshape(frames, -1), "trans": motion.trans},
        "by joints": rate | {"poses": np.concatenate([turns, hands], 1), "trans": motion.trans},
        "smplx": rate | {"root_orient": root[:, 0], "pose_body": body.reshape(frames, -1), "trans": motion.trans},
        "smpl": rate | {"global_orient": root, "body_pose": np.concatenate([body, smpl], 1), "transl": motion.trans},
        "matrices": {"fps": 30, "global_orient": quat.quat_to_matrix(motion.rotations[:, :1].astype(float)),
                     "body_pose": quat.quat_to_matrix(motion.rotations[:, 1:].astype(float)), "transl": motion.trans},
        "aist": {"smpl_poses": np.concatenate([turns, smpl], 1).reshape(frames, -1), "smpl_trans": motion.trans,
                 "fps": np.array([30])},
        "hy-motion": {"poses": np.concatenate([0 * root, body, hands], 1).reshape(frames, -1), "Rh": root[:, 0],
                      "trans": motion.trans},
    }  # fmt: skip


KINDS = ("amass", "by joints", "smplx", "smpl", "matrices", "aist", "hy-motion")


def y_up(motion: Motion) -> Motion:
    """The same motion in a file that is Y up: its trans and its root."""
    back = quat.conjugate(UPRIGHT)
    rotations = motion.rotations.astype(np.float64)
    rotations[:, 0] = quat.multiply(back, rotations[:, 0])
    return Motion(30.0, quat.rotate(back, motion.pelvis.astype(np.float64)) - REST_PELVIS, rotations)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frames", [2, 60])
def test_each_layout_is_the_same_motion(tmp_path, walking_motion, kind, frames):
    motion = walking_motion.slice(0, min(frames, len(walking_motion)))
    np.savez(tmp_path / "a.npz", **layouts(motion)[kind])
    found = read_npz(tmp_path / "a.npz")
    assert found.fps == 30.0
    np.testing.assert_allclose(found.joints(), motion.joints(), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_y_up_is_seen_and_said(tmp_path, walking_motion, kind):
    np.savez(tmp_path / "a.npz", **layouts(y_up(walking_motion))[kind])
    found = read_npz(tmp_path / "a.npz")
    assert "Y up" in found.meta["read"]
    np.testing.assert_allclose(found.joints(), walking_motion.joints(), atol=1e-4)
    heights = read_npz(tmp_path / "a.npz", Reading(up="z")).joints()[..., 2]
    assert (heights[:, JOINT["head"]] - heights[:, JOINT["left_ankle"]]).max() < 0.8  # lies


def test_who_lies_in_amass_stays_down(tmp_path, walking_motion):
    turn = quat.rotvec_to_quat(np.array([-np.pi / 2, 0, 0]))
    rotations = walking_motion.rotations.astype(np.float64)[:1].repeat(20, 0)
    rotations[:, 0] = quat.multiply(turn, rotations[:, 0])
    for place in ([0, 0, 0.1], [2, 3, 0.5], [0, 0.9, 0.1]):
        motion = Motion.from_pelvis(30.0, np.tile(place, (20, 1)), rotations)
        np.savez(tmp_path / "a.npz", **layouts(motion)["amass"])
        np.testing.assert_allclose(read_npz(tmp_path / "a.npz").joints(), motion.joints(), atol=1e-5)


def test_the_user_overrules_rate_and_unit(tmp_path, walking_motion):
    members = layouts(walking_motion)["hy-motion"]
    np.savez(tmp_path / "a.npz", **members)
    assert read_npz(tmp_path / "a.npz", Reading(fps=24.0)).fps == 24.0
    pelvis = (walking_motion.pelvis.astype(np.float64) * 100) - REST_PELVIS
    np.savez(tmp_path / "cm.npz", **(members | {"trans": pelvis}))
    found = read_npz(tmp_path / "cm.npz", Reading(unit="cm", up="z"))
    np.testing.assert_allclose(found.joints(), walking_motion.joints(), atol=1e-4)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"root_orient": None}, "'root_orient' is missing"),
        ({"root_orient": np.zeros((3, 3))}, "the root has 3"),
        ({"pose_body": np.zeros((4, 60))}, "(4, 60)"),
        ({"mocap_framerate": np.zeros(0)}, "mocap_framerate is empty"),
        ({"mocap_framerate": None}, "--fps"),
        ({"mocap_framerate": np.array([np.nan])}, "fps is nan"),
        ({"trans": np.zeros((4, 2))}, "(4, 2)"),
        ({"pose_body": np.array([{}, {}, {}, {}], dtype=object)}, "np.savez"),
    ],
)
def test_faults_are_named(tmp_path, change, said):
    members = {"root_orient": np.zeros((4, 3)), "pose_body": np.zeros((4, 63)), "trans": np.zeros((4, 3)),
               "mocap_framerate": np.array(30.0), **change}  # fmt: skip
    np.savez(tmp_path / "bad.npz", **{key: value for key, value in members.items() if value is not None})
    with pytest.raises(FormatError) as caught:
        read_npz(tmp_path / "bad.npz")
    assert said in str(caught.value) and "bad.npz" in str(caught.value)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("gender", np.array("male", dtype=object)),
        ("betas", np.array([None] * 10, dtype=object)),
        ("meta", np.array({"a": 1}, dtype=object)),
        ("betas", np.full(10, np.nan)),
        ("betas", np.array(["tall"])),
    ],
)
def test_an_optional_member_that_cannot_be_read_costs_a_note(tmp_path, walking_motion, member, value):
    np.savez(tmp_path / "a.npz", **layouts(walking_motion)["amass"], **{member: value})
    found = read_npz(tmp_path / "a.npz")
    assert member in found.meta["read"] and found.gender == "neutral" and not found.betas.any()
