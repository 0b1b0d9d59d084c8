"""A contest: what takes part, and what judges."""

from __future__ import annotations

import json

import numpy as np
import pytest

from motion_core.metrics.benchmark import contest as contests
from motion_core.metrics.benchmark.table import write_benchmark


@pytest.mark.slow
def test_the_whole_way(evaluation_store, all_weights, monkeypatch, tmp_path):
    monkeypatch.setenv("LABAN_WEIGHTS", str(all_weights))
    contest = contests.open_contest(["mdm@steps=2"], evaluation_store, device="cpu", limit=5)
    table = contests.benchmark(contest, 1)
    assert [row.name for row in table.rows] == ["real", "retrieval", "random clip", "mdm@steps=2"]
    ours = table.rows[-1]
    assert ours.settings == {"steps": "2"} and ours.seconds and ours.cost and ours.cost.seconds > 0
    assert table.evaluator and len(table.evaluator["fingerprint"]) == 64
    markdown, data = write_benchmark(table, tmp_path / "out")
    text = markdown.read_text(encoding="utf-8")
    assert "| *retrieval* |" in text and "| mdm@steps=2 |" in text and "FD_TMR ↓" in text
    assert "5 of 9 clips" in text
    loaded = json.loads(data.read_text(encoding="utf-8"))
    assert loaded["rows"][-1]["values"]["r1_64"][0] == ours.values["r1_64"][0]


def test_other_features_are_refused(evaluation_store, all_weights, make_tiny, tmp_path):
    from motion_core.features import humanml263

    width = humanml263.DIM
    make_tiny(
        tmp_path / "mdm263.safetensors", "text", features="humanml263", mean=np.zeros(width), std=np.ones(width),
        config={"features": width},
    )  # fmt: skip
    with pytest.raises(ValueError, match="'humanml263', the evaluator 'smpl205'"):
        contests.open_contest(
            [f"mdm@checkpoint={tmp_path / 'mdm263.safetensors'}"],
            evaluation_store,
            device="cpu",
            evaluator=all_weights / "tmr.safetensors",
        )


def test_absent_evaluators(tiny_weights, tmp_path):
    found, notes = contests.find_evaluator("cpu", None)
    assert found is None and "tmr.safetensors" in notes[0]
    with pytest.raises(FileNotFoundError):
        contests.find_evaluator("cpu", tmp_path / "mine.safetensors")
