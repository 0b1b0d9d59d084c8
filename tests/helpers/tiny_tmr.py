"""For tests: a tiny but real TMR checkpoint with random weights, and a folder of motions to search."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT
from motion_core.formats.bvh import write_bvh
from motion_core.formats.npz import write_npz

# The smallest training of a retrieval model, as TOML
TMR_CONFIG = """
batch_size = 4
temperature = 0.1
[model]
width = 16
layers = 1
text_layers = 1
decoder_layers = 1
heads = 2
feedforward = 16
[loop]
steps = 2
precision = "fp32"
threads = 1
"""


def save_tiny_tmr(folder: Path, seed: int = 5) -> Path:
    """`tmr` of width 32, in a folder that LABAN_WEIGHTS can name; returns the folder."""
    import torch

    from motion_core.checkpoint import CheckpointInfo, save_checkpoint
    from motion_core.features import smpl205
    from motion_core.models.tmr import TMR, TMRConfig

    config = TMRConfig(
        features=smpl205.DIM, text_width=384, width=32, layers=1, text_layers=1, decoder_layers=0, heads=2,
        feedforward=32, stack=4,
    )  # fmt: skip
    torch.manual_seed(seed)
    info = CheckpointInfo(
        family="tmr", config=config.to_json(), features="smpl205", mean=np.zeros(smpl205.DIM),
        std=np.ones(smpl205.DIM), fps=20.0, conditioning="text", text_encoder="minilm",
        licence="CC0 (random numbers)",
    )  # fmt: skip
    save_checkpoint(folder / "tmr.safetensors", TMR(config).state_dict(), info)
    return folder


def bowing(speed: float, frames: int = 30, **meta: str) -> Motion:
    """A person who leans forward ever more, `speed` radians a second."""
    from motion_core.body import quaternions as quat
    from motion_core.body.skeleton import JOINT

    rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    lean = np.outer(np.arange(frames) / 20, [speed, 0, 0])
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    rotations[:, JOINT["spine1"]] = quat.rotvec_to_quat(lean)
    return Motion.from_pelvis(20.0, np.tile([0, 0, STANDING_PELVIS], (frames, 1)), rotations, meta=dict(meta))


def write_library(folder: Path, count: int = 4) -> Path:
    """`count` npz files, one BVH file in a sub-folder and a broken one; returns the folder."""
    for number in range(count):
        write_npz(folder / f"bow{number}.npz", bowing(0.2 * number, 20 + number, text=f"bow number {number}"))
    (folder / "more").mkdir()
    write_bvh(folder / "more" / "lean.bvh", bowing(-0.4, 40))
    (folder / "broken.npz").write_bytes(b"nothing")
    return folder
