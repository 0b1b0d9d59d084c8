"""Official checkpoints come out as models that answer alike, and files that are not ours to read are refused."""

import json

import numpy as np
import official_mdm as official
import pytest
import torch

from motion_core.checkpoint import load_checkpoint
from motion_core.convert import convert_checkpoint, mdm
from motion_core.convert.unpickle import tensors_of
from motion_core.diffusion.denoiser import bind
from motion_core.diffusion.guidance import guided
from motion_core.diffusion.samplers import ddpm
from motion_core.diffusion.schedule import make_schedule
from motion_core.formats import FormatError
from motion_core.models.mdm import MDM, MDMConfig
from motion_core.nn.condition import Condition

FEATURES, FRAMES, BATCH, TEXT = 263, 11, 3, 24
ARGS = {
    "dataset": "humanml",
    "arch": "trans_enc",
    "layers": 2,
    "latent_dim": 32,
    "diffusion_steps": 50,
    "noise_schedule": "cosine",
    "cond_mask_prob": 0.1,
}
VARIANTS = {
    "paper": {},
    "masked": {"mask_frames": True},
    "decoder": {"arch": "trans_dec"},
    "decoder-token": {"arch": "trans_dec", "emb_trans_dec": True, "mask_frames": True},
    "distilbert": {"arch": "trans_dec", "text_encoder_type": "bert", "mask_frames": True},
}


def write(folder, args, **sizes):
    """An official model with random weights, saved in the official layout, and its path."""
    torch.manual_seed(len(json.dumps(args)))
    features = sizes.pop("features", FEATURES)
    model = official.OfficialMDM(features, args, **sizes).eval()
    rng = np.random.default_rng(0)
    np.save(folder / "Mean.npy", rng.normal(size=features))
    np.save(folder / "Std.npy", rng.uniform(0.5, 2, size=features))
    return model, official.save_official(folder, model, args)


def build(tensors, info) -> MDM:
    model = MDM(MDMConfig.from_json(info.config)).eval()
    model.load_state_dict(tensors)
    return model


def rebuilt(path, theirs):
    """Our model of an official one, without the detour over a child process (a second or two each)."""
    tensors, info = mdm.convert(path, dict(tensors_of(theirs.state_dict())))
    return build(tensors, info), info


def official_layout(x):
    return x.transpose(1, 2)[:, :, None]  # (B,T,F) -> (B,F,1,T)


def our_layout(x):
    return x[:, :, 0].transpose(1, 2)


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_text_variants_answer_alike(name, tmp_path):
    args = {**ARGS, **VARIANTS[name]}
    tokens = args.get("text_encoder_type") == "bert"
    theirs, path = write(tmp_path, args, text_width=TEXT)
    ours, info = rebuilt(path, theirs)
    assert info.text_encoder == ("distilbert" if tokens else "clip-vit-b32") and info.features == "humanml263"
    assert info.diffusion == {"schedule": "cosine", "steps": 50, "predicts": "x0"}

    x, t = torch.randn(BATCH, FRAMES, FEATURES), torch.tensor([0, 17, 49])
    mask = torch.arange(FRAMES)[None] < torch.tensor([[FRAMES], [7], [3]])
    length = 5 if tokens else 1
    text = torch.randn(BATCH, length, TEXT)
    real = torch.arange(length)[None] < torch.tensor([[length], [1], [max(1, length - 2)]])
    cond = (
        Condition(tokens=text, token_mask=real)
        if tokens
        else Condition(pooled=text[:, 0], token_mask=real[:, :1])
    )
    said = {
        "text": text.transpose(0, 1),
        "frame_mask": mask,
        "text_hidden": ~real if tokens else None,
    }
    with torch.no_grad():
        for given, uncond in ((cond, False), (cond.without(), True)):
            expected = our_layout(theirs(official_layout(x), t, uncond=uncond, **said))
            got = ours(x, t, given, mask)
            assert torch.allclose(got[mask], expected[mask], atol=1e-5)


@pytest.mark.slow
def test_full_guided_sampling_is_the_official_one(tmp_path):
    """From the official file to a sample, all the way."""
    theirs, path = write(tmp_path, ARGS, text_width=TEXT)
    said = convert_checkpoint(path, tmp_path / "ours.safetensors", family="mdm")
    tensors, info = load_checkpoint(tmp_path / "ours.safetensors", "mdm")
    assert info == said and np.allclose(info.mean, np.load(tmp_path / "Mean.npy"))
    ours = build(tensors, info)
    steps, scale = info.diffusion["steps"], 2.5
    start, text = torch.randn(BATCH, FRAMES, FEATURES), torch.randn(BATCH, TEXT)
    noises = [torch.randn(BATCH, FRAMES, FEATURES) for _ in range(steps)]

    def predict(x, t):
        given, free = (theirs(x, t, text=text[None], uncond=uncond) for uncond in (False, True))
        return free + scale * (given - free)

    queue = iter(noises)
    mask = torch.ones(BATCH, FRAMES, dtype=torch.bool)
    with torch.no_grad():
        expected = official.official_sample(
            predict, official_layout(start), map(official_layout, noises), steps
        )
        denoise = guided(ours, Condition(pooled=text), mask, scale)
        got = ddpm(denoise, start, make_schedule("cosine", steps), steps=steps, noise=lambda: next(queue))
    assert torch.allclose(got, our_layout(expected), atol=1e-5)


def test_action_model_of_humanact12(tmp_path):
    args = {**ARGS, "dataset": "humanact12", "cond_mask_prob": 0, "diffusion_steps": 1000}
    theirs, path = write(tmp_path, args, features=150, actions=12, rows=1000)
    ours, info = rebuilt(path, theirs)
    assert info.conditioning == "action" and info.actions[10] == "boxing" and len(info.actions) == 12
    assert info.training["condition_dropped"] == 0 and info.mean == (0.0,) and info.std == (1.0,)
    assert ours.config.features == 25 * 6
    x, t, action = torch.randn(2, 60, 150), torch.tensor([3, 999]), torch.tensor([11, 4])
    with torch.no_grad():
        expected = our_layout(theirs(official_layout(x), t, action=action))
        got = ours(x, t, Condition(action=action), torch.ones(2, 60, dtype=torch.bool))
    assert torch.allclose(got, expected, atol=1e-5)


def test_unconstrained_model_needs_no_condition(tmp_path):
    args = {**ARGS, "dataset": "humanact12", "unconstrained": True}
    theirs, path = write(tmp_path, args, features=150)
    ours, info = rebuilt(path, theirs)
    assert info.conditioning is None
    x, t = torch.randn(2, 8, 150), torch.tensor([3, 40])
    with torch.no_grad():
        got = bind(ours, Condition.none(2), torch.ones(2, 8, dtype=torch.bool))(x, t)
        assert torch.allclose(got, our_layout(theirs(official_layout(x), t)), atol=1e-5)


def test_the_average_is_preferred(tmp_path):
    torch.manual_seed(0)
    last, average = (official.OfficialMDM(FEATURES, ARGS, text_width=TEXT) for _ in range(2))
    write(tmp_path, ARGS, text_width=TEXT)  # for the statistics
    path = official.save_official(tmp_path, last, ARGS, average=average)
    tensors, _ = mdm.convert(path, dict(tensors_of(torch.load(path, weights_only=True))))
    assert torch.equal(tensors["output.weight"], average.output_process["poseFinal"].weight)


def test_what_must_lie_beside_is_named(tmp_path):
    theirs, path = write(tmp_path, ARGS, text_width=TEXT)
    (tmp_path / "Std.npy").unlink()
    with pytest.raises(FileNotFoundError, match=r"Std\.npy.*HumanML3D"):
        rebuilt(path, theirs)
    np.save(tmp_path / "Std.npy", np.ones(251))
    with pytest.raises(FormatError, match=r"251 values.*263"):
        rebuilt(path, theirs)
    (tmp_path / "Std.npy").write_bytes(b"no array")
    with pytest.raises(FormatError, match="no array of numbers"):
        rebuilt(path, theirs)
    (tmp_path / "args.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"args\.json"):
        rebuilt(path, theirs)
    with pytest.raises(FileNotFoundError, match=r"nothing\.pt"):
        convert_checkpoint(tmp_path / "nothing.pt", tmp_path / "ours.safetensors")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": 3}, r"lacks 'layers\.2"),
        ({"layers": 1}, r"has 'layers\.1"),
        ({"arch": "trans_dec"}, "has not|does not have|lacks"),
        ({"arch": "rnn"}, "rnn"),
        ({"arch": "gru"}, "along the batch"),
        ({"layers": "eight"}, "does not describe a model"),
        ({"noise_schedule": "sigmoid"}, "sigmoid"),
        ({"text_encoder_type": "t5"}, "t5"),
        ({"dataset": "amass"}, r"'amass'; known are humanml"),
        ({"context_len": 20}, "context_len = 20"),
    ],
)
def test_args_that_do_not_fit_the_weights_are_refused(change, message, tmp_path):
    theirs, path = write(tmp_path, ARGS, text_width=TEXT)
    (tmp_path / "args.json").write_text(json.dumps({**ARGS, **change}))
    with pytest.raises(FormatError, match=message):
        rebuilt(path, theirs)


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_args_that_are_no_table_are_refused(text, tmp_path):
    theirs, path = write(tmp_path, ARGS, text_width=TEXT)
    (tmp_path / "args.json").write_text(text)
    with pytest.raises(FormatError, match=r"args\.json"):
        rebuilt(path, theirs)
