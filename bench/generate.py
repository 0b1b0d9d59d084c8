"""Time and memory of text to motion on this machine. Run: python bench/generate.py [--model mdm] [--untrained 256]

A motion from a warm generator (text encoder included, prompts never seen before), beside the same network with the 50
steps of the official MDM (a distilled model: beside its teacher); a batch of eight; the first motion of a fresh
process. `--untrained W` measures an MDM of width W with random weights (time does not depend on them), 512 being the
published size.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import torch

from motion_core.catalog import DEFAULT_MODEL
from motion_core.checkpoint import CheckpointInfo, save_checkpoint
from motion_core.features import smpl205
from motion_core.generators import Generator, load_generator
from motion_core.models.mdm import MDM, MDMConfig
from motion_core.tasks import Generate, Sampling

PROMPT = "a person walks forward and waves with the right hand, take {}"
OFFICIAL_STEPS = 50


def untrained(width: int, folder: Path) -> None:
    """mdm.safetensors with random weights."""
    config = MDMConfig(features=smpl205.DIM, width=width)
    info = CheckpointInfo(
        family="mdm", config=config.to_json(), features="smpl205", mean=[0.0] * smpl205.DIM,
        std=[0.1] * smpl205.DIM, fps=20.0, conditioning="text", text_encoder="minilm",
        diffusion={"schedule": "cosine", "steps": 50, "predicts": "x0"},
    )  # fmt: skip
    save_checkpoint(folder / "mdm.safetensors", MDM(config).state_dict(), info)


def timed(
    generator: Generator, repeat: int, *, steps: int | None, seconds: float, together: int = 1
) -> list[float]:
    """Seconds of each of `repeat` runs with prompts that the cache has not seen."""
    times = []
    for number in range(repeat):
        prompts = [PROMPT.format(f"{steps} {number} {k} {together}") for k in range(together)]
        jobs = [(Generate(text=p, seconds=seconds), Sampling(number, {"steps": steps})) for p in prompts]
        started = time.perf_counter()
        generator.run_batch(jobs)
        times.append(time.perf_counter() - started)
    return times


def warm(generator: Generator, stepped: Generator, seconds: float, repeat: int) -> None:
    """Prints the warm rows, which take turns, so that all meet the same machine. stepped: takes any steps."""
    rows = [
        (generator, None),
        *([(stepped, None)] if stepped is not generator else []),
        (stepped, OFFICIAL_STEPS),
    ]
    for maker, _ in rows:
        timed(maker, 2, steps=None, seconds=seconds)  # warm up
    times: list[list[float]] = [[] for _ in rows]
    for _ in range(repeat):
        for row, (maker, steps) in zip(times, rows):
            row += timed(maker, 1, steps=steps, seconds=seconds)
    frames = round(seconds * generator.card.fps)
    print(f"{frames} frames, {generator.note}, {torch.get_num_threads()} threads")
    for row, (maker, steps) in zip(times, rows):
        ratio = median(row) / median(times[0])
        print(
            f"  {maker.card.id:<15} {steps or maker.card.own('steps'):3d} steps   best {min(row):.2f} s   "
            f"median {median(row):.2f} s   x {ratio:.2f}"
        )
    together = timed(generator, 2, steps=None, seconds=seconds, together=8)
    print(f"  eight motions at once       best {min(together):.2f} s   ({min(together) / 8:.2f} s each)")
    print(f"  memory of the process       {resident():.0f} MB now, {peak():.0f} MB at most")


def resident() -> float:
    """Memory of this process in MB (Linux; elsewhere the peak)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return peak()


def peak() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def cold(model: str, seconds: float, device: str, repeat: int = 3) -> None:
    """A fresh process until its file is written, as a user of the command line meets it.

    A process that imports torch and ends takes turns with it: their ratio says more than seconds on a busy machine.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "motion_core",
            "generate",
            "--text",
            PROMPT.format("one"),
            "--model",
            model,
        ]
        command += ["--seconds", str(seconds), "--device", device, "--out", f"{folder}/cold.npz", "--json"]
        pairs = [(spent(command), spent([sys.executable, "-c", "import torch"])) for _ in range(repeat)]
    times, busy = zip(*(first for first, _ in pairs))
    ratio = median(busy) / median(processor for _, (_, processor) in pairs)
    print(
        f"first motion of a fresh process  best {min(times):.1f} s   first {times[0]:.1f} s   "
        f"of processor {min(busy):.1f} s   x {ratio:.2f} of importing torch"
    )


def spent(command: list[str]) -> tuple[float, float]:
    """(seconds by the clock, seconds of processor) of a process until it ends."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ended - started, processor


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=9.8)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="torch's threads (0: its own choice)")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--untrained", type=int, metavar="WIDTH", help="random weights of this width")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        if args.untrained:
            untrained(args.untrained, Path(folder))
            os.environ["LABAN_WEIGHTS"] = folder
            args.model = "mdm"
        generator = load_generator(args.model, device=args.device)
        steps = generator.card.setting("steps")
        teacher = steps.elsewhere if steps and steps.fixed else ""
        stepped = load_generator(teacher, device=args.device) if teacher else generator
        warm(generator, stepped, args.seconds, args.repeat)
        cold(args.model, args.seconds, args.device)


if __name__ == "__main__":
    main()
