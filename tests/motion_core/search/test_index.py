"""The index of a folder: what it finds, what it keeps, what it survives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from word_embedder import WIDTH, WordEmbedder, standing

from motion_core.formats.bvh import write_bvh
from motion_core.formats.npz import write_npz
from motion_core.formats.reading import Reading
from motion_core.search import LibraryIndex, index, store

WORDS = ("walks", "limps", "waves", "kicks", "sits")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def library(tmp_path) -> Path:
    folder = tmp_path / "library"
    for number, word in enumerate(WORDS):
        write_npz(folder / f"part{number % 2}" / f"{word}.npz", standing(f"person {word}", 10 + number))
    return folder


def paths(library: Path, text: str = "person") -> set[str]:
    embedder = WordEmbedder()
    return {hit.path for hit in LibraryIndex.open(library).rank(embedder.texts([text])[0], 100)}


def update(library: Path, embedder: WordEmbedder | None = None, on_file=None):
    return LibraryIndex.open(library).update(embedder or WordEmbedder(), on_file)


def touch(path: Path) -> None:
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000_000))


@pytest.mark.parametrize("word", WORDS)
def test_the_motion_of_the_sentence_comes_first(library, word):
    found, embedder = LibraryIndex.open(library), WordEmbedder()
    found.update(embedder)
    hits = found.rank(embedder.texts([f"somebody {word}"])[0], 3)
    assert len(hits) == 3 and Path(hits[0].path).stem == word
    assert hits[0].seconds == pytest.approx((10 + WORDS.index(word)) / 20)
    assert 1 >= hits[0].score > hits[1].score >= hits[2].score >= -1
    own = found.rank(embedder.texts([f"person {word}"])[0], 1)
    assert own[0].score == pytest.approx(1, abs=1e-5)


def test_only_what_is_new_or_changed_is_read(library):
    embedder = WordEmbedder()
    first = update(library, embedder)
    assert (first.files, first.embedded, first.dropped, first.broken) == (5, 5, 0, ())
    assert update(library, embedder).embedded == 0
    touch(library / "part0" / "walks.npz")
    write_npz(library / "new" / "jumps.npz", standing("person jumps"))
    (library / "part1" / "limps.npz").unlink()
    third = update(library, embedder)
    assert (third.files, third.embedded, third.dropped) == (5, 2, 1)
    assert embedder.batches == [5, 2]
    assert paths(library) >= {"new/jumps.npz", "part0/walks.npz"} and "part1/limps.npz" not in paths(library)


def test_another_model_makes_it_anew(library):
    update(library)
    other = WordEmbedder("another")
    assert update(library, other).embedded == 5
    assert LibraryIndex.open(library).fingerprint == "another"
    assert update(library, other).embedded == 0


def test_files_read_in_another_way_are_embedded_anew(library):
    update(library)
    lying = LibraryIndex.open(library, Reading(up="y"))
    assert lying.update(WordEmbedder()).embedded == 5
    assert LibraryIndex.open(library, Reading(up="y")).update(WordEmbedder()).embedded == 0
    assert update(library).embedded == 5


def test_broken_files_are_listed_and_left_alone_until_they_change(library, monkeypatch):
    (library / "cut.npz").write_bytes((library / "part0" / "walks.npz").read_bytes()[:300])
    (library / "empty.bvh").write_bytes(b"")
    np.savez(library / "shape.npz", betas=np.zeros(10))
    report = update(library)
    assert (report.files, report.embedded) == (8, 5)
    assert [broken.path for broken in report.broken] == ["cut.npz", "empty.bvh", "shape.npz"]
    assert "truncated" in report.broken[0].error and "no member 'poses'" in report.broken[2].error
    assert str(library) not in report.broken[0].error
    read = []
    real = index.read_content
    monkeypatch.setattr(
        index, "read_content", lambda path, reading: read.append(path.name) or real(path, reading)
    )
    assert update(library).broken == report.broken and read == []
    write_npz(library / "cut.npz", standing("mended"))
    again = update(library)
    assert read == ["cut.npz"] and (again.embedded, len(again.broken)) == (1, 2)


def test_a_reader_s_own_fault_stops_nobody(library, monkeypatch):
    real = index.read_content
    faults = {"walks.npz": IndexError("7"), "limps.npz": PermissionError(13, "Permission denied")}

    def read(path, reading):
        if path.name in faults:
            raise faults[path.name]
        return real(path, reading)

    monkeypatch.setattr(index, "read_content", read)
    report = update(library)
    assert report.embedded == 3
    assert {broken.path: broken.error for broken in report.broken} == {
        "part0/walks.npz": "IndexError: 7",
        "part1/limps.npz": "Permission denied",
    }
    faults.clear()  # what could not be opened may be openable now; the other has not changed
    assert update(library).embedded == 1


def test_a_motion_that_the_model_refuses_harms_no_other(library):
    def check(motion):
        if "limps" in motion.meta["text"]:
            raise ValueError("too short")

    report = update(library, WordEmbedder(check=check))
    assert report.embedded == 4
    assert [(broken.path, broken.error) for broken in report.broken] == [("part1/limps.npz", "too short")]


def test_an_embedding_that_is_not_finite_is_refused(library):
    class Sick(WordEmbedder):
        def motions(self, motions, on_batch=None):
            rows = super().motions(motions)
            rows[["waves" in motion.meta["text"] for motion in motions]] = np.nan
            return rows

    report = update(library, Sick())
    assert [broken.path for broken in report.broken] == ["part0/waves.npz"]
    assert "not finite" in report.broken[0].error and len(paths(library)) == 4


def test_a_fault_of_the_machine_is_no_fault_of_the_files(library):
    def check(motion):
        raise RuntimeError("the device is gone")

    with pytest.raises(RuntimeError, match="device is gone"):
        update(library, WordEmbedder(check=check))
    assert update(library).embedded == 5


@pytest.mark.parametrize("stop", [KeyboardInterrupt, InterruptedError])
def test_what_is_done_is_kept_when_it_is_stopped(library, monkeypatch, stop):
    monkeypatch.setattr(index, "TOGETHER", 2)

    def on_file(done, total):
        assert total == 5
        if done > 2:  # the first two are embedded, the next two half so
            raise stop

    with pytest.raises(stop):
        update(library, on_file=on_file)
    assert len(paths(library)) == 2
    assert update(library).embedded == 3


def test_it_is_saved_while_it_goes_on(library, monkeypatch):
    monkeypatch.setattr(index, "TOGETHER", 1)
    monkeypatch.setattr(index, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(index, "SAVE_SHARE", 0.0)
    kept, steps = [], []

    def on_file(done, total):
        steps.append(done)
        kept.append(len(LibraryIndex.open(library)))

    update(library, on_file=on_file)
    assert steps == sorted(steps) and steps[-1] == 5
    assert kept[0] == 0 and kept[-1] == 4  # the last one is saved after it is told


def test_long_motions_are_not_held_all_at_once(library, monkeypatch):
    monkeypatch.setattr(index, "FRAMES_TOGETHER", 25)
    embedder = WordEmbedder()
    update(library, embedder)
    assert embedder.batches == [3, 2]  # 10+12+14 frames of part0, then 11+13 of part1


def test_bvh_files_are_motions_too(tmp_path):
    write_bvh(tmp_path / "lib" / "Walk.BVH", standing(frames=30))
    assert update(tmp_path / "lib").embedded == 1
    assert LibraryIndex.open(tmp_path / "lib").rank(np.ones(WIDTH), 5)[0].seconds == pytest.approx(1.5)


def test_a_folder_that_cannot_be_written_is_indexed_in_the_cache(library):
    (library / store.FOLDER).write_text("a file in the way")
    report = update(library)
    assert report.embedded == 5 and "cannot be written" in report.note
    assert update(library).embedded == 0
    assert list((library.parent / "cache").rglob(store.FILE))


def test_nothing_is_written_where_nothing_is_found(tmp_path):
    (tmp_path / "lib").mkdir()
    report = update(tmp_path / "lib")
    assert report.files == 0 and list((tmp_path / "lib").iterdir()) == []


def test_a_place_that_takes_nothing_is_told(library, monkeypatch):
    (library / store.FOLDER).write_text("")
    (library.parent / "cache").write_text("")
    assert "cannot be kept" in update(library).note


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 something", None])
def test_a_damaged_index_is_made_anew(library, damage):
    update(library)
    file = library / store.FOLDER / store.FILE
    file.write_bytes(file.read_bytes()[:-200] if damage is None else damage)
    assert len(LibraryIndex.open(library)) == 0
    assert update(library).embedded == 5 and update(library).embedded == 0


def test_an_index_of_a_later_format_is_not_misread(library, monkeypatch):
    monkeypatch.setattr(store, "FORMAT", 2)
    update(library)
    monkeypatch.undo()
    assert len(LibraryIndex.open(library)) == 0


def test_no_half_written_file_is_left(library):
    update(library)
    assert [path.name for path in (library / store.FOLDER).iterdir()] == [store.FILE]


def test_two_updates_share_their_work(library, monkeypatch):
    """One that works while another ends takes over what that one has done."""
    monkeypatch.setattr(index, "TOGETHER", 1)
    monkeypatch.setattr(index, "SAVE_SECONDS", 0.0)
    monkeypatch.setattr(index, "SAVE_SHARE", 0.0)
    embedder, others = WordEmbedder(), []

    def on_file(done, total):
        if done == 2 and not others:
            others.append(update(library))

    update(library, embedder, on_file)
    assert others[0].embedded == 4  # the second was not saved yet
    assert sum(embedder.batches) < 5 and len(paths(library)) == 5


PROCESS = """
import sys
from word_embedder import WordEmbedder
from motion_core.search import LibraryIndex, index
index.TOGETHER, index.SAVE_SECONDS, index.SAVE_SHARE = 1, 0.0, 0.0
print(LibraryIndex.open(sys.argv[1]).update(WordEmbedder()).files)
"""


@pytest.mark.slow
def test_processes_at_once_leave_a_whole_index(library):
    for number in range(20):
        write_npz(library / f"more{number}.npz", standing(f"person number{number}"))
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": f"{root}:{root / 'tests/helpers'}"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(library)], env=environment, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    assert [process.communicate(timeout=60)[0].strip() for process in running] == [b"25"] * 3
    assert len(paths(library)) == 25 and update(library).embedded == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes names that are no text")
def test_a_name_that_is_no_text_is_listed(library):
    with open(os.fsencode(library) + b"/\xff.npz", "wb"):
        pass
    report = update(library)
    assert report.embedded == 5 and "rename it" in report.broken[0].error
    json.dumps(report.broken[0].path).encode()
    report.broken[0].path.encode()


def test_a_library_that_is_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        LibraryIndex.open(tmp_path / "absent")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="is a file"):
        LibraryIndex.open(tmp_path / "file")


@pytest.mark.parametrize("count", [1, 3, 5, 100])
def test_ranking_is_that_of_a_plain_loop(library, count):
    found, embedder = LibraryIndex.open(library), WordEmbedder()
    found.update(embedder)
    question = embedder.texts(["person sits"])[0]
    plain = []
    for path, entry in found._entries.items():
        dot = sum(float(a) * float(b) for a, b in zip(entry.vector, question))
        plain.append((-dot / np.linalg.norm(entry.vector) / np.linalg.norm(question), path))
    hits = found.rank(question, count)
    assert [hit.path for hit in hits] == [path for _, path in sorted(plain)][:count]
    np.testing.assert_allclose(
        [hit.score for hit in hits], [-score for score, _ in sorted(plain)][:count], atol=1e-5
    )


def test_equal_motions_are_ranked_by_name(tmp_path):
    for name in "cab":
        write_npz(tmp_path / "lib" / f"{name}.npz", standing("person walks"))
    update(tmp_path / "lib")
    hits = LibraryIndex.open(tmp_path / "lib").rank(WordEmbedder().texts(["walks"])[0], 2)
    assert [hit.path for hit in hits] == ["a.npz", "b.npz"]


def test_a_question_that_is_none(library):
    update(library)
    found = LibraryIndex.open(library)
    with pytest.raises(ValueError, match=r"must be \(256,\)"):
        found.rank(np.ones(3), 1)
    with pytest.raises(ValueError, match="all finite"):
        found.rank(np.full(WIDTH, np.nan), 1)
    assert {hit.score for hit in found.rank(np.zeros(WIDTH), 2)} == {0.0}
    assert found.rank(np.ones(WIDTH), 0) == []


# ---------------------------------------------------------------------------------------------- real motion capture

ARCHIVES = ("accad_bvh.tar.xz", "cmu_bvh.tar.xz", "bandai/bandai_bvh.tar.xz")
EACH = 2


@pytest.mark.shared_data
def test_motion_capture_of_three_sources_is_searchable(shared_data, tmp_path):
    for name in ARCHIVES:
        with tarfile.open(shared_data / name) as archive:
            members = (member for member in archive if member.name.lower().endswith(".bvh"))
            for number, member in zip(range(EACH), members):
                content = archive.extractfile(member)
                assert content is not None
                target = tmp_path / name.partition("_")[0] / f"{number}.bvh"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
    embedder = WordEmbedder()
    index = LibraryIndex.open(tmp_path)
    report = index.update(embedder)
    assert (report.files, report.broken) == (EACH * len(ARCHIVES), ())
    hits = index.rank(embedder.texts(["anything"])[0], 100)
    assert len(hits) == EACH * len(ARCHIVES) and all(hit.seconds > 0.5 for hit in hits)
