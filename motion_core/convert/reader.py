"""Tensors out of an official .pt or .pth file: a child process unpickles it (`unpickle.py`) into safetensors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from motion_core.formats import FormatError

PATIENCE = 600  # seconds a child may take; a gigabyte from a slow disk needs a fraction
ROOT = Path(__file__).resolve().parents[2]


def read_pickled(path: Path) -> dict[str, Tensor]:
    """All tensors of a pickled checkpoint, by their path in it ("model/input.weight" for nested dictionaries).

    Raises FileNotFoundError, or FormatError where the file holds anything but plain data; nothing in it is run.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint at {path}")
    with tempfile.TemporaryDirectory(prefix="laban-convert-") as folder:
        out = Path(folder) / "tensors.safetensors"
        answer = ask_child(("-m", "motion_core.convert.unpickle"), path, out)
        if "error" in answer:
            raise FormatError(f"{path} {answer['error']}")
        return load_file(out)


def ask_child(program: tuple[str, ...], path: Path, out: Path) -> dict[str, str]:
    """The JSON object that `python program path out` answers with; "error" says how the file failed."""
    command = [sys.executable, *program, str(path.resolve()), str(out)]
    search = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": search},
        )
    except subprocess.TimeoutExpired:
        return {"error": f"could not be read within {PATIENCE} seconds"}
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {
            "error": f"could not be read: the reading process ended with status {done.returncode} ({last})"
        }
