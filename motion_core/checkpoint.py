"""Checkpoints: one safetensors file that rebuilds its own model; the metadata says everything but the weights.

The metadata holds one key, "laban", with a JSON object: the fields of `CheckpointInfo` and the format's number.
Reading never unpickles anything.
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
from motion_core.formats.files import atomic_write

FORMAT = 1  # raised when an older reader could no longer understand the metadata
KEY = "laban"
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
    path: str | Path, tensors: Mapping[str, torch.Tensor], info: CheckpointInfo, half: bool = False
) -> None:
    """Write weights and description, beside the target and renamed; `half` stores floats as float16."""
    path = Path(path)
    stored = {name: _stored(name, tensor, half) for name, tensor in tensors.items()}
    metadata = {KEY: json.dumps({"format": FORMAT, **asdict(info)}, allow_nan=False)}
    with atomic_write(path) as file:
        file.write(save(stored, metadata=metadata))


def _stored(name: str, tensor: torch.Tensor, half: bool) -> torch.Tensor:
    tensor = tensor.detach().to("cpu")
    if tensor.is_floating_point():
        tensor = tensor.to(torch.float16 if half else torch.float32)
        if not bool(torch.isfinite(tensor).all()):
            raise ValueError(
                f"tensor {name!r} is not finite{' in float16' if half else ''}: nothing was saved"
            )
    # a copy of its own memory: safetensors refuses tensors that share storage (tied weights)
    return tensor.contiguous().clone()


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
    return {n: t.float() if t.is_floating_point() else t for n, t in tensors.items()}, info


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
        if number > FORMAT:
            raise FormatError(
                f"{path} has checkpoint format {number}, this Laban reads up to {FORMAT}: update Laban"
            )
        known = {f.name for f in fields(CheckpointInfo)}
        info = CheckpointInfo(**{key: value for key, value in pairs.items() if key in known})
    except FormatError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FormatError(
            f"{path} has damaged {KEY!r} metadata ({error}): make the checkpoint again"
        ) from error
    if family is not None and info.family != family:
        raise FormatError(f"{path} is a checkpoint of the family {info.family!r}, not {family!r}")
    return info
