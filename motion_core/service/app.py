"""What the service answers: health, jobs, motions, searches. An error is {"error": text}; the app knows no token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from motion_core import __version__
from motion_core.catalog import CATALOG, ModelCard, find_card
from motion_core.generators.model_choice import check_task, default_model
from motion_core.search import Query
from motion_core.service.jobs import Job, JobTable, QueueFull
from motion_core.service.runner import Runner
from motion_core.service.searcher import Searcher
from motion_core.tasks import Generate, Sampling, TaskError, task_from_json


class Api:
    """The endpoints over two job tables, that of motions and the searcher's."""

    def __init__(self, table: JobTable, runner: Runner, searcher: Searcher, stop: Callable[[], None]) -> None:
        self._table = table
        self._runner = runner
        self._searcher = searcher
        self._stop = stop

    async def health(self, request: Request) -> Response:
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

    async def submit(self, request: Request) -> Response:
        # a long motion takes its time to be read: not on the server's loop
        body = await request.body()
        model, task, sampling, count = await run_in_threadpool(read_task, body, self._runner.cards)
        try:
            job = self._table.add(model, task, sampling, count)
        except QueueFull as fault:
            raise HTTPException(429, str(fault)) from fault
        return JSONResponse({"id": job.id}, status_code=202)

    async def search(self, request: Request) -> Response:
        entry = read_json(await request.body())
        with _refusals():
            # a far disk may take its time to answer: not on the server's loop
            job = await run_in_threadpool(self._searcher.submit, Query.from_json(entry))
        return JSONResponse({"id": job.id}, status_code=202)

    async def found(self, request: Request) -> Response:
        library, path = read_place(read_json(await request.body()))
        with _refusals():
            content = await run_in_threadpool(self._searcher.motion, library, path)
        return Response(content, media_type="application/octet-stream")

    async def job(self, request: Request) -> Response:
        return JSONResponse(self._find(request).to_json())

    async def cancel(self, request: Request) -> Response:
        job = self._find(request)
        (self._searcher.table if is_search(job) else self._table).cancel(job)
        return JSONResponse(job.to_json())

    async def result(self, request: Request) -> Response:
        job = self._find(request)
        if not is_search(job):
            raise HTTPException(400, f"this job makes motions: fetch /jobs/{job.id}/motion")
        return Response(self._finished(job, 0), media_type="application/json")

    async def motion(self, request: Request) -> Response:
        job = self._find(request)
        if is_search(job):
            raise HTTPException(400, f"this job is a search: fetch /jobs/{job.id}/result")
        index = request.query_params.get("index", "0")
        if not (index.isascii() and index.isdigit() and len(index) < 6 and int(index) < job.count):
            raise HTTPException(400, f"index is {index[:20]!r}: this job has motions 0 to {job.count - 1}")
        return Response(self._finished(job, int(index)), media_type="application/octet-stream")

    async def shutdown(self, request: Request) -> Response:
        self._stop()
        return JSONResponse({"status": "stopping"})

    def _finished(self, job: Job, index: int) -> bytes:
        content = job.motions.get(index)
        if job.state != "done" or content is None:
            raise HTTPException(409, f"the job is {job.state}: {job.message or 'it has nothing to give'}")
        return content

    def _find(self, request: Request) -> Job:
        job_id = request.path_params["job_id"]
        job = self._table.find(job_id) or self._searcher.table.find(job_id)
        if job is None:
            raise HTTPException(
                404, f"there is no job {job_id[:40]!r} (finished jobs are kept for a while only)"
            )
        return job


def read_task(body: bytes, cards: Mapping[str, ModelCard]) -> tuple[str, Any, Sampling, int]:
    """(model, task, sampling, count) of a request's body. Raises HTTPException 400 that says what is wrong.

    cards: of the loaded models, which know their checkpoint.
    """
    entry = read_json(body)
    try:
        model, task, sampling, count = task_from_json(entry)
        model = model or default_model(task, sampling)
        check_task(cards.get(model) or _unread_card(model, task), task)
    except TaskError as fault:
        raise HTTPException(400, str(fault)) from fault
    return model, task, sampling, count


def read_json(body: bytes) -> Any:
    """Raises HTTPException 400 for what is no JSON."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise HTTPException(400, f"the request is not JSON: {str(fault)[:200]}") from fault


def read_place(entry: Any) -> tuple[str, str]:
    """(library, path) of a motion that was found. Raises HTTPException 400."""
    place = entry if isinstance(entry, Mapping) else {}
    library, path = place.get("library"), place.get("path")
    if set(place) != {"library", "path"} or not isinstance(library, str) or not isinstance(path, str):
        raise HTTPException(400, "send a JSON object with library and path, as a search's result gives them")
    return library, path


def is_search(job: Job) -> bool:
    return isinstance(job.task, Query)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the searcher says no with, as HTTP."""
    try:
        yield
    except QueueFull as fault:
        raise HTTPException(429, str(fault)) from fault
    except FileNotFoundError as fault:
        raise HTTPException(404, f"the file is not there any more: {fault.filename}") from fault
    except (ValueError, OSError) as fault:
        raise HTTPException(400, str(fault)) from fault


def _unread_card(model: str, task: Generate) -> ModelCard:
    """The catalog's card; which actions there are is for the checkpoint to say, once it is loaded."""
    card = find_card(model)
    action = getattr(task, "action", None)  # only some tasks have one
    return card if action is None else replace(card, actions=(action,))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


async def _http_error(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    text = fault.detail
    if text == HTTPStatus(fault.status_code).phrase:  # starlette's own: no route, or not this method
        text = f"{text}: {request.method} {request.url.path[:80]}"
    return JSONResponse({"error": text}, status_code=fault.status_code, headers=fault.headers)


async def _crash(request: Request, fault: Exception) -> Response:
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
        Route("/search", api.search, methods=["POST"]),
        Route("/search/motion", api.found, methods=["POST"]),
        Route("/shutdown", api.shutdown, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _http_error, Exception: _crash})
