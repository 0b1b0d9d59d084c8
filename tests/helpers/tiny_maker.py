"""For tests: a family whose maker is no diffusion. It answers plans with a pose that seed and words decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT
from motion_core.catalog import TEXT_ONLY, ModelCard, Setting
from motion_core.checkpoint import CheckpointInfo, save_checkpoint
from motion_core.features import FeatureStats, smpl205
from motion_core.generators.device import Device
from motion_core.generators.families import Family
from motion_core.generators.makers.maker import Clip, OnStep

TOGETHER = 2  # clips of a batch
READ = 20  # characters that it reads of a text
CARD = ModelCard(
    id="tiny", title="Tiny", family="tiny", tasks=("generate", "complete", "edit", "sequence"),
    takes=TEXT_ONLY, requires=TEXT_ONLY, fps=20.0, max_seconds=9.8,
    settings=(Setting("rounds", 3, 1, 9, label="Rounds", help="How often it looks at its work"),),
    licence="CC0 (made up)", checkpoint="tiny.safetensors",
)  # fmt: skip
FAMILY = Family("tiny_maker", "TinyNet", "TinyConfig", "tiny_maker:TinyMaker")


@dataclass(frozen=True)
class TinyConfig:
    """How far poses differ."""

    spread: float = 0.02

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> TinyConfig:
        return cls(**entry)


class TinyNet(torch.nn.Module):
    """One weight: how far poses differ."""

    def __init__(self, config: TinyConfig) -> None:
        super().__init__()
        self.spread = torch.nn.Parameter(torch.tensor(config.spread))


class TinyMaker:
    """A `ClipMaker`."""

    def __init__(self, info: CheckpointInfo, model: TinyNet, device: Device) -> None:
        self.stats = FeatureStats(np.asarray(info.mean), np.asarray(info.std))
        self.device, self.spread = device, float(model.spread.detach())
        self.sizes: list[int] = []  # of the batches that it made

    @classmethod
    def true_card(cls, card: ModelCard, info: CheckpointInfo) -> ModelCard:
        return replace(card, settings=CARD.settings)

    def batches(self, clips: Sequence[Clip]) -> list[list[Clip]]:
        alike = {rounds: [c for c in clips if c.settings["rounds"] == rounds] for rounds in range(1, 10)}
        return [group[i : i + TOGETHER] for group in alike.values() for i in range(0, len(group), TOGETHER)]

    def steps_of(self, batch: Sequence[Clip]) -> int:
        return int(batch[0].settings["rounds"])

    def make(self, batch: Sequence[Clip], on_step: OnStep) -> list[np.ndarray]:
        self.sizes.append(len(batch))
        for k in range(self.steps_of(batch)):
            on_step(k + 1, self.steps_of(batch))
        return [self._made(clip) for clip in batch]

    def cut_note(self, text: str) -> str | None:
        return f"only the first {READ} characters were read" if len(text) > READ else None

    def _made(self, clip: Clip) -> np.ndarray:
        """(T,205): one pose, kept still."""
        told = sum((clip.plan.text or "")[:READ].encode())
        rng = np.random.default_rng([clip.plan.sampling.seed, told, clip.settings["rounds"]])
        pose = self.stats.mean + self.spread * rng.normal(size=len(self.stats.mean))
        return np.tile(pose, (clip.plan.frames, 1)).astype(np.float32)


def tiny_info() -> CheckpointInfo:
    """What a checkpoint of the family says: features around an upright pose."""
    rotations = np.tile([1.0, 0, 0, 0], (4, 22, 1))
    rotations[:, 0] = UPRIGHT
    standing = smpl205.encode(Motion.from_pelvis(20.0, np.tile([0, 0, STANDING_PELVIS], (4, 1)), rotations))
    return CheckpointInfo(
        family="tiny", config={"spread": 0.02}, features="smpl205", mean=standing.mean(0),
        std=np.full(smpl205.DIM, 0.05), fps=20.0, conditioning="text", licence="CC0 (made up)",
    )  # fmt: skip


def save_tiny(path: Path) -> Path:
    """A checkpoint of the family; returns its path."""
    save_checkpoint(path, TinyNet(TinyConfig()).state_dict(), tiny_info())
    return path
