"""Denoising: same seed same motion in any batch, other predictions, a full GPU; what a checkpoint must say."""

from __future__ import annotations

import pytest
import torch
from distance import distance
from tiny_mdm import save_tiny_dit

from motion_core import load_generator
from motion_core.formats import FormatError
from motion_core.generators.device import Device
from motion_core.tasks import Generate, Sampling, TaskError

WALK = Generate(text="a person walks forward", seconds=1.0)


def test_a_network_that_sees_padding_gets_none(tmp_path, make_tiny):
    path = tmp_path / "seeing.safetensors"
    make_tiny(path, "action", config={"mask_frames": False})
    generator = load_generator("mdm-action", device="cpu", checkpoint=path)
    jobs = [(Generate(action="walk", seconds=s), Sampling(1, {"steps": 3})) for s in (0.5, 2.0)]
    for job, motion in zip(jobs, generator.run_batch(jobs)):
        assert distance(generator.run(*job), motion) < 1e-4


def test_fresh_noise_does_not_depend_on_the_batch_either(tmp_path, make_tiny):
    path = tmp_path / "ancestral.safetensors"
    make_tiny(path, "action", diffusion={"sampler": "ddpm"})
    generator = load_generator("mdm-action", device="cpu", checkpoint=path)
    jobs = [(Generate(action="walk", seconds=s), Sampling(k, {"steps": 6})) for k, s in ((1, 0.5), (2, 2.0))]
    for job, motion in zip(jobs, generator.run_batch(jobs)):
        assert distance(generator.run(*job), motion) < 1e-4


def test_more_jobs_than_one_batch_holds(action_model):
    jobs = [(Generate(action="walk", seconds=0.5), Sampling(k, {"steps": 2})) for k in range(11)]
    seen = []
    motions = action_model.run_batch(jobs, lambda k, n: seen.append((k, n)))
    assert [motion.meta["seed"] for motion in motions] == list(range(11))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]  # 8 and 3 motions, 2 steps each


def test_no_condition(tmp_path, make_tiny):
    make_tiny(tmp_path / "free.safetensors", None)
    generator = load_generator("mdm", device="cpu", checkpoint=tmp_path / "free.safetensors")
    assert not generator.card.takes and not generator.card.requires
    motion = generator.run(Generate(seconds=1.0), Sampling(4, {"steps": 3}))
    assert len(motion) == 20 and motion.meta["guidance"] == 1.0
    with pytest.raises(TaskError, match="takes no text"):
        generator.run(WALK)


@pytest.mark.parametrize("predicts", ["eps", "v"])
def test_other_predictions(tmp_path, make_tiny, predicts):
    """The same network, read as another prediction, gives another finite motion."""
    path = tmp_path / "other.safetensors"
    make_tiny(path, "action", diffusion={"predicts": predicts})
    motion = load_generator("mdm-action", device="cpu", checkpoint=path).run(
        Generate(action="run", seconds=1.0), Sampling(settings={"steps": 4})
    )
    assert len(motion) == 20


def test_a_model_that_always_saw_its_condition_is_not_guided(tmp_path, make_tiny):
    path = tmp_path / "unguided.safetensors"
    make_tiny(path, "action", training={"condition_dropped": 0.0})
    generator = load_generator("mdm-action", device="cpu", checkpoint=path)
    walk = Generate(action="walk", seconds=1.0)
    assert generator.run(walk, Sampling(settings={"steps": 2})).meta["guidance"] == 1.0
    with pytest.raises(TaskError, match=r"guidance is 5\.0: .* takes no other"):
        generator.run(walk, Sampling(settings={"guidance": 5.0}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": "fish"}, "features is 'fish'; known are smpl205"),
        ({"family": "fish"}, "family is 'fish'"),
        ({"diffusion": {"schedule": "fish"}}, "noise schedule is 'fish'"),
        ({"diffusion": {"steps": 0}}, "steps are 0"),
        ({"diffusion": {"sampling_steps": 51}}, "sampled in 51 steps; it has 50 levels"),
        ({"diffusion": {"sampling_steps": "all"}}, "sampled in 'all' steps"),
        ({"diffusion": {"guidance": 31.0}}, "guidance is 31.0; known is 0 to 30"),
        ({"diffusion": {"floors": {"ddim": 1e-5}}}, "floors are those of no schedule"),
        ({"diffusion": {"schedule": "gamma_cosine", "floors": {"euler": 1e-5}}}, "floors are .*euler"),
        ({"diffusion": {"folded_spacing": "wide"}}, "folded spacing is 'wide'; known is 1 to 4"),
        ({"diffusion": {"folded_spacing": 0.5}}, "folded spacing is 0.5"),
        ({"config": {"dropout": 0.1, "class_token": False}, "actions": ("walk",)}, None),
    ],
)
def test_checkpoints_that_this_version_cannot_run(tmp_path, make_tiny, change, message):
    make_tiny(tmp_path / "odd.safetensors", "action", **change)
    if message is None:
        assert load_generator("mdm-action", checkpoint=tmp_path / "odd.safetensors").card.actions == ("walk",)
        return
    with pytest.raises(FormatError, match=message):
        load_generator("mdm-action", checkpoint=tmp_path / "odd.safetensors")


def test_levels_are_spaced_as_the_checkpoint_says_or_else_the_card(tmp_path):
    save_tiny_dit(tmp_path / "free.safetensors", "adaln")
    free = load_generator("dit-adaln", checkpoint=tmp_path / "free.safetensors")
    assert free.card.own("spacing") == 1.3 and not free.card.setting("spacing").fixed
    for folded, spacing in (
        ({"folded_spacing": 2.0}, 2.0),
        ({}, 1.0),
    ):  # before there was any, levels were even
        folded |= {"folded_steps": 3, "folded_guidance": 2.0}
        save_tiny_dit(tmp_path / "folded.safetensors", "adaln", diffusion=folded)
        for card in ("dit-adaln", "dit-adaln-fast"):
            generator = load_generator(card, checkpoint=tmp_path / "folded.safetensors")
            assert generator.card.own("spacing") == spacing and generator.card.setting("spacing").fixed


def test_out_of_gpu_memory_goes_on_with_the_cpu(tiny_folder, monkeypatch):
    """The network raises what CUDA raises, once; the place is the CPU, which the generator believes to be a GPU."""
    generator = load_generator("mdm-action", checkpoint=tiny_folder / "mdm-action.safetensors", device="cpu")
    expected = generator.run(Generate(action="walk", seconds=1.0), Sampling(settings={"steps": 3}))

    class FakeGpu(Device):
        is_gpu = True

    generator.maker.device = FakeGpu(torch.device("cpu"), False, "a GPU")
    forward, calls = generator.maker.model.forward, []

    def full_once(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
        return forward(*args, **kwargs)

    monkeypatch.setattr(generator.maker.model, "forward", full_once)
    motion = generator.run(Generate(action="walk", seconds=1.0), Sampling(settings={"steps": 3}))
    assert distance(motion, expected) == 0
    assert "out of memory" in generator.note and not generator.device.is_gpu


def test_other_errors_of_the_network_are_not_hidden(action_model, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(action_model.maker.model, "forward", broken)
    with pytest.raises(RuntimeError, match="shapes differ"):
        action_model.run(Generate(action="walk", seconds=0.5), Sampling(settings={"steps": 1}))


def test_what_a_checkpoint_says_of_its_sampling_is_what_it_does(tmp_path, make_tiny):
    path = tmp_path / "said.safetensors"
    said = {"sampler": "ddpm", "sampling_steps": 7, "guidance": 4.0}
    make_tiny(path, "action", diffusion=said, training={"longest_frames": 30})
    generator = load_generator("mdm-action", device="cpu", checkpoint=path)
    seen = []
    motion = generator.run(Generate(action="walk"), on_step=lambda k, n: seen.append((k, n)))
    assert seen[-1] == (7, 7) and motion.meta["guidance"] == 4.0 and len(motion) == 30
    with pytest.raises(TaskError, match=r"at most 1\.5 seconds"):
        generator.run(Generate(action="walk", seconds=2.0))
