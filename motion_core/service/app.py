"""What the service answers: health, jobs, their results. An error is {"error": text}; the app knows no token."""

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
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from motion_core import __version__
from motion_core.catalog import CATALOG, ModelCard, find_card
from motion_core.generators.model_choice import check_task, default_model
from motion_core.generators.prompt_parts import part_texts
from motion_core.service.jobs import Content, Job, JobTable, QueueFull
from motion_core.service.runner import Runner
from motion_core.service.searcher import Searcher
from motion_core.service.worker import Worker
from motion_core.tasks import Generate, Request, Search, Task, TaskError


class Api:
    """The endpoints over the job table and the workers, one a lane."""

    def __init__(self, table: JobTable, runner: Runner, searcher: Searcher, stop: Callable[[], None]) -> None:
        self._table = table
        self._runner = runner
        self._searcher = searcher
        self._workers: dict[str, Worker] = {worker.lane: worker for worker in (runner, searcher)}
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
        # a long motion takes its time to be read: not on the server's loop
        return await run_in_threadpool(self._add, await request.body(), None)

    async def search(self, request: HttpRequest) -> Response:
        return await run_in_threadpool(self._add, await request.body(), Search.name)

    def _add(self, body: bytes, kind: str | None) -> Response:
        """Queue the task of a request's body; kind: what it is where the body does not say."""
        wanted = read_request(body, self._runner.cards, kind)
        with _refusals():
            self._workers[wanted.task.lane].admit(wanted.task)
            job = self._table.add(wanted)
        return JSONResponse({"id": job.id}, status_code=202)

    async def knows(self, request: HttpRequest) -> Response:
        text, fragment = request.query_params.get("text"), False
        if request.method == "POST":
            text, fragment = read_text(read_json(await request.body()))
        # the text encoder takes its time the first time: not on the server's loop
        return await run_in_threadpool(self._known, text, fragment)

    def _known(self, text: str | None, fragment: bool) -> Response:
        """How a prompt is heard; without one, everything that is known. fragment: it may say a manner alone."""
        from motion_core.hearing.hearing import knows
        from motion_core.hearing.known import load_known, things_json

        with _refusals():
            return JSONResponse(
                things_json(load_known())
                if text is None
                else knows(text, part_texts, fragment=fragment).to_json()
            )

    async def found(self, request: HttpRequest) -> Response:
        library, path = read_place(read_json(await request.body()))
        with _refusals():
            content = await run_in_threadpool(self._searcher.motion, library, path)
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
        content = self._finished(job, int(index))
        return Response(content.body, media_type=content.media_type)

    async def motion(self, request: HttpRequest) -> Response:
        """The same for motions alone: what clients of before ask for."""
        job = self._find(request)
        if job.task.gives != "motion":
            raise HTTPException(400, f"this job gives {job.task.gives}: fetch /jobs/{job.id}/result")
        return await self.result(request)

    async def shutdown(self, request: HttpRequest) -> Response:
        self._stop()
        return JSONResponse({"status": "stopping"})

    def _finished(self, job: Job, index: int) -> Content:
        content = job.results.get(index)
        if job.state != "done" or content is None:
            raise HTTPException(409, f"the job is {job.state}: {job.message or 'it has nothing to give'}")
        return content

    def _find(self, request: HttpRequest) -> Job:
        job_id = request.path_params["job_id"]
        job = self._table.find(job_id)
        if job is None:
            raise HTTPException(
                404, f"there is no job {job_id[:40]!r} (finished jobs are kept for a while only)"
            )
        return job


def read_request(body: bytes, cards: Mapping[str, ModelCard], kind: str | None = None) -> Request:
    """The request in a body, its model decided. Raises HTTPException 400 that says what is wrong.

    cards: of the loaded models, which know their checkpoint. kind: of a task whose JSON does not name its kind.
    """
    entry = read_json(body)
    try:
        if kind is not None and isinstance(entry, Mapping):
            entry = {"task": kind, **entry}
        request = Request.from_json(entry)
        model = request.model or default_model(request.task, request.sampling)
        card = cards.get(model) or _unread_card(model, request.task)
        check_task(card, request.task)
        card.settled(request.sampling)
    except TaskError as fault:
        raise HTTPException(400, str(fault)) from fault
    return replace(request, model=model)


def read_json(body: bytes) -> Any:
    """Raises HTTPException 400 for what is no JSON."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise HTTPException(400, f"the request is not JSON: {str(fault)[:200]}") from fault


def read_text(entry: Any) -> tuple[str, bool]:
    """(prompt, fragment) of a question. Raises HTTPException 400."""
    question = entry if isinstance(entry, Mapping) else {}
    text, fragment = question.get("text"), question.get("fragment", False)
    if (
        not isinstance(text, str)
        or not isinstance(fragment, bool)
        or not set(question) <= {"text", "fragment"}
    ):
        raise HTTPException(400, 'send a JSON object with the prompt: {"text": "a person waves"}')
    return text, fragment


def read_place(entry: Any) -> tuple[str, str]:
    """(library, path) of a motion that was found. Raises HTTPException 400."""
    place = entry if isinstance(entry, Mapping) else {}
    library, path = place.get("library"), place.get("path")
    if set(place) != {"library", "path"} or not isinstance(library, str) or not isinstance(path, str):
        raise HTTPException(400, "send a JSON object with library and path, as a search's result gives them")
    return library, path


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


def _unread_card(model: str, task: Task) -> ModelCard:
    """The catalog's card; which actions there are is for the checkpoint to say, once it is loaded."""
    card = find_card(model)
    action = task.action if isinstance(task, Generate) else None
    return card if action is None else replace(card, actions=(action,))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


async def _http_error(request: HttpRequest, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    text = fault.detail
    if text == HTTPStatus(fault.status_code).phrase:  # starlette's own: no route, or not this method
        text = f"{text}: {request.method} {request.url.path[:80]}"
    return JSONResponse({"error": text}, status_code=fault.status_code, headers=fault.headers)


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
