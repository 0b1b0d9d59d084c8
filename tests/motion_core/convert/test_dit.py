"""Checkpoints of the motion-generation lab come out as models that answer alike, sampled alike."""

from dataclasses import replace
from pathlib import Path

import official_dit as official
import pytest
import torch

from motion_core.checkpoint import load_checkpoint
from motion_core.convert import convert_checkpoint, dit
from motion_core.diffusion.guidance import guided
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.diffusion.schedule import gamma_cosine_schedule
from motion_core.formats import FormatError
from motion_core.generators.families import family_classes
from motion_core.models.dit import SIZES, DiT, gamma_table
from motion_core.nn.condition import Condition

KINDS = ("incontext", "adaln", "crossattn")
FEATURES, FRAMES, BATCH, TEXT = 205, 13, 3, 512
FLOORS = {"ddpm": 1e-9, "ddim": 1e-5}


@pytest.fixture(scope="module")
def lab():
    """{kind: (official network with random weights, our tensors, our config)}"""
    found = {}
    for kind in KINDS:
        torch.manual_seed(len(kind))
        theirs = official.OfficialDiT(kind, text=TEXT).eval()
        found[kind] = (theirs, *dit.network(Path("lab.ckpt"), theirs.state_dict()))
    return found


def build(tensors, config):
    model = DiT(config).eval().requires_grad_(False)
    model.load_state_dict(tensors)
    return model


def inputs(kind):
    """x, mask with padding, condition, and the text as the official network takes it."""
    torch.manual_seed(2)
    x = torch.randn(BATCH, FRAMES, FEATURES)
    mask = torch.arange(FRAMES)[None] < torch.tensor([[FRAMES], [7], [1]])
    if kind != "crossattn":
        pooled = torch.randn(BATCH, TEXT) / 5
        return x, mask, Condition(pooled=pooled), pooled
    real = torch.arange(6)[None] < torch.tensor([[6], [2], [4]])
    tokens = torch.randn(BATCH, 6, TEXT) / 5
    slots = torch.zeros(BATCH, 77, TEXT)
    slots[:, :6] = tokens * real[..., None]
    return x, mask, Condition(tokens=tokens, token_mask=real), slots


@pytest.mark.parametrize("kind", KINDS)
def test_the_network_answers_alike(kind, lab):
    theirs, tensors, config = lab[kind]
    ours = build(tensors, config)
    x, mask, cond, text = inputs(kind)
    t = torch.tensor([0, 41, 99])
    gamma = gamma_table(100, 1e-9)[t]
    with torch.no_grad():
        for given, told in ((cond, text), (cond.without(), torch.zeros_like(text))):
            expected = theirs(x, gamma, told, ~mask)
            assert float((ours(x, t, given, mask) - expected).abs().max()) < 1e-5
            assert float(expected.abs().mean()) > 0.1


def test_the_quirk_of_the_mask_matters(lab):
    """Without it the answer is another one, so the test above proves it."""
    _, tensors, config = lab["incontext"]
    assert config.float_mask and not config.mask_frames
    x, mask, cond, _ = inputs("incontext")
    t = torch.tensor([0, 41, 99])
    quirk = build(tensors, config)(x, t, cond, mask)
    for other in (replace(config, float_mask=False), replace(config, float_mask=False, mask_frames=True)):
        assert float((build(tensors, other)(x, t, cond, mask) - quirk)[1:].abs().max()) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("sampler", sorted(FLOORS))
@pytest.mark.parametrize("kind", KINDS)
def test_guided_sampling_is_the_labs(kind, sampler, lab):
    """DDPM over 100 levels and DDIM over 50 of them, guidance 3.5, floors of gamma as there."""
    theirs, tensors, config = lab[kind]
    ours = build(tensors, replace(config, gamma_min=FLOORS[sampler]))
    steps = {"ddpm": 100, "ddim": 50}[sampler]
    x, mask, cond, text = inputs(kind)
    noises = [torch.randn_like(x) for _ in range(steps)]

    def predict(x, gamma):
        both = torch.cat([text, torch.zeros_like(text)])
        out = theirs(torch.cat([x, x]), gamma.expand(2 * BATCH), both, torch.cat([~mask, ~mask]))
        given, free = out.chunk(2)
        return free + (given - free) * dit.GUIDANCE

    queue = iter(noises)
    schedule = gamma_cosine_schedule(config.levels, FLOORS[sampler])
    with torch.no_grad():
        expected = official.official_sample(sampler, predict, x, iter(noises), steps)
        denoise = guided(ours, cond, mask, dit.GUIDANCE)
        got = SAMPLERS[sampler](denoise, x, schedule, steps=steps, noise=lambda: next(queue))
    assert float((got - expected).abs().max()) < 1e-4
    assert float(expected.std()) > 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_the_config_is_read_off_the_weights(kind, lab):
    config = lab[kind][2]
    assert (config.block, config.layers, config.width, config.heads) == (kind, 2, 32, 16)
    assert (config.feedforward_ratio, config.text_width, config.levels) == (2, TEXT, 100)
    assert config.word_slots == (77 if kind == "crossattn" else 0) and config.gamma_min == 1e-9


@pytest.mark.slow
def test_a_lightning_file_becomes_a_checkpoint_of_its_averaged_network(tmp_path, lab):
    """All the way: the training's file, two files of statistics, our file, the model that generators build of it."""
    average, _, _ = lab["crossattn"]
    torch.manual_seed(5)
    mean, std = torch.rand(2, FEATURES) + 0.5
    for name, values in zip(dit.STATISTICS, (mean, std)):
        torch.save(values, tmp_path / name)
    path = official.save_lightning(tmp_path, average, official.OfficialDiT("crossattn", text=TEXT))
    said = convert_checkpoint(path, tmp_path / "ours.safetensors", family="dit")
    tensors, info = load_checkpoint(tmp_path / "ours.safetensors", "dit")
    assert info == said
    assert torch.equal(torch.tensor(info.mean), mean) and torch.equal(torch.tensor(info.std), std)
    assert info.diffusion["schedule"] == "gamma_cosine" and info.diffusion["sampler"] == "ddpm"
    assert (info.features, info.fps, info.text_encoder) == ("smpl205-lab", 20.0, "clip-vit-b32-states")
    model_class, config_class = family_classes(info.family)
    ours = model_class(config_class.from_json(info.config)).eval()
    ours.load_state_dict(tensors)
    x, mask, cond, text = inputs("crossattn")
    t = torch.tensor([0, 41, 99])
    with torch.no_grad():
        expected = average(x, gamma_table(100, 1e-9)[t], text, ~mask)
        assert float((ours(x, t, cond, mask) - expected).abs().max()) < 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_full_size_checkpoints_fit(kind):
    """The lab's own sizes: nothing missing and nothing left over."""
    with torch.device("meta"):
        theirs = official.OfficialDiT(kind, text=512, width=512, layers=8, ratio=4).state_dict()
    _, config = dit.network(Path("lab.ckpt"), theirs)
    sizes = {name: getattr(SIZES[f"lab-{kind}"], name) for name in ("width", "layers", "heads", "text_width")}
    assert {name: getattr(config, name) for name in sizes} == sizes


@pytest.mark.parametrize("place", dit.PLACES)
def test_the_network_is_found_where_it_lies(place):
    theirs = official.OfficialDiT("adaln", text=TEXT).state_dict()
    for root in ("state_dict/", ""):
        named = {f"{root}{place}{name}": tensor for name, tensor in theirs.items()}
        assert dit.knows(set(named))
        assert dit.network_of({**named, "tmr.x": torch.ones(1)}).keys() >= theirs.keys()


def changed(kind, change):
    tensors = official.OfficialDiT(kind, text=TEXT).state_dict()
    change(tensors)
    return tensors


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("adaln", lambda t: t.pop("final_adaln.1.bias"), r"lacks .output_modulation\.bias"),
        ("incontext", lambda t: t.update({"extra.weight": torch.ones(1)}), r"tensor 'extra\.weight'"),
        ("incontext", lambda t: t.update({"backbone_module.0.new.weight": torch.ones(1)}), "a layer of"),
        ("crossattn", lambda t: t.pop("backbone_module.1.ca.kv.bias"), r"lacks .layers\.1\.cross\.qkv\.bias"),
        ("incontext", lambda t: t.pop("cond_projection.weight"), "cond_projection"),
        (
            "adaln",
            lambda t: t.update({"final_linear.weight": torch.ones(205, 24)}),
            "does not describe|needs",
        ),
        ("incontext", lambda t: t.pop("input_projection.1.pe"), "input_projection"),
        (
            "adaln",
            lambda t: t.update({"joint_cond_projection.weight": torch.ones(32, 24)}),
            "texts of 24 numbers",
        ),
    ],
)
def test_other_networks_are_refused(kind, change, message):
    with pytest.raises(FormatError, match=message):
        dit.network(Path("lab.ckpt"), changed(kind, change))


@pytest.mark.slow
def test_statistics_must_lie_beside(tmp_path):
    tensors = official.OfficialDiT("adaln", text=TEXT).state_dict()
    with pytest.raises(FileNotFoundError, match=r"tmr-rifke-mean\.pt.*standardization"):
        dit.convert(tmp_path / "lab.ckpt", tensors)
    for name in dit.STATISTICS:
        torch.save(torch.ones(263), tmp_path / name)
    with pytest.raises(FormatError, match="263 values; the model has 205"):
        dit.convert(tmp_path / "lab.ckpt", tensors)
