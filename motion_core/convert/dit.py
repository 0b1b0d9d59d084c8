"""Checkpoints of the motion-generation lab (lab7-CSC52087EP): Lightning .ckpt files of three diffusion transformers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.convert.keys import fit_model, inside, rename
from motion_core.convert.statistics import read_statistics
from motion_core.formats import FormatError
from motion_core.models.dit import DiT, DiTConfig

HEADS = 16  # fixed in its configuration, and not to be seen in the weights
LEVELS = 100  # training drew t from 0, 1/100, ..., 99/100
GUIDANCE = 3.5
LONGEST_CLIP = 197  # frames
FLOORS = {"ddpm": 1e-9, "ddim": 1e-5}  # what its samplers leave of the clean features at the noisiest level
TEXT_WIDTH, FEATURES = 512, 205  # CLIP's; and its features
WORD_SLOTS = 77  # CLIP's context: shorter texts are filled up with zeros, which are attended to
LICENCE = "unknown: the official code has no licence; trained on AMASS-derived data: non-commercial research"
STATISTICS = ("tmr-rifke-mean.pt", "tmr-rifke-std.pt")

# where the network may lie in the file; the averaged weights are what the lab samples with
PLACES = ("ema.ema_model.model.", "ema.online_model.model.", "net.model.", "model.", "")
TIME, ATTENTION = "time_embedding.map_time.0.weight", "backbone_module.0.sa.qkv.weight"

# official name (start) -> ours; layers follow below
KEYS = {
    "input_projection.0.": "input.",
    "time_embedding.map_time.": "time.",
    "cond_projection.": "text.",
    "joint_cond_projection.": "text.",
    "cond_sa.": "memory_layers.",
    "backbone_module.": "layers.",
    "final_norm.": "output_norm.",
    "final_adaln.1.": "output_modulation.",
    "final_linear.": "output.",
}
LAYER_KEYS = {
    ".adaln_modulation.1.": ".modulation.",
    ".ca_ln.": ".cross_norm.",
    ".ca.": ".cross.",
    ".initial_ln.": ".attention_norm.",
    ".sa.": ".attention.",
    ".middle_ln.": ".feedforward_norm.",
    ".ffn.0.": ".feedforward.up.",
    ".ffn.3.": ".feedforward.down.",
}
# fixed tables that official files carry along
POSITIONS = "input_projection.1.pe"
IGNORED = (POSITIONS, "time_embedding.encode_time.freqs", "cond_positional_embedding.pe")


def knows(names: set[str]) -> bool:
    """Names of a Lightning file, of its state dict, or of the network's own."""
    return any(name.endswith(TIME) for name in names) and any(name.endswith(ATTENTION) for name in names)


def convert(path: Path, tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], CheckpointInfo]:
    """Our tensors and description: the averaged network where the file has one, sampled by DDPM as the lab does."""
    ours, config = network(path, network_of(tensors))
    mean, std = _statistics(path, config.features)
    return ours, CheckpointInfo(
        family="dit",
        config=config.to_json(),
        features="smpl205-lab",  # heights and velocities as the lab writes them
        mean=mean,
        std=std,
        fps=20.0,
        conditioning="text",
        text_encoder="clip-vit-b32-states",
        diffusion={
            "schedule": "gamma_cosine",
            "steps": LEVELS,
            "predicts": "x0",
            "sampler": "ddpm",
            "sampling_steps": LEVELS,
            "guidance": GUIDANCE,
            "floors": FLOORS,
        },
        training={
            "source": path.name,
            "dataset": "humanml3d",
            "condition_dropped": 0.1,
            "longest_frames": LONGEST_CLIP,
        },
        licence=LICENCE,
    )


def network(path: Path, official: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], DiTConfig]:
    """Our tensors and config of an official network's own tensors."""
    config = config_of(path, official)
    kept = {name: tensor for name, tensor in official.items() if name not in IGNORED}
    return fit_model(path, DiT, config, rename(path, joined_qkv(kept), KEYS, LAYER_KEYS)), config


def network_of(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The network's own tensors, by their names in it."""
    for place in (f"{root}{place}" for root in ("state_dict/", "") for place in PLACES):
        found = inside(tensors, place)
        if TIME in found and ATTENTION in found:
            return found
    return {}


def joined_qkv(official: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Cross-attention's `q` and `kv` as the one `qkv` that ours has."""
    joined = dict(official)
    for name in official:
        other = name.replace(".ca.q.", ".ca.kv.")
        if other != name and other in official:  # a lonely one keeps its name and is refused as a stray
            joined[name.replace(".ca.q.", ".ca.qkv.")] = torch.cat([joined.pop(name), joined.pop(other)])
    return joined


def config_of(path: Path, official: Mapping[str, Tensor]) -> DiTConfig:
    """The three variants by what their layers have; sizes from the weights. Raises FormatError for a fourth."""
    try:
        config = _config(official)
    except KeyError as error:
        raise FormatError(f"{path} lacks {error}: it is incomplete, download it again") from error
    except (IndexError, ValueError, ZeroDivisionError) as error:
        raise FormatError(f"{path} does not describe a network of the lab: {error}") from error
    if (config.features, config.text_width) != (FEATURES, TEXT_WIDTH):
        raise FormatError(
            f"{path} has {config.features} features and reads texts of {config.text_width} numbers; the lab's have "
            f"{FEATURES} and {TEXT_WIDTH}"
        )
    return config


def _config(official: Mapping[str, Tensor]) -> DiTConfig:
    first = "backbone_module.0."
    if f"{first}adaln_modulation.1.weight" in official:
        block, text = "adaln", "joint_cond_projection.weight"
    else:
        block = "crossattn" if f"{first}ca.q.weight" in official else "incontext"
        text = "cond_projection.weight"
    features, width = official["final_linear.weight"].shape
    return DiTConfig(
        features=features,
        width=width,
        layers=len({name.split(".")[1] for name in official if name.startswith("backbone_module.")}),
        heads=HEADS,
        feedforward_ratio=official[f"{first}ffn.0.weight"].shape[0] // width,
        block=block,
        text_width=official[text].shape[1],
        levels=LEVELS,
        max_frames=official[POSITIONS].shape[1],
        # in context the lab joins a mask of numbers with one of booleans, which then is added to the logits
        mask_frames=block != "incontext",
        float_mask=block == "incontext",
        word_slots=WORD_SLOTS if block == "crossattn" else 0,
    )


def _statistics(path: Path, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (F,) of the features, which the lab keeps among its configurations."""
    fix = "copy them beside it from configs/dataset/standardization of the lab's code"
    return read_statistics(path, features, [path.parent], [STATISTICS], fix)
