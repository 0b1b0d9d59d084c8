"""Reading BVH text: any channel order, clear faults."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.formats import FormatError
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


def test_tree_values_and_tips():
    clip = read_bvh(text().encode())
    assert clip.joints == ("Hips", "Left Arm")
    assert clip.parents == (-1, 0)
    assert clip.fps == 30.0
    assert clip.values.shape == (2, 9)
    assert np.allclose(clip.tips["Left Arm"], [0, 3, 0])


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


def test_windows_line_ends_tabs_capitals_and_byte_order_mark():
    changed = "\ufeff" + text().replace("\n", "\r\n").replace("  ", "\t").replace("Frames: 2", "FRAMES:2")
    assert np.allclose(read_bvh(changed.encode()).values, read_bvh(text().encode()).values)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("1 2 3 90 0 0 30 40 50\n", "", "truncated: it announces 2 frames and holds 1"),
        ("1 2 3 90 0 0 30 40 50", "1 2 3 90 0 0 30 40", "line 20: 8 values, the joints have 9"),
        ("1 2 3 90 0 0 30 40 50", "1 2 3 90 0 0 30 40 nan", "line 20: 'nan' is not a finite number"),
        ("1 2 3 90 0 0 30 40 50", "1 2 3 90 0 0 30 x 50", "line 20: 'x' is not a finite number"),
        ("1 2 3 90 0 0 30 40 50", "1 2 3 90 0 0 30 40 1e999", "'1e999' is not a finite number"),
        ("Frames: 2", "Frames: 0", "has 0 frames"),
        ("Frames: 2", "Frames: many", "'Frames: N' is missing or wrong"),
        ("Frames: 2", "Frames: 1", "line 20: more rows than the 1 frames announced"),
        ("Frame Time: 0.0333333", "Frame Time: 0", "not possible"),
        ("Frame Time: 0.0333333", "Frame Time: soon", "'Frame Time: S' is missing or wrong"),
        ("MOTION\n", "", "no line MOTION"),
        ("HIERARCHY\n", "", "does not begin with HIERARCHY"),
        ("OFFSET 2 0 0", "OFFSET 2 0", "line 8: OFFSET 2 0 CHANNELS is not three numbers"),
        ("OFFSET 2 0 0", "OFFSET 2 0 inf", "not finite"),
        ("Yrotation Zrotation\n", "Yrotation Wrotation\n", "'Wrotation' is not a channel"),
        ("CHANNELS 3 X", "CHANNELS three X", "is not a number of channels"),
        ("JOINT Left Arm", "JOINT Hips", "'Hips' is used twice"),
        ("}\nMOTION", "MOTION", "the hierarchy ends early"),
        ("}\nMOTION", "}\n}\nMOTION", "never opened"),
    ],
)  # fmt: skip
def test_faults_name_the_file_and_the_line(tmp_path, old, new, fault):
    assert old in text()
    path = tmp_path / "broken.bvh"
    path.write_text(text().replace(old, new, 1))
    with pytest.raises(FormatError, match=r"broken\.bvh") as error:
        read_bvh(path)
    assert fault in str(error.value)


def test_binary_rubbish_is_refused():
    with pytest.raises(FormatError, match="no line MOTION"):
        read_bvh(bytes(range(256)) * 10)


def test_an_unknown_joint_lists_the_known_ones():
    with pytest.raises(ValueError, match="'Tail'; it has Hips, Left Arm"):
        read_bvh(text().encode()).index("Tail")


def test_a_thousand_frames_read_and_move_quickly():
    rows = "\n".join(["1 2 3 90 0 0 30 40 50"] * 5000)
    long = text().replace("Frames: 2", "Frames: 5002").rstrip() + "\n" + rows
    start = time.perf_counter()
    read_bvh(long.encode()).global_transforms()
    assert time.perf_counter() - start < 1.0


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


def test_files_of_one_tree_share_nothing_that_can_change():
    first, second = read_bvh(text().encode(), "first"), read_bvh(text().encode(), "second")
    assert (first.name, second.name) == ("first", "second")
    first.tips.clear()
    first.offsets[:] = 7.0
    third = read_bvh(text().encode())
    for clip in (second, third):
        assert np.allclose(clip.offsets, [[0, 1, 0], [2, 0, 0]]) and np.allclose(
            clip.tips["Left Arm"], [0, 3, 0]
        )
    broken = text().replace("OFFSET 2 0 0", "OFFSET 2 0 x").encode()
    for name in ("one.bvh", "two.bvh"):  # the fault is told of the file at hand
        with pytest.raises(FormatError, match=rf"{name}, line 8: OFFSET 2 0 x"):
            read_bvh(broken, name)
