"""Which stretches of which files become clips, with which words."""

from __future__ import annotations

import io
import tarfile

import pytest

from motion_core.data.captures import (
    PIECE_SECONDS,
    Cut,
    bvh_files,
    caption_cuts,
    clean_caption,
    read_table,
    remaining_pieces,
    shared_files,
    trial_cuts,
    without_leaks,
)


def cut(start: float, end: float | None, split: str = "train") -> Cut:
    return Cut(f"{start}", start, end, split)


def row(file: str, start: str, end: str, caption: str, **more: str) -> dict[str, str]:
    return {"file": file, "start": start, "end": end, "caption": caption, "clip_id": caption[:3]} | more


def test_captions_of_one_window_are_one_clip():
    cuts = caption_cuts(
        [row("a", "0.0", "2.0", "he walks"), row("a", "0.05", "2.1", "she walks"), row("a", "3", "5", "jump")]
    )
    assert [(c.start, c.captions) for c in cuts["a"]] == [(0.0, ("he walks", "she walks")), (3.0, ("jump",))]


def test_a_table_needs_only_file_and_caption():
    (only,) = caption_cuts([{"file": "a", "caption": "walk"}])["a"]
    assert (only.start, only.end, only.split, only.captions) == (0.0, None, "train", ("walk",))


@pytest.mark.parametrize("text", ["", "  ", "...", "see <a href=x>", "go to https://x.org", "word " * 80])
def test_captions_that_say_nothing(text):
    assert clean_caption(text) is None


def test_training_never_sees_frames_of_validation():
    cuts = [cut(0, 5), cut(4, 9, "val"), cut(8.9, 12), cut(9, 12), cut(20, None)]
    assert [c.start for c in without_leaks(cuts)] == [4, 9, 20]
    assert without_leaks([cut(0, None), cut(3, 4, "val")])[0].split == "val"


def test_what_nobody_captioned_is_cut_into_pieces():
    pieces = remaining_pieces([cut(10, 20), cut(15, 24)], 50.0)
    assert pieces[0] == (0.0, 9.75) or pieces[0][1] <= PIECE_SECONDS
    assert all(b - a <= PIECE_SECONDS + 1e-9 for a, b in pieces)
    assert all(b <= 10 or a >= 24 for a, b in pieces)
    assert pieces[-1][1] == 50.0
    assert remaining_pieces([cut(0, None)], 30.0) == []


def test_trials_and_their_words():
    trial = {"file": "Male1_B3_Walk", "seconds": "6.1", "description": ""}
    (whole,) = trial_cuts(trial, [])
    assert (whole.captions, whole.action, whole.split) == (("walk",), "walk", "train")
    assert trial_cuts(trial | {"description": "playground - climb"}, []) == []
    held = trial_cuts(trial | {"seconds": "40"}, [cut(0, 5, "val")])
    assert [c.split for c in held] == ["val"]
    long = trial_cuts(trial | {"seconds": "30", "description": "laugh"}, [])
    assert len(long) == 4 and all(c.captions == () and c.action == "laugh" for c in long)


def test_files_of_folders_and_archives(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.bvh").write_bytes(b"two")
    (tmp_path / "a.bvh").write_bytes(b"one")
    (tmp_path / "notes.txt").write_bytes(b"no")
    assert dict(bvh_files(tmp_path)) == {"a": b"one", "b": b"two"}
    with tarfile.open(tmp_path / "all.tar.xz", "w:xz") as archive:
        info = tarfile.TarInfo("x/c.bvh")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"three"))
    assert dict(bvh_files(tmp_path / "all.tar.xz")) == {"c": b"three"}


def test_a_missing_column_is_named(tmp_path):
    (tmp_path / "t.csv").write_text("file,text\na,b\n")
    with pytest.raises(ValueError, match="no column 'caption'; it has file, text"):
        read_table(tmp_path / "t.csv", ("file", "caption"))


@pytest.mark.shared_data
def test_the_data_folder(shared_data):
    files = {file.name: file for file in shared_files(shared_data)}
    assert "13_18" not in files  # broken
    held = {c.id for file in files.values() for c in file.cuts if c.split == "val"}
    assert len([i for i in held if not i.startswith("dataset")]) >= 20
    for file in files.values():
        assert without_leaks(list(file.cuts)) == list(file.cuts)
        assert file.free == (file.source != "bandai")
        assert not any("http" in caption for c in file.cuts for caption in c.captions)
    ids = [c.id for file in files.values() for c in file.cuts]
    assert len(ids) == len(set(ids))
