"""The benchmark on a small store with real weights of tiny models."""

from __future__ import annotations

import math

import pytest

from motion_core.metrics.benchmark.benchmark import (
    interval,
    run_benchmark,
    size_notes,
)
from motion_core.metrics.benchmark.lineup import Drawn, RealRow
from motion_core.metrics.benchmark.split import load_split


class Given:
    """A row of motions given by hand, one a clip of the split."""

    repeats, trained_on = False, False

    def __init__(self, name: str, split, motions) -> None:
        self.name, self.motions = name, dict(zip((c.index for c in split.clips), motions))

    def draw(self, wanted, seeds, on_step=None) -> Drawn:
        return Drawn([self.motions[w.clip] for w in wanted])


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
