"""The figures of one replication: recorded clips are measured once, and every figure is that of its measure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import swaying

from motion_core.metrics.benchmark.lineup import Drawn
from motion_core.metrics.benchmark.scores import (
    BATCHES,
    Measured,
    Measurer,
    known_mean,
    pair_values,
    physical_values,
    real_values,
    spread_value,
    word_values,
)
from motion_core.metrics.measures.frechet import frechet_distance
from motion_core.metrics.measures.manifold import prdc
from motion_core.metrics.measures.matching import matching_scores
from motion_core.metrics.measures.physical import physical_scores


class Lengths:
    """An evaluator of sorts: a motion is its length and mean height; counts what it embeds."""

    features = "smpl205"

    def __init__(self) -> None:
        self.embedded = 0

    def motions(self, motions, on_batch=None) -> np.ndarray:
        self.embedded += len(motions)
        return np.array([[len(m), m.pelvis[:, 2].mean()] for m in motions], dtype=np.float32)


def rows(seed: int, count: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 6))


def measured(embedded: np.ndarray) -> Measured:
    return Measured([], [], embedded)


def test_recorded_clips_are_measured_once_and_in_the_order_asked_for():
    motions = {key: swaying(key, 20 + key) for key in range(4)}
    evaluator = Lengths()
    measurer = Measurer(evaluator)
    measurer.measure(Drawn([motions[k] for k in (0, 1)], [0, 1]))
    found = measurer.measure(Drawn([motions[k] for k in (3, 1, 0, 1)], [3, 1, 0, 1]))
    assert evaluator.embedded == 3
    assert found.embedded[:, 0].tolist() == [23, 21, 20, 21] and found.embedded.dtype == np.float64
    assert found.physical == [physical_scores(motions[k]) for k in (3, 1, 0, 1)]
    made = measurer.measure(Drawn([motions[2]] * 2))  # what a model has made is never taken for known
    assert evaluator.embedded == 5 and made.embedded[:, 0].tolist() == [22, 22]


def test_without_an_evaluator_the_bodies_are_measured_still():
    motions = [swaying(1, 30), swaying(2, 30)]
    found = Measurer(None).measure(Drawn(motions, [5, 6]))
    assert found.embedded is None
    values = physical_values(found)
    assert values["jerk"] == pytest.approx(np.mean([physical_scores(m).jerk for m in motions]))


def test_figures_are_those_of_their_measures():
    ours, theirs, text = rows(0), rows(1), rows(2)
    found = real_values(measured(ours), measured(theirs))
    assert found == {"fd": frechet_distance(ours, theirs), **prdc(theirs, ours, 3)}
    words = word_values(measured(ours), text, np.random.default_rng(7))
    rng = np.random.default_rng(7)
    first = matching_scores(text, ours, BATCHES[0], rng)
    second = matching_scores(text, ours, len(ours), rng)  # the split is smaller than the second batch
    assert words["distance"] == first["distance"]
    assert (words["r1_32"], words["r1_64"]) == (first["r1"], second["r1"])
    assert {"tmr_score", "gallery_r1", "gallery_median_rank"} <= set(words)
    assert spread_value(measured(np.ones((5, 3))), np.random.default_rng(0)) == {"diversity": 0.0}


def test_pairs_are_compared_at_the_clips_rate_and_shared_length():
    clip = swaying(3, 60)
    values = pair_values(Measured([clip.slice(0, 40)], [], None), Measured([clip], [], None))
    assert values["ape_mean_global"] == 0
    faster = clip.resample(60.0)
    values = pair_values(Measured([faster], [], None), Measured([clip], [], None))
    assert values["ape_mean_global"] < 1e-3
    trans = clip.trans.copy()
    trans[1:] += np.array([0.3, 0.4, 0.0], dtype=np.float32)  # half a metre aside in all frames but the first
    aside = pair_values(Measured([replace(clip, trans=trans)], [], None), Measured([clip], [], None))
    assert aside["ape_mean_global"] == pytest.approx(0.5 * 59 / 60, rel=1e-3)


def test_values_that_are_none_are_left_out():
    assert known_mean([1.0, float("nan"), 2.0, float("inf")]) == [1.0, 2.0]
