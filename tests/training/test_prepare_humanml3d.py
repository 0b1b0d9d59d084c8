"""HumanML3D's route on small AMASS-style files made here: cutting, head trims, sub-clips, splits, names old and new."""

import sys
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.data.humanml3d import Row, cut_clip, find_amass, read_captions, read_index, read_splits
from motion_core.data.store import ClipStore
from motion_core.formats import FormatError

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))
import prepare_humanml3d


def walking(frames, fps, speed=1.0) -> Motion:
    """Straight along -Y, half a metre above the floor (AMASS floors are not all at zero)."""
    rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    rotations[:, JOINT["left_elbow"]] = quat.rotvec_to_quat(np.array([0, 0, 0.4]))
    rotations[:, 0] = UPRIGHT
    pelvis = np.zeros((frames, 3))
    pelvis[:, 1] = -np.arange(frames) * speed / fps
    pelvis[:, 2] = STANDING_PELVIS + 0.5
    return Motion.from_pelvis(fps, pelvis, rotations)


def write_amass(path: Path, motion: Motion) -> None:
    """As AMASS stores it: SMPL-H poses, no joints, no meta."""
    path.parent.mkdir(parents=True, exist_ok=True)
    poses = np.zeros((len(motion), 156))
    poses[:, :66] = quat.quat_to_rotvec(motion.rotations.astype(np.float64)).reshape(len(motion), -1)
    np.savez(
        path, trans=motion.trans, poses=poses, betas=np.zeros(16), gender=np.array("male"),
        mocap_framerate=np.array(motion.fps), dmpls=np.zeros((len(motion), 8)),
    )  # fmt: skip


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


def test_bad_tables_name_their_fault(folders, tmp_path, capsys):
    tables, _, out = folders
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
