"""The child process of `reader.py`: unpickles IN into the safetensors file OUT. One JSON line is its answer.

It runs isolated, and imports nothing of this package. What it may allocate and compute is limited before it reads, by
the size of the file: a few bytes can ask for terabytes.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

SPARE = 1 << 30  # bytes beside what the file itself needs
COPIES = (
    4  # times its size that a file's tensors may have: official files tie weights, and averages are copies
)
SLACK = 1 << 24  # bytes more, for the smallest files
PICKLE = 1 << 26  # bytes of the part that says how tensors lie in an archive
VALUES, DEPTH = 1_000_000, 64  # in all, and inside each other
SECONDS, BYTES_A_SECOND = 10, 20e6  # of computing: at least, and for large files
PLAIN = (
    "is no complete PyTorch checkpoint of plain weights: it is damaged, cut off, or a file of another kind"
)


class Refused(Exception):
    """What is wrong with the file, to follow its name."""


def set_limits(size: int) -> None:
    """Bound memory and computing time for a file of so many bytes, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone ends it
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + SECONDS + size / BYTES_A_SECOND)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    if sys.platform == "linux":
        bound = _private_memory() + SPARE + (COPIES + 2) * size
        resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


def _private_memory() -> int:
    """Bytes that this process has for itself."""
    with open("/proc/self/status", encoding="ascii") as file:
        found = re.search(r"VmData:\s+(\d+) kB", file.read())
    return int(found[1]) * 1024 if found else 0


def check_archive(path: str) -> None:
    """Raises Refused where a zip archive would unpack to far more than it holds, which torch's own never does."""
    with open(path, "rb") as file:
        if file.read(2) != b"PK":
            return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise Refused(PLAIN) from error
    whole = sum(member.file_size for member in members)
    if whole > 2 * os.path.getsize(path) + SLACK or len(members) > VALUES:
        raise Refused(f"would unpack to {whole / 1e6:.0f} MB: PyTorch does not pack its files, so it is none")
    if any(m.file_size > PICKLE for m in members if m.filename.endswith("data.pkl")):
        raise Refused("describes its tensors at too great a length: convert a plain state dict")


def tensors_of(node: Any) -> Iterator[tuple[str, Tensor]]:
    """(path, tensor) of nested dictionaries; numbers become tensors, everything else is left out."""
    waiting, count = [("", node, 0)], 0
    while waiting:
        prefix, value, depth = waiting.pop()
        count += 1
        if count > VALUES or depth > DEPTH:
            raise Refused("holds tables in tables without an end: convert a plain state dict")
        if isinstance(value, Tensor):
            yield prefix, value.detach()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield prefix, torch.tensor(_number(value), dtype=torch.float32)
        elif isinstance(value, Mapping):
            for name, child in reversed(list(value.items())):
                waiting.append((f"{prefix}/{name}" if prefix else str(name), child, depth + 1))


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def plain_tensors(content: Any, size: int) -> dict[str, Tensor]:
    """Copies of all tensors by their path. Raises Refused for other kinds of tensors than dense numbers."""
    found, whole = dict(tensors_of(content)), 0
    for name, tensor in found.items():
        if tensor.layout != torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
            raise Refused(f"has a tensor {name!r} that is no dense array of numbers")
        if tensor.is_complex():
            raise Refused(f"has a tensor {name!r} of complex numbers")
        whole += tensor.numel() * tensor.element_size()
        if whole > COPIES * size + SLACK:
            raise Refused(f"has a tensor {name!r} that would be larger than the whole file")
    # a copy each: safetensors refuses tensors that share memory
    return {name: tensor.contiguous().clone() for name, tensor in found.items()}


def reason(error: Exception) -> str:
    """What was wrong with the file, to follow its name; in our words, torch's speak of its own options."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, MemoryError) or "allocate" in str(error):
        return "asks for more memory than a file of its size can need"
    if found := re.search(r"GLOBAL ([\w.]+)", str(error)):
        return (
            f"holds more than weights: it asks to load {found[1].rstrip('.')!r}. It was refused and nothing in it was "
            "run; convert a plain state dict (torch.save(model.state_dict(), ...)) from an author you trust"
        )
    return PLAIN


def main(path_in: str, path_out: str) -> dict[str, Any]:
    size = os.path.getsize(path_in)
    try:
        check_archive(path_in)
        content = torch.load(path_in, map_location="cpu", weights_only=True)
        tensors = plain_tensors(content, size)
        if not tensors:
            raise Refused("holds no tensors")
        save_file(tensors, path_out)
    except Exception as error:  # a broken file makes torch raise nearly anything
        return {"error": reason(error)}
    return {"tensors": len(tensors)}


if __name__ == "__main__":
    set_limits(os.path.getsize(sys.argv[1]))
    print(json.dumps(main(*sys.argv[1:3])))
