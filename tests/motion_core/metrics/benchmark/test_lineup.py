"""Rows that take part: baselines, and models with their settings."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.metrics.benchmark import contest as contests
from motion_core.metrics.benchmark.benchmark import (
    run_benchmark,
)
from motion_core.metrics.benchmark.lineup import RandomRow, RetrievalRow
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.text import load_text_encoder


@pytest.mark.slow
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
