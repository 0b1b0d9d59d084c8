"""For tests: a service process with tiny models, and what to ask of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import httpx
from tiny_mdm import save_tiny_models

ROOT = Path(__file__).resolve().parents[2]
TASK = {"task": "generate", "text": "a person walks", "seconds": 1.0, "seed": 3, "steps": 2}
# An action needs no text encoder, which takes seconds to load
WALK = {"task": "generate", "model": "mdm-action", "action": "walk", "seconds": 1.0, "seed": 3, "steps": 2}
LONG = {**WALK, "seconds": 9.8, "steps": 1000}  # several seconds of work: something to cancel or to kill


def write_tiny_weights(folder: Path) -> Path:
    """Tiny models with a thousand noise levels, so that a job can be made to last."""
    return save_tiny_models(folder, diffusion={"steps": 1000})


def service_environment(weights: Path) -> dict[str, str]:
    return {**os.environ, "LABAN_WEIGHTS": str(weights), "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def _whole(file: IO[bytes]) -> str:
    """What a process wrote so far. Seeking would move the place where it writes next: the two share one offset."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


class RunningService:
    """`laban serve` as a child process, spoken to with httpx."""

    def __init__(self, weights: Path, *options: str, temporary: Path | None = None) -> None:
        self._out = tempfile.TemporaryFile()  # noqa: SIM115
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "motion_core.service.server", *options],
            stdin=subprocess.DEVNULL, stdout=self._out, stderr=self.errors,
            env=service_environment(weights) | ({"TMPDIR": str(temporary)} if temporary else {}),
        )  # fmt: skip
        self.first: dict[str, Any] = self._read_first_line()
        scheme = "https" if "--tls-cert" in options else "http"
        self.url = f"{scheme}://127.0.0.1:{self.first['port']}"
        self.headers = {"Authorization": f"Bearer {self.first['token']}"}
        self.http = httpx.Client(base_url=self.url, headers=self.headers, timeout=30, verify=False)

    def _read_first_line(self) -> dict[str, Any]:
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            line, newline, _ = self.output().partition("\n")
            if newline:
                return json.loads(line)
            time.sleep(0.02)
        raise AssertionError(f"the service did not start: {self.error_text()}")

    def output(self) -> str:
        return _whole(self._out)

    def error_text(self) -> str:
        return _whole(self.errors)

    def submit(self, task: dict[str, Any] = TASK, **change: Any) -> str:
        answer = self.http.post("/jobs", json={**task, **change})
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    def state(self, job: str) -> dict[str, Any]:
        return self.http.get(f"/jobs/{job}").json()

    def wait(self, job: str, *states: str, timeout: float = 60.0) -> dict[str, Any]:
        """Until the job is in one of `states` (default: over)."""
        end = time.monotonic() + timeout
        while (now := self.state(job))["state"] not in (states or ("done", "failed", "cancelled")):
            assert time.monotonic() < end, now
            time.sleep(0.01)
        return now

    def motion(self, job: str, index: int = 0) -> bytes:
        answer = self.http.get(f"/jobs/{job}/motion", params={"index": index})
        assert answer.status_code == 200, answer.text
        return answer.content

    def stop(self) -> None:
        self.http.close()
        self.process.kill()
        self.process.wait()
        self._out.close()
        self.errors.close()
