"""Checkpoints: one safetensors file that rebuilds its own model; the metadata says everything but the weights.

The metadata holds one key, "laban", with a JSON object: the fields of `CheckpointInfo` and the format's number.
Weights are stored as float32, as float16, or (large matrices) as int8 with one scale per row, `NAME:scale`; they come
back as float32. Reading never unpickles anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from motion_core import __version__
from motion_core.formats import FormatError
from motion_core.formats.faults import format_faults
from motion_core.formats.files import atomic_write

FORMAT = 2  # raised when an older reader could no longer understand the file; 2: int8 rows
STORAGES = ("float32", "float16", "int8")
SCALE = ":scale"  # behind a matrix's name: what its int8 rows are multiplied with
LARGE = 4096  # numbers: smaller matrices stay float16
KEY = "laban"
TIMES = (
    "max_frames",
    "trained_frames",
    "levels",
    "word_slots",
)  # of a configuration: no weight has that size
LONGEST = 2**17  # frames, or levels of noise
FEW, SPARE = 64, 2**22  # layers and numbers that harm nobody, whatever the file holds
AGAIN = "make the checkpoint again"
CONDITIONINGS = ("text", "action", None)


def _floats(values: Any) -> tuple[float, ...]:
    """float32 values as Python floats, which JSON keeps exactly."""
    return tuple(float(v) for v in np.asarray(values, dtype=np.float32).reshape(-1))


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint says about itself.

    config: the model's own config dataclass as a dict. features: name of the feature module. mean, std: (F,) of
    the features, as any array; kept as tuples of float32 values (one value where a single scalar serves all).
    actions: names in the order of the model's embedding rows. diffusion: {"schedule", "steps", "predicts"}.
    training: free facts (steps, data, losses). licence: of the weights. version: the Laban that wrote the file.
    """

    family: str
    config: dict[str, Any]
    features: str
    mean: Any
    std: Any
    fps: float
    conditioning: str | None = None
    actions: tuple[str, ...] = ()
    text_encoder: str | None = None
    diffusion: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    licence: str = "unknown"
    version: str = __version__

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", _floats(self.mean))
        object.__setattr__(self, "std", _floats(self.std))
        object.__setattr__(self, "fps", float(self.fps))
        object.__setattr__(self, "actions", tuple(self.actions))
        if len(self.mean) != len(self.std):
            raise ValueError(f"the mean has {len(self.mean)} values, the std {len(self.std)}")
        if self.conditioning not in CONDITIONINGS:
            raise ValueError(f"conditioning is {self.conditioning!r}: use 'text', 'action' or None")


def save_checkpoint(
    path: str | Path, tensors: Mapping[str, torch.Tensor], info: CheckpointInfo, storage: str = "float32"
) -> None:
    """Write weights and description, beside the target and renamed. storage: one of STORAGES."""
    if storage not in STORAGES:
        raise ValueError(f"storage is {storage!r}; use one of {', '.join(STORAGES)}")
    stored: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        stored |= _stored(name, tensor.detach().to("cpu"), storage)
    number = FORMAT if storage == "int8" else 1
    metadata = {KEY: json.dumps({"format": number, **asdict(info)}, allow_nan=False)}
    with atomic_write(Path(path)) as file:
        file.write(save(stored, metadata=metadata))


def _stored(name: str, tensor: torch.Tensor, storage: str) -> dict[str, torch.Tensor]:
    """What is written for a tensor: itself, narrower, or its rows as int8 and their scales."""
    # copies of their own memory: safetensors refuses tensors that share storage (tied weights)
    if not tensor.is_floating_point():
        return {name: tensor.contiguous().clone()}
    if storage == "int8" and tensor.dim() == 2 and tensor.numel() >= LARGE:
        _refuse_infinite(name, tensor, "")
        scale = tensor.float().abs().amax(1, keepdim=True).clamp(min=1e-12) / 127  # (rows,1)
        return {name: (tensor.float() / scale).round().to(torch.int8), name + SCALE: scale}
    narrow = tensor.to(torch.float32 if storage == "float32" else torch.float16)
    _refuse_infinite(name, narrow, "" if storage == "float32" else " in float16")
    return {name: narrow.contiguous().clone()}


def _refuse_infinite(name: str, tensor: torch.Tensor, where: str) -> None:
    if not bool(torch.isfinite(tensor).all()):
        raise ValueError(f"tensor {name!r} is not finite{where}: nothing was saved")


def _restored(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights as float32, int8 rows multiplied with their scales."""
    scales = {name.removesuffix(SCALE): tensors.pop(name) for name in list(tensors) if name.endswith(SCALE)}
    return {
        name: tensor.float() * scales[name]
        if name in scales
        else tensor.float()
        if tensor.is_floating_point()
        else tensor
        for name, tensor in tensors.items()
    }


def read_info(path: str | Path, family: str | None = None) -> CheckpointInfo:
    """The description alone, without reading the weights. Raises FormatError, or FileNotFoundError."""
    path = Path(path)
    with _opened(path) as file:
        return _parse(path, file.metadata(), family)


def load_checkpoint(
    path: str | Path, family: str | None = None
) -> tuple[dict[str, torch.Tensor], CheckpointInfo]:
    """Weights on the CPU (floats as float32, whatever was stored) and the description.

    With `family`, a checkpoint of another family is refused. Raises FormatError, or FileNotFoundError.
    """
    path = Path(path)
    with _opened(path) as file:
        info = _parse(path, file.metadata(), family)
        names = file.keys()
        tensors = {name: file.get_tensor(name) for name in names}
    _check_size(path, info.config, tensors)
    with format_faults(str(path), "checkpoint"):
        return _restored(tensors), info


def _check_size(path: Path, config: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> None:
    """Raises FormatError where a configuration is of a network that is far larger than the weights: to build it would
    fill the memory before they could be seen not to fit.
    """
    sizes = {name: v for name, v in config.items() if isinstance(v, int) and not isinstance(v, bool)}
    total = sum(tensor.numel() for tensor in tensors.values())
    longest = max((max(tensor.shape, default=1) for tensor in tensors.values()), default=1)
    for name, value in sizes.items():
        most = (
            max(FEW, len(tensors))
            if name.endswith("layers")
            else max(LONGEST if name in TIMES else LARGE, longest)
        )
        if value > most:
            raise FormatError(
                f"{path}: {name} is {value}, its {len(tensors)} tensors have room for {most}: {AGAIN}"
            )
    width = sizes.get("width", 1)
    layers = sum(value for name, value in sizes.items() if name.endswith("layers"))
    inside = (
        layers * width * max(width, sizes.get("feedforward", 1), sizes.get("feedforward_ratio", 1) * width)
    )
    entry = sizes.get("features", 1) * sizes.get("stack", 1) * width
    if max(inside, entry) - SPARE > total:
        raise FormatError(
            f"{path}: its configuration is of a larger network than its {total:,} numbers: {AGAIN}"
        )


def _opened(path: Path) -> Any:
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint at {path}")
    try:
        return safe_open(str(path), framework="pt")
    except SafetensorError as error:
        raise FormatError(
            f"{path} is no complete safetensors file ({error}): copy or download it again; "
            "official .pt, .ckpt and .tar files are read by `laban convert`"
        ) from error


def _parse(path: Path, metadata: Mapping[str, str] | None, family: str | None) -> CheckpointInfo:
    if not metadata or KEY not in metadata:
        raise FormatError(
            f"{path} has no {KEY!r} metadata: it is not a Laban checkpoint (see `laban convert`)"
        )
    try:
        pairs = json.loads(metadata[KEY])
        number = pairs.pop("format")
        if isinstance(number, bool) or not isinstance(number, int):
            raise ValueError("its format is no number")
        if number > FORMAT:
            raise FormatError(
                f"{path} has checkpoint format {number}, this Laban reads up to {FORMAT}: update Laban"
            )
        if not isinstance(pairs.get("config"), dict):
            raise ValueError("it has no configuration")
        known = {f.name for f in fields(CheckpointInfo)}
        info = CheckpointInfo(**{key: value for key, value in pairs.items() if key in known})
    except FormatError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise FormatError(
            f"{path} has damaged {KEY!r} metadata ({error}): make the checkpoint again"
        ) from error
    if family is not None and info.family != family:
        raise FormatError(f"{path} is a checkpoint of the family {info.family!r}, not {family!r}")
    return info
