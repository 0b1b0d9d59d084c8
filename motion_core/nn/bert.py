"""BERT (Devlin et al. 2019) for reading alone: numbers of word pieces become states. Plain torch, from a local folder.

The folder is one that transformers writes: config.json and model.safetensors. That library is not imported: doing so
takes longer than everything else between a command and its first motion.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from motion_core.nn.transformer import Layer, attention_mask

EMBEDDINGS = {
    "words": "word_embeddings.weight",
    "types": "token_type_embeddings.weight",
    "positions": "position_embeddings.weight",
    "norm.weight": "LayerNorm.weight",
    "norm.bias": "LayerNorm.bias",
}
LAYER = {  # the parts of a layer but for its queries, keys and values: ours, and theirs in the file
    "attention.out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "feedforward.up": "intermediate.dense",
    "feedforward.down": "output.dense",
    "feedforward_norm": "output.LayerNorm",
}
QKV = ("query", "key", "value")  # rows of our one matrix, in this order
OLD_NAMES = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}


@dataclass(frozen=True)
class BertConfig:
    """What shapes the network, under the names and with the defaults of config.json."""

    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    position_embedding_type: str = "absolute"
    is_decoder: bool = False

    def __post_init__(self) -> None:
        if self.position_embedding_type != "absolute":
            raise ValueError(
                f"position_embedding_type is {self.position_embedding_type!r}: only 'absolute' is read"
            )
        if self.is_decoder:
            raise ValueError("is_decoder is true: only encoders are read")

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> BertConfig:
        """config.json says much more, which does not shape the states."""
        return cls(**{f.name: entry[f.name] for f in fields(cls) if f.name in entry})


class Bert(nn.Module):
    """Numbers of word pieces (B,L) -> states (B,L,D). Its tables are empty until weights are loaded."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config = c = config
        self.words = _table(c.vocab_size, c.hidden_size)
        self.types = _table(c.type_vocab_size, c.hidden_size)  # of two sentences, the first alone is used
        self.positions = _table(c.max_position_embeddings, c.hidden_size)
        self.norm = nn.LayerNorm(c.hidden_size, c.layer_norm_eps)
        self.layers = nn.ModuleList(_layer(c) for _ in range(c.num_hidden_layers))

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """ids (B,L), mask (B,L) true where one is real (None: all are) -> (B,L,D).

        Raises ValueError for more than `max_position_embeddings` of them.
        """
        length = ids.shape[1]
        if length > self.config.max_position_embeddings:
            raise ValueError(
                f"{length} word pieces are too many: the network reads {self.config.max_position_embeddings}"
            )
        x = self.words[ids] + self.types[0]  # (B,L,D)
        x = self.norm(x + self.positions[:length])
        valid = attention_mask(mask)
        for layer in self.layers:
            x = layer(x, valid)
        return x


def _table(rows: int, width: int) -> nn.Parameter:
    """(rows, width). nn.Embedding would draw its numbers, which on the meta device takes torch a second to prepare."""
    return nn.Parameter(torch.empty(rows, width))


def _layer(config: BertConfig) -> Layer:
    c = config
    layer = Layer(c.hidden_size, c.num_attention_heads, c.intermediate_size, c.hidden_act, dropout=0.0)
    layer.attention_norm.eps = layer.feedforward_norm.eps = c.layer_norm_eps
    return layer


def load_bert(folder: str | Path) -> Bert:
    """The network of that folder in float32, ready to read. Raises ValueError where the files do not fit together."""
    folder = Path(folder)
    try:
        config = BertConfig.from_json(json.loads((folder / "config.json").read_text(encoding="utf-8")))
        with torch.device("meta"):  # the weights come from the file: none are drawn
            network = Bert(config)
        weights = _ours(load_file(folder / "model.safetensors"), config.num_hidden_layers)
        network.load_state_dict(weights, assign=True)
    except KeyError as error:
        raise ValueError(f"{folder / 'model.safetensors'} has no weights {error}: it is no BERT") from None
    except (SafetensorError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{folder} holds no BERT that can be read ({error})") from error
    return network.eval().requires_grad_(False)


def _ours(stored: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """The file's weights under our names, in float32. What the states do not need (the pooler) is left."""
    theirs = {_plain(name): tensor for name, tensor in stored.items()}
    ours = {our: theirs[f"embeddings.{their}"] for our, their in EMBEDDINGS.items()}
    for number in range(layers):
        to, source = f"layers.{number}", f"encoder.layer.{number}"
        for kind in ("weight", "bias"):
            parts = [theirs[f"{source}.attention.self.{part}.{kind}"] for part in QKV]  # 3 x (D,D) or (D,)
            ours[f"{to}.attention.qkv.{kind}"] = torch.cat(parts)
            for our, their in LAYER.items():
                ours[f"{to}.{our}.{kind}"] = theirs[f"{source}.{their}.{kind}"]
    return {name: tensor.float() for name, tensor in ours.items()}


def _plain(name: str) -> str:
    """A weight's name without the model around it ("bert.") and as it is called today."""
    name = name.removeprefix("bert.")
    for old, new in OLD_NAMES.items():
        name = name.replace(old, new)
    return name
