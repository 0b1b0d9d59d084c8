"""`laban batch`: bad lines are reported and do not stop the rest; a rerun does only what is missing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tiny_tmr import save_tiny_tmr, write_library

from motion_core import cli
from motion_core.formats.npz import read_npz

FAST = {"seconds": 0.5, "steps": 2}


@pytest.fixture
def batch(tmp_path, tiny_weights, capsys):
    """Write lines (objects or raw text), run the command: (status, facts, standard error)."""

    def run(lines, *more, name="jobs.jsonl"):
        path = tmp_path / name
        texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        path.write_bytes(b"\n".join(texts) + b"\n")
        status = cli.main(
            ["batch", str(path), "--out", str(tmp_path / "out"), "--device", "cpu", "--json", *more]
        )
        captured = capsys.readouterr()
        return status, json.loads(captured.out), captured.err

    return run


def names(tmp_path):
    return sorted(path.name for path in (tmp_path / "out").glob("*"))


@pytest.mark.slow
def test_models_together_and_results_as_alone(batch, tmp_path, capsys):
    lines = [
        {"id": "a1", "task": "generate", "text": "a person waves", "seed": 3, "model": "mdm"} | FAST,
        {"id": "walk", "action": "walk", "seed": 4} | FAST,
        b"",
        {"id": "b.2", "text": "run", "count": 2, "guidance": 1.0} | FAST,
    ]
    status, facts, err = batch(lines)
    assert status == 0 and facts["failed"] == [] and not err
    assert names(tmp_path) == ["a1.npz", "b.2_000.npz", "b.2_001.npz", "walk.npz"]
    assert read_npz(tmp_path / "out" / "walk.npz").meta["model"] == "mdm-action"
    alone = tmp_path / "alone.npz"
    cli.main(["generate", "--text", "run", "--seconds", "0.5", "--steps", "2", "--guidance", "1", "--seed", "1",
              "--out", str(alone)])  # fmt: skip
    beside = read_npz(tmp_path / "out" / "b.2_001.npz")
    assert beside.meta["seed"] == 1
    assert np.allclose(read_npz(alone).joints(), beside.joints(), atol=1e-4)


@pytest.mark.slow
def test_rerun_does_only_what_is_missing(batch, tmp_path):
    lines = [{"id": f"a{k}", "text": "walk", "seed": k} | FAST for k in range(3)]
    batch(lines)
    kept = (tmp_path / "out" / "a0.npz").stat().st_mtime_ns
    (tmp_path / "out" / "a1.npz").unlink()
    status, facts, _ = batch(lines)
    assert status == 0 and facts["done"] == [str(tmp_path / "out" / "a1.npz")] and facts["skipped"] == 2
    assert (tmp_path / "out" / "a0.npz").stat().st_mtime_ns == kept


BAD = [
    (b"{not json", "not a JSON object"),
    (b'"text"', "not str"),
    (b"[]", "not list"),
    (b"\xff\xfe{}", "not a JSON object"),
    (b"[" * 5000, "not a JSON object"),
    ({"text": "walk"}, "id is None"),
    ({"id": 7, "text": "walk"}, "id is 7"),
    ({"id": "", "text": "walk"}, "id is ''"),
    ({"id": "../x", "text": "walk"}, "cannot be a file's name"),
    ({"id": "a/b", "text": "walk"}, "cannot be a file's name"),
    ({"id": "a\\b", "text": "walk"}, "cannot be a file's name"),
    ({"id": "..", "text": "walk"}, "cannot be a file's name"),
    ({"id": "C:x", "text": "walk"}, "cannot be a file's name"),
    ({"id": "a\u0000", "text": "walk"}, "cannot be a file's name"),
    ({"id": "x1" * 300, "text": "walk"}, "shorter"),
    ({"id": "CON", "text": "walk"}, "every system"),
    ({"id": "good"}, "line 1"),
    ({"id": "GOOD", "text": "walk"}, "line 1"),
    ({"id": "many_001", "text": "walk"}, "which line 2 writes"),
    ({"id": "x2", "text": ""}, "empty"),
    ({"id": "x3", "text": 5}, "must be text"),
    ({"id": "x4", "text": "walk", "seconds": "6"}, "seconds is '6'"),
    (b'{"id": "x5", "text": "walk", "seconds": NaN}', "seconds is nan"),
    ({"id": "x6", "text": "walk", "seconds": 601}, "from 0.5 to 600"),
    ({"id": "x7", "text": "walk", "speed": 2}, "unknown field 'speed'"),
    ({"id": "x8", "text": "walk", "task": "dance"}, "unknown task 'dance'"),
    ({"id": "x9", "text": "walk", "model": "gpt"}, "unknown model 'gpt'"),
    ({"id": "x10", "action": "fly"}, "unknown action 'fly'"),
    ({"id": "x11", "text": "walk", "steps": 500}, "from 1 to 50"),
    ({"id": "x12", "text": "walk", "count": 1000}, "count is 1000"),
]


def test_bad_lines_are_reported_and_the_rest_goes_on(batch, tmp_path):
    good = [{"id": "good", "text": "walk"} | FAST, {"id": "many", "text": "walk", "count": 2} | FAST]
    last = {"id": "last", "text": "run"} | FAST
    status, facts, err = batch([*good, *(line for line, _ in BAD), last])
    assert status == 1
    assert names(tmp_path) == ["good.npz", "last.npz", "many_000.npz", "many_001.npz"]
    assert [fault["line"] for fault in facts["failed"]] == list(range(3, 3 + len(BAD)))
    for fault, (line, message) in zip(facts["failed"], BAD):
        assert message in fault["error"], line
        assert f"jobs.jsonl:{fault['line']}: " in err
    assert "Traceback" not in err and err.count("\n") == len(BAD)


def test_absent_weights_fail_their_model_only(batch, tmp_path, tiny_folder, monkeypatch):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "mdm-action.safetensors").symlink_to(tiny_folder / "mdm-action.safetensors")
    monkeypatch.setenv("LABAN_WEIGHTS", str(folder))
    lines = [{"id": "t", "text": "walk", "count": 2} | FAST, {"id": "a", "action": "walk"} | FAST]
    status, facts, _ = batch(lines)
    assert status == 1 and names(tmp_path) == ["a.npz"]
    assert [fault["id"] for fault in facts["failed"]] == ["t"]
    assert "dit-adaln.safetensors" in facts["failed"][0]["error"]


def test_a_failing_motion_does_not_take_the_others_with_it(batch, tmp_path, monkeypatch):
    """Features that are not finite for one seed: its neighbours in the same pass are made all the same."""
    from motion_core.features import FEATURES

    kind, calls = FEATURES["smpl205"], []

    def spoiled(x0, fps):
        calls.append(len(x0))
        return kind.decode(np.full_like(x0, np.nan) if len(x0) == 12 else x0, fps)

    monkeypatch.setitem(FEATURES, "smpl205", replace(kind, decode=spoiled))
    lines = [{"id": f"m{k}", "text": "walk", "steps": 2, "seconds": 0.5 + 0.1 * (k == 1)} for k in range(3)]
    status, facts, err = batch(lines)
    assert status == 1 and names(tmp_path) == ["m0.npz", "m2.npz"]
    assert [fault["id"] for fault in facts["failed"]] == ["m1"] and "not finite" in err


def test_files_that_are_no_batch(batch, tmp_path, capsys):
    out = str(tmp_path / "out")
    assert cli.main(["batch", str(tmp_path / "absent.jsonl"), "--out", out]) == 1
    assert "absent.jsonl" in capsys.readouterr().err
    (tmp_path / "file").write_text("x")
    assert cli.main(["batch", str(tmp_path / "file"), "--out", str(tmp_path / "file")]) == 2
    assert "name a folder" in capsys.readouterr().err
    status, facts, _ = batch([], name="empty.jsonl")
    assert status == 0 and facts == {"done": [], "skipped": 0, "failed": []}


def test_bvh_results(batch, tmp_path):
    status, _, _ = batch([{"id": "a", "text": "walk"} | FAST], "--format", "bvh")
    assert status == 0 and names(tmp_path) == ["a.bvh"]


def test_a_search_among_other_tasks_writes_its_hits(batch, tmp_path, tiny_folder, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    save_tiny_tmr(tmp_path)
    (tmp_path / "mdm-action.safetensors").symlink_to(tiny_folder / "mdm-action.safetensors")
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    library = write_library(tmp_path / "library")
    lines = [
        {"id": "walk", "action": "walk", "count": 2} | FAST,
        {"id": "bows", "task": "search", "text": "a person bows", "library": str(library), "count": 3},
        {"id": "old", "task": "search", "text": "bow", "library": str(library), "steps": 3},
        {"id": "gone", "task": "search", "text": "bow", "library": str(tmp_path / "nowhere")},
        {"id": "fast", "task": "search", "text": "bow", "library": str(library), "settings": {"speed": 2}},
    ]
    status, facts, err = batch(lines, "--format", "bvh")
    assert status == 1 and names(tmp_path) == ["bows.json", "old.json", "walk_000.bvh", "walk_001.bvh"]
    hits = json.loads((tmp_path / "out" / "bows.json").read_bytes())
    assert len(hits["hits"]) == 3 and hits["files"] == 6 and hits["note"] == ""
    noted = json.loads((tmp_path / "out" / "old.json").read_bytes())
    assert noted["note"] == "steps means nothing to model 'tmr' and is left out"
    assert [fault["id"] for fault in facts["failed"]] == ["gone", "fast"]
    assert "there is no folder" in err and "unknown setting 'speed': model 'tmr' has none" in err
    again, facts, _ = batch(lines[:3], "--format", "bvh")
    assert again == 0 and facts == {"done": [], "skipped": 4, "failed": []}


def test_a_fault_that_nobody_foresaw_is_one_line_s(batch, tmp_path, monkeypatch):
    """Of the network, of the check and of writing: the others are made all the same, and whose fault it is is said."""
    from motion_core.commands import batch as command
    from motion_core.generators.generator import Generator

    check, write = Generator.check, command.write_result

    def checked(self, task, sampling):
        if sampling.seed == 1:
            raise IndexError("nobody foresaw this")
        check(self, task, sampling)

    def written(path, result):
        if path.stem == "b":
            raise KeyError("nor this")
        write(path, result)

    monkeypatch.setattr(Generator, "check", checked)
    monkeypatch.setattr(command, "write_result", written)
    status, facts, _ = batch(
        [{"id": name, "text": "walk", "seed": seed} | FAST for seed, name in enumerate("xab")]
    )
    assert status == 1 and names(tmp_path) == ["x.npz"]
    assert [fault["error"] for fault in facts["failed"]] == [
        "IndexError: nobody foresaw this (a fault of laban: --debug shows where)",
        "KeyError: 'nor this' (a fault of laban: --debug shows where)",
    ]
