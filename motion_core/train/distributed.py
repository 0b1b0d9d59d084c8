"""One process or several under torchrun; the loop sees the same `Group` either way."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

PATIENCE = timedelta(hours=1)  # the others wait while the first process validates, draws and saves


@dataclass(frozen=True)
class Group:
    """This process among its fellows."""

    device: torch.device
    rank: int = 0
    world: int = 1

    @property
    def first(self) -> bool:
        """True in the one process that logs, validates and saves."""
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model whose backward pass averages gradients over the group."""
        if self.world == 1:
            return model
        devices = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(model, device_ids=devices, broadcast_buffers=False)

    def any(self, flag: bool) -> bool:
        """True in every process if it is true in one."""
        if self.world == 1:
            return flag
        votes = torch.tensor([float(flag)], device=self.device)
        dist.all_reduce(votes)
        return bool(votes.item() > 0)

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """The mean over processes, in every process."""
        if self.world > 1:
            values = values.clone()
            dist.all_reduce(values)
        return values / self.world

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Each weight's gradient becomes the mean over processes, in every process."""
        if self.world == 1:
            return
        for parameter in parameters:
            if parameter.grad is not None:
                dist.all_reduce(parameter.grad)
                parameter.grad /= self.world

    def wait(self) -> None:
        """Return when every process has come here."""
        if self.world > 1:
            dist.barrier()


@contextmanager
def join_group(device: torch.device) -> Iterator[Group]:
    """The group that torchrun's environment describes (NCCL on GPUs, gloo on CPUs), or a group of one."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Group(device)
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    backend = "nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=PATIENCE)
    try:
        yield Group(device, dist.get_rank(), world)
    finally:
        dist.destroy_process_group()
