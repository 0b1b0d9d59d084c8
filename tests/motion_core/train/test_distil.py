"""Distillation: what the student is asked for leads in one step where its teacher goes in several."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from motion_core.diffusion.samplers import ddim, dpm_solver_pp_2m
from motion_core.diffusion.schedule import cosine_schedule, spaced_timesteps
from motion_core.train.config import ConfigError, LoopConfig
from motion_core.train.distil import CLEAN, DistilConfig, ddim_step, ddim_target, stretches, walk

SCHEDULE = cosine_schedule(1000)


def denoise(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """The exact answer for data of deviation 0.5: no step is right but small ones."""
    signal, noise = SCHEDULE.at(t, x)
    return x * signal * 0.25 / (0.25 * signal**2 + noise**2)


def noisy(count: int = 3) -> torch.Tensor:
    return torch.randn(count, 7, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_stretches_follow_each_other_and_end_clean():
    levels = stretches(SCHEDULE, 4, 3)
    assert levels.shape == (4, 4)
    assert levels[:, 0].tolist() == spaced_timesteps(1000, 4)  # where a sampler of 4 steps asks
    assert levels[1:, 0].tolist() == levels[:-1, -1].tolist() and levels[-1, -1] == CLEAN
    assert (levels.diff(dim=1) < 0).all()
    assert stretches(SCHEDULE, 7, 3).diff(dim=1).max() < 0  # rounded levels fall too
    spaced = replace(SCHEDULE, spacing=1.5)
    assert stretches(spaced, 4, 3)[:, 0].tolist() == spaced.timesteps(4) != levels[:, 0].tolist()


def test_the_target_leads_where_the_way_ended():
    levels = stretches(SCHEDULE, 5, 3)
    x = noisy(5)
    start, end = levels[:, 0], levels[:, -1]
    arrived = walk(denoise, x, levels, SCHEDULE)
    target = ddim_target(x, arrived, start, end, SCHEDULE)
    torch.testing.assert_close(ddim_step(x, target, start, end, SCHEDULE), arrived)
    torch.testing.assert_close(target[-1], arrived[-1])  # the last stretch ends at x0 itself


def test_a_step_of_ones_own_is_ones_own_answer():
    """With one small step a stretch there is nothing to catch up: the target is the teacher's answer."""
    levels, x = stretches(SCHEDULE, 6, 1), noisy(6)
    arrived = walk(denoise, x, levels, SCHEDULE)
    target = ddim_target(x, arrived, levels[:, 0], levels[:, -1], SCHEDULE)
    torch.testing.assert_close(target, denoise(x, levels[:, 0]))


def test_the_walk_is_the_sampler():
    x = noisy(2)
    whole = torch.tensor([[*spaced_timesteps(1000, 12), CLEAN]] * 2)
    torch.testing.assert_close(
        walk(denoise, x, whole, SCHEDULE), dpm_solver_pp_2m(denoise, x, SCHEDULE, steps=12)
    )


def test_a_perfect_student_samples_like_its_teacher():
    """Four DDIM steps along the targets are sixteen steps of the teacher, up to its second order being begun anew."""
    levels, x = stretches(SCHEDULE, 4, 16), noisy(1)
    heads = levels[:, 0].tolist()

    def student(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        row = levels[[heads.index(int(t[0]))]]
        return ddim_target(x, walk(denoise, x, row, SCHEDULE), row[:, 0], row[:, -1], SCHEDULE)

    fine = ddim(denoise, x, SCHEDULE, steps=1000)
    error = (ddim(student, x, SCHEDULE, steps=4) - fine).abs().max()
    plain = (ddim(denoise, x, SCHEDULE, steps=4) - fine).abs().max()
    assert error < 0.05 * plain


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"substeps": 0}, {"guidance": 0.0}, {"batch_size": 0}])
def test_settings_that_mean_nothing_are_named(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        DistilConfig(loop=LoopConfig(steps=1), **wrong)
