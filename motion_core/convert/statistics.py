"""Arrays of numbers that lie beside an official checkpoint, above all mean and deviation of its features."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motion_core.convert.reader import read_pickled
from motion_core.formats import FormatError


def read_statistics(
    path: Path, features: int, folders: Sequence[Path], pairs: Sequence[tuple[str, str]], fix: str
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (F,) float32 for the checkpoint `path`: of the first folder that has both files of a pair.

    Raises FileNotFoundError that names the pairs and says `fix`, FormatError for files that do not fit.
    """
    found = ((folder / mean, folder / std) for folder in folders for mean, std in pairs)
    both = next((files for files in found if all(file.is_file() for file in files)), None)
    if both is None:
        names = " or ".join(f"{mean} and {std}" for mean, std in pairs)
        raise FileNotFoundError(
            f"no {names} for {path}: {fix}, the model's numbers mean nothing without them"
        )
    mean, std = (read_array(file).reshape(-1) for file in both)
    for file, values in zip(both, (mean, std), strict=True):
        if len(values) != features:
            raise FormatError(f"{file} has {len(values)} values; the model has {features} features")
    if not (std > 0).all():
        raise FormatError(f"{both[1]} has a value that is not above 0: features are divided by it")
    return mean, std


def read_array(path: Path) -> np.ndarray:
    """The float32 values of a .npy file, or of the one tensor of a .pt file. Raises FormatError naming the file."""
    try:
        found = _read_npy(path) if path.suffix == ".npy" else _read_pt(path)
        with np.errstate(over="ignore"):  # what is too large for float32 is refused below
            values = found.astype(np.float32)
    except FormatError:
        raise
    except (ValueError, TypeError, OSError, EOFError, SyntaxError, MemoryError, RecursionError) as error:
        raise FormatError(
            f"{path} is no array of numbers: copy it again from the official download"
        ) from error
    if not np.isfinite(values).all():
        raise FormatError(f"{path} has values that are not finite: copy it again from the official download")
    return values


def _read_npy(path: Path) -> np.ndarray:
    """The array, whose header may not promise more than the file holds."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(file)
        if dtype.kind not in "fiu" or math.prod(shape) * dtype.itemsize != path.stat().st_size - file.tell():
            raise FormatError(
                f"{path} is no array of numbers, or is cut off: copy it again from the official download"
            )
    return np.asarray(np.load(path, allow_pickle=False))


def _read_pt(path: Path) -> np.ndarray:
    """The one tensor of a .pt file."""
    tensors = list(read_pickled(path).values())
    if len(tensors) != 1:
        raise FormatError(f"{path} holds {len(tensors)} tensors: it should be one, of means or deviations")
    return np.asarray(tensors[0].float().numpy())
