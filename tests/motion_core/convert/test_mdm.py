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

FEATURES, FRAMES, BATCH, TEXT = 263, 11, 3, 512
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
    width = 768 if tokens else TEXT
    theirs, path = write(tmp_path, args, text_width=width)
    ours, info = rebuilt(path, theirs)
    assert info.text_encoder == ("distilbert" if tokens else "clip-vit-b32") and info.features == "humanml263"
    assert info.diffusion == {
        "schedule": "cosine", "steps": 50, "predicts": "x0", "sampler": "ddpm", "sampling_steps": 50, "guidance": 2.5,
    }  # fmt: skip

    x, t = torch.randn(BATCH, FRAMES, FEATURES), torch.tensor([0, 17, 49])
    mask = torch.arange(FRAMES)[None] < torch.tensor([[FRAMES], [7], [3]])
    length = 5 if tokens else 1
    text = torch.randn(BATCH, length, width)
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
        ({"layers": 3}, "has 2 layers, .* says 3"),
        ({"layers": 10**9}, "layers = 1000000000: it must be a whole number from 1"),
        ({"arch": "trans_dec"}, "has 0 layers, .* says 2"),
        ({"arch": "rnn"}, "rnn"),
        ({"arch": "gru"}, "along the batch"),
        ({"layers": "eight"}, "layers = 'eight': it must be a whole number"),
        ({"layers": True}, "layers = True"),
        ({"pos_embed_max_len": 10**12}, "pos_embed_max_len"),
        ({"diffusion_steps": 10**7}, "diffusion_steps = 10000000"),
        ({"diffusion_steps": 0}, "diffusion_steps = 0"),
        ({"cond_mask_prob": "0.1"}, "cond_mask_prob = '0.1'"),
        ({"mask_frames": "False"}, "mask_frames = 'False': it must be true or false"),
        ({"text_encoder_type": "bert"}, "texts of 512 numbers; distilbert, .* gives 768"),
        ({"dataset": "kit"}, "263 features; those of 'kit', .* have 251"),
        ({"dataset": ["humanml"]}, "known are humanml"),
        ({"emb_policy": "concat", "context_len": 4}, "emb_policy = 'concat'"),
        ({"pred_len": 40}, "pred_len = 40 without a context_len"),
        ({"noise_schedule": "sigmoid"}, "sigmoid"),
        ({"text_encoder_type": "t5"}, "t5"),
        ({"dataset": "amass"}, r"dataset = 'amass'; known are humanml"),
    ],
)
def test_args_that_do_not_fit_the_weights_are_refused(change, message, tmp_path):
    theirs, path = write(tmp_path, ARGS, text_width=TEXT)
    (tmp_path / "args.json").write_text(json.dumps({**ARGS, **change}))
    with pytest.raises(FormatError, match=message):
        rebuilt(path, theirs)


@pytest.mark.parametrize("name", ["output_process.poseFinal.weight", "embed_text.weight"])
def test_a_tensor_that_is_not_there_is_named(name, tmp_path):
    theirs, path = write(tmp_path, ARGS, text_width=TEXT)
    tensors = dict(tensors_of(theirs.state_dict()))
    del tensors[name]
    with pytest.raises(FormatError, match=f"lacks '{name}'"):
        mdm.convert(path, tensors)


def test_values_that_are_no_numbers_are_named(tmp_path):
    theirs, path = write(tmp_path, ARGS, text_width=TEXT)
    tensors = dict(tensors_of(theirs.state_dict()))
    tensors["embed_text.weight"][3, 4] = float("nan")
    with pytest.raises(FormatError, match=r"'text\.weight' has values that are no finite numbers"):
        mdm.convert(path, tensors)
    np.save(tmp_path / "Std.npy", np.zeros(FEATURES))
    with pytest.raises(FormatError, match=r"Std\.npy has a value that is not above 0"):
        mdm.convert(
            path, dict(tensors_of(official.OfficialMDM(FEATURES, ARGS, text_width=TEXT).state_dict()))
        )


DIP = {
    **ARGS, "arch": "trans_dec", "text_encoder_type": "bert", "mask_frames": True, "diffusion_steps": 10,
    "context_len": 6, "pred_len": 9,
}  # fmt: skip


def dip_condition(seed, batch=BATCH):
    """Ours, and theirs as words: token states of three lengths, the frames before."""
    torch.manual_seed(seed)
    text, real = torch.randn(batch, 5, 768), torch.arange(5)[None] < torch.tensor([[5], [1], [3]])[:batch]
    before = torch.randn(batch, DIP["context_len"], FEATURES)
    known = torch.ones_like(before, dtype=torch.bool)
    said = {"text": text.transpose(0, 1), "text_hidden": ~real}
    return Condition(tokens=text, token_mask=real, known=before, known_mask=known), said, before


def test_a_model_that_goes_on_from_frames_answers_alike(tmp_path):
    theirs, path = write(tmp_path, DIP, text_width=768)
    ours, info = rebuilt(path, theirs)
    assert (ours.config.context, ours.config.predicted, info.diffusion["guidance"]) == (6, 9, 7.5)
    x, t = torch.randn(BATCH, 9, FEATURES), torch.tensor([0, 4, 9])
    mask = torch.arange(9)[None] < torch.tensor([[9], [4], [1]])
    cond, said, before = dip_condition(3)
    with torch.no_grad():
        for given, uncond in ((cond, False), (cond.without(), True)):
            wanted = theirs(
                official_layout(x), t, uncond=uncond, frame_mask=mask, prefix=official_layout(before), **said
            )
            got = ours(x, t, given, mask)
            assert torch.allclose(got[mask], our_layout(wanted)[mask], atol=1e-5)
        assert not torch.allclose(got, ours(x, t, dip_condition(4)[0].without(), mask), atol=1e-3)
        with pytest.raises(ValueError, match="goes on from 6 frames"):
            ours(x, t, Condition(tokens=said["text"].transpose(0, 1)), mask)


def test_goals_for_joints_are_left_out(tmp_path):
    theirs, path = write(tmp_path, DIP, text_width=768)
    tensors = dict(tensors_of(theirs.state_dict())) | {"embed_target_cond.mlp.0.weight": torch.ones(32, 8)}
    ours, _ = mdm.convert(path, tensors)
    assert not any("target" in name for name in ours)


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000])
def test_args_that_are_no_table_are_refused(text, tmp_path):
    theirs, path = write(tmp_path, ARGS, text_width=TEXT)
    (tmp_path / "args.json").write_text(text)
    with pytest.raises(FormatError, match=r"args\.json"):
        rebuilt(path, theirs)
