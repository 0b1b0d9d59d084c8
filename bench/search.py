"""How quick search is: ranking against a plain Python loop, and the rate of indexing on one core.

Run: python bench/search.py [--clips 10000] [--files 300] [--bvh NAME=DIR ...] [--checkpoint FILE | --untrained]

--bvh names folders of foreign BVH files; their rate stands beside that of the way before (each file by itself at its
own rate, thinned out after it became a motion) and beside splitting and converting the text's numbers alone.

Seconds are of this process' processor time, which a busy machine does not change; wall-clock time stands beside them.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fit import target_motion

from motion_core.body.motion import Motion
from motion_core.embedding import load_embedder
from motion_core.formats.bvh import write_bvh
from motion_core.formats.motion_file import read_motion
from motion_core.formats.npz import write_npz
from motion_core.search import LibraryIndex, store
from motion_core.search.contents import contents_to_motions, read_content
from motion_core.search.folder import Stamp
from motion_core.search.store import Entry, Stored

GOAL_RANK, GOAL_RATE = 0.05, 200.0  # seconds for 10,000 clips; clips a second and core
FRAMES = (40, 120, 196)  # of the clips that are indexed, at 20 fps
QUESTION = "someone limps"


def timed(call: Callable[[], Any], repeats: int = 1) -> tuple[float, float]:
    """(processor seconds, wall-clock seconds) of the quickest of some calls."""
    times = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        times.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(times)


def say(what: str, seconds: tuple[float, float], note: str = "") -> None:
    print(f"{what:<46} {seconds[0] * 1e3:9.2f} ms   (wall {seconds[1] * 1e3:9.2f} ms) {note}")


def random_index(folder: Path, clips: int, width: int) -> LibraryIndex:
    """An index of that many clips with random embeddings, as if they had been read; on disk too."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(clips, width)).astype(np.float32)
    entries = {f"part{n % 97}/clip{n:06d}.npz": Entry(Stamp(1, 1), 6.0, rows[n]) for n in range(clips)}
    store.save(store.places(folder)[0], Stored("random", entries))
    return LibraryIndex.open(folder)


def plain_ranking(index: LibraryIndex, vector: list[float], count: int) -> list[str]:
    """The same in Python alone: what the ratio compares with."""
    scored = []
    for path, entry in index._entries.items():
        row = entry.vector.tolist()
        dot = sum(a * b for a, b in zip(row, vector))
        scored.append((-dot / sum(a * a for a in row) ** 0.5, path))
    return [path for _, path in sorted(scored)[:count]]


def bench_ranking(clips: int, width: int) -> None:
    vector = np.random.default_rng(1).normal(size=width).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        index = random_index(place, clips, width)
        say(f"open the index of {clips} clips", timed(lambda: LibraryIndex.open(place), 3))
        say(
            "first ranking after that",
            timed(lambda: LibraryIndex.open(place).rank(vector, 10)),
            "with opening",
        )
        ours = timed(lambda: index.rank(vector, 10), 20)
        plain = timed(lambda: plain_ranking(index, vector.tolist(), 10))
        assert [hit.path for hit in index.rank(vector, 10)] == plain_ranking(index, vector.tolist(), 10)
    verdict = "met" if ours[0] < GOAL_RANK else "MISSED"
    say("ranking", ours, f"goal {GOAL_RANK * 1e3:.0f} ms for 10,000: {verdict}")
    say("the same by a plain Python loop", plain, f"{plain[0] / ours[0]:.0f} times as long")


def bench_indexing(embedder: Any, files: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        for number in range(files):
            write_npz(place / f"{number:05d}.npz", target_motion(FRAMES[number % len(FRAMES)]))
        paths = sorted(place.glob("*.npz"))
        reading = timed(lambda: [read_motion(path) for path in paths])
        motions = [read_motion(path) for path in paths]
        embedding = timed(lambda: embedder.motions(motions))
        whole = timed(lambda: LibraryIndex.open(place).update(embedder))
        index = LibraryIndex.open(place)
        again = timed(lambda: index.update(embedder))
        write_bvh(place / "clip.bvh", target_motion(FRAMES[1]))
        bvh = timed(lambda: read_motion(place / "clip.bvh"), 5)
    rate = files / whole[0]
    frames = sum(FRAMES[number % len(FRAMES)] for number in range(files))
    print(f"indexing {files} npz clips of {', '.join(map(str, FRAMES))} frames: {rate:.0f} clips a second and core "
          f"(goal {GOAL_RATE:.0f}: {'met' if rate >= GOAL_RATE else 'MISSED'}); {frames / files:.0f} frames a clip, "
          f"{frames / whole[0]:.0f} frames a second")  # fmt: skip
    for what, seconds in (
        ("reading", reading),
        ("embedding", embedding),
        ("all, with looking and saving", whole),
    ):
        say(f"  {what}, a clip", (seconds[0] / files, seconds[1] / files))
    say("  an update that finds nothing new", again)
    say(f"  reading a BVH file of ours, {FRAMES[1]} frames", bvh)


def bench_bvh(embedder: Any, name: str, folder: Path, files: int) -> None:
    """A sample of a folder of foreign BVH files, spread evenly over it."""
    paths = sorted(folder.rglob("*.bvh"))
    paths = paths[:: max(1, len(paths) // files)][:files]
    if not paths:
        raise SystemExit(f"there is no BVH file in {folder}: name a folder that has some")
    with tempfile.TemporaryDirectory() as library:
        place = Path(library).resolve()
        for number, path in enumerate(paths):
            shutil.copy(path, place / f"{number:05d}.bvh")
        whole = timed(lambda: LibraryIndex.open(place).update(embedder))
        contents = [read_content(path) for path in paths]
        motions = [m for m in contents_to_motions(contents, embedder.fps) if isinstance(m, Motion)]
        reading = timed(lambda: [read_content(path) for path in paths])
        fitting = timed(lambda: contents_to_motions(contents, embedder.fps))
        embedding = timed(lambda: embedder.motions(motions))
        features = timed(lambda: embedder._encode(motions, list(range(len(motions)))))
        before = timed(lambda: embedder.motions([read_motion(path) for path in paths]))
        plain = timed(lambda: [list(map(float, rows_of(path).split())) for path in paths])
    count, rate = len(paths), len(paths) / whole[0]
    frames = sum(map(len, contents))
    print(f"indexing {count} BVH files, {name}: {rate:.0f} clips a second and core "
          f"(goal {GOAL_RATE:.0f}: {'met' if rate >= GOAL_RATE else 'MISSED'}), "
          f"{before[0] / whole[0]:.1f} times the rate of one file after the other; {frames / count:.0f} frames a file, "
          f"{sum(m.seconds for m in motions) / count:.1f} s, {frames / whole[0]:.0f} frames a second")  # fmt: skip
    for what, seconds in (
        ("reading", reading),
        ("plain Python reading of the numbers", plain),
        ("to motions of our body", fitting),
        ("features", features),
        ("the network", (embedding[0] - features[0], embedding[1] - features[1])),
        ("all, with looking and saving", whole),
    ):
        say(f"  {what}, a clip", (seconds[0] / count, seconds[1] / count), f"{seconds[0] / whole[0]:.0%}")


def rows_of(path: Path) -> bytes:
    """What follows the line that tells the frame time."""
    return path.read_bytes().partition(b"Frame Time:")[2].partition(b"\n")[2]


def untrained(folder: Path) -> Path:
    """A checkpoint of the bundled model's size with random weights."""
    import tomllib

    from motion_core.checkpoint import CheckpointInfo, save_checkpoint
    from motion_core.features import smpl205
    from motion_core.models.tmr import TMR, TMRConfig

    recipe = tomllib.loads(
        (Path(__file__).parents[1] / "training/configs/tmr.toml").read_text(encoding="utf-8")
    )
    config = TMRConfig(features=smpl205.DIM, text_width=384, **recipe["model"])
    info = CheckpointInfo(
        "tmr", config.to_json(), "smpl205", np.zeros(smpl205.DIM), np.ones(smpl205.DIM), 20.0, "text",
        text_encoder="minilm",
    )  # fmt: skip
    save_checkpoint(folder / "tmr.safetensors", TMR(config).state_dict(), info)
    return folder / "tmr.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=10_000, help="clips that are ranked")
    parser.add_argument("--files", type=int, default=300, help="files that are indexed")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--untrained", action="store_true", help="random weights of the same size")
    parser.add_argument("--bvh", action="append", default=[], metavar="NAME=DIR", help="foreign BVH files")
    args = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = untrained(Path(folder)) if args.untrained else args.checkpoint
        embedder = load_embedder(device="cpu", checkpoint=checkpoint)
        embedder.texts(["warm up"])
        embedder.motions([target_motion(40)])
        bench_ranking(args.clips, embedder.width)
        say("embedding a sentence", timed(lambda: embedder.texts([QUESTION])))
        bench_indexing(embedder, args.files)
        for source in args.bvh:
            name, _, place = source.partition("=")
            bench_bvh(embedder, name, Path(place), args.files)


if __name__ == "__main__":
    main()
