"""For tests: tiny but real checkpoints of the denoising families with random weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

TINY_ACTIONS = ("walk", "run", "wave")


def save_tiny_mdm(path: Path, condition: str | None, **more) -> None:
    """An untrained MDM of width 32 around an upright pose; `more` replaces fields of CheckpointInfo or MDMConfig."""
    import torch

    from motion_core.body.motion import Motion
    from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT
    from motion_core.checkpoint import CheckpointInfo, save_checkpoint
    from motion_core.features import smpl205
    from motion_core.models.mdm import MDM, MDMConfig

    rotations = np.tile([1.0, 0, 0, 0], (4, 22, 1))
    rotations[:, 0] = UPRIGHT
    standing = smpl205.encode(Motion.from_pelvis(20.0, np.tile([0, 0, STANDING_PELVIS], (4, 1)), rotations))
    sizes = {
        "features": smpl205.DIM, "width": 32, "layers": 2, "heads": 2, "feedforward": 48, "max_frames": 256,
        "actions": len(TINY_ACTIONS) if condition == "action" else 0,
    }  # fmt: skip
    config = MDMConfig(condition=condition, **(sizes | more.pop("config", {})))
    torch.manual_seed(3)
    diffusion = {"schedule": "cosine", "steps": 50, "predicts": "x0"} | more.pop("diffusion", {})
    values = {
        "family": "mdm", "config": config.to_json(), "features": "smpl205", "mean": standing.mean(0),
        "std": np.full(smpl205.DIM, 0.05), "fps": 20.0, "conditioning": condition,
        "actions": TINY_ACTIONS if condition == "action" else (),
        "text_encoder": "minilm" if condition == "text" else None,
        "diffusion": diffusion, "licence": "CC0 (random numbers)",
    }  # fmt: skip
    save_checkpoint(path, MDM(config).state_dict(), CheckpointInfo(**(values | more)))


def save_tiny_dit(path: Path, block: str, **more) -> None:
    """An untrained DiT of width 32 with the features and noise of the tiny MDM."""
    import torch

    from motion_core.checkpoint import load_checkpoint, save_checkpoint
    from motion_core.features import smpl205
    from motion_core.models.dit import DiT, DiTConfig

    save_tiny_mdm(path, "text", **more)
    _, info = load_checkpoint(path)
    config = DiTConfig(
        features=smpl205.DIM,
        width=32,
        layers=2,
        heads=2,
        block=block,
        max_frames=256,
        levels=info.diffusion["steps"],
    )
    torch.manual_seed(3)
    weights = DiT(config).state_dict()
    for (
        name,
        tensor,
    ) in weights.items():  # adaLN-zero starts at nothing: every seed would give the same motion
        weights[name] = tensor if tensor.any() else torch.randn_like(tensor) * 0.1
    save_checkpoint(path, weights, replace(info, family="dit", config=config.to_json()))


def save_tiny_models(folder: Path, **more) -> Path:
    """All models of the catalog, in a folder that LABAN_WEIGHTS can name; returns it."""
    from motion_core.catalog import CATALOG

    for card in CATALOG.values():
        if card.family == "dit":
            folded = {f"folded_{setting.name}": setting.default for setting in card.settings if setting.fixed}
            noise = {"diffusion": more.get("diffusion", {}) | folded}
            save_tiny_dit(folder / card.checkpoint, card.id.split("-")[1], **(more | noise))
        else:
            save_tiny_mdm(folder / card.checkpoint, next(iter(card.requires)), **more)
    return folder
