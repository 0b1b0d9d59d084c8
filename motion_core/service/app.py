"""What the service answers: health, jobs, their results. An error is {"error": text}; the app knows no token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from motion_core import __version__
from motion_core.catalog import CATALOG
from motion_core.generators.prompt_parts import part_texts
from motion_core.service.bodies import read_json, read_place, read_request, read_text, weight_of
from motion_core.service.jobs import Job, JobTable, QueueFull
from motion_core.service.runner import Runner
from motion_core.service.searcher import Searcher
from motion_core.service.worker import Worker
from motion_core.tasks import Search

SHORT = 64 * 1024  # bytes of a body that is read at once; longer ones wait for each other
MAX_ERROR = 2000  # characters


class Threads:
    """How many threads do what takes its time, so that no kind of request can take them all."""

    def __init__(self) -> None:
        self.short, self.long = CapacityLimiter(8), CapacityLimiter(2)
        self.files, self.words = CapacityLimiter(4), CapacityLimiter(4)
        self.results = CapacityLimiter(8)

    def for_body(self, body: bytes) -> CapacityLimiter:
        return self.short if len(body) <= SHORT else self.long


class Api:
    """The endpoints over the job table and the workers, one a lane."""

    def __init__(self, table: JobTable, runner: Runner, searcher: Searcher, stop: Callable[[], None]) -> None:
        self._table = table
        self._runner = runner
        self._searcher = searcher
        self._workers: dict[str, Worker] = {worker.lane: worker for worker in (runner, searcher)}
        self._threads = Threads()
        self._stop = stop

    async def health(self, request: HttpRequest) -> Response:
        runner = self._runner
        return JSONResponse(
            {
                "status": runner.status,
                "version": __version__,
                "device": runner.device,
                "note": runner.note,
                "loaded": runner.loaded + self._searcher.loaded,
                "models": list(CATALOG),
            }
        )

    async def submit(self, request: HttpRequest) -> Response:
        return await self._posted(request, None)

    async def search(self, request: HttpRequest) -> Response:
        return await self._posted(request, Search.name)

    async def _posted(self, request: HttpRequest, kind: str | None) -> Response:
        body = await request.body()
        return await run_sync(self._add, body, kind, limiter=self._threads.for_body(body))

    def _add(self, body: bytes, kind: str | None) -> Response:
        """Queue the task of a request's body; kind: what it is where the body does not say."""
        wanted = read_request(body, self._runner.cards, kind)
        with _refusals():
            self._workers[wanted.task.lane].admit(wanted.task)
            job = self._table.add(wanted, weight_of(body))
        kept = self._table.limits.finished_seconds
        return JSONResponse({"id": job.id, "kept_seconds": kept}, status_code=202)

    async def knows(self, request: HttpRequest) -> Response:
        text = request.query_params.get("text")
        body = await request.body() if request.method == "POST" else None
        # the text encoder takes its time the first time
        return await run_sync(self._known, text, body, limiter=self._threads.words)

    def _known(self, text: str | None, body: bytes | None) -> Response:
        """How a prompt is heard; without one, everything that is known."""
        from motion_core.hearing.hearing import knows
        from motion_core.hearing.known import load_known, things_json

        asked, fragment = (text, False) if body is None else read_text(read_json(body))
        with _refusals():
            return JSONResponse(
                things_json(load_known())
                if asked is None
                else knows(asked, part_texts, fragment=fragment).to_json()
            )

    async def found(self, request: HttpRequest) -> Response:
        return await run_sync(self._find_motion, await request.body(), limiter=self._threads.files)

    def _find_motion(self, body: bytes) -> Response:
        wanted = read_place(read_json(body))
        with _refusals():
            content = self._searcher.motion(wanted.library, wanted.path, wanted.reading)
        return Response(content, media_type="application/octet-stream")

    async def job(self, request: HttpRequest) -> Response:
        return JSONResponse(self._find(request).to_json())

    async def cancel(self, request: HttpRequest) -> Response:
        job = self._find(request)
        self._table.cancel(job)
        return JSONResponse(job.to_json())

    async def result(self, request: HttpRequest) -> Response:
        job = self._find(request)
        index = request.query_params.get("index", "0")
        if not (index.isascii() and index.isdigit() and len(index) < 6 and int(index) < job.count):
            raise HTTPException(400, f"index is {index[:20]!r}: this job has results 0 to {job.count - 1}")
        return await run_sync(self._fetch, job, int(index), limiter=self._threads.results)

    async def motion(self, request: HttpRequest) -> Response:
        """The same for motions alone: what clients of before ask for."""
        job = self._find(request)
        if job.task.gives != "motion":
            raise HTTPException(400, f"this job gives {job.task.gives}: fetch /jobs/{job.id}/result")
        return await self.result(request)

    async def shutdown(self, request: HttpRequest) -> Response:
        self._stop()
        return JSONResponse({"status": "stopping"})

    def _fetch(self, job: Job, index: int) -> Response:
        """A result, from the shelf."""
        kept = job.results.get(index)
        if job.state != "done" or kept is None:
            raise HTTPException(409, f"the job is {job.state}: {job.message or 'it has nothing to give'}")
        try:
            body = kept.read()
        except OSError as fault:  # forgotten in this moment, or somebody has tidied the temporary folder
            raise HTTPException(410, "the result is not kept any more: ask for it again") from fault
        self._table.note_fetched(job, index)
        return Response(body, media_type=kept.media_type)

    def _find(self, request: HttpRequest) -> Job:
        job_id = request.path_params["job_id"]
        job = self._table.find(job_id)
        if job is None:
            raise HTTPException(
                404,
                f"there is no job {job_id[:40]!r} (results are kept for {self._table.limits.finished_seconds:g} "
                f"seconds, and {self._table.limits.fetched_seconds:g} once they were fetched)",
            )
        return job


@contextmanager
def _refusals() -> Iterator[None]:
    """What workers and table say no with, as HTTP."""
    try:
        yield
    except QueueFull as fault:
        raise HTTPException(429, str(fault)) from fault
    except FileNotFoundError as fault:
        raise HTTPException(404, f"the file is not there any more: {fault.filename}") from fault
    except (ValueError, OSError) as fault:
        raise HTTPException(400, str(fault)) from fault


async def _http_error(request: HttpRequest, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    text = fault.detail
    if text == HTTPStatus(fault.status_code).phrase:  # starlette's own: no route, or not this method
        text = f"{text}: {request.method} {request.url.path[:80]}"
    return JSONResponse({"error": text[:MAX_ERROR]}, status_code=fault.status_code, headers=fault.headers)


async def _crash(request: HttpRequest, fault: Exception) -> Response:
    return JSONResponse(
        {"error": f"a fault in the service ({type(fault).__name__}); see its log"}, status_code=500
    )


def create_app(table: JobTable, runner: Runner, searcher: Searcher, stop: Callable[[], None]) -> Starlette:
    """The bare application; `guard.Guard` goes around it. `stop` asks the server to end."""
    api = Api(table, runner, searcher, stop)
    routes = [
        Route("/health", api.health, methods=["GET"]),
        Route("/jobs", api.submit, methods=["POST"]),
        Route("/jobs/{job_id}", api.job, methods=["GET"]),
        Route("/jobs/{job_id}", api.cancel, methods=["DELETE"]),
        Route("/jobs/{job_id}/motion", api.motion, methods=["GET"]),
        Route("/jobs/{job_id}/result", api.result, methods=["GET"]),
        Route("/knows", api.knows, methods=["GET", "POST"]),
        Route("/search", api.search, methods=["POST"]),
        Route("/search/motion", api.found, methods=["POST"]),
        Route("/shutdown", api.shutdown, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _http_error, Exception: _crash})
