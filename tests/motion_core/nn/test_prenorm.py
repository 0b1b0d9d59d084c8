"""Layers that normalise first: an untrained modulated one answers its input, and each branch is what it is called."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from motion_core.nn.prenorm import PreNormLayer, modulate, zero_linear

WIDTH, HEADS = 8, 2


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def layer(**settings) -> PreNormLayer:
    return PreNormLayer(WIDTH, HEADS, 16, **settings).eval()


def test_modulation_scales_about_one_and_shifts():
    x, shift, scale = torch.randn(2, 3, WIDTH), torch.randn(2, 1, WIDTH), torch.randn(2, 1, WIDTH)
    torch.testing.assert_close(modulate(x, shift, scale), x * (1 + scale) + shift)
    assert modulate(x, None, None) is x


def test_a_zero_layer_answers_nothing_and_can_be_trained():
    made = zero_linear(3, 5)
    out = made(torch.ones(2, 3))
    assert out.shape == (2, 5) and not out.any()
    out.sum().backward()
    assert made.weight.grad.abs().min() > 0


def test_an_untrained_modulated_layer_is_the_identity():
    x, cond = torch.randn(2, 5, WIDTH), torch.randn(2, WIDTH)
    torch.testing.assert_close(layer(modulated=True)(x, cond=cond), x, rtol=0, atol=0)
    assert (layer()(x) - x).abs().max() > 0.01


def test_a_gate_lets_its_branch_in():
    made, x, cond = layer(modulated=True), torch.randn(2, 5, WIDTH), torch.zeros(2, WIDTH)
    bias = made.modulation.bias.data.view(
        6, WIDTH
    )  # shift, scale, gate of attention, then of the feed-forward
    bias[2] = 0.5
    expected = x + 0.5 * made.attention(F.layer_norm(x, (WIDTH,), eps=1e-6), None)
    torch.testing.assert_close(made(x, cond=cond), expected)
    bias[2], bias[5] = 0.0, 2.0
    torch.testing.assert_close(
        made(x, cond=cond), x + 2 * made.feedforward(F.layer_norm(x, (WIDTH,), eps=1e-6))
    )


def test_memory_is_read_only_by_layers_that_cross():
    x, memory = torch.randn(2, 5, WIDTH), torch.randn(2, 3, WIDTH)
    plain, crossing = layer(), layer(cross=True)
    torch.testing.assert_close(plain(x, memory=memory), plain(x))
    assert (crossing(x, memory=memory) - crossing(x, memory=2 * memory + 1)).abs().max() > 1e-3


def test_branches_are_left_out_only_in_training_and_kept_in_the_mean():
    made, x = layer(drop=(0.0, 0.5)), torch.randn(400, 2, WIDTH)
    whole = made(x) - x
    dropped = made.train()(x) - x
    gone = (dropped.abs().amax((1, 2)) == 0).float().mean()
    assert 0.15 < gone < 0.35  # both branches of a quarter of the samples
    attention = made.attention(made.attention_norm(x), None)
    torch.testing.assert_close(made.eval()(x) - x, whole)
    alone = x + 2 * attention  # the branch of a sample that keeps only the first counts double
    assert torch.isclose(x + dropped, alone, atol=1e-5).all(-1).all(-1).float().mean() > 0.15


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_impossible_shares_are_refused(share):
    with pytest.raises(ValueError, match="stochastic_depth is"):
        layer(drop=(0.0, share))
