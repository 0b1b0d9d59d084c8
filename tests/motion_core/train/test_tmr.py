"""The losses of the retrieval model, against hand-made cases."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch

from motion_core.train.config import ConfigError, LoopConfig
from motion_core.train.tmr import TMRTrainConfig, first_share, info_nce, kl_losses, token_states


def test_info_nce_of_hand_made_cases():
    own = torch.eye(3, dtype=torch.bool)
    assert info_nce(torch.zeros(3, 3), own, 0.1).item() == pytest.approx(math.log(3))
    assert info_nce(torch.eye(3), own, 0.05).item() < 1e-6
    similarity = torch.tensor([[0.2, 0.9, 0.0], [0.1, 0.3, 0.0], [0.0, 0.0, 0.5]])
    rows = [
        math.log(sum(math.exp((s - row[i]) / 0.5) for s in row)) for i, row in enumerate(similarity.tolist())
    ]
    columns = [
        math.log(sum(math.exp((s - c[i]) / 0.5) for s in c)) for i, c in enumerate(similarity.T.tolist())
    ]
    assert info_nce(similarity, own, 0.5).item() == pytest.approx((sum(rows) + sum(columns)) / 6, rel=1e-5)


def test_a_pair_that_is_alike_is_no_negative():
    similarity = torch.tensor([[0.5, 0.9], [0.9, 0.5]], requires_grad=True)
    alike = torch.ones(2, 2, dtype=torch.bool)
    loss = info_nce(similarity, alike, 0.1)
    loss.backward()
    assert loss.item() == pytest.approx(0.0) and bool((similarity.grad[[0, 1], [1, 0]] == 0).all())


def test_the_share_found_first():
    similarity = torch.tensor([[0.9, 0.1, 0.0], [0.8, 0.1, 0.0], [0.7, 0.1, 0.0]])
    own = torch.eye(3, dtype=torch.bool)
    assert first_share(similarity, own).item() == pytest.approx(1 / 3)
    own[1, 0] = True
    assert first_share(similarity, own).item() == pytest.approx(2 / 3)


def test_gaussians_that_are_one_and_standard_cost_nothing():
    zero = torch.zeros(2, 3)
    assert kl_losses((zero, zero), (zero, zero)).item() == 0.0
    apart = kl_losses((zero + 1, zero), (zero, zero)).item()
    assert apart > kl_losses((zero + 0.5, zero), (zero, zero)).item() > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"batch_size": 1}, "batch_size is 1: InfoNCE needs at least 2"),
        ({"temperature": 0.0}, r"temperature is 0.0: it must lie in \(0, 1\]"),
        ({"temperature": 1.5}, "temperature is 1.5"),
        ({"family": "dit"}, "this is the configuration of 'tmr'"),
        ({"model": {"widht": 16}}, "widht"),
    ],
)
def test_a_configuration_is_checked_before_data_are_read(change, words):
    with pytest.raises(ConfigError, match=words):
        TMRTrainConfig(**{"loop": LoopConfig(steps=1), **change})


def test_the_model_s_sizes_come_from_the_data():
    config = TMRTrainConfig(LoopConfig(steps=1), model={"width": 16})
    found = config.model_config(205, 384, 196)
    assert (found.features, found.text_width, found.trained_frames, found.width) == (205, 384, 196, 16)


def test_states_of_tokens_are_needed():
    batch = SimpleNamespace(tokens=torch.zeros(1, 2, 3), token_mask=torch.ones(1, 2, dtype=torch.bool))
    assert token_states(batch) == (batch.tokens, batch.token_mask)
    with pytest.raises(ValueError, match="tokens=True"):
        token_states(SimpleNamespace(tokens=None, token_mask=None))
