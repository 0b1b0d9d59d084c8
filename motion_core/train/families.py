"""Which families can be trained, and by which module. A family's TOML file names it: family = "dit"."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from motion_core.train.config import ConfigError, read_table

# family: a module, the dataclass of its TOML file, and its function (config, Start) -> PoolTraining
TRAINED = {
    "mdm": ("motion_core.train.diffusion", "DiffusionConfig", "begin"),
    "dit": ("motion_core.train.diffusion", "DiffusionConfig", "begin"),
    "tmr": ("motion_core.train.tmr", "TMRTrainConfig", "begin"),
    "sentence": ("motion_core.train.sentences", "SentenceConfig", "begin"),
}
# files of before this key: a key that only they have -> their family
TOLD_BY = {"temperature": "tmr", "diffusion": "mdm"}


def family_of(path: Path, changes: Sequence[str] = (), otherwise: str = "") -> str:
    """The family that a TOML file is for; `otherwise`: of one that does not say. Raises ConfigError."""
    table = read_table(path, changes)
    if "substeps" in table:
        raise ConfigError(f"{path} is for a distillation: run training/distil.py with it")
    told = (family for key, family in TOLD_BY.items() if key in table)
    family = table.get("family") or otherwise or next(told, "")
    if family not in TRAINED:
        said = f"the family is {family!r}" if family else "the key 'family' is missing"
        raise ConfigError(f"{path}: {said}; use one of {', '.join(TRAINED)}")
    return str(family)


def trainer(family: str) -> tuple[Any, Any]:
    """(dataclass of the TOML file, function that begins a training) of a family."""
    module, config, begin = TRAINED[family]
    found = import_module(module)
    return getattr(found, config), getattr(found, begin)
