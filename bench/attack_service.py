"""The service and the add-on's client under fire: counts and ratios. Run: python bench/attack_service.py [PART ...]

Parts, all by default: requests (hostile bodies beside honest questions), silent (connections that say nothing), files
(bad files of a library), results (many jobs of many clients), losses (backends killed and hung at random moments).
Models are untrained and tiny: what is measured is everything around them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/helpers")]

from tiny_mdm import save_tiny_models  # noqa: E402
from tiny_service import RunningService  # noqa: E402

from motion_core.body.motion import Motion  # noqa: E402
from motion_core.tasks import motion_to_json  # noqa: E402

WALK = {"task": "generate", "model": "mdm-action", "action": "walk", "seconds": 1.0, "steps": 2}
HALF = {**WALK, "seconds": 9.8, "steps": 300}  # about a second
QUESTIONS = 0.02  # seconds between two honest questions


class Honest:
    """Somebody who asks after the service's health all the time."""

    def __init__(self, service: RunningService) -> None:
        self.slowest, self.asked, self.failed = 0.0, 0, 0
        self._service, self._over = service, threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Honest:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self._service.url, headers=self._service.headers, timeout=60) as http:
            while not self._over.wait(QUESTIONS):
                begun, self.asked = time.perf_counter(), self.asked + 1
                try:
                    self.failed += http.get("/health").status_code != 200
                except httpx.HTTPError:
                    self.failed += 1
                self.slowest = max(self.slowest, time.perf_counter() - begun)


def standing(frames: int) -> Motion:
    rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    return Motion.from_pelvis(20.0, np.zeros((frames, 3)), rotations)


def hostile_bodies() -> dict[str, bytes]:
    long, short = motion_to_json(standing(110_000)), motion_to_json(standing(2000))

    def complete(motion: Any, **more: Any) -> bytes:
        return json.dumps({"task": "complete", "motion": motion, "keep": [[0, 5]], **more}).encode()

    betas = {**short, "betas": long["rotations"]}
    return {
        "100,000 kept spans": complete(long, keep=[[0, 100_000]] * 100_000),
        "10,000 wide spans": complete(long, keep=[[n, 100_000 + n] for n in range(10_000)], seconds=5.0),
        "betas of 38 MB": complete(betas),
        "5 million numbers": b"[" + b"0," * 5_000_000 + b"0]",
        "30 million brackets": b"[" * 30_000_000,
        "a prompt of 30 MB": b'{"text": "' + b"a " * 15_000_000 + b'"}',
        "an action of 30 MB": b'{"action": "' + b"wolk" * 7_500_000 + b'"}',
        "a number of 30 MB": b'{"seed": ' + b"9" * 30_000_000 + b"}",
        "100,000 pins": b'{"task": "complete", "seconds": 5, "pins": [' + b"{}," * 100_000 + b"{}]}",
        "a field named with 10 MB": b'{"' + b"x" * 10_000_000 + b'": 1}',
        "no JSON": os.urandom(1_000_000),
    }


def requests(service: RunningService) -> None:
    """Bodies that cost much, posted to each door."""
    statuses: Counter[int] = Counter()
    slowest, worst = 0.0, ""
    with (
        Honest(service) as honest,
        httpx.Client(base_url=service.url, headers=service.headers, timeout=120) as http,
    ):
        for name, body in hostile_bodies().items():
            for door in ("/jobs", "/search", "/search/motion", "/knows"):
                begun = time.perf_counter()
                statuses[http.post(door, content=body).status_code] += 1
                if (took := time.perf_counter() - begun) > slowest:
                    slowest, worst = took, name
        for line in (b"a" * 100_000, b"?" + b"text=" * 50_000):
            statuses[raw_status(service, b"GET /" + line + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")] += 1
    faults = sum(count for status, count in statuses.items() if status >= 500)
    print(
        f"requests   {sum(statuses.values())} hostile: {dict(sorted(statuses.items()))}, {faults} faults; "
        f"slowest {slowest:.2f} s ({worst})"
    )
    print(
        f"           {honest.asked} honest beside them: {honest.failed} failed, slowest {honest.slowest:.3f} s"
    )


def raw_status(service: RunningService, data: bytes) -> int:
    heard = b""
    with (
        socket.create_connection(("127.0.0.1", service.first["port"]), timeout=20) as plain,
        suppress(OSError),
    ):
        plain.sendall(data)
        while part := plain.recv(4096):
            heard += part
    return int(heard.split()[1]) if heard.startswith(b"HTTP/") else 0


def silent(service: RunningService, count: int = 140) -> None:
    """Connections that say nothing; who asks beside them is answered."""
    port = service.first["port"]
    held = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(count)]
    answered, slowest = 0, 0.0
    for _ in range(20):
        begun = time.perf_counter()
        with suppress(httpx.HTTPError):
            answered += (
                httpx.get(f"{service.url}/health", headers=service.headers, timeout=20).status_code == 200
            )
        slowest = max(slowest, time.perf_counter() - begun)
    for one in held:
        one.close()
    print(f"silent     {count} silent connections: {answered} of 20 answered, slowest {slowest:.3f} s")


def files(service: RunningService) -> None:
    """Faults strewn into good files, fetched as a search's results are."""
    dice, statuses, slowest = random.Random(1), Counter[int](), 0.0
    with tempfile.TemporaryDirectory() as folder:
        good = [standing(40).to_bytes(), bvh_text().encode()]
        for number in range(200):
            content = bytearray(good[number % 2])
            for _ in range(dice.choice((1, 3, 30))):
                content[dice.randrange(len(content))] = dice.randrange(256)
            if number % 5 == 0:
                del content[dice.randrange(len(content)) :]
            name = f"{number}.{('npz', 'bvh')[number % 2]}"
            Path(folder, name).write_bytes(content)
            begun = time.perf_counter()
            answer = service.http.post("/search/motion", json={"library": folder, "path": name}, timeout=60)
            slowest = max(slowest, time.perf_counter() - begun)
            statuses[answer.status_code] += 1
    faults = sum(count for status, count in statuses.items() if status >= 500)
    print(
        f"files      200 spoilt: {dict(sorted(statuses.items()))}, {faults} faults, slowest {slowest:.2f} s"
    )


def bvh_text() -> str:
    from motion_core.formats.bvh import write_bvh

    with tempfile.TemporaryDirectory() as folder:
        write_bvh(Path(folder, "m.bvh"), standing(40))
        return Path(folder, "m.bvh").read_text()


def results(service: RunningService, jobs: int = 1000, clients: int = 100) -> None:
    """Every client hands all its jobs in, and fetches what it was promised long after."""
    told: Counter[str] = Counter()

    def client(number: int) -> None:
        with httpx.Client(base_url=service.url, headers=service.headers, timeout=120) as http:
            mine = [submit(http, number * 1000 + k) for k in range(jobs // clients)]
            told["refused"] += mine.count(None)
            for job in filter(None, mine):
                while (state := http.get(f"/jobs/{job}").json()["state"]) in ("queued", "running"):
                    time.sleep(0.5)
                answer = http.get(f"/jobs/{job}/result")
                told["results" if state == "done" and len(answer.content) > 1000 else "lost"] += 1

    def submit(http: httpx.Client, seed: int) -> str | None:
        """The job's id; a queue that is full is asked again for a while."""
        for _ in range(600):
            answer = http.post("/jobs", json={**WALK, "seed": seed})
            if answer.status_code == 202:
                return str(answer.json()["id"])
            told["told to come again"] += 1
            time.sleep(0.5)
        return None

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    print(f"results    {jobs} jobs of {clients} clients: {dict(told)} in {time.perf_counter() - begun:.0f} s")


def addon_client() -> Any:
    """The add-on's client, without Blender."""
    package = ModuleType("addon_pure")
    package.__path__ = [str(ROOT / "blender_addon")]
    sys.modules["addon_pure"] = package
    import addon_pure.backend.client as client  # type: ignore[import-not-found]

    return client


class Window:
    """What Blender's timer does, with the longest time that one look took: by the clock, and of the processor."""

    def __init__(self, service: Any) -> None:
        self.service, self.longest, self.work = service, 0.0, 0.0

    def until(self, what: Any, over: Any, seconds: float = 120.0) -> bool:
        end = time.monotonic() + seconds
        while not over() and time.monotonic() < end:
            with self.measured():
                what.poll()
            time.sleep(0.02)
        return bool(over())

    @contextmanager
    def measured(self) -> Any:
        begun, worked = time.perf_counter(), time.thread_time()
        yield
        self.longest = max(self.longest, time.perf_counter() - begun)
        self.work = max(self.work, time.thread_time() - worked)


def losses(kills: int = 30, hangs: int = 10) -> None:
    """A backend is lost at a random moment: what was under way, and the next motion, are made all the same."""
    dice = random.Random(7)
    service = addon_client().Service()
    service.start(sys.executable, device="cpu")
    window, told, detected = Window(service), Counter[str](), []
    for number in range(kills + hangs):
        sign = signal.SIGKILL if number < kills else signal.SIGSTOP
        job = service.submit(HALF)
        moment = time.monotonic() + dice.uniform(0, 4)
        window.until(job, lambda moment=moment: time.monotonic() > moment)
        life, begun = service.life, time.monotonic()
        lost = service._child.process
        with suppress(ProcessLookupError):
            os.kill(lost.pid, sign)
        after = service.submit(WALK)
        window.until(after, lambda life=life: service.life != life, 30)
        detected.append(time.monotonic() - begun)
        window.until(job, lambda job=job: job.done)
        window.until(after, lambda after=after: after.done)
        told["under way made"] += job.state == "done"
        told["next made"] += after.state == "done"
        told["reaped"] += window.until(service, lambda lost=lost: lost.returncode is not None, 5)
        if after.state != "done":
            print("          ", number, after.message)
    last = service._child.process
    last.send_signal(signal.SIGSTOP)
    with window.measured():
        service.stop(wait=0.0)
    told["dropped hung and reaped"] += window.until(service, lambda: last.returncode is not None, 5)
    print(f"losses     {kills} killed, {hangs} hung: {dict(told)}; found within {max(detected):.1f} s")
    print(
        f"           longest look of the window {window.longest * 1000:.0f} ms by the clock, "
        f"{window.work * 1000:.0f} ms of work"
    )


def leftovers() -> None:
    time.sleep(1.0)
    print(f"folders    {len(list(Path(tempfile.gettempdir()).glob('laban-*')))} left in the temporary folder")


PARTS = {"requests": requests, "silent": silent, "files": files, "results": results}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}, losses")
    wanted = parser.parse_args().parts or [*PARTS, "losses"]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as temporary:
        weights = save_tiny_models(Path(folder), diffusion={"steps": 1000})
        os.environ.update(LABAN_WEIGHTS=str(weights), OMP_NUM_THREADS="1", TMPDIR=temporary)
        tempfile.tempdir = temporary
        if served := [part for part in PARTS if part in wanted]:
            service = RunningService(weights, "--device", "cpu")
            service.wait(service.submit(WALK))
            for part in served:
                PARTS[part](service)
            service.http.post("/shutdown")
            service.process.wait(20)
            service.stop()
        if "losses" in wanted:
            losses()
        leftovers()
    print(f"load average {os.getloadavg()[0]:.1f}; Python {sys.version.split()[0]}, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
