"""The lock files that are shipped: complete, pinned, hashed; and which of them an environment is made from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FILES = ("pip.txt", "needs.txt", "torch-pypi.txt", "torch-cpu.txt", "torch-cuda.txt")


@pytest.fixture
def locks(addon):
    return addon("backend.locks")


def entries(locks, name: str) -> list[str]:
    text = (locks.LOCKS / name).read_text()
    return re.findall(r"^[^#\s].*(?:\n\s+--hash.*)*", text, re.MULTILINE)


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_pinned_and_hashed(locks, name):
    found = entries(locks, name)
    assert found
    for entry in found:
        assert re.match(r"[A-Za-z0-9._-]+==[\w.+]+( ; [^\\]+)? \\\n", entry), entry
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}(?= \\|$)", entry, re.MULTILINE)) >= 1, entry


def test_everything_that_the_backend_needs_is_locked_at_its_version(locks):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {entry.split("==")[0]: entry.split()[0] for entry in entries(locks, "needs.txt")}
    for need in project["optional-dependencies"]["backend"]:
        name = re.split(r"[<>=]", need)[0]
        if name != "torch":
            assert locked[name] == need
    # what torch itself needs: it is installed without its dependencies
    assert {"filelock", "fsspec", "jinja2", "networkx", "sympy", "typing-extensions"} <= set(locked)
    assert not any(name.startswith(("torch", "nvidia")) for name in locked)


def test_all_builds_of_torch_are_of_one_version(locks):
    text = "".join((locks.LOCKS / name).read_text() for name in FILES)
    assert len(set(re.findall(r"^torch==([\d.]+)", text, re.MULTILINE))) == 1
    for build in locks.BUILDS.values():
        assert not build.lock or (locks.LOCKS / build.lock).is_file()


@pytest.mark.parametrize(
    ("variant", "platform", "version", "words"),
    [
        ("cpu", "linux", (3, 12), ["--require-hashes", "torch-cpu.txt", "whl/cpu"]),
        ("cpu", "linux", (3, 14), ["torch==2.9.1+cpu", "whl/cpu"]),
        ("cpu", "win32", (3, 14), ["--require-hashes", "torch-pypi.txt"]),
        ("apple", "darwin", (3, 13), ["--require-hashes", "torch-pypi.txt"]),
        ("cuda", "linux", (3, 13), ["--require-hashes", "torch-pypi.txt"]),
        ("cuda", "win32", (3, 11), ["--require-hashes", "torch-cuda.txt", "whl/cu128"]),
        ("rocm", "linux", (3, 12), ["torch>=2.6,<3", "whl/rocm7.1"]),
    ],
)
def test_which_build_is_taken(locks, variant, platform, version, words):
    options = " ".join(locks.torch_options(locks.LOCKS, locks.torch_build(variant, platform), version))
    assert all(word in options for word in words), options
    assert ("--require-hashes" in options) == ("--require-hashes" in words)
    assert ("--index-url" in options) == any("whl" in word for word in words)
