"""Clips of joint rotations: where the joints are, other rates, some joints alone, several clips together."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.formats.bvh_clip import BvhClip, joined, thinned
from motion_core.formats.bvh_text import read_bvh

TEXT = """HIERARCHY
ROOT Hips
{
  OFFSET 0 1 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT Left Arm
  {
    OFFSET 2 0 0
    CHANNELS 3 {order}
    End Site
    {
      OFFSET 0 3 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 0 0 0 0 0 0 0 0
1 2 3 90 0 0 30 40 50
"""
AXES = {"X": (1, 0, 0), "Y": (0, 1, 0), "Z": (0, 0, 1)}


def text(order: str = "Xrotation Yrotation Zrotation") -> str:
    return TEXT.replace("{order}", order)


@pytest.mark.parametrize("order", list(itertools.permutations("XYZ")))
def test_rotations_apply_in_the_order_of_the_channels(order):
    clip = read_bvh(text(" ".join(f"{axis}rotation" for axis in order)).encode())
    positions, turns = clip.global_transforms()
    want = quat.rotvec_to_quat(np.radians(90) * np.array([0.0, 0, 1]))
    assert np.allclose(positions[1, 0], [1, 2, 3])  # position channels replace OFFSET
    assert np.allclose(positions[1, 1], [1, 4, 3])  # the arm's offset +X turned by 90 degrees about Z
    for axis, degrees in zip(order, (30, 40, 50)):
        want = quat.multiply(want, quat.rotvec_to_quat(np.radians(degrees) * np.array(AXES[axis], float)))
    assert quat.angle_between(turns[1, 1], want) < 1e-7


def test_position_channels_of_a_child_replace_its_offset():
    child = text("Xposition Yposition Zposition").replace("30 40 50", "7 8 9").replace("90 0 0 7", "0 0 0 7")
    positions, _ = read_bvh(child.encode()).global_transforms()
    assert np.allclose(positions[1, 1], [8, 10, 12])


def test_an_unknown_joint_lists_the_known_ones():
    with pytest.raises(ValueError, match="'Tail'; it has Hips, Left Arm"):
        read_bvh(text().encode()).index("Tail")


def clip_of(degrees: list[float], frame_time: float) -> BvhClip:
    """A clip whose root goes one unit along X a frame and whose arm has these Z angles."""
    head, _, _ = text("Zrotation Xrotation Yrotation").partition("Frames:")
    rows = "\n".join(f"{k} 0 0 0 0 0 {angle} 0 0" for k, angle in enumerate(degrees))
    return read_bvh(f"{head}Frames: {len(degrees)}\nFrame Time: {frame_time}\n{rows}\n".encode())


def test_a_lower_rate_keeps_the_times_and_turns_the_short_way():
    clip = clip_of([0, 10, 20, 176, -178, -172, 10], 1 / 30)
    thin = clip.at_rate(20)
    assert (thin.fps, len(thin)) == (20, 5)
    assert np.allclose(thin.values[:, 0], [0, 1.5, 3, 4.5, 6])
    # between 20 and 10: the middle; across 180 degrees: the short way
    assert np.allclose(thin.values[:, 6], [0, 15, 176, -175, 10])
    assert (
        clip.at_rate(30) is clip and clip.at_rate(60) is clip and len(clip_of([1], 1 / 30).at_rate(20)) == 1
    )


def test_where_an_angle_jumps_a_frame_stands_for_what_lies_between():
    thin = clip_of([0, 10, 130, 130], 1 / 30).at_rate(20)
    assert np.allclose(thin.values[1], [1.5, 0, 0, 0, 0, 0, 10, 0, 0])


def test_the_two_writings_of_a_rotation_are_one():
    clip = clip_of([0, 10, 200, 200], 1 / 30)
    clip.values[2, 6:] = [200, 180, 180]  # the same as 20, 0, 0
    assert np.allclose(clip.at_rate(20).values[1], [1.5, 0, 0, 0, 0, 0, 15, 0, 0])


def test_clips_are_thinned_out_together_as_each_alone():
    rng = np.random.default_rng(0)
    clips = [clip_of(rng.uniform(-40, 40, frames).tolist(), 1 / 30) for frames in (7, 1, 2, 30)]
    for clip, thin in zip(clips, thinned(clips, 20), strict=True):
        assert thin.fps == 20
        np.testing.assert_array_equal(thin.values, clip.at_rate(20).values)


def test_joined_clips_move_as_each_alone():
    clips = [clip_of([0, 10, 20], 1 / 30), clip_of([50, 40], 1 / 30)]
    clips[1].offsets[1] *= 2  # another body
    whole = joined(clips)
    assert whole.starts == (0, 3) and joined(clips[:1]) is clips[0]
    for take, clip in zip(whole.takes, clips):
        for all_frames, own in zip(whole.global_transforms(), clip.global_transforms()):
            assert np.array_equal(all_frames[take], own)


def three_joints() -> BvhClip:
    """A foot and an arm on the hips; the arm is carried along by nobody."""
    hips = read_bvh(text().encode())
    rng = np.random.default_rng(2)
    return replace(
        hips,
        joints=("Hips", "Left Arm", "Foot", "Toe"),
        parents=(-1, 0, 0, 2),
        offsets=np.array([[0, 1, 0], [2, 0, 0], [0, -3, 0], [0, 0, 1.0]]),
        channels=(*hips.channels, ("Zrotation", "Xrotation", "Yrotation"), ("Xposition", "Yrotation")),
        values=rng.normal(0, 30, (5, 14)),
        tips=hips.tips | {"Toe": np.array([0, 0, 0.5])},
    )


def test_some_joints_alone_move_as_among_all():
    clip = three_joints()
    leg = clip.only({"Toe"})
    assert leg.joints == ("Hips", "Foot", "Toe") and leg.parents == (-1, 0, 1) and set(leg.tips) == {"Toe"}
    for all_of, some in zip(clip.global_transforms(), leg.global_transforms(), strict=True):
        np.testing.assert_array_equal(all_of[:, [0, 2, 3]], some)
    both = joined([leg, leg])
    np.testing.assert_array_equal(
        both.only({"Foot"}).global_transforms()[0][5:], leg.global_transforms()[0][:, :2]
    )
    assert clip.only(clip.joints) is clip
    with pytest.raises(ValueError, match="no joint 'Knee'"):
        clip.only({"Knee"})


def test_usual_offsets_are_the_medians_of_where_joints_are():
    clip = three_joints()
    places, _ = clip.local_transforms()
    np.testing.assert_array_equal(clip.usual_offsets(slice(0, 5)), np.median(places, axis=0))
    np.testing.assert_array_equal(clip.usual_offsets(slice(1, 4)), np.median(places[1:4], axis=0))
    some = clip.usual_offsets(slice(0, 5), 1)
    np.testing.assert_array_equal(some[0], clip.offsets[0])
    np.testing.assert_array_equal(some[1:], np.median(places, axis=0)[1:])


def test_single_precision_stays_single_and_near():
    clip = three_joints()
    for exact, near in zip(clip.global_transforms(), clip.in_single().global_transforms(), strict=True):
        assert near.dtype == np.float32 and np.abs(near - exact).max() < 1e-5 * np.abs(exact).max()
