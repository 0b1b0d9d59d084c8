"""One process or several: the loop sees the same group."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from motion_core.train.distributed import Group, join_group

CODE = """
import os, sys, torch
from torch import nn
from motion_core.train.distributed import join_group
with join_group(torch.device("cpu")) as group:
    weight = nn.Parameter(torch.zeros(2))
    weight.grad = torch.full((2,), float(group.rank))
    untouched = nn.Parameter(torch.zeros(1))
    group.average_gradients([weight, untouched])
    group.wait()
    found = [group.world, group.any(group.rank == 1), group.any(False),
             group.mean(torch.tensor([group.rank * 4.0])).item(), weight.grad.tolist(), untouched.grad]
    if group.first:
        print(found, flush=True)
    group.wait()
sys.stdout.flush()
os._exit(0)
"""


def test_a_process_alone_is_a_group(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    model = nn.Linear(2, 1)
    model(torch.ones(1, 2)).sum().backward()
    gradient = model.weight.grad.clone()
    with join_group(torch.device("cpu")) as group:
        assert group == Group(torch.device("cpu")) and group.first and group.wrap(model) is model
        assert group.any(True) and not group.any(False) and group.mean(torch.tensor(3.0)) == 3.0
        group.average_gradients(model.parameters())
        group.wait()
    assert torch.equal(model.weight.grad, gradient)
    assert not Group(torch.device("cpu"), 1, 2).first


@pytest.mark.slow
def test_two_processes_agree(tmp_path):
    script = tmp_path / "two.py"
    script.write_text(CODE)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc_per_node=2",
        str(script),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True, env=environment)
    assert done.stdout.strip() == "[2, True, False, 2.0, [0.5, 0.5], None]"
