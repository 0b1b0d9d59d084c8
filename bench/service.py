"""The service as the add-on meets it, over HTTP. Run: python bench/service.py [--untrained 256] [--runs 10]

Prints: seconds from the process' start to its first line, to the first motion of a cold start, with and without
--preload; seconds from text to motion once warm (196 frames at 20 fps, prompts never seen before); memory idle.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx
import psutil
from generate import PROMPT, untrained

SECONDS = 9.8  # 196 frames
POLL = 0.02  # seconds between two questions after a job


class Measured:
    """One service process and the clock since its start."""

    def __init__(self, *options: str) -> None:
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "motion_core", "serve", *options], stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        first = json.loads(self.process.stdout.readline())
        self.first_line = self.clock()
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{first['port']}",
            headers={"Authorization": f"Bearer {first['token']}"},
        )

    def clock(self) -> float:
        return time.perf_counter() - self.begun

    def generate(self, number: int) -> float:
        """Seconds from posting a prompt to holding its motion."""
        begun = time.perf_counter()
        task = {"text": PROMPT.format(f"number {number}"), "seconds": SECONDS, "seed": number}
        job = self.http.post("/jobs", json=task, timeout=60).json()["id"]
        while (now := self.http.get(f"/jobs/{job}", timeout=60).json())["state"] in ("queued", "running"):
            time.sleep(POLL)
        if now["state"] != "done":
            raise RuntimeError(now["message"])
        assert len(self.http.get(f"/jobs/{job}/motion", timeout=60).content) > 10_000
        return time.perf_counter() - begun

    def memory(self) -> float:
        """Resident gigabytes."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e9

    def cpu(self) -> float:
        """Seconds of processor time so far, over all cores: what a busy machine does not change."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def stop(self) -> float:
        """Seconds until it has ended."""
        begun = time.perf_counter()
        self.http.post("/shutdown")
        self.process.wait(30)
        return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--untrained", type=int, metavar="WIDTH", help="random weights of this width")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.untrained:
            untrained(args.untrained, Path(folder))
            os.environ["LABAN_WEIGHTS"] = folder
        measure(args.runs)


def measure(runs: int) -> None:
    for options in ((), ("--preload", "mdm")):
        service = Measured(*options)
        empty = service.memory()
        service.generate(0)
        print(f"cold start {' '.join(options) or 'plain':14}  first line {service.first_line:.2f} s   "
              f"first motion {service.clock():.2f} s")  # fmt: skip
        if not options:
            service.stop()
    cold = service.cpu()
    times = sorted(service.generate(number) for number in range(1, runs + 1))
    work = (service.cpu() - cold) / runs
    time.sleep(2)
    health = service.http.get("/health").json()
    print(f"warm, 196 frames  best {times[0]:.2f} s   median {median(times):.2f} s   worst {times[-1]:.2f} s")
    print(f"processor time    {cold:.2f} s to the first motion   {work:.2f} s a warm motion")
    print(
        f"memory before a model {empty:.2f} GB   idle with {', '.join(health['loaded'])} {service.memory():.2f} GB"
    )
    print(f"shutdown {service.stop():.2f} s   load average {os.getloadavg()[0]:.1f}   {health['note']}")


if __name__ == "__main__":
    main()
