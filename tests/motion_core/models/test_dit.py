"""The three diffusion transformers: what each part of the input may and may not change, sizes, impossible configs."""

import dataclasses
import json
import math

import pytest
import torch

from motion_core.diffusion.guidance import guided
from motion_core.diffusion.samplers import ddim
from motion_core.diffusion.schedule import cosine_schedule
from motion_core.models.dit import (
    BLOCKS,
    SIZES,
    DiT,
    DiTConfig,
    gamma_table,
    noise_level_table,
)
from motion_core.nn.condition import Condition

SMALL = {"features": 7, "width": 16, "layers": 2, "heads": 2, "feedforward_ratio": 2, "text_width": 5}
VARIANTS = sorted(BLOCKS)


def build(block, **settings):
    """Away from its first weights: adaLN-zero begins as a network that answers 0."""
    torch.manual_seed(0)
    model = DiT(DiTConfig(**SMALL, block=block, **settings)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.15)
    return model


def inputs(batch=3, frames=9):
    generator = torch.Generator().manual_seed(1)
    cond = Condition(
        pooled=torch.randn(batch, 5, generator=generator),
        tokens=torch.randn(batch, 4, 5, generator=generator),
        token_mask=torch.arange(4)[None] < torch.tensor([[4], [2], [1]] * batch)[:batch],
    )
    x = torch.randn(batch, frames, 7, generator=generator)
    return x, torch.tensor([0, 500, 999] * batch)[:batch], cond, torch.ones(batch, frames, dtype=torch.bool)


@pytest.mark.parametrize("block", VARIANTS)
def test_a_sample_does_not_depend_on_its_batch(block):
    model, (x, t, cond, mask) = build(block), inputs()
    with torch.no_grad():
        together = model(x, t, cond, mask)
        for k in range(len(x)):
            one = slice(k, k + 1)
            assert torch.allclose(model(x[one], t[one], cond.rows(one), mask[one]), together[one], atol=1e-5)
    assert together.shape == x.shape and together.dtype == x.dtype


@pytest.mark.parametrize("block", VARIANTS)
def test_padding_changes_nothing(block):
    model, (x, t, cond, mask) = build(block), inputs()
    mask[:, 6:] = False
    filled = torch.where(mask[..., None], x, 1e3)
    with torch.no_grad():
        short = model(x[:, :6], t, cond, None)
        assert torch.allclose(model(filled, t, cond, mask)[:, :6], short, atol=1e-5)


def test_a_float_mask_weighs_padding_e_times_less():
    model, (x, t, cond, mask) = build("incontext", mask_frames=False, float_mask=True), inputs()
    exact = build("incontext")
    mask[:, 6:] = False
    with torch.no_grad():
        ours, hidden = model(x, t, cond, mask), exact(x, t, cond, mask)
        seen = exact(x, t, cond, None)
        assert not torch.allclose(ours, hidden, atol=1e-4) and not torch.allclose(ours, seen, atol=1e-4)
        whole = torch.ones_like(mask)
        assert torch.equal(model(x, t, cond, whole), exact(x, t, cond, whole))
        assert torch.allclose(model(x, t, cond, mask), ours)
    # with gradients attention is computed another way, and is the same
    assert torch.allclose(model(x, t, cond, mask), ours, atol=1e-5)


@pytest.mark.parametrize("block", VARIANTS)
def test_condition_and_level_are_heard_unless_hidden(block):
    model, (x, t, cond, mask) = build(block), inputs()
    other = Condition(pooled=cond.pooled + 1, tokens=cond.tokens + 1, token_mask=cond.token_mask)
    with torch.no_grad():
        said = model(x, t, cond, mask)
        assert not torch.allclose(said, model(x, t, other, mask), atol=1e-4)
        assert not torch.allclose(said, model(x, t // 2 + 1, cond, mask), atol=1e-4)
        hidden = model(x, t, cond.without(), mask)
        assert torch.equal(hidden, model(x, t, other.without(), mask))
        mixed = Condition(**{**vars(cond), "keep": torch.tensor([True, False, True])})
        both = model(x, t, mixed, mask)
    assert torch.allclose(both[1], hidden[1], atol=1e-5) and torch.allclose(both[0], said[0], atol=1e-5)


def test_masked_words_are_not_read_and_slots_are():
    x, t, cond, mask = inputs()
    changed = torch.where(cond.token_mask[..., None], cond.tokens, 9.0)
    other = Condition(tokens=changed, token_mask=cond.token_mask)
    free, slotted = build("crossattn"), build("crossattn", word_slots=6)
    longer = Condition(
        tokens=torch.cat([cond.tokens, torch.ones(3, 2, 5)], 1),
        token_mask=torch.cat([cond.token_mask, torch.zeros(3, 2, dtype=torch.bool)], 1),
    )
    with torch.no_grad():
        for model in (free, slotted):
            said = model(x, t, cond, mask)
            assert torch.allclose(said, model(x, t, other, mask), atol=1e-5)
            assert torch.allclose(said, model(x, t, longer, mask), atol=1e-5)
        # empty slots are attended to: fewer of them, another answer
        assert not torch.allclose(
            slotted(x, t, cond, mask), build("crossattn", word_slots=4)(x, t, cond, mask), atol=1e-4
        )
    with pytest.raises(ValueError, match="4 tokens: this model takes 3"):
        build("crossattn", word_slots=3)(x, t, cond, mask)


@pytest.mark.parametrize("block", VARIANTS)
def test_text_scale_is_a_factor_on_the_text(block):
    plain, scaled, (x, t, cond, mask) = build(block), build(block, text_scale=3.0), inputs()
    louder = Condition(pooled=cond.pooled * 3, tokens=cond.tokens * 3, token_mask=cond.token_mask)
    with torch.no_grad():
        assert torch.allclose(plain(x, t, louder, mask), scaled(x, t, cond, mask), atol=1e-5)


def test_adaln_begins_as_zero_and_its_layers_as_nothing():
    torch.manual_seed(0)
    model, (x, t, cond, mask) = DiT(DiTConfig(**SMALL, block="adaln")).eval(), inputs()
    frames = torch.randn(3, 9, 16)
    with torch.no_grad():
        assert torch.equal(model(x, t, cond, mask), torch.zeros_like(x))
        assert torch.equal(model.layers[0](frames, cond=torch.randn(3, 16)), frames)


@pytest.mark.parametrize("block", VARIANTS)
def test_a_batch_of_guided_samples_equals_single_ones(block):
    model, (x, _, cond, mask) = build(block), inputs()

    def run(rows):
        return ddim(guided(model, cond.rows(rows), mask[rows], 2.5), x[rows], cosine_schedule(1000), steps=8)

    with torch.no_grad():
        assert torch.allclose(run(slice(None))[1:2], run(slice(1, 2)), atol=1e-4)


@pytest.mark.parametrize("block", VARIANTS)
def test_every_weight_is_trained_by_a_masked_batch(block):
    model, (x, t, cond, mask) = build(block).train(), inputs()
    mask[1, 4:] = False
    with torch.autocast("cpu", torch.bfloat16):
        answer = model(x, t, cond, mask)
    answer.square().mean().backward()
    still = [n for n, p in model.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    assert still == [] and answer.dtype == torch.float32
    assert sum(float(p.grad.abs().sum()) == 0 for p in model.parameters()) == 0


@pytest.mark.parametrize("block", VARIANTS)
def test_training_without_drops_is_evaluation(block):
    still = build(block, dropout=0.0, stochastic_depth=0.0)
    x, t, cond, mask = inputs()
    assert torch.equal(still.train()(x, t, cond, mask), still.eval()(x, t, cond, mask))
    shaken = build(block, dropout=0.0, stochastic_depth=0.5).train()
    answers = torch.stack([shaken(x, t, cond, mask) for _ in range(6)])
    assert all(answers[:, k].std(0).sum() > 0 for k in range(3))


def test_stochastic_depth_leaves_whole_samples_out_and_keeps_the_mean():
    torch.manual_seed(0)
    layer = build("incontext", stochastic_depth=0.25).layers[0].train()
    x, branch = torch.zeros(4000, 2, 16), torch.ones(4000, 2, 16)
    added = layer._add(x, branch, None)
    assert sorted(added.unique().tolist()) == pytest.approx([0, 4 / 3])
    assert torch.equal(added, added[:, :1, :1].expand_as(added))
    assert float(added.mean()) == pytest.approx(1.0, abs=0.03)


def test_sizes_of_the_lab():
    sizes = {}
    for name, config in SIZES.items():
        with torch.device("meta"):
            sizes[name] = round(sum(p.numel() for p in DiT(config).parameters()) / 1e6, 1)
    assert sizes == {"lab-incontext": 26.0, "lab-adaln": 39.1, "lab-crossattn": 40.7}


def test_gamma_falls_from_nearly_one_to_its_floor():
    gamma = gamma_table(100, 1e-9)
    assert gamma[0] == pytest.approx(math.cos(math.pi / 200) ** 2) and gamma[49] == pytest.approx(0.5)
    assert gamma[99] == pytest.approx(1e-9) and bool((gamma.diff() < 0).all())
    assert gamma_table(100, 1e-5)[99] == pytest.approx(1e-5)


def test_noise_levels_are_standardised_waves():
    table = noise_level_table(torch.tensor([0.5, 1e-9, 0.25]), 8)
    angles = [500 * 10000 ** (-2 * k / 8) for k in range(4)]
    waves = torch.tensor([*map(math.cos, angles), *map(math.sin, angles)])
    assert torch.allclose(table[0], (waves - waves.mean()) / waves.std(), atol=1e-4)
    assert torch.allclose(table.mean(1), torch.zeros(3), atol=1e-6)
    assert torch.allclose(table.std(1), torch.ones(3), atol=1e-5)


def test_tables_are_no_weights():
    assert not {"positions", "noise_levels"} & set(build("adaln").state_dict())


def test_config_survives_json_and_names_what_it_does_not_know():
    config = DiTConfig(**SMALL, block="crossattn", word_slots=77)
    assert DiTConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    with pytest.raises(ValueError, match="unknown key 'depth'"):
        DiTConfig.from_json({"depth": 8})


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"block": "unet"}, "incontext, adaln, crossattn"),
        ({"layers": 0}, "layers is 0"),
        ({"levels": 0}, "levels is 0"),
        ({"width": 12}, "divide by 8"),
        ({"heads": 3}, "3 heads"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"stochastic_depth": -0.1}, "stochastic_depth is -0.1"),
        ({"text_scale": 0.0}, "text_scale"),
        ({"gamma_min": 0.0}, "gamma_min"),
        ({"block": "adaln", "mask_frames": False, "float_mask": True}, "incontext"),
        ({"block": "incontext", "float_mask": True}, "mask_frames = false"),
        ({"block": "adaln", "word_slots": 77}, "crossattn"),
    ],
)
def test_configs_that_cannot_be_are_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        DiTConfig(**{**SMALL, **bad})


def test_missing_conditions_and_too_many_frames_are_named():
    x, t, cond, mask = inputs()
    with pytest.raises(ValueError, match="`pooled`"):
        build("adaln")(x, t, Condition(tokens=cond.tokens), mask)
    with pytest.raises(ValueError, match="`tokens`"):
        build("crossattn")(x, t, Condition(pooled=cond.pooled), mask)
    short = build("incontext", max_frames=8)
    with pytest.raises(ValueError, match="9 frames are too many: this model takes 8"):
        short(x, t, cond, mask)
    assert bool(torch.isfinite(short(x[:, :8], t, cond, mask[:, :8])).all())


def test_an_answer_is_added_to_the_guess():
    x, t, cond, mask = inputs()
    features = x.shape[-1]
    model = build("adaln", known=features + 4, guess=True)
    known, told = torch.randn(3, 9, features + 4), torch.zeros(3, 9, features + 4, dtype=torch.bool)
    shown = dataclasses.replace(cond, known=known, known_mask=told)
    model.answer_nothing()
    torch.testing.assert_close(model(x, t, shown, mask), known[..., :features])
    torch.testing.assert_close(model(x, t, cond, mask), torch.zeros_like(x))
    with pytest.raises(ValueError, match="guess needs known columns"):
        DiTConfig(**SMALL, guess=True)


def test_the_floor_of_the_noisiest_level_can_be_set_and_set_back():
    model = build("adaln")
    before = model.noise_levels.clone()
    model.set_gamma_min(1e-6)
    changed = (model.noise_levels != before).any(1)
    assert changed[-1] and not changed[:-1].any()
    model.set_gamma_min(model.config.gamma_min)
    assert torch.equal(model.noise_levels, before)
