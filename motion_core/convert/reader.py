"""Tensors out of an official .pt or .pth file: a child process unpickles it (`unpickle.py`) into safetensors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor

from motion_core.formats import FormatError

PATIENCE, BYTES_A_SECOND = (
    120.0,
    2e6,
)  # seconds a child may take: at least, and more for what comes from a slow disk
PROGRAM = Path(__file__).with_name("unpickle.py")
# Where an isolated child finds what it imports. The folder it is called from is never searched.
PACKAGES = sorted({str(Path(module.__file__ or "").resolve().parents[1]) for module in (torch, safetensors)})
RUN = (
    "import runpy, sys; script, *folders = sys.argv[3:]; sys.path += folders; "
    "runpy.run_path(script, run_name='__main__')"
)


def read_pickled(path: Path) -> dict[str, Tensor]:
    """All tensors of a pickled checkpoint, by their path in it ("model/input.weight" for nested dictionaries).

    Raises FileNotFoundError, or FormatError where the file holds anything but plain data; nothing in it is run.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint at {path}")
    if path.stat().st_size == 0:
        raise FormatError(f"{path} is empty: download it again")
    with tempfile.TemporaryDirectory(prefix="laban-convert-") as folder:
        out = Path(folder) / "tensors.safetensors"
        answer = ask_child(PROGRAM, path, out, PACKAGES)
        if "error" in answer:
            raise FormatError(f"{path} {answer['error']}")
        return load_file(out)


def ask_child(program: Path, path: Path, out: Path, packages: list[str] | None = None) -> dict[str, str]:
    """The JSON object that `program path out` answers with; "error" says how the file failed.

    It runs isolated: no PYTHONPATH, no user's packages, nothing of the current folder, which may hold a `torch.py`.
    """
    files = [str(path.resolve()), str(out), str(program), *(packages or [])]
    patience = PATIENCE + path.stat().st_size / BYTES_A_SECOND
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", RUN, *files],
            capture_output=True,
            text=True,
            timeout=patience,
            stdin=subprocess.DEVNULL,
            cwd=out.parent,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        return {"error": f"could not be read within {patience:.0f} seconds"}
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError, TypeError):
        return {"error": _died(done)}


def _died(done: subprocess.CompletedProcess[str]) -> str:
    """Why a child left no answer."""
    if -done.returncode in (
        getattr(signal, name, 0) for name in ("SIGXCPU", "SIGKILL") if done.returncode < 0
    ):
        return "takes longer to read than a file of its size can need"
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    return f"could not be read: the reading process ended with status {done.returncode} ({last})"
