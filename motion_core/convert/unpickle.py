"""The child process of `reader.py`: python -m motion_core.convert.unpickle IN OUT. One JSON line is its answer."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor


def tensors_of(node: Any, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
    """(path, tensor) of nested dictionaries; numbers become tensors, everything else is left out."""
    if isinstance(node, Tensor):
        yield prefix, node.detach()
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield prefix, torch.tensor(float(node))
    elif isinstance(node, Mapping):
        for name, child in node.items():
            yield from tensors_of(child, f"{prefix}/{name}" if prefix else str(name))


def reason(error: Exception) -> str:
    """What was wrong with the file, to follow its name."""
    text = str(error)
    if found := re.search(r"GLOBAL ([\w.]+)", text):
        return (
            f"holds more than weights: it asks to load {found[1].rstrip('.')!r}. It was refused and nothing in it was "
            "run; convert a plain state dict (torch.save(model.state_dict(), ...)) from an author you trust"
        )
    told = [line for line in text.splitlines() if line.strip() and "torch.load" not in line] or ["no message"]
    return f"is no complete PyTorch checkpoint of plain weights ({type(error).__name__}: {told[-1].strip()})"


def main(path_in: str, path_out: str) -> dict[str, Any]:
    try:
        content = torch.load(path_in, map_location="cpu", weights_only=True)
    except MemoryError:
        return {"error": "does not fit into memory"}
    except Exception as error:  # a broken file makes torch raise nearly anything
        return {"error": reason(error)}
    # a copy each: safetensors refuses tensors that share memory
    tensors = {name: tensor.contiguous().clone() for name, tensor in tensors_of(content)}
    if not tensors:
        return {"error": "holds no tensors"}
    save_file(tensors, path_out)
    return {"tensors": len(tensors)}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:3])))
