"""Writes the lock files of the backend's environment: python tools/lock_environment.py (needs `uv` and the network)

What *Make Environment* installs is named here with its hashes, for all systems and Pythons: pip itself, torch, and
everything else that `pyproject.toml` lists under `backend`. The hashes of PyPI come from PyPI; those of torch's own
index from its pages, where each wheel's link carries one. Copy them into INDEX_WHEELS when TORCH changes.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "blender_addon/backend/locks"
TORCH, PIP = "2.9.1", "26.1"
# Of https://download.pytorch.org/whl/cpu/torch and .../cu128/torch: file, requirement, condition, hashes by Python
INDEX_WHEELS = (
    ("torch-cpu.txt", f"torch=={TORCH}+cpu", "platform_machine == 'x86_64'", {
        "3.11": "3de2adb9b4443dc9210ef1f1b16da3647ace53553166d6360bbbd7edd6f16e4d",
        "3.12": "7417d8c565f219d3455654cb431c6d892a3eb40246055e14d645422de13b9ea1",
    }),
    ("torch-cpu.txt", f"torch=={TORCH}+cpu", "platform_machine == 'aarch64'", {
        "3.11": "0e611cfb16724e62252b67d31073bc5c490cb83e92ecdc1192762535e0e44487",
        "3.12": "3bf9b442a51a2948e41216a76d7ab00f0694cfcaaa51b6f9bcab57b7f89843e6",
    }),
    ("torch-cuda.txt", f"torch=={TORCH}+cu128", "sys_platform == 'win32'", {
        "3.11": "633005a3700e81b5be0df2a7d3c1d48aced23ed927653797a3bd2b144a3aeeb6",
        "3.12": "3a01f0b64c10a82d444d9fd06b3e8c567b1158b76b2764b8f51bfd8f535064b0",
    }),
)  # fmt: skip
HEAD = "# Written by tools/lock_environment.py: do not edit\n"
OF_TORCH = re.compile(r"(torch|triton|nvidia-[\w-]+)==")


def compiled(requirements: list[str]) -> list[str]:
    """Every package that these need, on any system and any Python from 3.11 on, as pinned lines with hashes."""
    command = ["uv", "pip", "compile", "-", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-annotate", "--no-header", "--quiet", "--default-index", "https://pypi.org/simple"]
    done = subprocess.run(command, input="\n".join(requirements), capture_output=True, text=True, check=True)
    return re.findall(r"^\S.*(?:\n\s+--hash.*)*", done.stdout, re.MULTILINE)


def write(name: str, entries: list[str]) -> None:
    (LOCKS / name).write_text(HEAD + "\n".join(entries) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    backend = [line for line in project["optional-dependencies"]["backend"] if not line.startswith("torch")]
    entries = compiled([*project["dependencies"], *backend, f"torch=={TORCH}"])
    LOCKS.mkdir(exist_ok=True)
    write("pip.txt", compiled([f"pip=={PIP}"]))
    write("torch-pypi.txt", [entry for entry in entries if OF_TORCH.match(entry)])
    write("needs.txt", [entry for entry in entries if not OF_TORCH.match(entry)])
    for file in sorted({file for file, *_ in INDEX_WHEELS}):
        lines = [
            f"{requirement} ; {condition} and python_version == '{python}' \\\n    --hash=sha256:{digest}"
            for name, requirement, condition, hashes in INDEX_WHEELS
            for python, digest in hashes.items()
            if name == file
        ]
        write(file, lines)


if __name__ == "__main__":
    main()
