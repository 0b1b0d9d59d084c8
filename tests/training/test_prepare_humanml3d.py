"""HumanML3D's route on small AMASS-style files made here: cutting, head trims, sub-clips, splits, names old and new."""

import sys
from pathlib import Path

import numpy as np
import pytest
from amass_files import walking, write_amass

from motion_core.body.skeleton import JOINT
from motion_core.data.store import ClipStore

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))
import prepare_humanml3d

INDEX = """source_path,start_frame,end_frame,new_name
./pose_data/CMU/37/37_01_poses.npy,20,120,000000.npy
./pose_data/BioMotionLab_NTroje/rub001/0001_treadmill_poses.npy,0,60,000001.npy
./pose_data/TotalCapture/s1/walking1_poses.npy,10,50,000002.npy
./pose_data/humanact12/humanact12/P01.npy,0,60,000003.npy
./pose_data/KIT/3/absent_poses.npy,0,60,000004.npy
./pose_data/CMU/37/37_01_poses.npy,0,40,000005.npy
./pose_data/CMU/37/37_01_poses.npy,5000,6000,000006.npy
"""
TEXT = "a man walks to the left.#a/DET man/NOUN#0.0#0.0\na person is walking#x#0.0#0.0\nhe stops#he/PRON#1.5#4.0\n\n"


@pytest.fixture
def folders(tmp_path):
    tables, amass = tmp_path / "HumanML3D", tmp_path / "AMASS"
    texts = tables / "HumanML3D" / "texts"
    texts.mkdir(parents=True)
    (tables / "index.csv").write_text(INDEX)
    for number in range(7):
        (texts / f"{number:06}.txt").write_text(TEXT)
    (texts / "M000000.txt").write_text("a man walks to the right#x#0.0#0.0\n")
    train = ["000000", "M000000", "000001", "000003", "000004", "000006"]
    (tables / "HumanML3D" / "train.txt").write_text("\n".join(train) + "\n")
    (tables / "HumanML3D" / "val.txt").write_text("000002\nM000002\n")
    (tables / "HumanML3D" / "test.txt").write_text("000005\n")
    write_amass(amass / "CMU/37/37_01_poses.npz", walking(900, 120.0))
    write_amass(amass / "BMLrub/rub001/0001_treadmill_poses.npz", walking(360, 100.0))
    write_amass(amass / "TotalCapture/s1/walking1_stageii.npz", walking(300, 60.0))
    return tables, amass, tmp_path / "out"


def test_the_whole_route(folders, capsys):
    tables, amass, out = folders
    arguments = ["--humanml3d", str(tables), "--amass", str(amass), "--out", str(out), "--workers", "1"]
    assert prepare_humanml3d.main(arguments) == 0
    store = ClipStore.open(out)
    clips = {record.id: record for record in map(store.clip, range(len(store)))}
    # half a second of 000002 is left after 1.5 s: too short for a clip of its own
    assert set(clips) == {"000000", "000000_1.5_4", "000001", "000001_1.5_4", "000002"}
    first = clips["000000"]
    assert first.split == "train" and clips["000002"].split == "val" and not first.free
    assert first.captions == ("a man walks to the left.", "a person is walking")
    assert clips["000000_1.5_4"].captions == ("he stops",) and len(clips["000000_1.5_4"].motion) == 50
    for clip in clips.values():  # all face front over the origin, walk forward at 1 m/s, feet on the floor
        assert clip.motion.fps == 20.0
        np.testing.assert_allclose(clip.motion.pelvis[0, :2], 0, atol=1e-4)
        seconds = (len(clip.motion) - 1) / 20
        assert clip.motion.pelvis[-1, 1] == pytest.approx(-seconds, rel=0.03)
        assert abs(clip.motion.joints()[:, JOINT["left_foot"], 2].min()) < 0.05
    said = capsys.readouterr().err
    for reason in (
        "1 clips, AMASS file missing",
        "1 clips, not from AMASS",
        "1 clips, in no wanted split",
        "lie outside",
    ):
        assert reason in " ".join(said.split())


def test_without_amass_there_is_no_clip(folders, tmp_path, capsys):
    tables, _, out = folders
    empty = ["--humanml3d", str(tables), "--amass", str(tmp_path / "nowhere"), "--out", str(out)]
    assert prepare_humanml3d.main(empty) == 1
    assert "no clip of" in " ".join(capsys.readouterr().err.split())


def test_an_unreadable_file_is_left_out(folders, capsys):
    tables, amass, out = folders
    (amass / "BMLrub/rub001/0001_treadmill_poses.npz").write_bytes(b"PK not a zip")
    arguments = ["--humanml3d", str(tables), "--amass", str(amass), "--out", str(out), "--workers", "1"]
    assert prepare_humanml3d.main(arguments) == 0
    assert "0001_treadmill_poses.npz is not a readable" in " ".join(capsys.readouterr().err.split())
    assert not any(entry["id"].startswith("000001") for entry in ClipStore.open(out).entries)
