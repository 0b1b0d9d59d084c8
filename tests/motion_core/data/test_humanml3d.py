"""HumanML3D's tables and the stretches of AMASS that they name."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
import pytest
from amass_files import walking, write_amass

from motion_core.data.humanml3d import Row, cut_clip, find_amass, read_captions, read_index, read_splits
from motion_core.formats import FormatError


@pytest.mark.parametrize(
    ("fps", "collection", "first_second"),
    [(120.0, "CMU", 1.0), (60.0, "TotalCapture", 2.0), (100.0, "Eyes_Japan_Dataset", 4.0)],
)
def test_the_head_of_some_collections_is_dropped(fps, collection, first_second):
    motion = walking(int(10 * fps), fps)
    clip = cut_clip(motion, Row("x", PurePosixPath(collection, "a"), 20, 60))
    assert clip.fps == 20.0 and len(clip) == pytest.approx(40, abs=1)
    assert -clip.pelvis[0, 1] == pytest.approx(first_second, abs=1e-3)


def test_odd_frame_rates_keep_their_pace():
    motion = walking(2500, 250.0)  # HumanML3D takes every 12th frame and calls it 20 fps; in truth 20.83
    clip = cut_clip(motion, Row("x", PurePosixPath("CMU", "a"), 0, 100))
    speed = np.linalg.norm(np.diff(clip.pelvis, axis=0), axis=1) * 20
    np.testing.assert_allclose(speed[:-1], 1.0, rtol=1e-2)


def test_files_are_found_under_old_and_new_names(tmp_path):
    write_amass(tmp_path / "HDM05/bd/HDM_bd_01_stageii.npz", walking(10, 120.0))
    found = find_amass(tmp_path, PurePosixPath("MPI_HDM05/bd/HDM_bd_01"))
    assert found is not None and found.name == "HDM_bd_01_stageii.npz"
    assert find_amass(tmp_path, PurePosixPath("MPI_HDM05/bd/other")) is None


def test_bad_tables_name_their_fault(tmp_path):
    (tmp_path / "index.csv").write_text("source_path,start_frame\n")
    with pytest.raises(FormatError, match="no column 'end_frame'"):
        read_index(tmp_path / "index.csv")
    (tmp_path / "index.csv").write_text("source_path,start_frame,end_frame,new_name\na,b,c,d\n")
    with pytest.raises(FormatError, match="line 2"):
        read_index(tmp_path / "index.csv")
    (tmp_path / "t.txt").write_text("walks#x#0.0#0.0\nruns#x#a#b\n")
    with pytest.raises(FormatError, match="line 2"):
        read_captions(tmp_path / "t.txt")
    (tmp_path / "t.txt").write_text("walks#x#nan#nan\nruns\n")
    assert [(c.text, c.start, c.end) for c in read_captions(tmp_path / "t.txt")] == [
        ("walks", 0, 0),
        ("runs", 0, 0),
    ]
    with pytest.raises(FileNotFoundError, match=r"ghost\.txt"):
        read_splits(tmp_path, ("ghost",))
