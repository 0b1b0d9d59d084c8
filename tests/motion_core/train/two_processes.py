"""Takes a few steps of a two-phase model as one process of several; the first prints the weights' sum. For a test."""

from __future__ import annotations

import os
import sys

import torch
from torch import nn

from motion_core.train.config import LoopConfig
from motion_core.train.distributed import join_group
from motion_core.train.phases import Phase, Phases

CONFIG = LoopConfig(steps=9, warmup=0, learning_rate=1e-2, precision="fp32")


def weights_after(steps: int) -> list[float]:
    torch.manual_seed(0)
    model = nn.ModuleDict({"a": nn.Linear(3, 4), "b": nn.Linear(4, 1)})

    def loss(model, x, draws):
        return {"loss": (model["b"](model["a"](x).tanh()) - draws.normal(len(x), 1)).square().mean()}

    phases = (
        Phase("first", tuple(model["a"].parameters()), loss),
        Phase("second", tuple(model["b"].parameters()), loss, every=2),
    )
    with join_group(torch.device("cpu")) as group:
        running = Phases(phases, model, CONFIG, group)
        for step in range(steps):
            x = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))
            running.step(x.chunk(group.world)[group.rank], step)
        if group.first:
            return [float(p.sum()) for p in model.parameters()]
    return []


if __name__ == "__main__":
    if found := weights_after(5):
        print("weights", *found)
    sys.stdout.flush()
    os._exit(0)  # gloo's threads now and then abort a process that Python tears down
