"""What is shown in training: every pattern keeps something and hides something, and repeats by its seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motion_core.features.known import KNOWN_DIM
from motion_core.train.completion import GAPS, PATTERNS, random_known


@pytest.mark.parametrize("pattern", [*PATTERNS, *GAPS], ids=lambda p: p.__name__)
@pytest.mark.parametrize("frames", [16, 30, 196])
def test_a_pattern_shows_some_and_hides_some(pattern, frames):
    shown = []
    for seed in range(40):
        known = pattern(np.random.default_rng(seed), frames)
        assert known.shape == (frames, KNOWN_DIM) and known.dtype == torch.bool
        shown.append(float(known.float().mean()))
    assert max(shown) > 0 and sum(0 < share < 1 for share in shown) > 20


def test_a_share_of_the_clips_is_shown_and_padding_never():
    mask = torch.arange(60) < torch.tensor([20, 40, 60] * 40)[:, None]
    known = random_known(np.random.default_rng(1), mask, 0.5)
    assert 40 < known.flatten(1).any(1).sum() < 80
    assert not known[~mask].any()
    assert torch.equal(known, random_known(np.random.default_rng(1), mask, 0.5))
    assert not random_known(np.random.default_rng(1), mask, 0.0).any()


def test_a_gap_has_its_ends():
    known = random_known(np.random.default_rng(0), torch.ones(50, 12, dtype=torch.bool), 1.0, "gaps")
    frames = known[..., 0]
    assert frames[:, 0].all() and frames[:, -1].all() and (~frames).any(1).all()
