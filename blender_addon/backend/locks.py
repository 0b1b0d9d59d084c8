"""What pip installs into the backend's environment: pinned, with the hash of every file. Standard library only.

The files lie in `locks/`; `tools/lock_environment.py` writes them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path(__file__).parent / "locks"
INDEX = "https://download.pytorch.org/whl/"
RANGE = "torch>=2.6,<3"  # where there is no lock
STRICT = ("--require-hashes", "--only-binary", ":all:", "--no-deps")
HASHED = ((3, 11), (3, 12))  # Pythons whose wheels of torch's own index are locked


@dataclass(frozen=True)
class TorchBuild:
    """Where a build of torch comes from. lock: its file; index: pip's, "" for PyPI; pin: where the lock has no hash."""

    index: str = ""
    lock: str = ""
    pin: str = RANGE


PYPI = TorchBuild(lock="torch-pypi.txt")
CPU = TorchBuild(INDEX + "cpu", "torch-cpu.txt", "torch==2.9.1+cpu")
CUDA = TorchBuild(INDEX + "cu128", "torch-cuda.txt", "torch==2.9.1+cu128")
# PyPI has the build for the processor on Windows and macOS, and that for CUDA 12.8 on Linux
BUILDS = {
    ("cpu", "linux"): CPU,
    ("cpu", "win32"): PYPI,
    ("cpu", "darwin"): PYPI,
    ("apple", "darwin"): PYPI,
    ("cuda", "linux"): PYPI,
    ("cuda", "win32"): CUDA,
    ("rocm", "linux"): TorchBuild(INDEX + "rocm7.1"),
}


def torch_build(variant: str, platform: str = sys.platform) -> TorchBuild:
    """The build of a variant on a system; PyPI's where it is asked for on one that it is not made for."""
    return BUILDS.get((variant, platform), PYPI)


def torch_options(folder: Path, build: TorchBuild, version: tuple[int, int]) -> list[str]:
    """What follows `pip install` to have torch. version: of the Python that it is for."""
    index = ["--index-url", build.index] if build.index else []
    if build.lock and (not build.index or version in HASHED):
        return [*STRICT, "-r", str(folder / build.lock), *index]
    return [build.pin, *index]


def other_options(folder: Path, name: str) -> list[str]:
    """The same for one of the other files: "pip.txt" or "needs.txt"."""
    return [*STRICT, "-r", str(folder / name)]
