"""A pool of a dozen clips that the training scripts learn from in the tests."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT
from motion_core.data.pool import DatasetConfig, build_training_set
from motion_core.data.store import ClipRecord, ClipStore, write_store
from motion_core.text import TextCondition

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))


class LetterCounts:
    """A text encoder of sorts: how often each letter occurs; one token, the whole sentence."""

    name = "minilm"

    def encode(self, texts: list[str]) -> TextCondition:
        rows = torch.tensor([[float(text.count(chr(97 + i % 26))) for i in range(384)] for text in texts])
        return TextCondition(rows[:, None], rows, torch.ones(len(texts), 1, dtype=torch.bool))


def swaying_walk(number: int) -> Motion:
    rng, frames = np.random.default_rng(number), 24 + 4 * (number % 3)
    phase = np.linspace(0, 4 * np.pi, frames)[:, None, None]
    rotations = quat.rotvec_to_quat(
        rng.normal(0, 0.2, (1, 22, 3)) * np.sin(phase + rng.uniform(0, 6, (1, 22, 3)))
    )
    rotations[:, 0] = quat.multiply(np.broadcast_to(UPRIGHT, (frames, 4)), rotations[:, 0])
    path = np.stack([np.zeros(frames), -0.05 * np.arange(frames), np.full(frames, STANDING_PELVIS)], 1)
    return Motion.from_pelvis(20.0, path, rotations)


def make_pool(folder: Path, clips: list[ClipRecord]) -> Path:
    write_store(folder / "store", clips, {"own": "CC0"})
    config = DatasetConfig(size=24, min_clips=2, phrases=2)
    build_training_set(ClipStore.open(folder / "store"), LetterCounts(), config, folder / "pool", workers=1)
    return folder / "pool"


@pytest.fixture(scope="session")
def pool(tmp_path_factory):
    """A pool of a dozen clips: half with captions, half labelled as walks."""
    clips = [
        ClipRecord(
            f"clip{n}",
            "own",
            "val" if n > 9 else "train",
            "walk" if n % 2 else None,
            None,
            () if n % 2 else ("a person walks forward",),
            swaying_walk(n),
        )
        for n in range(12)
    ]
    return make_pool(tmp_path_factory.mktemp("data"), clips)


SENTENCES = (
    "a person kicks with the left leg",
    "he turns right",
    "both arms swing",
    "someone leans left, then right",
    "she jumps right and dances left",
    "left of a chair, both hands up",
)


@pytest.fixture(scope="session")
def telling_pool(tmp_path_factory):
    """A pool of ten clips with sentences that contradict each other."""
    clips = [
        ClipRecord(
            f"clip{n}",
            "own",
            "val" if n > 7 else "train",
            None,
            None,
            (SENTENCES[n % 6],),
            swaying_walk(n % 6),
        )
        for n in range(10)
    ]
    return make_pool(tmp_path_factory.mktemp("telling"), clips)
