"""Where the network runs, and why."""

from __future__ import annotations

import pytest
import torch

from motion_core.generators import device as devices
from motion_core.generators.device import Device, pick_device


def test_device_choice(monkeypatch):
    assert pick_device("cpu").torch_device.type == "cpu" and "as asked" in pick_device("cpu").note
    for wrong in ("gpu", "cuda:x", "cpu:1", "", "mps:0"):
        with pytest.raises(ValueError, match=r"unknown device .* auto, cpu, cuda"):
            pick_device(wrong)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"'cuda' is not there.* 0 CUDA"):
        pick_device("cuda")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert "no GPU" in pick_device().note
    with pytest.raises(ValueError, match="Apple"):
        pick_device("mps")


def test_half_precision_for_large_batches_only(monkeypatch):
    device = Device(torch.device("cpu"), True, "")
    for frames, variable, expected in (
        (devices.HALF_FROM_FRAMES, None, True),
        (devices.HALF_FROM_FRAMES - 1, None, False),
        (10, "1", True),
    ):
        monkeypatch.delenv(devices.ENV_HALF, raising=False)
        if variable:
            monkeypatch.setenv(devices.ENV_HALF, variable)
        with device.computing(frames):
            assert torch.is_autocast_enabled("cpu") is expected
            assert torch.is_inference_mode_enabled()
