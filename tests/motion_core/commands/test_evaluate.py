"""`laban evaluate` from the outside, on a small store with tiny weights."""

from __future__ import annotations

import json

import pytest
from gap_store import save_gap_store
from tiny_mdm import save_tiny_models
from tiny_tmr import bowing, save_tiny_tmr

from motion_core.cli import main
from motion_core.data.store import ClipRecord, write_store
from motion_core.metrics.benchmark import page
from motion_core.metrics.prompts import report, wording_report, wordings


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    clips = [
        ClipRecord(
            f"{split}{number}", "made", split, "bow", "normal", (), bowing(0.2 * number + 0.1, 20 + number)
        )
        for split in ("train", "val")
        for number in range(6)
    ]
    folder = tmp_path_factory.mktemp("data")
    write_store(folder, clips, {"made": "our own"})
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save_tiny_tmr(save_tiny_models(tmp_path_factory.mktemp("weights")))


@pytest.mark.slow
def test_tables_and_page(data, weights, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LABAN_WEIGHTS", str(weights))
    few = [row for row in report.INSTRUCTIONS if row.group == "bow"]
    monkeypatch.setattr(report, "INSTRUCTIONS", few)
    monkeypatch.setattr(page, "INSTRUCTIONS", few)
    out = tmp_path / "out"
    command = [
        "evaluate",
        "--models",
        "mdm@steps=2",
        "--data",
        str(data),
        "--replications",
        "1",
        "--seeds",
        "1",
    ]
    assert main([*command, "--out", str(out), "--device", "cpu", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in facts["benchmark"]["rows"]][-1] == "mdm@steps=2"
    assert facts["benchmark"]["rows"][-1]["values"]["fd"][0] > 0
    assert len(facts["prompts"]["rows"]) == len(few)
    names = {path.name for path in out.iterdir()}
    assert names == {"benchmark.md", "benchmark.json", "prompts.md", "prompts.json", "page.html"}


@pytest.mark.slow
def test_the_wordings_table(data, weights, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LABAN_WEIGHTS", str(weights))
    few = [worded for worded in wordings.load_wordings() if worded.instruction.group == "bow"]
    monkeypatch.setattr(wording_report, "load_wordings", lambda: few)
    command = ["evaluate", "--models", "mdm@steps=2", "--data", str(data), "--wordings", "--seeds", "1"]
    assert main([*command, "--out", str(tmp_path / "out"), "--device", "cpu"]) == 0
    assert f"| **all** | {len(few)} |" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"wordings.md", "wordings.json"}


def test_gaps_are_filled(weights, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LABAN_WEIGHTS", str(weights))
    save_gap_store(tmp_path / "data", (60, 80))
    command = ["evaluate", "--task", "complete", "--models", "mdm@steps=2", "--data", str(tmp_path / "data")]
    command += ["--gaps", "5", "--after", "1", "--device", "cpu", "--out", str(tmp_path / "out"), "--json"]
    assert main(command) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["after"] == 1 and [row["gap"] for row in facts["rows"]] == [5] * 5
    assert facts["rows"][-1]["name"] == "mdm@steps=2" and facts["rows"][-1]["values"]["l2p"][0] > 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"completion.md", "completion.json"}


def test_motions_go_on(weights, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LABAN_WEIGHTS", str(weights))
    save_gap_store(tmp_path / "data", (90, 100))
    command = ["evaluate", "--task", "continue", "--models", "mdm@steps=2", "--data", str(tmp_path / "data")]
    assert main([*command, "--device", "cpu", "--out", str(tmp_path / "out"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["recordings"] == 2 and facts["rows"][-1]["name"] == "mdm@steps=2"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"continuing.md", "continuing.json"}


@pytest.mark.parametrize(
    ("extra", "status", "fault"),
    [
        (["--models", "nobody"], 2, "unknown model 'nobody'"),
        (["--models", "mdm", "mdm"], 2, "named twice"),
        (["--replications", "0"], 2, "replications is 0"),
        (["--seeds", "0"], 2, "seeds is 0"),
        (["--prompts", "--benchmark"], 2, "not allowed with"),
        (["--prompts", "--wordings"], 2, "not allowed with"),
        (["--task", "complete", "--wordings"], 2, "belong to --task generate"),
        (["--task", "edit"], 2, "invalid choice"),
        (["--gaps", "5"], 2, "belong to --task complete"),
        (["--task", "complete", "--prompts"], 2, "belong to --task generate"),
        (["--task", "continue", "--prompts"], 2, "--task continue takes no"),
        (["--task", "complete", "--gaps", "0"], 2, "gap is 0"),
        (["--sources", "ghost"], 1, "unknown source 'ghost': the training set has made"),
        (["--task", "complete", "--sources", "ghost"], 1, "unknown source 'ghost'"),
        (["--task", "complete"], 1, "shorter gaps than 45"),
    ],
)
def test_bad_arguments_are_named(data, extra, status, fault, capsys):
    assert main(["evaluate", "--data", str(data), *extra]) == status
    assert fault in capsys.readouterr().err


def test_absent_data_are_named(tmp_path, capsys):
    assert main(["evaluate", "--data", str(tmp_path / "nowhere")]) == 1
    assert "no training set" in capsys.readouterr().err
