"""Arrays of numbers that lie beside an official checkpoint, above all mean and deviation of its features."""

from __future__ import annotations

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
    return mean, std


def read_array(path: Path) -> np.ndarray:
    """The float32 values of a .npy file, or of the one tensor of a .pt file. Raises FormatError naming the file."""
    try:
        if path.suffix == ".npy":
            values = np.load(path, allow_pickle=False).astype(np.float32)
        else:
            values = next(iter(read_pickled(path).values())).numpy().astype(np.float32)
    except FormatError:
        raise
    except (ValueError, OSError, EOFError, StopIteration) as error:
        raise FormatError(f"{path} is no array of numbers ({error})") from error
    if not np.isfinite(values).all():
        raise FormatError(f"{path} has values that are not finite: copy it again from the official download")
    return values
