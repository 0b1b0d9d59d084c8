"""The state of an unfinished run in one safetensors file: weights, their average, the optimisers, the step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write

KEY = "laban-training"
MODEL, EMA, OPTIMIZER, OTHER = "model/", "ema/", "optimizer/", "optimizer:{}/"  # prefixes of tensor names
Optimizers = Mapping[str, torch.optim.Optimizer]  # by the name of their phase


def save_state(
    path: Path, model: nn.Module, ema: nn.Module, optimizers: Optimizers, about: dict[str, Any]
) -> None:
    """Write everything a resumed run needs; `about` is JSON-able."""
    tensors = {MODEL + name: tensor for name, tensor in model.state_dict().items()}
    tensors |= {EMA + name: tensor for name, tensor in ema.state_dict().items()}
    for prefix, optimizer in _prefixed(optimizers):
        for index, slots in optimizer.state_dict()["state"].items():
            tensors |= {f"{prefix}{index}/{slot}": torch.as_tensor(value) for slot, value in slots.items()}
    # copies: safetensors refuses tensors that share memory (tied weights)
    plain = {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}
    with atomic_write(path) as file:
        file.write(save(plain, metadata={KEY: json.dumps(about)}))


def read_about(path: Path) -> dict[str, Any]:
    """The `about` of a saved state. Raises FormatError."""
    try:
        with safe_open(str(path), framework="pt") as file:
            return json.loads((file.metadata() or {})[KEY])
    except (SafetensorError, KeyError, ValueError) as error:
        raise FormatError(f"{path} is no complete training state ({error}): start a new run") from error


def load_state(path: Path, model: nn.Module, ema: nn.Module, optimizers: Optimizers) -> None:
    """Put a saved state into objects of the same shape. Raises FormatError."""
    with safe_open(str(path), framework="pt") as file:
        names = file.keys()
        tensors = {name: file.get_tensor(name) for name in names}
    try:
        model.load_state_dict(_under(MODEL, tensors))
        ema.load_state_dict(_under(EMA, tensors))
    except RuntimeError as error:
        raise FormatError(f"{path} belongs to another model: {error}") from error
    for prefix, optimizer in _prefixed(optimizers):
        slots: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in _under(prefix, tensors).items():
            index, slot = name.split("/")
            slots.setdefault(int(index), {})[slot] = tensor
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": slots, "param_groups": groups})


def _prefixed(optimizers: Optimizers) -> Iterator[tuple[str, torch.optim.Optimizer]]:
    """Each optimiser with the prefix of its tensors. The first has none of its own, as when there was but one."""
    for number, (name, optimizer) in enumerate(optimizers.items()):
        yield (OTHER.format(name) if number else OPTIMIZER), optimizer


def _under(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name[len(prefix) :]: t for name, t in tensors.items() if name.startswith(prefix)}
