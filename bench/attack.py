"""Broken and hostile motion files, each read in a process of its own: what became of it, how long and how much it took.

Run: python bench/attack.py [--seeds 1] [--damaged 3000]

Counts are printed for each kind; a file is named where it ended in anything but a motion or a refusal, or took more
than two seconds or 500 MB. Damaged search indexes and checkpoints are counted as well. Linux and macOS.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/helpers"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from broken_files import ABOUT, damaged, write_broken_files
from safetensors.numpy import save

from motion_core.formats import FormatError
from motion_core.formats.motion_file import read_motion
from motion_core.search import store
from motion_core.search.contents import contents_to_motions, read_content
from motion_core.search.folder import Stamp

MOST_SECONDS, MOST_BYTES = 2.0, 500e6
PATIENCE = 300  # seconds, after which a reader counts as hanging
READ, REFUSED, FAULT = "read", "refused", "fault"


@dataclass(frozen=True)
class Ended:
    """What became of one file. seconds: of processor time; size: bytes of memory at most, the start's included."""

    what: str
    words: str
    seconds: float
    size: float


def alone(call: Callable[[Path], object], path: Path) -> Ended:
    """A call in a process of its own, which is ended when it hangs."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "w") as file:
            file.write("\t".join(outcome(call, path)))
        os._exit(0)
    os.close(writer)
    end, status, used = time.monotonic() + PATIENCE, 0, None
    while used is None and time.monotonic() < end:
        done, status, usage = os.wait4(child, os.WNOHANG)
        used = usage if done else None
        time.sleep(0.0005)
    if used is None:
        os.kill(child, 9)
        _, status, used = os.wait4(child, 0)
    with os.fdopen(reader) as file:
        what, _, words = file.read().partition("\t")
    if not what:
        what, words = FAULT, f"no answer, status {status}"
    return Ended(
        what, words, used.ru_utime + used.ru_stime, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    )


def outcome(call: Callable[[Path], object], path: Path) -> tuple[str, str]:
    try:
        call(path)
    except (FormatError, OSError) as error:
        return REFUSED, " ".join(str(error).split())
    except BaseException as error:
        return FAULT, f"{type(error).__name__}: {error}"[:300]
    return READ, ""


def for_search(path: Path) -> None:
    """As the index of a library reads a file."""
    found = contents_to_motions([read_content(path)], 20.0)[0]
    if isinstance(found, Exception):
        raise FormatError(str(found))


CALLS: dict[str, Callable[[Path], object]] = {"motion": read_motion, "search": for_search}


def report(title: str, ended: dict[Path, Ended], start: float) -> int:
    """Prints counts and what was too much; returns how many files that are."""
    counts = Counter(one.what for one in ended.values())
    slowest = max(ended, key=lambda path: ended[path].seconds)
    largest = max(ended, key=lambda path: ended[path].size)
    bad = {
        path: one for path, one in ended.items()
        if one.what == FAULT or one.seconds > MOST_SECONDS or one.size - start > MOST_BYTES
    }  # fmt: skip
    print(
        f"{title:<14} {len(ended):4d} files: {counts[READ]:3d} read, {counts[REFUSED]:3d} refused, "
        f"{counts[FAULT]} internal faults; slowest {ended[slowest].seconds:.2f} s ({slowest.name}), "
        f"most memory {(ended[largest].size - start) / 1e6:.0f} MB ({largest.name})"
    )
    for path, one in bad.items():
        print(
            f"  {path.name}: {one.what}, {one.seconds:.2f} s, {(one.size - start) / 1e6:.0f} MB {one.words}"
        )
    return len(bad)


def damaged_indexes(count: int) -> int:
    """Prints what becomes of so many damaged search indexes; returns how many raise."""
    rows = np.random.default_rng(0).normal(size=(20, 256)).astype(np.float32)
    entries = {f"clip{n}.npz": store.Entry(Stamp(1, 1), 6.0, row) for n, row in enumerate(rows)}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.npz"
        store.save(file, store.Stored("mark", entries))
        return damage("index", file, count, lambda: store.load(file) is not None)


def damaged_checkpoints(count: int) -> int:
    """Prints what becomes of so many checkpoints with damaged headers; returns how many raise."""
    from motion_core.checkpoint import load_checkpoint  # torch: not in every process above

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.safetensors"
        file.write_bytes(save({"a": np.zeros((2, 2), np.float32)}, metadata={"laban": json.dumps(ABOUT)}))
        return damage("checkpoint", file, count, lambda: bool(load_checkpoint(file)))


def damage(title: str, file: Path, count: int, read: Callable[[], bool]) -> int:
    """Reads a file that is damaged anew each time, and prints the counts. read: whether something could be read."""
    content, rng, counts = file.read_bytes(), random.Random(0), Counter[str]()
    for _ in range(count):
        file.write_bytes(damaged(content, rng))
        try:
            counts[READ if read() else REFUSED] += 1
        except FormatError:
            counts[REFUSED] += 1
        except Exception as error:
            counts[FAULT] += 1
            print(f"  {title}: {error!r}"[:300])
    told = f"{counts[READ]:3d} read, {counts[REFUSED]:3d} refused, {counts[FAULT]} internal faults"
    print(f"{title:<14} {count:4d} files: {told}")
    return counts[FAULT]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=1, help="how often the corpus is made anew (default 1)")
    parser.add_argument("--damaged", type=int, default=3000, help="indexes, and checkpoints (default 3000)")
    args = parser.parse_args()
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    bad = 0
    for seed in range(args.seeds):
        with tempfile.TemporaryDirectory() as folder:
            paths = write_broken_files(Path(folder), seed)
            for name, call in CALLS.items():
                ended = {path: alone(call, path) for path in paths}
                for ending in (".npz", ".npy", ".bvh"):
                    part = {path: one for path, one in ended.items() if path.suffix == ending}
                    bad += report(f"{name} {ending}", part, start)
    bad += damaged_indexes(args.damaged) + damaged_checkpoints(args.damaged)
    print(f"{bad} beyond the aims (no internal fault, {MOST_SECONDS:g} s, {MOST_BYTES / 1e6:g} MB)")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
