"""Our BERT beside transformers' own, on small random networks; what it refuses. The real one: `test_text.py`."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from motion_core.nn.bert import Bert, BertConfig, load_bert

SIZES = {
    "vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 40,
    "max_position_embeddings": 16,
}  # fmt: skip


@pytest.fixture
def oracle():
    """The function that saves transformers' BERT of those settings in a folder and returns it."""
    from transformers import BertConfig as TheirConfig
    from transformers import BertModel

    def make(folder, **settings):
        torch.manual_seed(3)
        network = BertModel(TheirConfig(**SIZES, **settings), add_pooling_layer=False).eval()
        for parameter in network.parameters():  # the first weights are small, biases zero and norms one
            torch.nn.init.normal_(parameter, std=0.5)
        network.save_pretrained(folder)
        return network

    return make


def states_of(network, ids, mask=None):
    """(B,L,D) of transformers' network."""
    mask = torch.ones_like(ids) if mask is None else mask.long()
    with torch.no_grad():
        return network(input_ids=ids, attention_mask=mask).last_hidden_state


def edit_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    "settings", [{}, {"hidden_act": "relu", "layer_norm_eps": 1e-3}], ids=["gelu", "relu"]
)
@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (2, 16)])
def test_states_are_those_of_transformers(oracle, tmp_path, settings, shape):
    theirs, ours = oracle(tmp_path, **settings), load_bert(tmp_path)
    ids = torch.randint(0, SIZES["vocab_size"], shape, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        found = ours(ids)
    assert found.dtype == torch.float32 and found.shape == (*shape, SIZES["hidden_size"])
    torch.testing.assert_close(found, states_of(theirs, ids), atol=1e-5, rtol=0)


def test_padding_changes_nothing(oracle, tmp_path):
    theirs, ours = oracle(tmp_path), load_bert(tmp_path)
    ids = torch.randint(0, SIZES["vocab_size"], (2, 9), generator=torch.Generator().manual_seed(2))
    mask = torch.arange(9)[None] < torch.tensor([[9], [4]])
    padded = ours(ids, mask)
    torch.testing.assert_close(padded[1:, :4], ours(ids[1:, :4]), atol=1e-5, rtol=0)
    torch.testing.assert_close(padded[mask], states_of(theirs, ids, mask)[mask], atol=1e-5, rtol=0)
    assert not torch.allclose(
        ours(ids)[1, :4], padded[1, :4], atol=1e-2
    )  # without a mask the rest is read, too


def test_weights_of_a_bert_inside_another_model(oracle, tmp_path):
    """As BertForMaskedLM writes them, under the names that the first BERT had, in float16."""
    theirs = oracle(tmp_path)
    stored = {
        "bert."
        + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): x
        for name, x in load_file(tmp_path / "model.safetensors").items()
    }
    save_file({name: x.half() for name, x in stored.items()}, tmp_path / "model.safetensors")
    ids = torch.arange(5)[None]
    found = load_bert(tmp_path)(ids)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, states_of(theirs.half().float(), ids), atol=1e-5, rtol=0)


def test_it_is_frozen_and_draws_no_random_numbers(oracle, tmp_path):
    oracle(tmp_path)
    before = torch.get_rng_state()
    network = load_bert(tmp_path)
    assert torch.equal(before, torch.get_rng_state())
    assert not network.training and not any(parameter.requires_grad for parameter in network.parameters())


def test_more_than_it_has_places_for_is_refused(oracle, tmp_path):
    oracle(tmp_path)
    with pytest.raises(ValueError, match="17 word pieces are too many: the network reads 16"):
        load_bert(tmp_path)(torch.zeros(1, 17, dtype=torch.long))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"position_embedding_type": "relative_key"}, "'relative_key'"),
        ({"is_decoder": True}, "is_decoder"),
        ({"hidden_act": "silu"}, "unknown activation 'silu'"),
        ({"num_attention_heads": 5}, "width 24 does not divide into 5 heads"),
        ({"hidden_size": "24"}, "BERT that can be read"),
        ({"intermediate_size": 41}, "size mismatch"),
        ({"num_hidden_layers": 3}, "no weights .*encoder.layer.2"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_folder(oracle, tmp_path, changes, said):
    oracle(tmp_path)
    edit_config(tmp_path, **changes)
    with pytest.raises(ValueError, match=f"(?s){tmp_path}.*{said}"):
        load_bert(tmp_path)


def test_a_damaged_file_is_refused(oracle, tmp_path):
    oracle(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ValueError, match="holds no BERT"):
        load_bert(tmp_path)


def test_defaults_are_those_of_transformers():
    from transformers import BertConfig as TheirConfig

    theirs = TheirConfig().to_dict()
    assert BertConfig.from_json({}) == BertConfig.from_json(theirs) == BertConfig()
    assert Bert(BertConfig(**SIZES)).config.hidden_size == 24
