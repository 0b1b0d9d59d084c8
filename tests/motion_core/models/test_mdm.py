"""The MDM network: what each part of the input may and may not change, and configs that cannot be."""

import json
import math

import pytest
import torch

from motion_core.diffusion.guidance import guided
from motion_core.diffusion.samplers import dpm_solver_pp_2m
from motion_core.diffusion.schedule import cosine_schedule
from motion_core.models.mdm import MDM, MDMConfig
from motion_core.nn.condition import Condition

SMALL = {"features": 7, "width": 16, "layers": 2, "heads": 2, "feedforward": 24, "text_width": 5}
VARIANTS = {
    "encoder": {},
    "encoder-action": {"condition": "action", "actions": 4},
    "encoder-none": {"condition": None},
    "decoder": {"arch": "trans_dec"},
    "decoder-tokens": {"arch": "trans_dec", "text_tokens": True, "class_token": True},
    "decoder-action": {"arch": "trans_dec", "condition": "action", "actions": 4},
    "gru": {"arch": "gru"},
    "gru-action": {"arch": "gru", "condition": "action", "actions": 4},
}


def build(name):
    torch.manual_seed(0)
    return MDM(MDMConfig(**{**SMALL, **VARIANTS[name]})).eval()


def inputs(batch=3, frames=9):
    generator = torch.Generator().manual_seed(1)
    cond = Condition(
        pooled=torch.randn(batch, 5, generator=generator),
        tokens=torch.randn(batch, 4, 5, generator=generator),
        token_mask=torch.arange(4)[None] < torch.tensor([[4], [2], [1]] * batch)[:batch],
        action=torch.arange(batch) % 4,
    )
    x = torch.randn(batch, frames, 7, generator=generator)
    return x, torch.tensor([0, 500, 999] * batch)[:batch], cond, torch.ones(batch, frames, dtype=torch.bool)


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_sample_does_not_depend_on_its_batch(name):
    model, (x, t, cond, mask) = build(name), inputs()
    with torch.no_grad():
        together = model(x, t, cond, mask)
        for k in range(len(x)):
            one = slice(k, k + 1)
            assert torch.allclose(model(x[one], t[one], cond.rows(one), mask[one]), together[one], atol=1e-5)
    assert together.shape == x.shape and together.dtype == x.dtype


@pytest.mark.parametrize("name", sorted(set(VARIANTS) - {"gru", "gru-action"}))
def test_padding_changes_nothing(name):
    model, (x, t, cond, mask) = build(name), inputs()
    mask[:, 6:] = False
    filled = torch.where(mask[..., None], x, 1e3)
    with torch.no_grad():
        short = model(x[:, :6], t, cond, mask[:, :6])
        assert torch.allclose(model(filled, t, cond, mask)[:, :6], short, atol=1e-5)


def test_without_frame_masking_padding_is_seen():
    torch.manual_seed(0)
    model, (x, t, cond, mask) = MDM(MDMConfig(**SMALL, mask_frames=False)).eval(), inputs()
    mask[:, 6:] = False
    with torch.no_grad():
        assert torch.equal(model(x, t, cond, mask), model(x, t, cond, torch.ones_like(mask)))
        assert not torch.allclose(model(x, t, cond, mask)[:, :6], model(x[:, :6], t, cond, mask[:, :6]))


def test_a_gru_looks_back_only():
    model, (x, t, cond, mask) = build("gru"), inputs()
    later = x.clone()
    later[:, 5:] += 1
    with torch.no_grad():
        a, b = model(x, t, cond, mask), model(later, t, cond, mask)
    assert torch.equal(a[:, :5], b[:, :5]) and not torch.allclose(a[:, 5:], b[:, 5:])


@pytest.mark.parametrize("name", sorted(set(VARIANTS) - {"encoder-none"}))
def test_condition_and_level_are_heard_unless_hidden(name):
    model, (x, t, cond, mask) = build(name), inputs()
    other = Condition(
        pooled=cond.pooled + 1,
        tokens=cond.tokens + 1,
        token_mask=cond.token_mask,
        action=(cond.action + 1) % 4,
    )
    with torch.no_grad():
        said = model(x, t, cond, mask)
        assert not torch.allclose(said, model(x, t, other, mask), atol=1e-4)
        assert not torch.allclose(said, model(x, t // 2 + 1, cond, mask), atol=1e-4)
        hidden = model(x, t, cond.without(), mask)
        assert torch.equal(hidden, model(x, t, other.without(), mask))
        mixed = Condition(**{**vars(cond), "keep": torch.tensor([True, False, True])})
        both = model(x, t, mixed, mask)
    assert torch.allclose(both[1], hidden[1], atol=1e-5) and torch.allclose(both[0], said[0], atol=1e-5)


def test_masked_words_are_not_read():
    model, (x, t, cond, mask) = build("decoder-tokens"), inputs()
    changed = torch.where(cond.token_mask[..., None], cond.tokens, 9.0)
    other = Condition(tokens=changed, token_mask=cond.token_mask)
    with torch.no_grad():
        assert torch.allclose(model(x, t, cond, mask), model(x, t, other, mask), atol=1e-5)


def test_a_batch_of_guided_samples_equals_single_ones():
    model, (x, _, cond, mask) = build("encoder"), inputs()

    def run(rows):
        denoise = guided(model, cond.rows(rows), mask[rows], 2.5)
        return dpm_solver_pp_2m(denoise, x[rows], cosine_schedule(1000), steps=15)

    with torch.no_grad():
        together = run(slice(None))
        assert torch.allclose(together[1:2], run(slice(1, 2)), atol=1e-5)


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_every_weight_is_trained_by_a_masked_batch(name):
    model, (x, t, cond, mask) = build(name).train(), inputs()
    mask[1, 4:] = False
    model(x, t, cond, mask).square().mean().backward()
    idle = [n for n, p in model.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    assert idle == []


@pytest.mark.parametrize("name", ["encoder", "decoder-tokens"])
def test_autocast_trains_and_answers_in_the_dtype_of_x(name):
    model, (x, t, cond, mask) = build(name), inputs()
    exact = model(x, t, cond, mask)
    with torch.autocast("cpu", torch.bfloat16):
        rough = model(x, t, cond, mask)
    assert rough.dtype == torch.float32
    assert torch.allclose(exact, rough, atol=0.1) and not torch.equal(exact, rough)


def test_default_size_is_the_published_one():
    model = MDM(MDMConfig(features=263, text_width=512))
    assert round(sum(p.numel() for p in model.parameters()) / 1e6, 1) == 17.9
    assert "table" not in model.state_dict()


def test_config_survives_json_and_names_what_it_does_not_know():
    config = MDMConfig(**SMALL, arch="trans_dec", text_tokens=True)
    assert MDMConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    with pytest.raises(ValueError, match="unknown key 'depth'"):
        MDMConfig.from_json({"depth": 8})


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"arch": "unet"}, "trans_enc, trans_dec, gru"),
        ({"condition": "music"}, "text, action, None"),
        ({"activation": "tanh"}, "gelu, relu"),
        ({"condition": "action"}, "`actions`"),
        ({"text_tokens": True}, "trans_dec"),
        ({"class_token": True}, "trans_dec"),
        ({"width": 0}, "width is 0"),
        ({"layers": -1}, "layers is -1"),
        ({"dropout": 1.0}, "dropout"),
        ({"width": 15}, "even"),
        ({"heads": 3}, "heads"),
    ],
)
def test_configs_that_cannot_be_are_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        MDMConfig(**{**SMALL, **bad})


def test_missing_conditions_and_too_many_frames_are_named():
    x, t, cond, mask = inputs()
    with pytest.raises(ValueError, match="`pooled`"):
        build("encoder")(x, t, Condition(action=cond.action), mask)
    with pytest.raises(ValueError, match="`tokens`"):
        build("decoder-tokens")(x, t, Condition(pooled=cond.pooled), mask)
    with pytest.raises(ValueError, match="`action`"):
        build("encoder-action")(x, t, Condition(pooled=cond.pooled), mask)
    short = MDM(MDMConfig(**SMALL, max_frames=9)).eval()
    with pytest.raises(ValueError, match="9 frames are too many: this model takes 8"):
        short(x, t, cond, mask)
    assert math.isfinite(float(short(x[:, :8], t, cond, mask[:, :8]).sum().detach()))


def test_a_model_with_a_context_goes_on_from_it_and_answers_for_the_rest():
    torch.manual_seed(0)
    model = MDM(MDMConfig(7, 32, 2, 2, 48, condition=None, context=3, predicted=5)).eval()
    x, t, before = torch.randn(2, 5, 7), torch.tensor([3, 9]), torch.randn(2, 3, 7)
    told = {"known_mask": torch.ones(2, 3, 7, dtype=torch.bool), "keep": torch.ones(2, dtype=torch.bool)}
    mask = torch.tensor([[True] * 5, [True] * 2 + [False] * 3])
    answer = model(x, t, Condition(known=before, **told), mask)
    assert answer.shape == (2, 5, 7)
    assert not torch.allclose(answer, model(x, t, Condition(known=before + 1, **told), mask), atol=1e-3)
    padded = x.clone()
    padded[1, 2:] += 9  # is not seen
    again = model(padded, t, Condition(known=before, **told), mask)
    assert torch.allclose(again[mask], answer[mask], atol=1e-5)
    for known in (None, torch.randn(2, 4, 7)):
        cond = Condition(known=known, known_mask=None if known is None else known > 0, keep=told["keep"])
        with pytest.raises(ValueError, match="goes on from 3 frames"):
            model(x, t, cond, mask)
    with pytest.raises(ValueError, match="both are above 0, or none"):
        MDMConfig(context=3)
