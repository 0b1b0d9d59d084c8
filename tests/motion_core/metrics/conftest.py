"""A small prepared store for the evaluation: clips that travel, with labels and captions, all different."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.data.store import ClipRecord, ClipStore, write_store


def gait(seed: int, frames: int, speed: float) -> Motion:
    """A person who sways in a way of its own and travels forward at `speed` m/s."""
    rng = np.random.default_rng(seed)
    phase = np.linspace(0, frames / 5, frames)[:, None, None] + rng.uniform(0, 6, (1, 22, 3))
    rotations = quat.rotvec_to_quat(rng.normal(0, 0.2, (1, 22, 3)) * np.sin(phase))
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    along = np.arange(frames) / 20 * speed
    pelvis = np.stack([np.zeros(frames), -along, np.full(frames, STANDING_PELVIS)], axis=1)
    return Motion.from_pelvis(20.0, pelvis, rotations)


def make_clips() -> list[ClipRecord]:
    """Twelve to train on and ten to validate with; the last one of each is too short to use."""
    captions = ("a person juggles three balls", "someone juggles")
    clips = []
    for split, count in (("train", 12), ("val", 10)):
        for number in range(count):
            seed = number + (100 if split == "val" else 0)
            action = ("walk", "run", "bow", None)[number % 4]
            frames = 10 if number == count - 1 else 20 + 3 * number
            motion = gait(seed, frames, 0.3 * number)
            said = () if action else captions
            clips.append(ClipRecord(f"{split}{number}", "made", split, action, "normal", said, motion))
    return clips


@pytest.fixture(scope="session")
def evaluation_store(tmp_path_factory) -> ClipStore:
    folder = tmp_path_factory.mktemp("evaluation") / "store"
    write_store(folder, make_clips(), {"made": "our own"})
    return ClipStore.open(folder)


@pytest.fixture(scope="session")
def evaluation_folder(evaluation_store, tmp_path_factory):
    """The folder of `evaluation_store`."""
    return next(tmp_path_factory.getbasetemp().glob("evaluation*/store"))


@pytest.fixture(scope="session")
def all_weights(tmp_path_factory):
    """Tiny weights of `mdm`, `mdm-action` and `tmr` in one folder."""
    from tiny_mdm import save_tiny_models
    from tiny_tmr import save_tiny_tmr

    return save_tiny_tmr(save_tiny_models(tmp_path_factory.mktemp("all_weights")))
