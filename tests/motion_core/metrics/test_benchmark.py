"""The benchmark on a small store with real weights of tiny models."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from motion_core.data.library import build_library
from motion_core.embedding import load_embedder
from motion_core.metrics.benchmark import contest as contests
from motion_core.metrics.benchmark.benchmark import (
    Benchmark,
    RowResult,
    interval,
    run_benchmark,
    size_notes,
)
from motion_core.metrics.benchmark.cost import Cost, cost_in_child
from motion_core.metrics.benchmark.lineup import Drawn, RandomRow, RealRow, RetrievalRow
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.metrics.benchmark.split import load_split
from motion_core.metrics.benchmark.table import benchmark_to_markdown, write_benchmark
from motion_core.metrics.measures.copies import CopyIndex
from motion_core.text import load_text_encoder


class Given:
    """A row of motions given by hand, one a clip of the split."""

    repeats, trained_on = False, False

    def __init__(self, name: str, split, motions) -> None:
        self.name, self.motions = name, dict(zip((c.index for c in split.clips), motions))

    def draw(self, wanted, seeds, on_step=None) -> Drawn:
        return Drawn([self.motions[w.clip] for w in wanted])


@pytest.fixture(scope="module")
def embedder(all_weights):
    return load_embedder(device="cpu", checkpoint=all_weights / "tmr.safetensors")


@pytest.fixture(scope="module")
def split(evaluation_store):
    return load_split(evaluation_store)


@pytest.fixture(scope="module")
def train(evaluation_store):
    return build_library(evaluation_store)


@pytest.fixture(scope="module")
def training(train):
    return CopyIndex.build(train.motion(clip) for clip in train.clips)


def test_who_repeats_real_motion_cannot_be_told_from_it(split, embedder, training):
    same = Given("same", split, split.motions)
    rows = run_benchmark([RealRow(split), same], split, embedder, training, replications=2)
    real, found = (row.values for row in rows)
    assert found["fd"][0] == pytest.approx(0, abs=1e-6) and found["ape_mean_global"][0] == 0
    assert found["precision"] == found["recall"] == found["coverage"] == (1.0, 0.0)
    for name in ("tmr_score", "r1_32", "distance", "gallery_median_rank", "diversity", "sliding", "jerk"):
        assert found[name] == pytest.approx(real[name]), name
    assert "fd" not in real and "ape_root" not in real and "multimodality" not in found


def test_who_plays_training_clips_is_found_out(split, train, embedder, training):
    played = [train.motion(train.clips[k]).moved(yaw=0.7) for k in range(len(split))]
    rows = run_benchmark(
        [RealRow(split), Given("thief", split, played)], split, embedder, training, replications=1
    )
    assert rows[1].values["near_copies"][0] == 1.0 and rows[0].values["near_copies"][0] < 0.5
    assert rows[1].values["fd"][0] > 0


def test_baselines_read_the_words_or_do_not(split, train, embedder, training):
    retrieval = RetrievalRow(Retrieval(train, load_text_encoder()))
    rows = run_benchmark([retrieval, RandomRow(train)], split, embedder, training, replications=2)
    for row in rows:
        assert row.values["multimodality"][0] > 0 and "near_copies" not in row.values
    wanted = split.wanted(0)
    again = retrieval.draw([wanted[0]] * 3, [0, 1, 2])
    assert len(set(again.keys)) == 3  # asked the same again, another clip
    first, second = (RandomRow(train).draw(wanted, [seed] * len(wanted)).keys for seed in (0, 1))
    assert first != second and first == RandomRow(train).draw(wanted, [0] * len(wanted)).keys


def test_without_an_evaluator_the_rest_is_measured(split, training):
    seen = []
    rows = run_benchmark(
        [RealRow(split)], split, None, training, replications=2, progress=lambda *step: seen.append(step)
    )
    assert set(rows[0].values) == {"sliding", "penetration", "floating", "jerk", "near_copies"}
    assert seen[-1] == (200, 200)
    with pytest.raises(ValueError, match="replications is 0"):
        run_benchmark([RealRow(split)], split, None, training, replications=0)


def test_too_few_clips_are_refused_before_anything_is_made(evaluation_store, embedder, training):
    few = load_split(evaluation_store, limit=3)
    with pytest.raises(ValueError, match="3 clips of the split 'val' are too few"):
        run_benchmark([RealRow(few)], few, embedder, training, replications=1)
    run_benchmark([RealRow(few)], few, None, training, replications=1)  # nothing there asks for neighbours


def test_what_cannot_be_measured_is_left_out_of_the_mean():
    mean, half = interval([1.0, math.nan, 3.0])
    assert mean == 2.0 and half is not None and half > 0
    assert interval([math.nan]) == (None, None) and interval([5.0]) == (5.0, None)


def test_a_split_smaller_than_a_batch_is_said():
    assert [note[:36] for note in size_notes(40)] == ["R-precision in batches of 64: the sp"]
    assert len(size_notes(9)) == 2 and size_notes(64) == []


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


def test_motion_that_is_none_names_its_model(evaluation_store, all_weights, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(all_weights))
    contest = contests.open_contest(["mdm"], evaluation_store, device="cpu", limit=2)
    model = contest.models[0]
    first, again = (model.draw(contest.split.wanted(0), [3, 4]).motions for _ in range(2))
    np.testing.assert_array_equal(first[1].trans, again[1].trans)  # nothing in it depends on chance
    with_nan = np.array(model.generator.maker.stats.mean)
    with_nan[5] = np.nan
    object.__setattr__(model.generator.maker.stats, "mean", with_nan)
    with pytest.raises(ValueError, match=r"mdm: .*not finite"):
        model.draw(contest.split.wanted(0), [0, 0])


def test_the_cost_is_that_of_a_process_of_its_own(all_weights, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(all_weights))
    with pytest.raises(ValueError, match=r"cost of mdm@steps=999 could not be measured: .*from 1 to 50"):
        cost_in_child("mdm@steps=999", "cpu", 1.0)


def test_cells_of_the_table():
    cost = Cost(9.8, 0.25, 2.0, None, "CPU")
    row = RowResult(
        "mdm", {}, {"fd": (0.5, 0.25), "r1_32": (0.75, None), "near_copies": (0.1, 0.01)}, 0.2, cost
    )
    real = RowResult("real", {}, {"r1_32": (None, None)})
    text = benchmark_to_markdown(Benchmark("val", 9, 2, None, (real, row)))
    assert "| mdm | 0.500 ± 0.250 | 0.750 | 10.0 ± 1.0 | 0.250 (0.200) | – |" in text
    assert "| *real* | – | – | – | – | – |" in text
    assert replace(cost, memory=100.4) and "| 100 |" in benchmark_to_markdown(
        Benchmark("val", 9, 2, None, (replace(row, cost=replace(cost, memory=100.4)),))
    )
