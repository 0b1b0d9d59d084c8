"""`laban search`, with a tiny real model: its table, its JSON, its exit status."""

from __future__ import annotations

import json

import pytest
from tiny_tmr import bowing, save_tiny_tmr, write_library

from motion_core import cli
from motion_core.commands.search import table
from motion_core.formats.npz import write_npz
from motion_core.results import Broken, Hit, Hits


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save_tiny_tmr(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def library(tmp_path):
    return write_library(tmp_path / "library")


@pytest.fixture
def laban(capsys, weights, monkeypatch, tmp_path):
    """Run `laban search`: (exit status, standard output, standard error)."""
    monkeypatch.setenv("LABAN_WEIGHTS", str(weights))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(*argv) -> tuple[int, str, str]:
        status = cli.main(["search", *(str(word) for word in argv)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_a_table_best_first(laban, library):
    status, out, err = laban("a person bows", "--library", library, "--count", 3)
    lines = out.splitlines()
    assert status == 0 and not err and len(lines) == 6
    scores = [float(line.split()[0]) for line in lines[1:4]]
    assert scores == sorted(scores, reverse=True)
    assert all(str(library) in line for line in lines[1:4])
    assert lines[4] == "not searched, because they cannot be read: 1 of 6 files"
    assert lines[5].startswith("  broken.npz: ")


@pytest.mark.slow
def test_json_for_machines_and_the_same_without_update(laban, library):
    status, out, _ = laban("a person bows", "--library", library, "--json")
    facts = json.loads(out)
    assert status == 0 and facts["files"] == 6 and facts["broken_count"] == 1
    assert {hit["path"] for hit in facts["hits"]} == {
        "bow0.npz",
        "bow1.npz",
        "bow2.npz",
        "bow3.npz",
        "more/lean.bvh",
    }
    assert {hit["path"]: hit["seconds"] for hit in facts["hits"]}["more/lean.bvh"] == pytest.approx(2.0)
    write_npz(library / "new.npz", bowing(1.0))
    again = json.loads(laban("a person bows", "--library", library, "--no-update", "--json")[1])
    assert again["hits"] == facts["hits"] and again["files"] == 6
    assert json.loads(laban("a person bows", "--library", library, "--json")[1])["files"] == 7


@pytest.mark.slow
def test_another_checkpoint_indexes_anew(laban, library, tmp_path):
    laban("a person bows", "--library", library)
    (tmp_path / "other").mkdir()
    other = save_tiny_tmr(tmp_path / "other", seed=6) / "tmr.safetensors"
    status, _, err = laban("a person bows", "--library", library, "--checkpoint", other, "--no-update")
    assert status == 1 and "another model or another way of reading made the index" in err
    assert laban("a person bows", "--library", library, "--checkpoint", other)[0] == 0


def test_an_empty_folder_fails(laban, tmp_path):
    (tmp_path / "empty").mkdir()
    status, out, err = laban("a person bows", "--library", tmp_path / "empty")
    assert status == 1 and not out and "there are no motions in" in err
    (tmp_path / "empty" / "a.npz").write_bytes(b"nothing")
    status, _, err = laban("a person bows", "--library", tmp_path / "empty")
    assert status == 1 and "none of the 1 files" in err and "a.npz" in err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["walk", "--library", "/no/such/folder"], 1, "there is no folder /no/such/folder"),
        (["", "--library", "."], 2, "the prompt is empty"),
        (["walk"], 2, "--library"),
        (["walk", "--library", ".", "--count", "0"], 2, "count is 0"),
        (["walk", "--library", __file__], 1, "is a file"),
    ],
)
def test_bad_arguments_cost_no_model(laban, monkeypatch, arguments, status, words):
    monkeypatch.setenv("LABAN_WEIGHTS", "/nowhere")
    found, out, err = laban(*arguments)
    assert (found, out) == (status, "") and words in err


def test_absent_weights_are_told(laban, library, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", "/nowhere")
    status, _, err = laban("walk", "--library", library)
    assert status == 1 and "tmr" in err and "LABAN_WEIGHTS" in err


def test_no_update_without_an_index(laban, library):
    status, _, err = laban("walk", "--library", library, "--no-update")
    assert status == 1 and "there is no index yet" in err


def test_many_broken_files_are_counted(tmp_path):
    broken = tuple(Broken(f"{n}.npz", "cut") for n in range(99))
    result = Hits(tmp_path, (Hit("a.npz", 0.5, 1.0),), 100, broken, "a note")
    lines = table(result)
    assert lines[-2:] == ["  and 94 more (--json names up to fifty)", "a note"] and len(lines) == 10
    facts = result.to_json()
    assert (facts["broken_count"], len(facts["broken"])) == (99, 50)


def test_hits_go_into_a_file_too(laban, library, tmp_path):
    out = tmp_path / "new" / "hits.json"
    status, said, _ = laban("a person bows", "--library", library, "--count", 2, "--out", out, "--json")
    assert status == 0 and json.loads(out.read_bytes()) == json.loads(said)
    assert len(json.loads(said)["hits"]) == 2


@pytest.mark.parametrize("name", ["hits.bvh", "hits.npz", "hits"])
def test_a_file_that_cannot_hold_hits_is_refused_before_anything_is_loaded(
    laban, library, tmp_path, name, monkeypatch
):
    monkeypatch.setenv("LABAN_WEIGHTS", "/nowhere")
    status, out, err = laban("bow", "--library", library, "--out", tmp_path / name)
    assert (status, out) == (2, "") and "it must end in .json to hold hits" in err
    assert not (tmp_path / name).exists()
