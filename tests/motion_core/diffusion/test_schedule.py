"""Noise schedules against diffusers, and the levels that a short run visits."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from diffusers import DDPMScheduler
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.diffusion.schedule import (
    MAX_SPACING,
    SCHEDULES,
    Schedule,
    cosine_schedule,
    gamma_cosine_schedule,
    linear_schedule,
    make_schedule,
    spaced_timesteps,
)
from motion_core.models.dit import gamma_table


@pytest.mark.parametrize("n", [50, 1000])
def test_cosine_equals_diffusers(n):
    theirs = DDPMScheduler(n, beta_schedule="squaredcos_cap_v2").alphas_cumprod
    assert torch.allclose(cosine_schedule(n).alpha_bar.float(), theirs, rtol=1e-4, atol=1e-8)


def test_linear_equals_diffusers():
    theirs = DDPMScheduler(1000, beta_start=1e-4, beta_end=0.02, beta_schedule="linear").alphas_cumprod
    assert torch.allclose(linear_schedule(1000).alpha_bar.float(), theirs, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("least", [1e-9, 1e-5])
def test_gamma_cosine_is_what_diffusion_transformers_are_told(least):
    table = gamma_cosine_schedule(100, least).alpha_bar
    assert torch.equal(table.float(), gamma_table(100, least))
    assert table[49] == pytest.approx(0.5) and table[99] == least
    assert spaced_timesteps(100, 50) == list(range(99, 0, -2))  # the shares 1, 0.98, ..., 0.02 of DDIM


@pytest.mark.parametrize("name", sorted(SCHEDULES))
@pytest.mark.parametrize("n", [1, 10, 50, 100, 1000])
def test_every_schedule_ends_noisy_and_is_double(name, n):
    schedule = make_schedule(name, n)
    assert len(schedule) == n and schedule.alpha_bar.dtype == torch.float64
    assert schedule.alpha_bar[-1] < 0.91 if n == 1 else schedule.alpha_bar[-1] < 1e-3


def test_factors_keep_the_variance():
    schedule, x = cosine_schedule(100), torch.zeros(3, 4, 5)
    signal, noise = schedule.at(torch.tensor([0, 50, 99]), x)
    assert signal.shape == (3, 1, 1) and signal.dtype == x.dtype
    assert torch.allclose(signal**2 + noise**2, torch.ones_like(signal), atol=1e-6)
    assert signal[1, 0, 0].item() == pytest.approx(float(schedule.alpha_bar[50]) ** 0.5, abs=1e-7)


@given(st.integers(1, 1200), st.floats(1, MAX_SPACING), st.data())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_levels_fall_from_the_noisiest_without_repeats(n, spacing, data):
    steps = data.draw(st.integers(1, n))
    times = spaced_timesteps(n, steps, spacing)
    assert len(times) == steps and times[0] == n - 1 and times[-1] >= 0
    assert all(a > b for a, b in pairwise(times))
    if steps == n:
        assert times == list(range(n - 1, -1, -1))


def test_levels_equal_diffusers_trailing():
    for steps in (15, 20, 50, 1000):
        scheduler = DDPMScheduler(1000, timestep_spacing="trailing")
        scheduler.set_timesteps(steps)
        assert np.array_equal(scheduler.timesteps.numpy(), spaced_timesteps(1000, steps))


def test_spaced_levels_lie_closer_at_both_ends():
    times = Schedule(make_schedule("cosine", 1000).alpha_bar, spacing=1.5).timesteps(8)
    assert times == [round(1000 * (1 - (k / 8) ** 1.5) ** 1.25) - 1 for k in range(8)]
    gaps = [a - b for a, b in pairwise([*times, -1])]
    widest = gaps.index(max(gaps))
    assert gaps[:widest] == sorted(gaps[:widest]) and gaps[widest:] == sorted(gaps[widest:], reverse=True)
    assert gaps[0] < 60 < gaps[-1] < 125 < gaps[widest]  # even: 125


@pytest.mark.parametrize("steps", [0, 51])
def test_impossible_step_counts_are_refused(steps):
    with pytest.raises(ValueError, match=rf"steps is {steps}.*1 to 50"):
        spaced_timesteps(50, steps)


def test_bad_schedules_are_refused():
    with pytest.raises(ValueError, match="cosine, linear"):
        make_schedule("sigmoid", 10)
    with pytest.raises(ValueError, match="0 levels"):
        make_schedule("cosine", 0)
    with pytest.raises(ValueError, match="must fall"):
        Schedule(torch.tensor([0.5, 0.6]))
    with pytest.raises(ValueError, match=r"spacing is 9: use 1 \(even\) to 4"):
        Schedule(torch.tensor([0.6, 0.5]), spacing=9)
    with pytest.raises(ValueError, match="one row"):
        Schedule(torch.ones(2, 2))


def test_only_the_noisiest_level_has_another_floor():
    usual, raised = make_schedule("gamma_cosine", 100), make_schedule("gamma_cosine", 100, 1e-5)
    assert torch.equal(usual.alpha_bar[:-1], raised.alpha_bar[:-1])
    assert (float(usual.alpha_bar[-1]), float(raised.alpha_bar[-1])) == (1e-9, 1e-5)
