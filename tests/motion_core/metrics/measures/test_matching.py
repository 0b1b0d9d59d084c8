"""Retrieval scores: known orders, ties that share their places, literal restatements, chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.metrics.measures.matching import gallery_scores, matching_scores, tmr_score

BATCHES = (32, 64)


def literal_matching(text, motion, batch, rng):
    """The published loop: sort each text's distances, look for its own motion among the first three."""
    order = rng.permutation(len(text))
    found, distances, counted = np.zeros(3), 0.0, 0
    for start in range(0, len(text) - batch + 1, batch):
        rows = order[start : start + batch]
        for place, row in enumerate(rows):
            gaps = [float(np.linalg.norm(text[row] - motion[other])) for other in rows]
            ranked = np.argsort(gaps)
            for k in range(3):
                found[k] += place in ranked[: k + 1]
            distances, counted = distances + gaps[place], counted + 1
    return {**{f"r{k + 1}": found[k] / counted for k in range(3)}, "distance": distances / counted}


@pytest.mark.parametrize("batch", BATCHES)
def test_agrees_with_the_published_loop(batch):
    rng = np.random.default_rng(0)
    text = rng.normal(size=(150, 9))
    motion = text + rng.normal(0, 1.2, text.shape)
    ours = matching_scores(text, motion, batch, np.random.default_rng(5))
    expected = literal_matching(text, motion, batch, np.random.default_rng(5))
    assert ours == pytest.approx(expected)
    assert 0.1 < ours["r1"] < ours["r3"] < 0.9  # the case says something


def test_known_places():
    """On a line, texts at 0, 10, 20, 30; the motions of the last two are exchanged, the second's is 3 off."""
    text = np.array([[0.0], [10], [20], [30]])
    motion = np.array([[0.0], [13], [30], [20]])
    scores = matching_scores(text, motion, 4, np.random.default_rng(0))
    # text 20: distances to 0, 13, 30, 20 are 20, 7, 10, 0: own motion third; text 30: 30, 17, 0, 10: second
    assert scores == {"r1": 0.5, "r2": 0.75, "r3": 1.0, "distance": pytest.approx(23 / 4)}


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), batch=st.integers(1, 40))
def test_properties(seed, batch):
    rng = np.random.default_rng(seed)
    text, motion = rng.normal(size=(45, 5)), rng.normal(size=(45, 5))
    scores = matching_scores(text, motion, batch, np.random.default_rng(seed))
    assert 0 <= scores["r1"] <= scores["r2"] <= scores["r3"] <= 1
    assert scores == matching_scores(text, motion, batch, np.random.default_rng(seed))
    moved = matching_scores(text + 100, motion + 100, batch, np.random.default_rng(seed))
    assert moved == pytest.approx(scores, rel=1e-6)
    own = matching_scores(motion, motion, batch, np.random.default_rng(seed))
    assert own == {"r1": 1, "r2": 1, "r3": 1, "distance": 0}


@pytest.mark.parametrize("batch", BATCHES)
def test_motions_all_alike_score_chance(batch):
    rng = np.random.default_rng(1)
    text = rng.normal(size=(2 * batch, 6))
    motion = np.tile(rng.normal(3, 2, 6), (2 * batch, 1))
    scores = matching_scores(text, motion, batch, rng)
    assert [scores[f"r{k}"] for k in (1, 2, 3)] == pytest.approx([k / batch for k in (1, 2, 3)])
    assert gallery_scores(text, motion)["median_rank"] == (2 * batch + 1) / 2


def test_two_equal_motions_share_their_places():
    text = np.array([[1.0, 0.1], [1.0, -0.1], [-1.0, 0.0]])
    motion = np.array([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    scores = matching_scores(text, motion, 3, np.random.default_rng(0))
    assert (scores["r1"], scores["r2"], scores["r3"]) == pytest.approx((2 / 3, 1, 1))
    gallery = gallery_scores(text, motion)
    assert (gallery["r1"], gallery["r2"], gallery["median_rank"]) == pytest.approx((2 / 3, 1, 1.5))


def test_gallery_agrees_with_a_literal_ranking():
    rng = np.random.default_rng(2)
    text = rng.normal(size=(60, 8))
    motion = text + rng.normal(0, 1.5, text.shape)
    ranks = []
    for i, row in enumerate(text):
        cosines = [row @ m / np.linalg.norm(row) / np.linalg.norm(m) for m in motion]
        ranks.append(1 + sum(c > cosines[i] for c in cosines))
    scores = gallery_scores(text, motion)
    for place in (1, 2, 3, 5, 10):
        assert scores[f"r{place}"] == pytest.approx(np.mean(np.array(ranks) <= place))
    assert scores["median_rank"] == np.median(ranks) and 0.1 < scores["r1"] < scores["r10"]


def test_gallery_goes_by_direction_not_by_length():
    text = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert gallery_scores(text, text * [[1000.0], [0.001]])["r1"] == 1
    assert gallery_scores(text, text[::-1])["median_rank"] == 2


def test_tmr_score_of_known_angles():
    text = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    motion = np.array([[3.0, 0.0], [5.0, 0.0], [1.0, 0.0]])  # 0, 90 and 45 degrees
    assert tmr_score(text, motion) == pytest.approx((1 + 0 + np.sqrt(0.5)) / 3)
    assert tmr_score(text, -text) == 0  # clipped
    assert tmr_score(text, 7 * text) == pytest.approx(1)


def test_bad_input_is_named():
    rows = np.random.default_rng(3).normal(size=(10, 4))
    with pytest.raises(ValueError, match="10 pairs do not fill a batch of 32: give more pairs"):
        matching_scores(rows, rows, 32, np.random.default_rng(0))
    with pytest.raises(ValueError, match="batch is 0"):
        matching_scores(rows, rows, 0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="text is"):
        gallery_scores(rows[1:], rows)
    holes = rows.copy()
    holes[4] = 0
    with pytest.raises(ValueError, match="motion: row 4 is zero"):
        tmr_score(rows, holes)
    holes[4] = np.nan
    with pytest.raises(ValueError, match="first is row 4"):
        gallery_scores(rows, holes)
