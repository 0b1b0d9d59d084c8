"""Random numbers that are a function of seed and step."""

from __future__ import annotations

import torch

from motion_core.train.draws import Draws


def test_draws_of_two_processes_are_those_of_one():
    one = Draws(seed=3, step=5)
    two = [Draws(seed=3, step=5, rank=r, world=2) for r in range(2)]
    for draw in (lambda d, n: d.normal(n, 7, 2), lambda d, n: d.integers(n, 1000), lambda d, n: d.uniform(n)):
        whole, parts = draw(one, 4), [draw(d, 2) for d in two]
        assert torch.equal(whole, torch.cat(parts))
    assert not torch.equal(Draws(3, 5).normal(4, 7), Draws(3, 6).normal(4, 7))
    assert not torch.equal(Draws(3, 5).normal(4, 7), Draws(4, 5).normal(4, 7))


def test_phases_draw_from_streams_of_their_own():
    one, two = Draws(3, 5), Draws(3, 5, stream=1)
    assert not torch.equal(one.normal(4, 7), two.normal(4, 7))
    assert one.numbers().random() != two.numbers().random()
    assert torch.equal(Draws(3, 5, stream=1).normal(4, 7), Draws(3, 5, stream=1).normal(4, 7))
