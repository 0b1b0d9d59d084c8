"""Where the network runs: CUDA (or ROCm, which torch calls the same), Apple's GPU, or the CPU; and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

ENV_HALF = "LABAN_HALF"  # "0": never float16, "1": whenever the device can
# Below this many frames in a batch a GPU waits for kernel launches, not for arithmetic: float16 gains nothing there,
# and float32 keeps a single motion exactly reproducible.
HALF_FROM_FRAMES = 2048
KINDS = "auto, cpu, cuda, cuda:0, mps"


@dataclass(frozen=True)
class Device:
    """A torch device, whether it may compute in float16, and a sentence for the user that says what was picked."""

    torch_device: torch.device
    half: bool
    note: str

    @property
    def is_gpu(self) -> bool:
        return self.torch_device.type != "cpu"

    @contextmanager
    def computing(self, frames: int) -> Iterator[None]:
        """No gradients; float16 arithmetic where it helps for a batch of that many frames in all."""
        always = os.environ.get(ENV_HALF) == "1"
        half = self.half and (always or frames >= HALF_FROM_FRAMES)
        with (
            torch.inference_mode(),
            torch.autocast(self.torch_device.type, dtype=torch.float16, enabled=half),
        ):
            yield


def pick_device(wanted: str = "auto") -> Device:
    """The best device there is, or the one that is asked for. Raises ValueError where it does not exist."""
    if wanted == "auto":
        if torch.cuda.is_available():
            return _cuda(0)
        return _mps() if torch.backends.mps.is_available() else _cpu("no GPU that torch can use was found")
    kind, _, number = wanted.partition(":")
    if kind == "cpu" and not number:
        return _cpu("as asked")
    if kind == "mps" and not number:
        if not torch.backends.mps.is_available():
            raise ValueError("device 'mps' is not there: this torch sees no Apple GPU; use auto or cpu")
        return _mps()
    if kind == "cuda" and (not number or number.isdecimal()):
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(number or 0) >= count:
            raise ValueError(
                f"device {wanted!r} is not there: this torch sees {count} CUDA or ROCm devices; use auto or cpu"
            )
        return _cuda(int(number or 0))
    raise ValueError(f"unknown device {wanted!r}; use one of {KINDS}")


def out_of_memory_cpu() -> Device:
    """The CPU, after a GPU had no room left."""
    return _cpu("the GPU ran out of memory: going on with the CPU")


def is_out_of_memory(error: BaseException) -> bool:
    """CUDA raises its own class; Apple's backend a plain RuntimeError with these words."""
    return isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "out of memory" in str(error)
    )


def _cpu(why: str) -> Device:
    # bfloat16 on a CPU would cost accuracy (8 bits) and helps only the newest ones
    return Device(torch.device("cpu"), False, f"CPU, {torch.get_num_threads()} threads, float32 ({why})")


def _mps() -> Device:
    return Device(torch.device("mps"), False, "Apple GPU, float32")


def _cuda(index: int) -> Device:
    name = torch.cuda.get_device_name(index)
    # tensor cores, which make float16 worth while, came with compute capability 7
    half = torch.cuda.get_device_capability(index)[0] >= 7 and os.environ.get(ENV_HALF) != "0"
    how = "float16 for large batches" if half else "float32"
    return Device(torch.device("cuda", index), half, f"{name} (cuda:{index}), {how}")
