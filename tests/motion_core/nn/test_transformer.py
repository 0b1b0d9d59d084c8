"""Our layers against torch's own, and what training on a CPU changes about them."""

import pytest
import torch
from torch import nn

from motion_core.nn.transformer import ChannelDropout, Layer, attend, attention_mask, sinusoidal_table


def test_table_holds_sines_and_cosines_of_falling_frequency():
    table = sinusoidal_table(7, 6)
    assert table[0].tolist() == [0, 1, 0, 1, 0, 1]
    assert table[3, 2].item() == pytest.approx(
        torch.sin(torch.tensor(3 * 10000 ** (-2 / 6))).item(), abs=1e-6
    )
    assert table[5, 5].item() == pytest.approx(
        torch.cos(torch.tensor(5 * 10000 ** (-4 / 6))).item(), abs=1e-6
    )


def copy_to_torch(layer: Layer, theirs: nn.Module) -> None:
    """Our weights into nn.TransformerEncoderLayer or nn.TransformerDecoderLayer."""
    pairs = [(layer.attention, theirs.self_attn), (layer.cross, getattr(theirs, "multihead_attn", None))]
    for ours, other in pairs:
        if ours is not None:
            other.in_proj_weight.data, other.in_proj_bias.data = ours.qkv.weight.data, ours.qkv.bias.data
            other.out_proj.load_state_dict(ours.out.state_dict())
    theirs.linear1.load_state_dict(layer.feedforward.up.state_dict())
    theirs.linear2.load_state_dict(layer.feedforward.down.state_dict())
    norms = [layer.attention_norm, *([layer.cross_norm] if layer.cross_norm else []), layer.feedforward_norm]
    for k, norm in enumerate(norms, start=1):
        getattr(theirs, f"norm{k}").load_state_dict(norm.state_dict())


@pytest.mark.parametrize("grad", [False, True], ids=["fused", "plain"])
@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_encoder_layer_equals_torch(activation, grad):
    torch.manual_seed(0)
    ours = Layer(16, 4, 24, activation, 0.1).eval()
    nn.init.normal_(ours.attention.qkv.bias)
    theirs = nn.TransformerEncoderLayer(16, 4, 24, 0.1, activation, batch_first=True).eval()
    copy_to_torch(ours, theirs)
    x, valid = torch.randn(3, 7, 16), torch.arange(7)[None] < torch.tensor([[7], [4], [1]])
    with torch.set_grad_enabled(grad):
        got = ours(x, attention_mask(valid))
        want = theirs(x, src_key_padding_mask=~valid)
    assert torch.allclose(got[valid], want[valid], atol=1e-5)


def test_decoder_layer_equals_torch():
    torch.manual_seed(1)
    ours = Layer(16, 2, 24, "gelu", 0.0, cross=True).eval()
    theirs = nn.TransformerDecoderLayer(16, 2, 24, 0.0, "gelu", batch_first=True).eval()
    copy_to_torch(ours, theirs)
    x, memory = torch.randn(2, 5, 16), torch.randn(2, 3, 16)
    known = torch.tensor([[True, True, False], [True, True, True]])
    with torch.no_grad():
        got = ours(x, None, memory, attention_mask(known))
        want = theirs(x, memory, memory_key_padding_mask=~known)
    assert torch.allclose(got, want, atol=1e-5)


def test_both_attention_paths_agree_and_have_the_same_gradient():
    torch.manual_seed(2)
    q, k, v = (torch.randn(2, 3, 6, 4) for _ in range(3))
    mask = torch.ones(2, 1, 1, 6, dtype=torch.bool)
    mask[1, ..., 4:] = False
    tracked = [part.clone().requires_grad_() for part in (q, k, v)]
    plain = attend(*tracked, mask)
    assert torch.allclose(plain, attend(q, k, v, mask), atol=1e-6)
    reference = [part.clone().requires_grad_() for part in (q, k, v)]
    nn.functional.scaled_dot_product_attention(*reference, attn_mask=mask).square().sum().backward()
    plain.square().sum().backward()
    for ours, theirs in zip(tracked, reference):
        assert torch.allclose(ours.grad, theirs.grad, atol=1e-5)


def test_mask_of_nothing_hidden_is_none():
    assert attention_mask(torch.ones(2, 3, dtype=torch.bool)) is None
    assert attention_mask(None) is None
    assert attention_mask(torch.tensor([[True, False]])).shape == (1, 1, 1, 2)


def test_dropout_zeroes_whole_channels_and_keeps_the_mean():
    torch.manual_seed(3)
    drop = ChannelDropout(0.25)
    out = drop(torch.ones(64, 5, 200))
    assert torch.equal(out, out[:, :1].expand_as(out)), "a channel is dropped in all frames or in none"
    assert out.unique().tolist() == pytest.approx([0, 1 / 0.75])
    assert out.mean().item() == pytest.approx(1.0, abs=0.02)
    assert torch.equal(drop.eval()(torch.ones(1, 2, 3)), torch.ones(1, 2, 3))


def test_impossible_settings_are_refused():
    with pytest.raises(ValueError, match="heads"):
        Layer(10, 3, 8, "gelu", 0.0)
    with pytest.raises(ValueError, match="gelu, relu"):
        Layer(8, 2, 8, "tanh", 0.0)
    with pytest.raises(ValueError, match=r"dropout is 1\.0"):
        ChannelDropout(1.0)
