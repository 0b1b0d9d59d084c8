"""What one motion costs, measured in a process of its own, where nothing else takes memory or warms a cache.

`python -m motion_core.metrics.benchmark.cost MODEL[@SETTINGS] DEVICE SECONDS` prints one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

WORDS = (
    "a person walks forward",
    "someone waves hello with the left hand",
    "a man runs, then stops and bows",
)
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Cost:
    """Of one motion of `length` seconds, alone, warm, its text not yet encoded.

    seconds: median. load: seconds from the start of the process to a loaded model. memory: the process's peak in MB
    (of the GPU's memory, where there is one), None where the system does not tell.
    """

    length: float
    seconds: float
    load: float
    memory: float | None
    device: str


def measure_cost(model: str, device: str, length: float) -> Cost:
    """In this process: load, one run to warm up, then a run for each of WORDS."""
    started = time.perf_counter()
    from motion_core.metrics.benchmark.contenders import Contender
    from motion_core.tasks import Generate

    contender = Contender.parse(model)
    generator = contender.load(device)
    load = time.perf_counter() - started
    length = min(length, generator.card.max_seconds)
    generator.run(Generate(text="a person stands still", seconds=length), contender.sampling(0))
    taken = []
    for seed, words in enumerate(WORDS):
        before = time.perf_counter()
        generator.run(Generate(text=words, seconds=length, split=False), contender.sampling(seed))
        taken.append(time.perf_counter() - before)
    return Cost(length, float(np.median(taken)), load, _peak_memory(), generator.note)


def _peak_memory() -> float | None:
    import torch

    if torch.cuda.is_available() and (used := torch.cuda.max_memory_allocated()):
        return used / MEGABYTE
    status = Path("/proc/self/status")
    if status.exists():  # of this program alone; getrusage would count the parent that started it
        peak = next((line for line in status.read_text().splitlines() if line.startswith("VmHWM:")), None)
        if peak:
            return int(peak.split()[1]) / 1024
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    return None


def cost_in_child(model: str, device: str, length: float) -> Cost:
    """`measure_cost` in a process of its own. Raises ValueError with its last words where that fails."""
    # -P: nothing of the current folder is imported, which may hold a `torch.py`
    command = [sys.executable, "-P", "-m", "motion_core.metrics.benchmark.cost", model, device, str(length)]
    root = str(Path(__file__).resolve().parents[3])  # the package may not be installed, only on the path
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths})
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ValueError(f"the cost of {model} could not be measured: {last}")
    return Cost(**json.loads(done.stdout.strip().splitlines()[-1]))


def main(arguments: list[str]) -> int:
    from motion_core.threads import let_threads_sleep

    let_threads_sleep()
    model, device, length = arguments
    print(json.dumps(asdict(measure_cost(model, device, float(length)))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
