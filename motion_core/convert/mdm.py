"""Checkpoints of GuyTevet/motion-diffusion-model: model#########.pt with args.json beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.convert.keys import ATTENTION_KEYS, fit_model, rename, weights_of
from motion_core.convert.statistics import read_statistics
from motion_core.formats import FormatError
from motion_core.models.mdm import MDM, MDMConfig

HUMANACT12 = (
    "warm_up", "walk", "run", "jump", "drink", "lift_dumbbell", "sit", "eat", "turn steering wheel", "phone",
    "boxing", "throw",
)  # fmt: skip
TEXT_ENCODERS = {"clip": "clip-vit-b32", "bert": "distilbert"}
LICENCE = "MIT code; trained on AMASS-derived data: non-commercial research"
STATISTICS = ("Mean.npy", "Std.npy")
HEADS = 4  # fixed in the official code, and not to be seen in the weights


@dataclass(frozen=True)
class Dataset:
    """What a name in args.json's `dataset` means. normalised: whether its Mean.npy and Std.npy are needed."""

    features: str
    fps: float
    normalised: bool
    actions: tuple[str, ...] = ()


DATASETS = {
    "humanml": Dataset("humanml263", 20.0, True),
    "kit": Dataset("kit251", 12.5, True),
    "humanact12": Dataset("smpl24rot6d", 20.0, False, HUMANACT12),
    "uestc": Dataset("smpl24rot6d", 20.0, False, tuple(f"action {k}" for k in range(40))),
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
# fixed tables and frozen encoders that official files may carry along
IGNORED = ("sequence_pos_encoder.", "embed_timestep.sequence_pos_encoder.", "clip_model.", "rot2xyz.")
# what args.json may choose between, with what is meant where older files leave it out
CHOICES = {"noise_schedule": ("cosine", "linear"), "text_encoder_type": ("clip", "bert")}
# settings of later official models that this network does not have, with the value that switches them off
UNSUPPORTED = {"context_len": 0, "pred_len": 0, "multi_target_cond": False, "emb_policy": "add"}


def knows(names: set[str]) -> bool:
    """Names of a plain state dict, or of {"model": ..., "model_avg": ...}."""
    return any(name.split("/")[-1] == "input_process.poseEmbedding.weight" for name in names)


def convert(path: Path, tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], CheckpointInfo]:
    """Our tensors and description; the averaged model where the file has one, as the official sampler takes it."""
    args = read_args(path)
    dataset = _dataset(path, args)
    official = weights_of(tensors, IGNORED)
    config = config_of(path, args, dataset, official)
    layer_keys = DECODER_KEYS if config.arch == "trans_dec" else ENCODER_KEYS
    ours = fit_model(path, MDM, config, rename(path, official, KEYS, layer_keys))
    mean, std = _statistics(path, config.features) if dataset.normalised else ([0.0], [1.0])
    encoder = TEXT_ENCODERS[args["text_encoder_type"]] if config.condition == "text" else None
    info = CheckpointInfo(
        family="mdm",
        config=config.to_json(),
        features=dataset.features,
        mean=mean,
        std=std,
        fps=dataset.fps,
        conditioning=config.condition,
        actions=dataset.actions[: config.actions] if config.condition == "action" else (),
        text_encoder=encoder,
        diffusion={
            "schedule": args["noise_schedule"],
            "steps": int(args.get("diffusion_steps", 1000)),
            "predicts": "x0",
        },
        training={
            "source": path.name,
            "dataset": args["dataset"],
            "condition_dropped": args.get("cond_mask_prob", 0.1),
        },
        licence=LICENCE,
    )
    return ours, info


def read_args(path: Path) -> dict[str, Any]:
    """The official args.json beside the checkpoint."""
    beside = path.parent / "args.json"
    if not beside.is_file():
        raise FileNotFoundError(
            f"no args.json beside {path}: copy it there from the official download, it says how the model is built"
        )
    try:
        args = json.loads(beside.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FormatError(
            f"{beside} is no JSON ({error}): copy it again from the official download"
        ) from error
    if not isinstance(args, dict):
        raise FormatError(f"{beside} holds a {type(args).__name__}, not the table of a model's arguments")
    if args.get("arch") == "gru":
        raise FormatError(
            f"{path} is the GRU variant, whose official code runs along the batch instead of the frames: what it "
            "learnt depends on which clips were drawn together, and no single motion can be made with it"
        )
    for name, known in CHOICES.items():
        if args.setdefault(name, known[0]) not in known:
            raise FormatError(f"{beside} has {name} = {args[name]!r}; known are {', '.join(known)}")
    for name, off in UNSUPPORTED.items():
        if args.get(name, off) != off:
            raise FormatError(
                f"{path} was trained with {name} = {args[name]!r} (DiP), which is not supported yet"
            )
    return args


def _dataset(path: Path, args: dict[str, Any]) -> Dataset:
    if args.get("dataset") not in DATASETS:
        raise FormatError(
            f"args.json beside {path} names the dataset {args.get('dataset')!r}; known are {', '.join(DATASETS)}"
        )
    return DATASETS[args["dataset"]]


def config_of(path: Path, args: dict[str, Any], dataset: Dataset, official: dict[str, Tensor]) -> MDMConfig:
    """Architecture from args.json, sizes from the weights."""
    unconstrained = args.get("unconstrained", args.get("cond_mode") == "no_cond")
    condition = None if unconstrained else "action" if dataset.actions else "text"
    arch = args.get("arch", "trans_enc")
    feedforward = [t.shape[0] for name, t in official.items() if name.endswith(".linear1.weight")]
    text, actions = official.get("embed_text.weight"), official.get("embed_action.action_embedding")
    output = official["output_process.poseFinal.weight"]  # (F,D)
    try:
        return MDMConfig(
            features=output.shape[0],
            width=output.shape[1],
            layers=int(args.get("layers", 8)),
            heads=HEADS,
            feedforward=feedforward[0] if feedforward else 1024,
            arch=arch,
            condition=condition,
            text_width=text.shape[1] if text is not None else 512,
            text_tokens=args["text_encoder_type"] == "bert" and condition == "text",
            actions=len(actions) if actions is not None and condition == "action" else 0,
            class_token=bool(args.get("emb_trans_dec", False)) and arch == "trans_dec",
            mask_frames=bool(args.get("mask_frames", False)),
            max_frames=int(args.get("pos_embed_max_len", 5000)),
        )
    except (TypeError, ValueError) as error:
        raise FormatError(f"args.json beside {path} does not describe a model: {error}") from error


def _statistics(path: Path, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and std (F,) of the data set, which official checkpoints leave in the data set's own folder."""
    fix = "copy them beside it from the folder of the data set (HumanML3D/ or KIT-ML/)"
    return read_statistics(path, features, [path.parent], [STATISTICS], fix)
