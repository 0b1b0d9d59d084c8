"""TMR: what each part of the input may and may not change, and configs that cannot be."""

import json

import pytest
import torch

from motion_core.models.tmr import TMR, TMRConfig, draw_point

SMALL = {"features": 7, "text_width": 5, "width": 16, "layers": 2, "text_layers": 1, "decoder_layers": 1}
SMALL |= {"heads": 2, "feedforward": 24, "max_frames": 40, "trained_frames": 40}


def build(**settings):
    torch.manual_seed(0)
    return TMR(TMRConfig(**(SMALL | settings))).eval()


def clips(*lengths):
    """Features (B,T,7) with noise also where they are not valid, and the mask."""
    generator = torch.Generator().manual_seed(1)
    frames = max(lengths)
    mask = torch.arange(frames) < torch.tensor(lengths)[:, None]
    return torch.randn(len(lengths), frames, 7, generator=generator), mask


@pytest.mark.parametrize("stack", [1, 3, 4])
@torch.no_grad()
def test_a_clip_does_not_depend_on_its_batch_nor_on_its_padding(stack):
    model, (x0, mask) = build(stack=stack), clips(11, 1, 6)
    together = torch.stack(model.encode_motion(x0, mask))
    for row, length in enumerate((11, 1, 6)):
        alone = torch.stack(model.encode_motion(x0[row : row + 1, :length]))
        assert torch.allclose(alone[:, 0], together[:, row], atol=1e-5)
    assert together.shape == (2, 3, 16)


@pytest.mark.parametrize("stack", [1, 4])
@torch.no_grad()
def test_every_valid_frame_and_its_place_count(stack):
    model, (x0, mask) = build(stack=stack), clips(9)
    mu = model.encode_motion(x0, mask)[0]
    for frame in range(9):
        changed = x0.clone()
        changed[:, frame] += 1
        assert (model.encode_motion(changed, mask)[0] - mu).abs().max() > 1e-4
    assert (model.encode_motion(x0.flip(1), mask)[0] - mu).abs().max() > 1e-3


@torch.no_grad()
def test_tokens_behind_the_mask_say_nothing():
    model, generator = build(), torch.Generator().manual_seed(2)
    tokens, mask = (
        torch.randn(2, 6, 5, generator=generator),
        torch.tensor([[1] * 6, [1] * 3 + [0] * 3]).bool(),
    )
    mu = model.encode_text(tokens, mask)[0]
    noisy = tokens.where(mask[..., None], torch.tensor(1e3))
    assert torch.allclose(model.encode_text(noisy, mask)[0], mu, atol=1e-5)
    assert torch.allclose(model.encode_text(tokens[1:, :3])[0], mu[1:], atol=1e-5)
    assert (model.encode_text(2 * tokens, mask)[0] - mu).abs().max() > 1e-3


def test_text_scale_is_a_factor_on_the_states():
    plain, scaled = build(), build(text_scale=2.5)
    tokens = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(3))
    assert torch.allclose(scaled.encode_text(tokens)[0], plain.encode_text(2.5 * tokens)[0], atol=1e-5)


@pytest.mark.parametrize("stack", [1, 4])
@torch.no_grad()
def test_decoding_fills_the_frames_asked_for(stack):
    model = build(stack=stack)
    z, mask = torch.randn(2, 16, generator=torch.Generator().manual_seed(4)), clips(9, 4)[1]
    x0 = model.decode(z, mask)
    assert x0.shape == (2, 9, 7) and bool((x0[1, 4:] == 0).all()) and bool((x0[mask] != 0).any(-1).all())
    assert torch.allclose(model.decode(z[1:], mask[1:, :4])[0], x0[1, :4], atol=1e-5)
    assert (x0[0] - model.decode(z + 1, mask)[0]).abs().max() > 1e-3


def test_the_training_pass_decodes_motion_and_text_in_turns():
    model, (x0, mask) = build(), clips(8, 8, 5, 8)
    tokens, noise = torch.randn(4, 3, 5), torch.zeros(4, 2, 16)
    noise[0, 0], noise[1, 1] = 9.0, 9.0  # of the points that are not decoded in these samples
    found = model(x0, mask, tokens, torch.ones(4, 3, dtype=torch.bool), noise)
    quiet = model(x0, mask, tokens, torch.ones(4, 3, dtype=torch.bool), torch.zeros_like(noise))
    assert torch.allclose(found.decoded, quiet.decoded, atol=1e-6)
    assert not torch.allclose(found.z_text[0], quiet.z_text[0])
    assert torch.allclose(quiet.decoded[0], model.decode(quiet.motion[0][:1], mask[:1])[0], atol=1e-5)
    assert torch.allclose(quiet.decoded[1], model.decode(quiet.text[0][1:2], mask[1:2])[0], atol=1e-5)


def test_a_point_is_drawn_from_its_gaussian():
    mu, logvar = torch.full((1, 2), 3.0), torch.log(torch.full((1, 2), 4.0))
    assert torch.allclose(draw_point((mu, logvar), torch.tensor([[0.0, 1.5]])), torch.tensor([[3.0, 6.0]]))


def test_limits_are_named():
    model = build()
    with pytest.raises(ValueError, match="sequence of 41"):
        model.encode_motion(torch.zeros(1, 41, 7))
    with pytest.raises(ValueError, match="sequence of 41"):
        model.decode(torch.zeros(1, 16), torch.ones(1, 41, dtype=torch.bool))
    with pytest.raises(ValueError, match="no decoder"):
        build(decoder_layers=0).decode(torch.zeros(1, 16), torch.ones(1, 4, dtype=torch.bool))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("width", 15), ("heads", 3), ("layers", 0), ("decoder_layers", -1), ("stack", 0), ("dropout", 1.0),
        ("text_scale", 0.0), ("text_scale", float("inf")), ("activation", "tanh"), ("max_frames", 39),
    ],
)  # fmt: skip
def test_an_impossible_config_names_the_setting(setting, value):
    with pytest.raises(ValueError, match=str(setting if setting != "heads" else "width")):
        TMRConfig(**(SMALL | {setting: value}))


def test_a_config_survives_json_and_refuses_strangers():
    config = TMRConfig(**SMALL)
    assert TMRConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    with pytest.raises(ValueError, match="depth"):
        TMRConfig.from_json({"depth": 3})
