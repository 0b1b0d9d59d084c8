"""`laban convert` on a corpus of files that pretend to be official checkpoints: seconds, memory and what it says.

    python bench/hostile_checkpoints.py [NAME ...] [--words]

Each file is converted by a process of its own, forked off this one so that not each has to load torch. Every one must
end within LONGEST seconds of computing and MOST bytes with a message of Laban's own, run nothing that the file holds,
and leave nothing behind. Where the machine has other work the clock shows more; it may show AWAITED seconds.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]

from hostile_checkpoints import CORPUS, write_corpus  # noqa: E402

import motion_core.convert  # noqa: E402, F401  # before the forks
from motion_core import cli  # noqa: E402

LONGEST, AWAITED, MOST = 20.0, 90.0, 2e9  # seconds, seconds, bytes
# What no message may say: torch's own advice, our own surprise, or a bare exception.
STRANGE = re.compile(r"fault of laban|weights_only|torch\.load|PytorchStreamReader|Traceback|Error:")


@dataclass(frozen=True)
class Outcome:
    name: str
    status: int
    # Of all its processes' computing, and by the clock.
    seconds: float
    awaited: float
    # Most that one of its processes held.
    peak: float
    said: str
    left: bool

    @property
    def faults(self) -> list[str]:
        found = []
        if self.seconds > LONGEST or self.awaited > AWAITED:
            found.append("too slow")
        if self.peak > MOST:
            found.append("too large")
        if self.status not in (0, 1) or (self.status == 1 and (not self.said or STRANGE.search(self.said))):
            found.append("no sentence")
        if self.left:
            found.append("left something")
        return found


def convert(name: str, path: Path, folder: Path) -> Outcome:
    """One conversion, watched."""
    target, start = folder / f"{name}.safetensors", time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            os.dup2(errors.fileno(), 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            status = cli.main(["convert", str(path), str(target)])
            sys.stderr.flush()
            os._exit(status)
        _, status, usage = os.wait4(child, 0)
        awaited = time.perf_counter() - start
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().splitlines()
    code = os.waitstatus_to_exitcode(status)
    left = (path.parent / "was-run").exists() or (target.exists() and code != 0)
    seconds = usage.ru_utime + usage.ru_stime
    return Outcome(name, code, seconds, awaited, usage.ru_maxrss * 1024.0, said[-1] if said else "", left)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="of the corpus; without any, all of it")
    parser.add_argument("--words", action="store_true", help="print what each conversion said")
    options = parser.parse_args()
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="laban-hostile-") as place:
        folder = Path(place)
        paths = write_corpus(folder / "corpus", options.names or CORPUS)
        for name, path in paths.items():
            outcome = convert(name, path, folder)
            outcomes.append(outcome)
            what = "converted" if outcome.status == 0 else f"refused ({outcome.status})"
            faults = ", ".join(outcome.faults) or "ok"
            cost = f"{outcome.seconds:6.1f} s {outcome.awaited:6.1f} s {outcome.peak / 1e6:7.0f} MB"
            print(f"{name:22} {cost}  {what:12} {faults}", flush=True)
            if options.words or outcome.faults:
                print(f"    {outcome.said[:300]}", flush=True)
    bad = [outcome for outcome in outcomes if outcome.faults]
    slowest, awaited, largest = (max(getattr(o, n) for o in outcomes) for n in ("seconds", "awaited", "peak"))
    converted = sum(o.status == 0 for o in outcomes)
    print(
        f"{len(outcomes)} files: {converted} converted, {len(outcomes) - converted} refused, {len(bad)} wrongly; "
        f"at most {slowest:.1f} s of computing ({awaited:.1f} s by the clock) and {largest / 1e6:.0f} MB"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
