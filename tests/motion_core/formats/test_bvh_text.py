"""Reading BVH text: any channel order, clear faults."""

from __future__ import annotations

import time

import numpy as np
import pytest
from broken_files import ROWS, TREE

from motion_core.formats import FormatError, bvh_text
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


def text(order: str = "Xrotation Yrotation Zrotation") -> str:
    return TEXT.replace("{order}", order)


def test_tree_values_and_tips():
    clip = read_bvh(text().encode())
    assert clip.joints == ("Hips", "Left Arm")
    assert clip.parents == (-1, 0)
    assert clip.fps == 30.0
    assert clip.values.shape == (2, 9)
    assert np.allclose(clip.tips["Left Arm"], [0, 3, 0])


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
        ("Frame Time: 0.0333333", "Frame Time: 0", "not possible"),
        ("Frame Time: 0.0333333", "Frame Time: soon", "'Frame Time: S' is missing or wrong"),
        ("MOTION\n", "", "no line MOTION"),
        ("HIERARCHY\n", "", "does not begin with HIERARCHY"),
        ("OFFSET 2 0 0", "OFFSET 2 0", "line 8: OFFSET 2 0 CHANNELS is not three numbers"),
        ("OFFSET 2 0 0", "OFFSET 2 0 inf", "not finite"),
        ("Yrotation Zrotation\n", "Yrotation Wrotation\n", "'Wrotation' is not a channel"),
        ("CHANNELS 3 X", "CHANNELS three X", "is not a number of channels"),
        ("CHANNELS 3 X", "CHANNELS 300000000 X", "is not a number of channels"),
        ("JOINT Left Arm\n  {", "JOINT Left Arm\n", "an opening bracket is missing"),
        ("End Site\n    {", "End Site\n", "an opening bracket is missing"),
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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Frames: 2", "Frames: 1"),  # one row more than announced
        ("Frames: 2", "Frames: 1\nComment: by a tool"),
        ("1 2 3 90 0 0 30 40 50", "1 2 3 90 0 0 3e1 40 +50"),  # read row by row
        ("End Site", "End Left Arm Tip"),
        ("End Site", "End Site\n"),
    ],
)
def test_what_other_readers_read_is_read(old, new):
    assert old in text()
    clip = read_bvh(text().replace(old, new, 1).replace("Frames: 2", "Frames: 1").encode())
    assert np.allclose(clip.values, read_bvh(text().encode()).values)
    assert np.allclose(clip.tips["Left Arm"], [0, 3, 0])


def test_joints_of_one_name_are_told_apart():
    joint = "JOINT Hips\n{\nOFFSET 1 0 0\nCHANNELS 0\n}\n"
    clip = read_bvh(text().replace("JOINT Left Arm", joint * 2 + "JOINT Left Arm", 1).encode())
    assert clip.joints == ("Hips", "Hips.2", "Hips.3", "Left Arm")


def test_binary_rubbish_is_refused():
    with pytest.raises(FormatError, match="no line MOTION"):
        read_bvh(bytes(range(256)) * 10)


def test_a_thousand_frames_read_and_move_quickly():
    rows = "\n".join(["1 2 3 90 0 0 30 40 50"] * 5000)
    long = text().replace("Frames: 2", "Frames: 5002").rstrip() + "\n" + rows
    start = time.perf_counter()
    read_bvh(long.encode()).global_transforms()
    assert time.perf_counter() - start < 1.0


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


def test_a_long_table_is_read_in_parts_as_it_is_at_once(monkeypatch):
    content = (TREE + ROWS).encode() + b"\n \n" + b"0 80 0 " + b"1.5 " * 48 + b"\n"
    whole = read_bvh(content).values
    monkeypatch.setattr(bvh_text, "PART", 300)
    np.testing.assert_array_equal(read_bvh(content).values, whole)
    assert whole.shape == (5, 51)
    monkeypatch.setattr(bvh_text, "PART", 30)  # shorter than a row
    np.testing.assert_array_equal(read_bvh(content).values, whole)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Frames: 4", "Frames: " + "9" * 5000, "'Frames: N' is missing or wrong"),
        ("Frames: 4", "Frames: ²", "'Frames: N' is missing or wrong"),
        ("0 90 0", "0 9_0 0", "line 105: '9_0' is not a finite number"),
        ("0 90 0", "0 ９ 0", "line 105: '９' is not a finite number"),
        ("0 90 0", "0 1e300 0", "it holds the number 1e\\+300"),
        ("OFFSET 0 20 0", "OFFSET 0 1e300 0", "line 8: OFFSET 0 1e300 0 is not finite, far too large"),
        ("0 90 0", "0 90 0" + " 1" * 3000, "line 105: 6,102 characters, the joints have 51 values"),
        ("HIERARCHY", "HIERARCHY" + " " * 5_000_000, "its hierarchy has 5,00.,... bytes: at most 4,194,304"),
        (ROWS, "MOTION\n" + "\n" * 5_000_000, "more than the 2,097,152 lines"),
        (ROWS, "MOTION\nFrames: 2\nFrame Time: 0.1\n" + "1 " * 999_999, "announces 2 frames and holds 1"),
    ],
)
def test_faults_of_hostile_files_are_named(old, new, said):
    with pytest.raises(FormatError, match=rf"hostile\.bvh.*{said}"):
        read_bvh((TREE + ROWS).replace(old, new, 1).encode(), "hostile.bvh")


def test_many_joints_of_one_name_are_told_apart_at_once():
    joints = "JOINT a\n{\nOFFSET 0 1 0\n}\n" * 1900
    head = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n"
    begun = time.process_time()
    clip = read_bvh(f"{head}{joints}}}\nMOTION\nFrames: 1\nFrame Time: 0.1\n1\n".encode())
    assert len(set(clip.joints)) == 1901 and clip.joints[-1] == "a.1901"
    assert time.process_time() - begun < 2


def test_many_joints_in_many_frames_are_refused_before_they_are_computed():
    joints = "JOINT a\n{\nOFFSET 0 1 0\n}\n" * 1900
    head = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n"
    rows = "1\n" * 5000
    with pytest.raises(FormatError, match="5,000 frames of 1,901 joints: at most 4,412 frames"):
        read_bvh(f"{head}{joints}}}\nMOTION\nFrames: 5000\nFrame Time: 0.1\n{rows}".encode())
