"""Motions and sentences a second through the retrieval model. Run: python bench/embedding.py [--data data_prepared]

One core unless --threads says otherwise; features included, and bringing a capture at 60 fps to 20. Real clips where
there is a training set, else stretches of a sway. Processor seconds are what one core alone would need: on a busy
machine the wall clock says how busy it was.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.data.store import ClipStore
from motion_core.embedding import Embedder, load_embedder
from motion_core.features import smpl205
from motion_core.formats import FormatError

COUNT = 512
CHUNK = 64  # as many motions as search hands over at once
PROMPT = "a person walks forward and waves with the right hand, take {}"


def sway(frames: int, rng: np.random.Generator) -> Motion:
    """Random joints that swing smoothly."""
    phase = np.linspace(0, frames / 10, frames)[:, None, None]
    rotations = quat.rotvec_to_quat(
        rng.normal(0, 0.2, (1, 22, 3)) * np.sin(phase + rng.uniform(0, 6, (1, 22, 3)))
    )
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    return Motion.from_pelvis(20.0, np.tile([0, 0, STANDING_PELVIS], (frames, 1)), rotations)


def motions_of(folder: Path) -> list[Motion]:
    """COUNT clips spread over the training set, or sways of like lengths."""
    try:
        store = ClipStore.open(folder)
    except (FormatError, FileNotFoundError):
        rng = np.random.default_rng(0)
        return [sway(int(frames), rng) for frames in rng.integers(30, 160, COUNT)]
    return [store.clip(int(i)).motion for i in np.linspace(0, len(store) - 1, COUNT)]


def timed(work, count: int) -> str:
    """Best of three, as a second and a processor second."""
    wall, core = [], []
    for _ in range(3):
        started, used = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - started)
        core.append(time.process_time() - used)
    return f"{count / min(wall):9.0f} {count / min(core):12.0f}"


def rows(embedder: Embedder, motions: list[Motion]) -> None:
    """One line each for features alone, indexing as search does it, another rate, and sentences."""
    chunks = [motions[start : start + CHUNK] for start in range(0, len(motions), CHUNK)]
    fast = [motion.resample(60.0) for motion in motions]
    print(f"{'':44}   a second   a core second")

    def row(title: str, work, count: int) -> None:
        print(f"{title:44} {timed(work, count)}")

    row("features, one motion at a time", lambda: [smpl205.encode(m) for m in motions], len(motions))
    row(
        "features, many in one pass",
        lambda: [smpl205.encode_canonical(c[:8]) for c in chunks],
        8 * len(chunks),
    )
    row(f"motions at 20 fps, {CHUNK} at a time", lambda: [embedder.motions(c) for c in chunks], len(motions))
    row("motions at 60 fps, all at once", lambda: embedder.motions(fast), len(fast))
    row("one motion alone", lambda: [embedder.motions([m]) for m in motions[:32]], 32)
    takes = iter(range(10**9))
    row(
        "new sentences, one alone",
        lambda: [embedder.texts([PROMPT.format(next(takes))]) for _ in range(16)],
        16,
    )
    row(
        "new sentences, 64 at a time",
        lambda: embedder.texts([PROMPT.format(next(takes)) for _ in range(64)]),
        64,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("data_prepared"), help="a training set of clips")
    parser.add_argument("--checkpoint", type=Path, help="other weights than the bundled ones")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    motions = motions_of(options.data)
    frames = np.array([len(motion) for motion in motions])
    print(f"{len(motions)} motions of {frames.mean():.0f} frames on average, {options.threads} threads, CPU")
    embedder = load_embedder(checkpoint=options.checkpoint, device="cpu")
    embedder.motions(motions[:8])
    embedder.texts(["a person walks"])
    rows(embedder, motions)


if __name__ == "__main__":
    main()
