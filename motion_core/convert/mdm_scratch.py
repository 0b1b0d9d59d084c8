"""Checkpoints of Said-Ay/mdm-scratch: mdm_final.pth or mdm_epoch#.pth with norm_stats.pt beside it."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.convert.keys import ATTENTION_KEYS, fit_model, rename, weights_of
from motion_core.convert.mdm import HUMANACT12
from motion_core.convert.reader import read_pickled
from motion_core.formats import FormatError
from motion_core.models.mdm import MDM, MDMConfig

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
    output, actions = official["output_proj.weight"], official["action_embedding.weight"]
    config = MDMConfig(
        features=output.shape[0],
        width=output.shape[1],
        layers=len({name.split(".")[2] for name in official if name.startswith("transformer.layers.")}),
        heads=HEADS,
        feedforward=official["transformer.layers.0.linear1.weight"].shape[0],
        activation="relu",
        condition="action",
        actions=len(actions),
    )
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
        actions=HUMANACT12[: len(actions)],
        diffusion={"schedule": "linear", "steps": 1000, "predicts": "x0"},
        training={"source": path.name, "dataset": "humanact12", "condition_dropped": 0.0},
        licence="unknown: the official code has no licence; trained on HumanAct12",
    )


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
    return float(stats["mean"]), float(stats["std"])
