"""TMR's parts: motion_encoder.pt, text_encoder.pt and (where there is one) motion_decoder.pt of one folder.

Mathux/TMR keeps them in a run's `last_weights`, the motion-generation lab as `tmr-motion_encoder.pt` and
`tmr-text_encoder.pt`. The features' statistics lie beside them or one folder up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.convert.keys import ATTENTION_KEYS, fit_model, rename
from motion_core.convert.reader import read_pickled
from motion_core.convert.statistics import read_statistics
from motion_core.formats import FormatError
from motion_core.models.tmr import TMR, TMRConfig

HEADS = 4  # fixed in its configuration, and not to be seen in the weights
MOTION, TEXT, DECODER = "motion_encoder", "text_encoder", "motion_decoder"
PREFIXES = ("", "tmr-")  # of the files' names
LONGEST_CLIP = 200  # frames: it was trained on clips of 2 to 10 seconds at 20 fps
# By the number of features: their kind; the second is that of the lab, whose files begin with PREFIXES[1].
BY_WIDTH = {263: ("humanml263", "humanml263"), 205: ("smpl205-stmc", "smpl205-lab")}
TEXT_ENCODERS = {768: "distilbert", 512: "clip-vit-b32-states"}
STATISTICS = (("mean.pt", "std.pt"), ("tmr-rifke-mean.pt", "tmr-rifke-std.pt"), ("Mean.npy", "Std.npy"))
LICENCE = "MIT code; trained on AMASS-derived data: non-commercial research"

# official name (start) -> ours
KEYS = {
    "projection.": "input.",
    "tokens": "tokens",
    "seqTransEncoder.layers.": "layers.",
    "seqTransDecoder.layers.": "layers.",
    "final_layer.": "output.",
}
ENCODER_KEYS = {**ATTENTION_KEYS, ".norm2.": ".feedforward_norm."}
DECODER_KEYS = {**ATTENTION_KEYS, ".norm2.": ".cross_norm.", ".norm3.": ".feedforward_norm."}
IGNORED = ("sequence_pos_encoding.",)  # a fixed table that some files carry along
PARTS = {
    MOTION: ("motion.", ENCODER_KEYS),
    TEXT: ("text.", ENCODER_KEYS),
    DECODER: ("decoder.", DECODER_KEYS),
}


def knows(names: set[str]) -> bool:
    """Names of an encoder's or of the decoder's state dict."""
    encoder = {"projection.weight", "tokens", "seqTransEncoder.layers.0.linear1.weight"}
    return encoder <= names or {"final_layer.weight", "seqTransDecoder.layers.0.linear1.weight"} <= names


def file_in(folder: Path) -> Path:
    """The motion encoder's file of a run's folder. Raises FileNotFoundError."""
    for place in (folder / "last_weights", folder):
        for prefix in PREFIXES:
            if (found := place / f"{prefix}{MOTION}.pt").is_file():
                return found
    raise FileNotFoundError(
        f"{folder} has no {MOTION}.pt, no tmr-{MOTION}.pt and no last_weights: only TMR is read from a folder, "
        "name the file of any other checkpoint"
    )


def convert(path: Path, tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], CheckpointInfo]:
    """Our tensors and description; `path` is any of the parts, the others are found beside it."""
    parts = _read_parts(path, tensors)
    config = config_of(path, parts)
    ours = {}
    for part, official in parts.items():
        start, layer_keys = PARTS[part]
        renamed = rename(path, official, KEYS, layer_keys)
        ours.update({start + name: tensor for name, tensor in renamed.items()})
    mean, std = _statistics(path, config.features)
    return fit_model(path, TMR, config, ours), CheckpointInfo(
        family="tmr",
        config=config.to_json(),
        features=BY_WIDTH[config.features][path.name.startswith(PREFIXES[1])],
        mean=mean,
        std=std,
        fps=20.0,
        conditioning="text",
        text_encoder=TEXT_ENCODERS[config.text_width],
        training={"source": path.name, "dataset": "humanml3d or kit-ml"},
        licence=LICENCE,
    )


def _read_parts(path: Path, tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The state dicts of all parts: `tensors` of `path` itself, and those beside it; the decoder may be missing."""
    prefix = next((p for p in PREFIXES for part in PARTS if path.name == f"{p}{part}.pt"), None)
    if prefix is None:
        raise FormatError(
            f"{path} is a part of TMR, but which? Name it {MOTION}.pt, {TEXT}.pt or {DECODER}.pt as in the download"
        )
    found = {}
    for part in PARTS:
        beside = path.with_name(f"{prefix}{part}.pt")
        if beside.is_file():
            official = tensors if beside == path else read_pickled(beside)
            found[part] = {name: t for name, t in official.items() if not name.startswith(IGNORED)}
        elif part != DECODER:
            raise FileNotFoundError(f"no {beside.name} beside {path}: TMR is a pair of encoders, copy both")
    return found


def config_of(path: Path, parts: Mapping[str, Mapping[str, Tensor]]) -> TMRConfig:
    """Sizes from the weights. Raises FormatError for inputs that Laban does not compute."""
    try:
        motion, text = parts[MOTION]["projection.weight"], parts[TEXT]["projection.weight"]  # (D,inputs)
        feedforward = parts[MOTION]["seqTransEncoder.layers.0.linear1.weight"].shape[0]
        variance_tokens = {part: len(parts[part]["tokens"]) for part in (MOTION, TEXT)}
    except KeyError as error:
        raise FormatError(f"{path} or a part beside it lacks {error}: it is not TMR's") from error
    if motion.shape[1] not in BY_WIDTH or text.shape[1] not in TEXT_ENCODERS:
        raise FormatError(
            f"{path} reads {motion.shape[1]} features and text states of {text.shape[1]}; Laban knows "
            f"{' or '.join(map(str, BY_WIDTH))} features and states of {' or '.join(map(str, TEXT_ENCODERS))}"
        )
    if set(variance_tokens.values()) != {2}:
        raise FormatError(
            f"{path} is a TMR without variances (tokens: {variance_tokens}), which is not supported"
        )
    try:
        return TMRConfig(
            features=motion.shape[1],
            text_width=text.shape[1],
            width=motion.shape[0],
            layers=_layers(parts[MOTION]),
            text_layers=_layers(parts[TEXT]),
            decoder_layers=_layers(parts.get(DECODER, {})),
            heads=HEADS,
            feedforward=feedforward,
            trained_frames=LONGEST_CLIP,
        )
    except ValueError as error:
        raise FormatError(f"{path} does not describe a TMR: {error}") from error


def _layers(official: Mapping[str, Tensor]) -> int:
    return len({name.split(".")[2] for name in official if name.startswith(("seqTransE", "seqTransD"))})


def _statistics(path: Path, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and std (F,) of the features, which TMR keeps in stats/ and the lab among its configurations."""
    fix = (
        "copy them beside it from stats/humanml3d/guoh3dfeats of TMR's code or configs/dataset/standardization of "
        "the lab's"
    )
    return read_statistics(path, features, [path.parent, path.parent.parent], STATISTICS, fix)
