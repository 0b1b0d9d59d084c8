"""For tests: the service's app in this process, with workers that need no bundled weights and no socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
from tiny_maker import CARD, TinyConfig, TinyMaker, TinyNet, tiny_info
from word_embedder import WordEmbedder

from motion_core.generators.device import pick_device
from motion_core.generators.generator import Generator
from motion_core.service.app import create_app
from motion_core.service.jobs import JobTable
from motion_core.service.runner import Runner
from motion_core.service.searcher import Searcher


def tiny_generator(model: str = "tiny", *, device: str = "cpu") -> Generator:
    """A generator of the tiny family, without a file."""
    maker = TinyMaker(tiny_info(), TinyNet(TinyConfig()), pick_device("cpu"))
    return Generator(CARD, tiny_info(), maker)


class AppInProcess:
    """Table, workers and app. What the workers load may be replaced."""

    def __init__(
        self,
        load: Callable[..., Any] = tiny_generator,
        embedder: Callable[..., Any] = lambda model, device: WordEmbedder(),
    ) -> None:
        self.table = JobTable()
        self.workers = (Runner(self.table, device="cpu", load=load), Searcher(self.table, load=embedder))
        self.stopped: list[bool] = []
        self._app = create_app(self.table, *self.workers, lambda: self.stopped.append(True))
        for worker in self.workers:
            worker.start()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def exchange() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **more)

        return asyncio.run(exchange())

    def submit(self, path: str = "/jobs", **body: Any) -> str:
        answer = self.ask("POST", path, json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def state(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/jobs/{job}").json()
        return found

    def wait(self, job: str, *states: str) -> dict[str, Any]:
        """Until the job is in one of `states` (default: over)."""
        end = time.monotonic() + 20
        while (now := self.state(job))["state"] not in (states or ("done", "failed", "cancelled")):
            assert time.monotonic() < end, now
            time.sleep(0.005)
        return now

    def close(self) -> None:
        self.table.close()
        assert all(worker.join(10) for worker in self.workers)
