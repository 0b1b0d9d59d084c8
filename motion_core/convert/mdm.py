"""Checkpoints of GuyTevet/motion-diffusion-model: model#########.pt with args.json beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.convert.arguments import Arguments
from motion_core.convert.keys import ATTENTION_KEYS, fit_model, layer_count, matrix, rename, weights_of
from motion_core.convert.statistics import read_statistics
from motion_core.formats import FormatError
from motion_core.models.mdm import MDM, MDMConfig

HUMANACT12 = (
    "warm_up", "walk", "run", "jump", "drink", "lift_dumbbell", "sit", "eat", "turn steering wheel", "phone",
    "boxing", "throw",
)  # fmt: skip
TEXT_ENCODERS = {
    "clip": ("clip-vit-b32", 512),
    "bert": ("distilbert", 768),
}  # ours, and how wide its vectors are
LICENCE = "MIT code; trained on AMASS-derived data: non-commercial research"
STATISTICS = ("Mean.npy", "Std.npy")
HEADS = 4  # fixed in the official code, and not to be seen in the weights


STEPS, LONGEST_TABLE, MOST_FRAMES = (
    5000,
    100_000,
    1000,
)  # at most: noise levels, rows of positions, frames of a part
GUIDANCE, GUIDANCE_ON = (
    2.5,
    7.5,
)  # the official scripts': of a whole clip, and of one that is made part by part


@dataclass(frozen=True)
class Dataset:
    """What a name in args.json's `dataset` means. columns: how many features; normalised: whether its Mean.npy and
    Std.npy are needed; longest: frames of the longest clip in training.
    """

    features: str
    columns: int
    fps: float
    normalised: bool
    longest: int
    actions: tuple[str, ...] = ()


DATASETS = {
    "humanml": Dataset("humanml263", 263, 20.0, True, 196),
    "kit": Dataset("kit251", 251, 12.5, True, 196),
    "humanact12": Dataset("smpl24rot6d", 150, 20.0, False, 60, HUMANACT12),
    "uestc": Dataset("smpl24rot6d", 150, 20.0, False, 60, tuple(f"action {k}" for k in range(40))),
}
# official name (start) -> ours; layers follow below
KEYS = {
    "input_process.poseEmbedding.": "input.",
    "embed_timestep.time_embed.": "time.",
    "embed_text.": "text.",
    "embed_action.action_embedding": "action.weight",
    "seqTransEncoder.layers.": "layers.",
    "seqTransDecoder.layers.": "layers.",
    "output_process.poseFinal.": "output.",
}
ENCODER_KEYS = {**ATTENTION_KEYS, ".norm2.": ".feedforward_norm."}
DECODER_KEYS = {**ATTENTION_KEYS, ".norm2.": ".cross_norm.", ".norm3.": ".feedforward_norm."}
# Fixed tables and frozen encoders that official files may carry along, and DiP's goals for joints, which are not asked
# for here: without them it answers as the official one does without.
IGNORED = (
    "sequence_pos_encoder.",
    "embed_timestep.sequence_pos_encoder.",
    "clip_model.",
    "rot2xyz.",
    "embed_target_cond.",
)


def knows(names: set[str]) -> bool:
    """Names of a plain state dict, or of {"model": ..., "model_avg": ...}."""
    return any(name.split("/")[-1] == "input_process.poseEmbedding.weight" for name in names)


def convert(path: Path, tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], CheckpointInfo]:
    """Our tensors and description; the averaged model where the file has one, as the official sampler takes it."""
    args = Arguments.beside(path)
    dataset = DATASETS[args.choice("dataset", tuple(DATASETS))]
    official = weights_of(tensors, IGNORED)
    config = config_of(path, args, dataset, official)
    layer_keys = DECODER_KEYS if config.arch == "trans_dec" else ENCODER_KEYS
    ours = fit_model(path, MDM, config, rename(path, official, KEYS, layer_keys))
    mean, std = _statistics(path, config.features) if dataset.normalised else ([0.0], [1.0])
    return ours, CheckpointInfo(
        family="mdm",
        config=config.to_json(),
        features=dataset.features,
        mean=mean,
        std=std,
        fps=dataset.fps,
        conditioning=config.condition,
        actions=dataset.actions[: config.actions] if config.condition == "action" else (),
        text_encoder=_text_encoder(args)[0] if config.condition == "text" else None,
        diffusion=_diffusion(args, config),
        training={
            "source": path.name,
            "dataset": args.table["dataset"],
            "condition_dropped": args.share("cond_mask_prob", 0.1),
            "longest_frames": dataset.longest,
        },
        licence=LICENCE,
    )


def _diffusion(args: Arguments, config: MDMConfig) -> dict[str, Any]:
    """How it is sampled if nothing else is asked for: as the official scripts do, by DDPM over all its levels."""
    steps = args.whole("diffusion_steps", 1000, 1, STEPS)
    return {
        "schedule": args.choice("noise_schedule", ("cosine", "linear"), "cosine"),
        "steps": steps,
        "predicts": "x0",
        "sampler": "ddpm",
        "sampling_steps": steps,
        "guidance": 1.0 if config.condition != "text" else GUIDANCE_ON if config.context else GUIDANCE,
    }


def _text_encoder(args: Arguments) -> tuple[str, int]:
    """Our name of the encoder, and the width of its vectors."""
    return TEXT_ENCODERS[args.choice("text_encoder_type", tuple(TEXT_ENCODERS), "clip")]


def config_of(path: Path, args: Arguments, dataset: Dataset, official: dict[str, Tensor]) -> MDMConfig:
    """Architecture from args.json, sizes from the weights. Raises FormatError where they disagree."""
    arch = _arch(path, args)
    features, width = matrix(path, official, "output_process.poseFinal.weight")
    if features != dataset.columns:
        raise FormatError(
            f"{path} has {features} features; those of {args.table['dataset']!r}, which {args.file} names, have "
            f"{dataset.columns}"
        )
    layers = "seqTransDecoder.layers." if arch == "trans_dec" else "seqTransEncoder.layers."
    condition = _condition(args, dataset)
    context, predicted = _parts(args)
    try:
        return MDMConfig(
            features=features,
            width=width,
            layers=_layers(path, args, layer_count(official, layers)),
            heads=HEADS,
            feedforward=matrix(path, official, f"{layers}0.linear1.weight")[0],
            arch=arch,
            condition=condition,
            text_width=_text_width(path, args, official) if condition == "text" else 512,
            text_tokens=condition == "text" and args.table.get("text_encoder_type") == "bert",
            actions=_actions(path, dataset, official) if condition == "action" else 0,
            class_token=args.flag("emb_trans_dec") and arch == "trans_dec",
            mask_frames=args.flag("mask_frames"),
            max_frames=args.whole("pos_embed_max_len", 5000, 2, LONGEST_TABLE),
            context=context,
            predicted=predicted,
        )
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError(f"{path} and {args.file} do not describe a model: {error}") from error


def _arch(path: Path, args: Arguments) -> str:
    arch = args.choice("arch", ("trans_enc", "trans_dec", "gru"), "trans_enc")
    if arch == "gru":
        raise FormatError(
            f"{path} is the GRU variant, whose official code runs along the batch instead of the frames: what it "
            "learnt depends on which clips were drawn together, and no single motion can be made with it"
        )
    return arch


def _condition(args: Arguments, dataset: Dataset) -> str | None:
    if args.flag("unconstrained") or args.table.get("cond_mode") == "no_cond":
        return None
    return "action" if dataset.actions else "text"


def _layers(path: Path, args: Arguments, found: int) -> int:
    said = args.whole("layers", 8, 1, 1000)
    if said != found:
        raise FormatError(f"{path} has {found} layers, {args.file} says {said}: they are not of one model")
    return found


def _text_width(path: Path, args: Arguments, official: dict[str, Tensor]) -> int:
    encoder, width = _text_encoder(args)
    found = matrix(path, official, "embed_text.weight")[1]
    if found != width:
        raise FormatError(
            f"{path} reads texts of {found} numbers; {encoder}, which {args.file} names, gives {width}"
        )
    return found


def _actions(path: Path, dataset: Dataset, official: dict[str, Tensor]) -> int:
    found = matrix(path, official, "embed_action.action_embedding")[0]
    if found > len(dataset.actions):
        raise FormatError(f"{path} has {found} actions; its dataset has {len(dataset.actions)}")
    return found


def _parts(args: Arguments) -> tuple[int, int]:
    """`context` and `predicted` of a model that makes a clip part by part (DiP); none for others."""
    context = args.whole("context_len", 0, 0, MOST_FRAMES)
    predicted = args.whole("pred_len", 0, 0, MOST_FRAMES)
    if args.table.get("emb_policy", "add") != "add":
        raise FormatError(f"{args.file} has emb_policy = {args.table['emb_policy']!r}: only 'add' can be run")
    if not context and predicted:
        raise FormatError(
            f"{args.file} has pred_len = {predicted} without a context_len: it can go on from nothing"
        )
    return context, (predicted or context) if context else 0


def _statistics(path: Path, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and std (F,) of the data set, which official checkpoints leave in the data set's own folder."""
    fix = "copy them beside it from the folder of the data set (HumanML3D/ or KIT-ML/)"
    return read_statistics(path, features, [path.parent], [STATISTICS], fix)
