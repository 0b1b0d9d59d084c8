"""Clips that a network makes part by part: noise for each, what comes before the first, and the steps of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.generators.makers.maker import OnStep

HANGING = np.radians(70.0)  # how far arms hang below those of the rest pose


@dataclass(frozen=True)
class Noise:
    """Fresh noise (B,T,F) at each call, zero where padded.

    Drawn one by one on the CPU: the same seed gives the same noise in any batch, on any device.
    """

    sources: Sequence[torch.Generator]
    frames: Sequence[int]  # of each clip
    width: int  # F
    device: torch.device

    def __call__(self) -> Tensor:
        x = torch.zeros(len(self.frames), max(self.frames), self.width)
        for row, (count, source) in enumerate(zip(self.frames, self.sources)):
            x[row, :count] = torch.randn(count, self.width, generator=source)
        return x.to(self.device)


def shifted(on_step: OnStep, number: int, parts: int) -> OnStep:
    """The steps of one of so many equal parts, counted among those of all."""

    def report(k: int, n: int) -> None:
        on_step(number * n + k, parts * n)

    return report


def standing_still(frames: int, fps: float) -> Motion:
    """Somebody who stands with hanging arms."""
    rotations = np.tile(quat.IDENTITY, (frames, len(JOINTS), 1)).astype(np.float64)
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    for side, sign in (("left", -1.0), ("right", 1.0)):
        rotations[:, JOINT[f"{side}_shoulder"]] = quat.about_z(np.full(frames, sign * HANGING))
    return Motion.from_pelvis(fps, np.tile([0.0, 0.0, STANDING_PELVIS], (frames, 1)), rotations)
