"""Samplers against diffusers step by step, on a denoiser that has a known answer, and their manners."""

import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler

from motion_core.diffusion.samplers import SAMPLERS, ddim, ddpm, dpm_solver_pp_2m
from motion_core.diffusion.schedule import cosine_schedule, linear_schedule

SHAPE = (2, 6, 3)
SCHEDULER_NAMES = {"cosine": "squaredcos_cap_v2", "linear": "linear"}
OURS = {"cosine": cosine_schedule, "linear": linear_schedule}


def toy_denoiser(x, t):
    """A smooth answer that depends on x and t, so that any wrong factor shows."""
    return torch.tanh(x * 0.7 + 0.1) * (0.5 + t.view(-1, 1, 1) / 2000)


class Recorder:
    """The denoiser, remembering every x it was shown."""

    def __init__(self):
        self.seen = []

    def __call__(self, x, t):
        self.seen.append((int(t[0]), x.clone()))
        return toy_denoiser(x, t)


def run_diffusers(scheduler, x, steps, noises=None):
    """Every (t, x) that the reference scheduler visits, and the last sample."""
    scheduler.set_timesteps(steps)
    seen, noises = [], iter(noises or [])
    for t in scheduler.timesteps:
        seen.append((int(t), x.clone()))
        x0 = toy_denoiser(x, torch.full((len(x),), int(t)))
        if noises is None or not isinstance(scheduler, DDPMScheduler):
            x = scheduler.step(x0, t, x).prev_sample
        else:
            x = ddpm_step_with(scheduler, x0, t, x, noises)
    return seen, x


def ddpm_step_with(scheduler, x0, t, x, noises):
    """One reference DDPM step with our noise: its own draw is replaced by subtracting and adding."""
    torch.manual_seed(0)
    drawn = torch.randn(x.shape)
    generator = torch.Generator().manual_seed(0)
    after = scheduler.step(x0, t, x, generator=generator).prev_sample
    if int(t) == 0 or int(t) == int(scheduler.timesteps[-1]):
        return after
    return after + scheduler._get_variance(t) ** 0.5 * (next(noises) - drawn)


def common(name):
    return {
        "num_train_timesteps": 1000,
        "beta_start": 1e-4,
        "beta_end": 0.02,
        "beta_schedule": SCHEDULER_NAMES[name],
        "prediction_type": "sample",
        "timestep_spacing": "trailing",
    }


def assert_same_path(ours, theirs, atol):
    assert [t for t, _ in ours] == [t for t, _ in theirs]
    for (t, a), (_, b) in zip(ours, theirs):
        assert torch.allclose(a, b, atol=atol), f"at level {t}: {float((a - b).abs().max())}"


@pytest.mark.parametrize("name", ["cosine", "linear"])
@pytest.mark.parametrize("steps", [20, 1000])
def test_ddim_visits_what_diffusers_visits(name, steps):
    torch.manual_seed(0)
    x, record = torch.randn(SHAPE), Recorder()
    x0 = ddim(record, x, OURS[name](1000), steps=steps)
    reference = DDIMScheduler(**common(name), clip_sample=False, set_alpha_to_one=True)
    seen, last = run_diffusers(reference, x, steps)
    assert_same_path(record.seen, seen, 2e-4)
    assert torch.allclose(x0, last, atol=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cosine", "linear"])
@pytest.mark.parametrize("steps", [20, 1000])
def test_ddpm_visits_what_diffusers_visits(name, steps):
    torch.manual_seed(1)
    x, record = torch.randn(SHAPE), Recorder()
    noises = [torch.randn(SHAPE) for _ in range(steps - 1)]
    queue = iter(noises)
    x0 = ddpm(record, x, OURS[name](1000), steps=steps, noise=lambda: next(queue))
    reference = DDPMScheduler(**common(name), clip_sample=False, variance_type="fixed_small")
    seen, last = run_diffusers(reference, x, steps, noises)
    assert_same_path(record.seen, seen, 2e-4)
    assert torch.allclose(x0, last, atol=1e-3)


@pytest.mark.parametrize("name", ["cosine", "linear"])
@pytest.mark.parametrize("steps", [15, 50])
def test_dpm_solver_visits_what_diffusers_visits(name, steps):
    torch.manual_seed(2)
    x, record = torch.randn(SHAPE), Recorder()
    x0 = dpm_solver_pp_2m(record, x, OURS[name](1000), steps=steps)
    reference = DPMSolverMultistepScheduler(
        **common(name), algorithm_type="dpmsolver++", solver_order=2, solver_type="midpoint"
    )
    seen, last = run_diffusers(reference, x, steps)
    assert_same_path(record.seen, seen, 2e-4)
    assert torch.allclose(x0, last, atol=2e-4)


@pytest.mark.parametrize("sampler", [ddim, dpm_solver_pp_2m])
def test_gaussian_data_comes_out_with_its_mean_and_spread(sampler):
    """For data N(mean, s^2) the best denoiser is known; the deterministic flow maps noise to mean + s noise."""
    mean, spread, schedule = 1.5, 0.4, cosine_schedule(1000)

    def denoise(x, t):
        ab = schedule.alpha_bar[t].view(-1, 1, 1)
        gain = ab.sqrt() * spread**2 / (ab * spread**2 + 1 - ab)
        return (mean + gain * (x - ab.sqrt() * mean)).to(x)

    torch.manual_seed(3)
    x = torch.randn(1, 200, 4)
    x0 = sampler(denoise, x, schedule, steps=200)
    assert torch.allclose(x0, mean + spread * x, atol=0.03)


def test_second_order_beats_first_at_few_steps():
    torch.manual_seed(4)
    x, schedule = torch.randn(SHAPE), cosine_schedule(1000)
    exact = ddim(toy_denoiser, x, schedule, steps=1000)
    error = {
        sampler.__name__: float((sampler(toy_denoiser, x, schedule, steps=15) - exact).abs().mean())
        for sampler in (ddim, dpm_solver_pp_2m)
    }
    assert error["dpm_solver_pp_2m"] < error["ddim"]


@pytest.mark.parametrize("name", sorted(SAMPLERS))
@pytest.mark.parametrize("steps", [1, 2, 15])
def test_a_certain_denoiser_is_believed(name, steps):
    known = torch.randn(SHAPE, generator=torch.Generator().manual_seed(5))
    x0 = SAMPLERS[name](lambda x, t: known, torch.randn(SHAPE), cosine_schedule(1000), steps=steps)
    assert torch.equal(x0, known)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_noise_of_the_caller_makes_a_sample_independent_of_its_batch(name):
    """Each sample draws from its own generator, in the order the sampler asks."""

    def run(seeds):
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]

        def noise():
            return torch.stack([torch.randn(6, 3, generator=g) for g in generators])

        return SAMPLERS[name](toy_denoiser, noise(), cosine_schedule(1000), steps=15, noise=noise)

    assert torch.allclose(run([1, 2, 3])[1], run([2])[0], atol=1e-6)
    assert not torch.allclose(run([1])[0], run([2])[0], atol=1e-2)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_steps_are_reported_and_can_be_stopped(name):
    told = []
    SAMPLERS[name](
        toy_denoiser,
        torch.randn(SHAPE),
        cosine_schedule(50),
        steps=4,
        on_step=lambda k, n: told.append((k, n)),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def stop(k, n):
        if k == 2:
            raise KeyboardInterrupt

    record = Recorder()
    with pytest.raises(KeyboardInterrupt):
        SAMPLERS[name](record, torch.randn(SHAPE), cosine_schedule(50), steps=4, on_step=stop)
    assert len(record.seen) == 2
