"""HumanML3D's protocol: what is drawn, what is embedded, what is scored, and the table."""

import numpy as np
import pytest
import torch

from motion_core.metrics.humanml3d.protocol import (
    COLUMNS,
    T2MClip,
    T2MEmbedder,
    draw,
    t2m_scores,
    t2m_table,
)
from motion_core.metrics.measures.frechet import frechet_distance
from motion_core.models.t2m_evaluator import T2MEvaluator, T2MEvaluatorConfig

FEATURES = 12
WORDS = ("sos", "eos", "unk", "walk", "a")


@pytest.fixture(scope="module")
def embedder():
    torch.manual_seed(0)
    config = T2MEvaluatorConfig(
        features=FEATURES,
        movement_width=8,
        motion_width=6,
        text_width=6,
        word_width=5,
        embedding=4,
        vocabulary=WORDS,
    )
    model = T2MEvaluator(config).eval()
    model.word_vectors.normal_()
    rng = np.random.default_rng(0)
    return T2MEmbedder(model, rng.normal(size=FEATURES), rng.uniform(1, 2, FEATURES), "humanml263")


def motion(frames, seed=0):
    return np.random.default_rng(seed).normal(size=(frames, FEATURES)).astype(np.float32)


def test_more_motions_than_a_batch_keep_their_order(embedder):
    motions = [motion(8 + 4 * (seed % 5), seed) for seed in range(150)]
    rows = embedder.motions(motions)
    assert rows.shape == (150, 4) and rows.dtype == np.float64
    for i in (0, 63, 64, 149):
        assert np.allclose(embedder.motions([motions[i]])[0], rows[i], atol=1e-6)


def test_motions_are_normalised_and_cut_to_steps_of_four(embedder):
    x0 = motion(43)
    assert np.allclose(embedder.motions([x0]), embedder.motions([x0[:40]]), atol=1e-7)
    by_hand = torch.from_numpy((x0[:40] - embedder.mean) / embedder.std).float()[None]
    with torch.no_grad():
        expected = embedder.model.encode_motion(by_hand, torch.tensor([40])).numpy()
    assert np.allclose(embedder.motions([x0]), expected, atol=1e-6)


def test_captions_of_several_lengths_keep_their_order(embedder):
    captions = [["walk/VERB"] * (1 + i % 7) + ["a/DET"] for i in range(80)]
    rows = embedder.texts(captions)
    for i in (0, 5, 79):
        assert np.allclose(embedder.texts([captions[i]])[0], rows[i], atol=1e-6)


def test_draws_are_crops_of_whole_steps_with_any_caption():
    clip = T2MClip("one", motion(47), (("a/DET",), ("walk/VERB",)))
    motions, captions = draw([clip] * 600, np.random.default_rng(1))
    lengths = np.array([len(x0) for x0 in motions])
    assert set(lengths) == {44, 40} and 0.27 < (lengths == 40).mean() < 0.40
    assert set(captions) == set(clip.captions)
    starts = {next(s for s in range(8) if np.array_equal(clip.x0[s : s + len(x0)], x0)) for x0 in motions}
    assert starts == set(range(8))  # 47 - 40 + 1 places


def test_scores_are_the_metrics_of_the_protocol():
    rng = np.random.default_rng(2)
    text = rng.normal(size=(320, 16))
    made, real = text + rng.normal(0, 0.3, text.shape), rng.normal(size=(320, 16))
    repeats = rng.normal(size=(20, 60, 16))
    scores = t2m_scores(made, text, real, np.random.default_rng(3), repeats)
    assert set(scores) == set(COLUMNS)
    assert scores["r1"] > 0.9 and scores["distance"] == pytest.approx(0.3 * np.sqrt(15.5), rel=0.05)
    assert scores["fid"] == frechet_distance(made, real)
    assert scores["diversity"] == pytest.approx(np.sqrt(2 * 1.09 * 15.5), rel=0.1)
    assert scores["multimodality"] == pytest.approx(np.sqrt(2 * 15.5), rel=0.15)
    assert np.isnan(t2m_scores(made, text, real, rng)["multimodality"])


def test_table_shows_means_and_intervals():
    first = dict.fromkeys(COLUMNS, 1.0) | {"multimodality": float("nan")}
    second = dict.fromkeys(COLUMNS, 3.0) | {"multimodality": float("nan")}
    lines = t2m_table({"real": [first, second], "one": [first]}).splitlines()
    assert lines[0] == "| | R@1 | R@2 | R@3 | FID | MM-Dist | Diversity | MModality |"
    assert lines[2].startswith("| real | 2.000 ±12.706 |") and lines[2].endswith("| – |")
    assert lines[3].startswith("| one | 1.000 | 1.000 |")


def test_bad_input_is_named(embedder):
    with pytest.raises(
        ValueError, match=r"shape \(40, 263\): this evaluator reads finite features \(frames, 12\)"
    ):
        embedder.motions([np.zeros((40, 263), dtype=np.float32)])
    with pytest.raises(ValueError, match="finite"):
        embedder.motions([motion(40) * np.nan])
    with pytest.raises(ValueError, match="takes 4 to 196"):
        embedder.motions([motion(40), motion(3)])
    with pytest.raises(ValueError, match="takes 4 to 196"):
        embedder.motions([motion(200)])
    with pytest.raises(ValueError, match="nothing to embed"):
        embedder.texts([])
    rows = np.random.default_rng(4).normal(size=(20, 4))
    with pytest.raises(ValueError, match="20 pairs do not fill a batch of 32"):
        t2m_scores(rows, rows, rows, np.random.default_rng(0))
    with pytest.raises(ValueError, match="300 pairs of 40 motions"):
        t2m_scores(np.tile(rows, (2, 1)), np.tile(rows, (2, 1)), rows, np.random.default_rng(0))
