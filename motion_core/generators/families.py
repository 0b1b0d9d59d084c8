"""The families of models: one row each, from a checkpoint's word to the classes that bring it to life."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.features import FEATURES
from motion_core.formats import FormatError
from motion_core.nn.learnt_sentences import LearntSentences

DENOISING = "motion_core.generators.makers.denoising:Denoising"


@dataclass(frozen=True)
class Family:
    """Classes by name: they are imported when a model of the family is opened."""

    # Where the model and its configuration are.
    module: str
    # The network: called with its configuration.
    model: str
    # A frozen dataclass with `from_json`.
    config: str
    # What answers plans with it, as "module:class" (`makers.maker.ClipMaker`).
    maker: str


FAMILIES: dict[str, Family] = {
    "mdm": Family("motion_core.models.mdm", "MDM", "MDMConfig", DENOISING),
    "dit": Family("motion_core.models.dit", "DiT", "DiTConfig", DENOISING),
}


def denoising_families() -> tuple[str, ...]:
    """The families whose models denoise: one recipe trains them all (`train/diffusion.py`)."""
    return tuple(name for name, family in FAMILIES.items() if family.maker == DENOISING)


def check_family(info: CheckpointInfo) -> Family:
    """The family of a checkpoint. Raises FormatError where this Laban has none of that name, or not its features."""
    for name, value, known in (("family", info.family, FAMILIES), ("features", info.features, FEATURES)):
        if value not in known:
            raise FormatError(f"the checkpoint's {name} is {value!r}; known are {', '.join(known)}")
    return FAMILIES[info.family]


def family_classes(family: str) -> tuple[Any, Any]:
    """(model class, config class) of a family."""
    row = FAMILIES[family]
    found = import_module(row.module)
    return getattr(found, row.model), getattr(found, row.config)


def maker_class(family: Family) -> Any:
    """The class of the family's maker."""
    module, _, name = family.maker.partition(":")
    return getattr(import_module(module), name)


def build_model(info: CheckpointInfo, tensors: dict[str, Tensor]) -> torch.nn.Module:
    """The network of a checkpoint, ready to answer, with the sentences it has learnt as `learnt`, if any are kept.

    Raises FormatError where weights and configuration disagree.
    """
    model_class, config_class = family_classes(info.family)
    try:
        learnt = LearntSentences.taken_from(tensors)
        model = model_class(config_class.from_json(info.config))
        model.load_state_dict(tensors)
    except (TypeError, RuntimeError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise FormatError(f"the checkpoint does not fit its own configuration ({first})") from error
    if learnt is not None:
        model.learnt = learnt
    return model.eval().requires_grad_(False)
