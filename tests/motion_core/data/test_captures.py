"""Which stretches of which files become clips, with which words."""

from __future__ import annotations

import io
import tarfile

import pytest

from motion_core.data.captures import (
    PIECE_SECONDS,
    Cut,
    bvh_files,
    by_recording,
    caption_cuts,
    clean_caption,
    marked_leaks,
    outside,
    read_table,
    remaining_pieces,
    usable_rows,
)


def cut(start: float, end: float | None, split: str = "train") -> Cut:
    return Cut(f"{start}", start, end, split, official=split)


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


def test_clips_that_share_frames_with_validation_are_on_neither_official_side():
    cuts = [cut(0, 5), cut(4, 9, "val"), cut(8.9, 12), cut(9, 12), cut(20, None)]
    assert [c.official for c in marked_leaks(cuts)] == [None, "val", None, "train", "train"]
    assert [c.official for c in marked_leaks([cut(0, None), cut(3, 4, "val")])] == [None, "val"]


def test_a_file_with_validation_clips_trains_nothing():
    assert [c.start for c in by_recording([cut(0, 5), cut(6, 9, "val"), cut(20, None)])] == [6]
    assert [c.start for c in by_recording([cut(0, 5), cut(20, None)])] == [0, 20]


@pytest.mark.parametrize(
    ("start", "end", "caption", "fault"),
    [
        ("zero", "2", "a person walks", "no number of seconds"),
        ("3", "2", "a person walks", "from 3 to 2 s is empty"),
        ("-1", "2", "a person walks", "begins before its file"),
        ("0", "2", "eine Person geht nach vorne und winkt", "not English (German)"),
        ("0", "2", "человек идёт", "not English (Cyrillic)"),
        ("0", "40", "a person walks", "describes 40 s"),
    ],
)
def test_rows_that_cannot_be_used_are_named(start, end, caption, fault):
    faults: list[str] = []
    good = row("a", "0", "2", "a person walks")
    assert usable_rows([good, row("b", start, end, caption)], "words.csv", faults) == [good]
    assert len(faults) == 1 and faults[0].startswith("words.csv, line 3 (b): ") and fault in faults[0]


def test_clips_outside_their_file():
    assert outside(cut(1, 5), 4.9) is None and outside(cut(0, None), 0.5) is None
    assert "from 1 s to 6 s lies outside its file, which has 4.90 s" in str(outside(cut(1, 6), 4.9))
    assert "from 5 s to its end" in str(outside(cut(5, None), 4.9))


def test_what_nobody_captioned_is_cut_into_pieces():
    pieces = remaining_pieces([cut(10, 20), cut(15, 24)], 50.0)
    assert pieces[0] == (0.0, 9.75) or pieces[0][1] <= PIECE_SECONDS
    assert all(b - a <= PIECE_SECONDS + 1e-9 for a, b in pieces)
    assert all(b <= 10 or a >= 24 for a, b in pieces)
    assert pieces[-1][1] == 50.0
    assert remaining_pieces([cut(0, None)], 30.0) == []


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
