"""Checkpoints of Said-Ay/mdm-scratch: mdm_final.pth or mdm_epoch#.pth with norm_stats.pt beside it."""

from __future__ import annotations

import math
from pathlib import Path

from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.convert.keys import ATTENTION_KEYS, fit_model, layer_count, matrix, rename, weights_of
from motion_core.convert.mdm import HUMANACT12
from motion_core.convert.reader import read_pickled
from motion_core.formats import FormatError
from motion_core.models.mdm import MDM, MDMConfig

FEATURES, STEPS, FRAMES = 66, 1000, 60  # 22 joints x 3; its noise levels; its clips
HEADS = 8  # fixed in its code, and not to be seen in the weights
KEYS = {
    "pose.": "input.",
    "time_embed.": "time.",
    "action_embedding.": "action.",
    "transformer.layers.": "layers.",
    "output_proj.": "output.",
}
LAYER_KEYS = {**ATTENTION_KEYS, ".norm2.": ".feedforward_norm."}
IGNORED = ("seq_pos_enc.",)


def knows(names: set[str]) -> bool:
    return {"pose.weight", "action_embedding.weight", "output_proj.weight"} <= names


def convert(path: Path, tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], CheckpointInfo]:
    """Our tensors and description: 22 joint positions, one mean and one std for all of them, a linear schedule."""
    official = weights_of(tensors, IGNORED)
    config = config_of(path, official)
    ours = fit_model(path, MDM, config, rename(path, official, KEYS, LAYER_KEYS))
    mean, std = _statistics(path)
    return ours, CheckpointInfo(
        family="mdm",
        config=config.to_json(),
        features="joints22",
        mean=[mean],
        std=[std],
        fps=20.0,
        conditioning="action",
        actions=HUMANACT12[: config.actions],
        diffusion={
            "schedule": "linear",
            "steps": STEPS,
            "predicts": "x0",
            "sampler": "ddpm",
            "sampling_steps": STEPS,
            "guidance": 1.0,
        },
        training={
            "source": path.name,
            "dataset": "humanact12",
            "condition_dropped": 0.0,
            "longest_frames": FRAMES,
        },
        licence="unknown: the official code has no licence; trained on HumanAct12",
    )


def config_of(path: Path, official: dict[str, Tensor]) -> MDMConfig:
    """Sizes from the weights. Raises FormatError for others than its network can have."""
    features, width = matrix(path, official, "output_proj.weight")
    actions, _ = matrix(path, official, "action_embedding.weight")
    if features != FEATURES or actions > len(HUMANACT12):
        raise FormatError(
            f"{path} has {features} features and {actions} actions; mdm-scratch has {FEATURES} (22 joint positions) "
            f"and at most {len(HUMANACT12)}"
        )
    try:
        return MDMConfig(
            features=features,
            width=width,
            layers=layer_count(official, "transformer.layers."),
            heads=HEADS,
            feedforward=matrix(path, official, "transformer.layers.0.linear1.weight")[0],
            activation="relu",
            condition="action",
            actions=actions,
        )
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError(f"{path} does not describe a model of mdm-scratch: {error}") from error


def _statistics(path: Path) -> tuple[float, float]:
    beside = path.parent / "norm_stats.pt"
    if not beside.is_file():
        raise FileNotFoundError(
            f"no norm_stats.pt beside {path}: copy it there from the folder of the training run"
        )
    stats = read_pickled(beside)
    for name in ("mean", "std"):
        if name not in stats or stats[name].numel() != 1:
            raise FormatError(f"{beside} has no single number {name!r}: it is not of mdm-scratch")
    mean, std = float(stats["mean"]), float(stats["std"])
    if not (math.isfinite(mean) and 0 < std < math.inf):
        raise FormatError(f"{beside} has mean {mean:g} and std {std:g}: the std must be above 0, both finite")
    return mean, std
