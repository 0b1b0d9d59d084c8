"""The denoising families and the features they speak: from a checkpoint's words to classes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.diffusion.schedule import MAX_SPACING, SCHEDULES
from motion_core.features import FEATURES
from motion_core.formats import FormatError

# family: module, model, its config
FAMILIES = {
    "mdm": ("motion_core.models.mdm", "MDM", "MDMConfig"),
    "dit": ("motion_core.models.dit", "DiT", "DiTConfig"),
}
PREDICTIONS = ("x0", "eps", "v")
DEFAULT_SAMPLER = "dpm_solver_pp_2m"


def check_info(info: CheckpointInfo) -> None:
    """Raises FormatError where a checkpoint asks for what this Laban does not have."""
    diffusion = info.diffusion
    for name, value, known in (
        ("family", info.family, FAMILIES),
        ("features", info.features, FEATURES),
        ("noise schedule", diffusion.get("schedule"), SCHEDULES),
        ("prediction", diffusion.get("predicts", "x0"), PREDICTIONS),
        ("sampler", diffusion.get("sampler", DEFAULT_SAMPLER), SAMPLERS),
    ):
        if value not in known:
            raise FormatError(f"the checkpoint's {name} is {value!r}; known are {', '.join(known)}")
    if not isinstance(diffusion.get("steps"), int) or diffusion["steps"] < 1:
        raise FormatError(f"the checkpoint's diffusion steps are {diffusion.get('steps')!r}, not a count")
    spacing = diffusion.get("folded_spacing", 1.0)
    if not isinstance(spacing, int | float) or not 1 <= spacing <= MAX_SPACING:
        raise FormatError(f"the checkpoint's folded spacing is {spacing!r}; known is 1 to {MAX_SPACING}")


def family_classes(family: str) -> tuple[Any, Any]:
    """(model class, config class) of a denoising family."""
    module, model_name, config_name = FAMILIES[family]
    found = import_module(module)
    return getattr(found, model_name), getattr(found, config_name)


def build_model(info: CheckpointInfo, tensors: dict[str, Tensor]) -> torch.nn.Module:
    """The network of a checkpoint, ready to answer. Raises FormatError where weights and configuration disagree."""
    model_class, config_class = family_classes(info.family)
    try:
        model = model_class(config_class.from_json(info.config))
        model.load_state_dict(tensors)
    except (TypeError, RuntimeError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise FormatError(f"the checkpoint does not fit its own configuration ({first})") from error
    return model.eval().requires_grad_(False)
