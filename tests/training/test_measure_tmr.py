"""The scores of a retrieval model against hand-made cases, and the whole measurement on a tiny pool."""

from __future__ import annotations

import json

import measure_tmr
import numpy as np
import pytest
from tiny_tmr import save_tiny_tmr

from motion_core.train import text_start


def test_a_motion_that_is_true_too_counts_as_found():
    similarity = np.array([[0.1, 0.9, 0.0], [0.9, 0.1, 0.0], [0.0, 0.5, 0.4]])
    own = np.eye(3, dtype=bool)
    scores = measure_tmr.forgiving_recall(similarity, own, 3, np.random.default_rng(0))
    assert scores == {"r1": 0.0, "r3": 1.0}
    own[0, 1] = True
    assert measure_tmr.forgiving_recall(similarity, own, 3, np.random.default_rng(0))["r1"] == pytest.approx(
        1 / 3
    )


class Directions:
    """Sentences with "left" point one way, those with "right" the other."""

    def texts(self, texts):
        return np.array([[1.0, 0.0] if "left" in text else [0.0, 1.0] for text in texts])


def test_sides_are_judged_against_the_exchanged_sentence():
    motions = np.array([[2.0, 0.1], [3.0, 0.1]])
    captions = [["lifts the left arm", "stands"], ["lifts the right arm"]]
    scores = measure_tmr.side_scores(Directions(), motions, captions)
    assert (scores["sentences"], scores["right"]) == (2, 0.5)
    with pytest.raises(ValueError, match="names a side"):
        measure_tmr.side_scores(Directions(), motions, [["stands"], ["sits"]])


@pytest.mark.slow
def test_the_script_measures_a_pool_or_says_why_not(telling_pool, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(text_start, "BATCHES", 4)
    monkeypatch.setattr(measure_tmr, "BATCHES", (2,))
    weights = str(save_tiny_tmr(tmp_path) / "tmr.safetensors")
    assert measure_tmr.main([weights, "--data", str(telling_pool), "--device", "cpu"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert (
        scores["motions"] == 4 and 0 <= scores["batch 2"]["r1"] <= 1 <= scores["gallery"]["median_rank"] <= 4
    )
    assert measure_tmr.main([weights, "--data", str(tmp_path), "--device", "cpu"]) == 1
    assert "no training pool" in capsys.readouterr().err
