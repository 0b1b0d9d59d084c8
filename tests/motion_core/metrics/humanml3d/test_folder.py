"""HumanML3D's folder: which clips are read, sub-clips of tagged captions, made motions, files that fail."""

import numpy as np
import pytest

from motion_core.formats import FormatError
from motion_core.metrics.humanml3d.folder import read_clips, read_made, read_repeats

WALK = "a person walks.#a/DET person/NOUN walk/VERB#0.0#0.0"
TURN = "turns left#turn/VERB left/ADJ#1.0#3.5"
TAIL = "stops#stop/VERB#3.0#4.0"


@pytest.fixture
def folder(tmp_path):
    """Clips of 100, 30, 200 and 60 frames, and one without a motion."""
    for name in ("new_joint_vecs", "texts"):
        (tmp_path / name).mkdir()
    frames = {"000001": 100, "M000001": 100, "000002": 30, "000003": 200, "000004": 60}
    for name, count in frames.items():
        x0 = np.zeros((count, 263), dtype=np.float32)
        x0[:, 0] = np.arange(count)
        np.save(tmp_path / "new_joint_vecs" / f"{name}.npy", x0)
        (tmp_path / "texts" / f"{name}.txt").write_text(f"{WALK}\n")
    (tmp_path / "texts" / "000001.txt").write_text(f"{WALK}\n{TURN}\n{TAIL}\nagain#walk/VERB#nan#nan\n")
    (tmp_path / "texts" / "000004.txt").write_text(f"{TURN}\n")
    (tmp_path / "texts" / "000005.txt").write_text(f"{WALK}\n")
    (tmp_path / "test.txt").write_text("\n".join([*frames, "000005"]) + "\n")
    return tmp_path


def test_clips_are_those_of_the_published_loader(folder):
    clips, missing = read_clips(folder, "test", "humanml263")
    assert missing == ["000005"]
    # 000002 is too short, 000003 too long, the tail of 20 frames too short, 000004's turn runs over frames 20..60
    assert [(c.name, len(c.x0)) for c in clips] == [
        ("000001", 100),
        ("000001_1_3.5", 50),
        ("M000001", 100),
        ("000004_1_3.5", 40),
    ]
    assert clips[0].captions == (("a/DET", "person/NOUN", "walk/VERB"), ("walk/VERB",))
    assert clips[1].captions == (("turn/VERB", "left/ADJ"),) and clips[1].x0[0, 0] == 20


def test_kit_takes_shorter_clips(folder):
    assert "000002" in [clip.name for clip in read_clips(folder, "test", "kit251")[0]]


def test_made_motions_and_what_they_were_made_for(folder, tmp_path):
    clips, _ = read_clips(folder, "test", "humanml263")
    made = tmp_path / "made"
    made.mkdir()
    for name in ("000001", "M000001"):
        np.save(made / f"{name}.npy", np.ones((44, 263), dtype=np.float32))
    (made / "M000001.txt").write_text("runs#run/VERB#0.0#0.0\n")
    found = read_made(made, clips)
    assert [(c.name, len(c.x0), c.captions) for c in found] == [
        ("000001", 44, (("a/DET", "person/NOUN", "walk/VERB"),)),
        ("M000001", 44, (("run/VERB",),)),
    ]


def test_repeats_are_read_in_order(tmp_path):
    for number in (2, 1):
        np.save(tmp_path / f"{number}.npy", np.full((6, 40, 3), number, dtype=np.float32))
    assert [x0[0, 0, 0] for x0 in read_repeats(tmp_path)] == [1, 2]
    np.save(tmp_path / "3.npy", np.zeros((5, 40, 3), dtype=np.float32))
    with pytest.raises(ValueError, match="as many motions in each file"):
        read_repeats(tmp_path)


def test_bad_folders_and_files_are_named(folder, tmp_path):
    clips, _ = read_clips(folder, "test", "humanml263")
    with pytest.raises(FileNotFoundError, match=r"val\.txt does not exist: give the folder HumanML3D"):
        read_clips(folder, "val", "humanml263")
    (folder / "none.txt").write_text("000099\n")
    with pytest.raises(ValueError, match=r"no clip of none\.txt"):
        read_clips(folder, "none", "humanml263")
    with pytest.raises(FileNotFoundError, match=r"for example 000001\.npy"):
        read_made(tmp_path / "texts", clips)
    (folder / "new_joint_vecs" / "000004.npy").write_bytes(b"nothing")
    with pytest.raises(FormatError, match=r"000004\.npy is no array"):
        read_clips(folder, "test", "humanml263")
    np.save(folder / "new_joint_vecs" / "000004.npy", np.zeros((60, 22, 3)))
    with pytest.raises(FormatError, match="expected features with 2 dimensions"):
        read_clips(folder, "test", "humanml263")
