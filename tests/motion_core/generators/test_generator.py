"""The generator: same seed same motion in any batch, progress, cancelling, bad requests, a full GPU."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_mdm import save_tiny_dit

from motion_core import load_generator
from motion_core.body.skeleton import JOINT, SOLE
from motion_core.formats import FormatError
from motion_core.generators import device as devices
from motion_core.generators.device import Device, pick_device
from motion_core.generators.finishing import frame_count, lift_to_floor, tidied
from motion_core.tasks import Generate, Sampling, TaskError

WALK = Generate(text="a person walks forward", seconds=1.0)


@pytest.fixture(scope="module")
def text_model(tiny_folder):
    return load_generator("mdm", device="cpu", checkpoint=tiny_folder / "mdm.safetensors")


@pytest.fixture(scope="module")
def action_model(tiny_folder):
    return load_generator("mdm-action", device="cpu", checkpoint=tiny_folder / "mdm-action.safetensors")


def distance(a, b) -> float:
    """Largest distance of corresponding joints in metres."""
    return float(np.linalg.norm(a.joints() - b.joints(), axis=-1).max())


def test_a_motion_with_its_facts(text_model):
    motion = text_model.run(WALK, Sampling(3, {"steps": 4}))
    assert len(motion) == 20 and motion.fps == 20.0
    assert np.allclose(motion.pelvis[0, :2], 0, atol=1e-5) and abs(motion.heading()[0]) < 0.5
    facts = {"text": WALK.text, "model": "mdm", "seed": 3, "seconds": 1.0, "steps": 4, "guidance": 2.5}
    assert facts.items() <= motion.meta.items()
    assert motion.meta["licence"] == "CC0 (random numbers)" and motion.meta["version"]


def test_seed_text_and_guidance_matter_and_nothing_else(text_model):
    first = text_model.run(WALK, Sampling(1, {"steps": 4}))
    assert distance(first, text_model.run(WALK, Sampling(1, {"steps": 4}))) == 0
    assert distance(first, text_model.run(WALK, Sampling(2, {"steps": 4}))) > 1e-3
    other = Generate(text="a person jumps", seconds=1.0)
    assert distance(first, text_model.run(other, Sampling(1, {"steps": 4}))) > 1e-4
    assert distance(first, text_model.run(WALK, Sampling(1, {"steps": 4, "guidance": 9.0}))) > 1e-4


def test_same_motion_in_any_batch(text_model):
    """Other lengths (so padding), other prompts (so text padding), other settings beside it."""
    jobs = [
        (WALK, Sampling(5, {"steps": 4})),
        (Generate(text="run", seconds=3.0), Sampling(6, {"steps": 4})),
        (
            Generate(text="somebody bows, then waves and slowly walks away", seconds=2.05),
            Sampling(7, {"steps": 4}),
        ),
        (WALK, Sampling(8, {"steps": 7})),
        (WALK, Sampling(9, {"steps": 4, "guidance": 1.0})),
    ]
    together = text_model.run_batch(jobs)
    for job, motion in zip(jobs, together):
        alone = text_model.run(*job)
        assert len(alone) == len(motion) == frame_count(job[0].seconds, 20.0)
        assert distance(alone, motion) < 1e-4
        assert motion.meta["seed"] == job[1].seed


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


def test_actions(action_model):
    walk, run = (
        action_model.run(Generate(action=a, seconds=1.0), Sampling(settings={"steps": 3}))
        for a in ("walk", "run")
    )
    assert walk.meta["action"] == "walk" and "text" not in walk.meta
    assert distance(walk, run) > 1e-4


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


def test_humanml3d_features(tmp_path, make_tiny, walking_motion):
    """A checkpoint on the 263 features decodes through joint positions."""
    from motion_core.features import humanml263

    x0 = humanml263.motion_to_features(walking_motion)
    path = tmp_path / "263.safetensors"
    make_tiny(
        path, "text", config={"features": 263}, features="humanml263", mean=x0.mean(0), std=np.full(263, 0.01)
    )
    motion = load_generator("mdm", device="cpu", checkpoint=path).run(WALK, Sampling(settings={"steps": 3}))
    bone = np.linalg.norm(
        motion.joints()[:, JOINT["left_knee"]] - motion.joints()[:, JOINT["left_hip"]], axis=-1
    )
    assert len(motion) == 20 and np.allclose(bone, bone[0], atol=1e-4)


def test_a_model_that_always_saw_its_condition_is_not_guided(tmp_path, make_tiny):
    path = tmp_path / "unguided.safetensors"
    make_tiny(path, "action", training={"condition_dropped": 0.0})
    generator = load_generator("mdm-action", device="cpu", checkpoint=path)
    walk = Generate(action="walk", seconds=1.0)
    assert generator.run(walk, Sampling(settings={"steps": 2})).meta["guidance"] == 1.0
    with pytest.raises(TaskError, match=r"guidance is 5\.0: .* takes no other"):
        generator.run(walk, Sampling(settings={"guidance": 5.0}))


def test_progress_and_cancelling(text_model):
    seen = []
    text_model.run(WALK, Sampling(settings={"steps": 5}), on_step=lambda k, n: seen.append((k, n)))
    assert seen == [(k, 5) for k in range(1, 6)]

    class Cancelled(Exception):
        pass

    def stop(k, n):
        if k == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        text_model.run(WALK, Sampling(settings={"steps": 5}), on_step=stop)
    text_model.run(WALK, Sampling(settings={"steps": 2}))  # and works on


@pytest.mark.parametrize(
    ("task", "sampling", "message"),
    [
        (Generate(seconds=1), {}, "needs a text"),
        (Generate(text="walk", seconds=9.85), {}, "at most 9.8 seconds"),
        (Generate(text="walk", seconds=60), {}, "at most 9.8 seconds"),
        (Generate(action="walk"), {}, "needs a text"),
        (Generate(text="walk", action="walk"), {}, "takes no action; models that do: mdm-action"),
        (Generate(text="walk"), {"steps": 51}, "from 1 to 50"),
    ],
)
def test_requests_that_do_not_fit(text_model, task, sampling, message):
    with pytest.raises(TaskError, match=message):
        text_model.run(task, Sampling(settings=sampling))


def test_unknown_action_lists_the_known(action_model):
    with pytest.raises(TaskError, match=r"unknown action 'walkk' \(did you mean 'walk'\?\).*walk, run, wave"):
        action_model.run(Generate(action="walkk"))
    with pytest.raises(TaskError, match="takes no text; models that do: mdm"):
        action_model.run(WALK)
    with pytest.raises(TaskError, match="needs an action; actions of 'mdm-action': walk, run, wave"):
        action_model.run(Generate())


def test_the_longest_clip_is_allowed(action_model):
    motion = action_model.run(Generate(action="run", seconds=9.8), Sampling(settings={"steps": 1}))
    assert len(motion) == 196


def test_a_long_prompt_leaves_a_note(text_model):
    motion = text_model.run(
        Generate(text="walk " * 199 + "x" * 4, seconds=0.5), Sampling(settings={"steps": 1})
    )
    assert "note" not in motion.meta
    motion = text_model.run(Generate(text="a b c " * 160, seconds=0.5), Sampling(settings={"steps": 1}))
    assert "only the first 254 were read" in motion.meta["note"]


def test_unknown_model_and_absent_weights(tmp_path, monkeypatch):
    with pytest.raises(TaskError, match="unknown model 'gpt'; there are mdm"):
        load_generator("gpt")
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"mdm\.safetensors.*--checkpoint"):
        load_generator("mdm")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": "fish"}, "features is 'fish'; known are smpl205"),
        ({"family": "fish"}, "family is 'fish'"),
        ({"diffusion": {"schedule": "fish"}}, "noise schedule is 'fish'"),
        ({"diffusion": {"steps": 0}}, "steps are 0"),
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


def test_a_checkpoint_that_does_not_fit_its_configuration(tmp_path, tiny_folder):
    from motion_core.checkpoint import load_checkpoint, save_checkpoint

    tensors, info = load_checkpoint(tiny_folder / "mdm.safetensors")
    save_checkpoint(tmp_path / "wide.safetensors", tensors, replace(info, config=info.config | {"width": 64}))
    with pytest.raises(FormatError, match="does not fit"):
        load_generator("mdm", checkpoint=tmp_path / "wide.safetensors")


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


def test_device_choice(monkeypatch):
    assert pick_device("cpu").torch_device.type == "cpu" and "as asked" in pick_device("cpu").note
    for wrong in ("gpu", "cuda:x", "cpu:1", "", "mps:0"):
        with pytest.raises(ValueError, match=r"unknown device .* auto, cpu, cuda"):
            pick_device(wrong)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"'cuda' is not there.* 0 CUDA"):
        pick_device("cuda")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert "no GPU" in pick_device().note
    with pytest.raises(ValueError, match="Apple"):
        pick_device("mps")


def test_half_precision_for_large_batches_only(monkeypatch):
    device = Device(torch.device("cpu"), True, "")
    for frames, variable, expected in (
        (devices.HALF_FROM_FRAMES, None, True),
        (devices.HALF_FROM_FRAMES - 1, None, False),
        (10, "1", True),
    ):
        monkeypatch.delenv(devices.ENV_HALF, raising=False)
        if variable:
            monkeypatch.setenv(devices.ENV_HALF, variable)
        with device.computing(frames):
            assert torch.is_autocast_enabled("cpu") is expected
            assert torch.is_inference_mode_enabled()


def test_lifting_to_the_floor(walking_motion):
    sunk = walking_motion.moved(offset=(0, 0, -0.3))
    lifted = lift_to_floor(sunk)
    balls = [JOINT["left_foot"], JOINT["right_foot"]]
    lowest = lifted.joints()[:, balls, 2].min(axis=1)
    assert lowest.min() > SOLE - 1e-6 and np.median(lowest) < SOLE + 0.01
    assert np.allclose(lifted.trans[:, :2], sunk.trans[:, :2], atol=1e-6)
    assert np.allclose(lifted.rotations, sunk.rotations, atol=1e-6)
    high = walking_motion.moved(offset=(0, 0, 0.5))
    assert lift_to_floor(high) is high


def test_raw_leaves_the_feet_where_they_are(action_model):
    job = Generate(action="wave", seconds=1.0), Sampling(settings={"steps": 3})
    cleaned = action_model.run(*job)
    action_model.clean_up = False
    raw = action_model.run(*job)
    action_model.clean_up = True
    assert distance(tidied(raw), cleaned) < 1e-6 < distance(raw, cleaned)
