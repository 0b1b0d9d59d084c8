"""Renaming the tensors of another code base, and checking that they fill our model exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from motion_core.formats import FormatError

Config = TypeVar("Config")

# nn.TransformerEncoderLayer and nn.TransformerDecoderLayer -> `nn.transformer.Layer`, the parts both have alike
ATTENTION_KEYS = {
    ".self_attn.in_proj_": ".attention.qkv.",
    ".self_attn.out_proj.": ".attention.out.",
    ".multihead_attn.in_proj_": ".cross.qkv.",
    ".multihead_attn.out_proj.": ".cross.out.",
    ".linear1.": ".feedforward.up.",
    ".linear2.": ".feedforward.down.",
    ".norm1.": ".attention_norm.",
}


def inside(tensors: Mapping[str, Tensor], place: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `place`, without it."""
    return {name[len(place) :]: t for name, t in tensors.items() if name.startswith(place)}


def weights_of(tensors: Mapping[str, Tensor], ignored: tuple[str, ...]) -> dict[str, Tensor]:
    """The state dict inside a checkpoint: the averaged model's, the model's, or the file itself; without `ignored`."""
    for prefix in ("model_avg/", "model/", ""):
        if found := inside(tensors, prefix):
            return {name: t for name, t in found.items() if not name.startswith(ignored)}
    return {}


def matrix(path: Path, official: Mapping[str, Tensor], name: str) -> tuple[int, int]:
    """(rows, columns) of an official matrix. Raises FormatError where it is missing or no matrix."""
    if name not in official:
        raise FormatError(f"{path} lacks {name!r}: it is incomplete, download it again")
    shape = tuple(official[name].shape)
    if len(shape) != 2 or 0 in shape:
        raise FormatError(f"{path}: {name!r} has the shape {shape}, not that of a matrix")
    return shape[0], shape[1]


def layer_count(official: Mapping[str, Tensor], start: str) -> int:
    """How many layers there are of names `start`N.…"""
    return len({name[len(start) :].split(".")[0] for name in official if name.startswith(start)})


def rename(
    path: Path, official: Mapping[str, Tensor], keys: Mapping[str, str], layer_keys: Mapping[str, str]
) -> dict[str, Tensor]:
    """Ours for theirs: `keys` by how a name starts, `layer_keys` inside a layer's. Raises FormatError for a stray."""
    ours = {}
    for name, tensor in official.items():
        start = next((start for start in keys if name.startswith(start)), None)
        if start is None:
            raise FormatError(f"{path} has a tensor {name!r} that this model does not have")
        new = keys[start] + name[len(start) :]
        if new.startswith(("layers.", "memory_layers.")):
            part = next((part for part in layer_keys if part in new), None)
            if part is None:
                raise FormatError(f"{path} has a tensor {name!r} that a layer of this model does not have")
            new = new.replace(part, layer_keys[part])
        ours[new] = tensor
    return ours


def fit_model(
    path: Path, build: Callable[[Config], nn.Module], config: Config, tensors: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The tensors, checked: every one that build(config) has, in its shape, and no other."""
    with torch.device("meta"):
        expected = {name: tuple(t.shape) for name, t in build(config).state_dict().items()}
    if missing := sorted(set(expected) - set(tensors)):
        raise FormatError(f"{path} lacks {missing[0]!r} and {len(missing) - 1} more tensors of such a model")
    if stray := sorted(set(tensors) - set(expected)):
        raise FormatError(
            f"{path} has {stray[0]!r} and {len(stray) - 1} more tensors that such a model has not"
        )
    for name, shape in expected.items():
        if tuple(tensors[name].shape) != shape:
            raise FormatError(f"{path}: {name!r} is {tuple(tensors[name].shape)}, the model needs {shape}")
        if not tensors[name].is_floating_point() or not _finite(tensors[name]):
            raise FormatError(f"{path}: {name!r} has values that are no finite numbers: download it again")
    return tensors


def _finite(tensor: Tensor) -> bool:
    return tensor.is_meta or bool(torch.isfinite(tensor).all())
