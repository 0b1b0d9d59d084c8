"""A search carried out: the index brought up to date or not, hits ranked, and what is said where there is nothing."""

from __future__ import annotations

import pytest
from word_embedder import WordEmbedder, standing

from motion_core.formats.npz import write_npz
from motion_core.search.query import Finder, search
from motion_core.tasks import Generate, Sampling, Search, TaskError


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for word in ("walks", "waves", "sits"):
        write_npz(tmp_path / "library" / f"{word}.npz", standing(f"person {word}"))
    (tmp_path / "library" / "broken.npz").write_bytes(b"rubbish")
    return tmp_path / "library"


def asked(library, text: str = "somebody waves", count: int = 2) -> Search:
    return Search(text=text, library=str(library), count=count)


def test_the_best_come_first_and_broken_files_are_listed(library):
    found = search(asked(library), WordEmbedder())
    assert found.hits[0].path == "waves.npz" and len(found.hits) == 2
    assert found.hits[0].score > found.hits[1].score
    assert (found.files, [broken.path for broken in found.broken]) == (4, ["broken.npz"])


def test_spelling_is_heard_and_said(library):
    found = search(asked(library, "somebody wavse"), WordEmbedder())
    assert found.hits[0].path == "waves.npz"
    assert "read as 'somebody waves' (typed 'somebody wavse')" in found.note


def test_without_an_update_an_index_of_the_same_model_must_be_there(library):
    with pytest.raises(ValueError, match=r"no index yet of .*library: search once with the update"):
        search(asked(library), WordEmbedder(), update=False)
    search(asked(library), WordEmbedder())
    write_npz(library / "new.npz", standing("person waves"))
    found = search(asked(library, count=9), WordEmbedder(), update=False)
    assert {hit.path for hit in found.hits} == {"walks.npz", "waves.npz", "sits.npz"} and found.files == 4
    with pytest.raises(ValueError, match="another model or another way of reading made the index"):
        search(asked(library), WordEmbedder("other"), update=False)


def test_where_nothing_can_be_ranked_it_is_said_why(library, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"no motions in .*empty: name a folder with \.npz, \.bvh or \.npy"):
        search(asked(tmp_path / "empty"), WordEmbedder())
    for path in library.glob("*s.npz"):
        path.unlink()
    with pytest.raises(ValueError, match=r"none of the 1 files .* for example broken\.npz"):
        search(asked(library), WordEmbedder())


def test_a_finder_loads_its_model_once_and_not_for_folders_that_are_none(library, tmp_path):
    loaded = []

    def load() -> WordEmbedder:
        loaded.append(1)
        return WordEmbedder()

    finder = Finder(load)
    with pytest.raises(FileNotFoundError):
        finder.run_batch([(asked(tmp_path / "absent"), Sampling())])
    assert not finder.loaded and not loaded
    first, second = finder.run_batch([(asked(library, text), Sampling()) for text in ("waves", "sits")])
    assert (first.hits[0].path, second.hits[0].path) == ("waves.npz", "sits.npz")
    assert finder.loaded and loaded == [1]


def test_other_tasks_are_refused_by_name():
    with pytest.raises(TaskError, match="model 'tmr' cannot generate; it can search"):
        Finder(WordEmbedder).check(Generate(text="a person walks", seconds=1.0), Sampling())
