"""The add-on's side of the service: start or find it, hand it jobs, follow them; every call returns at once.

    service = Service()
    service.start("/path/to/backend/bin/python")      # or service.connect("https://gpu-box:8765", token)
    job = service.submit({"task": "generate", "text": "a person waves", "seconds": 6.0})
    while not job.poll():                             # from a timer; job.wait(60) where waiting is allowed
        show(job.step, job.steps, job.seconds_left)
    if job.state == "done": use(job.results)          # one a result, of any kind; otherwise job.message says why

Standard library only, no threads, no bpy.
"""

from __future__ import annotations

import json
import time
from typing import Any

from .connection import Connection
from .health import ATTEMPTS
from .http_client import ProtocolError, Request, Response

JOB_SECONDS = 0.1  # between two questions after a job
FETCH_SECONDS = 60.0  # for one motion to arrive from a far server
LOCAL_ATTEMPTS = 20  # at one of our own, whose end shows a moment later
DONE_STATES = ("done", "failed", "cancelled")


class Service(Connection):
    """One service, on this machine or another, and the jobs that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self._closing: list[Job] = []

    def poll(self) -> str:
        """Move on without waiting; returns the state."""
        super().poll()
        self._closing = [job for job in self._closing if not job._say_goodbye()]
        return self.state

    def submit(self, task: dict[str, Any]) -> Job:
        """Hand over a request as JSON (`motion_core.tasks.Request.to_json`); it waits while the service starts."""
        return Job(self, task)

    def search(self, text: str, library: str, count: int) -> Job:
        """Rank a folder on the service's machine by a sentence; `found_by` reads the result."""
        return Job(self, {"task": "search", "text": text, "library": library, "count": count})

    def fetch_found(self, library: str, path: str, **reading: Any) -> FoundMotion:
        """A motion that a search has found. reading: up, unit, fps, names, where the file does not say them itself."""
        return FoundMotion(self, {"library": library, "path": path, **reading})

    def knows(self, text: str, fragment: bool = False) -> Question:
        """How a prompt is heard; `heard_by` reads the answer. fragment: it may say a manner alone.

        A lost backend is not started for it.
        """
        question = Question(self, {"text": text, "fragment": True} if fragment else {"text": text})
        question._spare = False
        return question

    def _drop(self, wait: float, force: bool) -> None:
        for job in self._closing:
            if job._request is not None:
                job._request.close()
        self._closing = []
        super()._drop(wait, force)


class Job:
    """One task handed over.

    state: waiting, queued, running, fetching, done, failed or cancelled. step, steps, seconds_left: how far it is;
    None: not known yet; of a search they count files. results: the answers that carry them, whatever their kind
    (`body`, `media_type`).
    """

    _door = "/jobs"  # where the task is posted
    _patience = 10.0  # seconds that the answer to it may take

    def __init__(self, service: Service, task: dict[str, Any]) -> None:
        self.service = service
        self.task = task
        self.state = "waiting"
        self.step = 0
        self.steps = 0
        self.seconds_left: float | None = None
        self.message = ""
        self.results: list[Response] = []
        self.id = ""
        self._count = 1
        self._request: Request | None = None
        self._next = 0.0
        self._faults = 0
        self._life = service.life  # of the service, when it was asked
        self._spare = True  # whether it may be made again, should the backend be lost

    @property
    def done(self) -> bool:
        """Over, well or not."""
        return self.state in DONE_STATES

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return 1.0 if self.state == "done" else min(1.0, self.step / self.steps) if self.steps else 0.0

    def poll(self) -> bool:
        """Move on without waiting; true when the job is over."""
        self.service.poll()
        if not self.done:
            self.service.need()
            self._see_service()
        if not self.done and self.service.state == "ready":
            try:
                self._advance()
            except (ProtocolError, TypeError, ValueError, KeyError) as fault:
                self._end("failed", f"the service gave an answer that makes no sense: {fault}")
        return self.done

    def _see_service(self) -> None:
        """Where the backend was lost: have one started anew, once, and be made again by it."""
        service = self.service
        if service.lost and self._spare:
            self._spare = False
            service.revive()
        if service.state in ("off", "failed"):
            self._end("failed", service.message or "the service is not running: start it first")
        elif self._life != service.life:
            self._begin_again()

    def _begin_again(self) -> None:
        sent = bool(self.id) or self._request is not None
        if self._request is not None:
            self._request.close()
            self._request = None
        self.state, self.id, self.results = "waiting", "", []
        self.step, self.steps, self.seconds_left = 0, 0, None
        self._spare = self._spare and not sent
        self._life, self._faults, self._next = self.service.life, 0, 0.0

    def wait(self, timeout: float) -> bool:
        """For scripts: wait until the job is over; true when it is done. A job out of time is cancelled."""
        end = time.monotonic() + timeout
        while not self.poll():
            if time.monotonic() > end:
                self.cancel()
                self.message = f"not finished within {timeout:g} seconds"
                self._flush(1.0)
                break
            time.sleep(0.01)
        return self.state == "done"

    def cancel(self) -> None:
        """Give the job up: it never delivers; the service is told during the next polls."""
        if self.done:
            return
        if not self.id and self._request is None:
            self.state = "cancelled"  # never sent
            return
        if self.id and self._request is not None:
            self._request.close()
            self._request = None
        self.state, self.results = "cancelled", []
        self.service._closing.append(self)

    def stop(self) -> None:
        """Give it up, as work in the background of a session."""
        self.cancel()

    def _flush(self, timeout: float) -> None:
        end = time.monotonic() + timeout
        while self in self.service._closing and time.monotonic() < end:
            self.service.poll()
            time.sleep(0.01)

    def _end(self, state: str, message: str = "") -> None:
        if self._request is not None:
            self._request.close()
            self._request = None
        self.state, self.message = state, message
        if state != "done":
            self.results = []

    def _advance(self) -> None:
        if self._request is None:
            if time.monotonic() < self._next:
                return
            self._request = self._next_request()
        if not self._request.poll():
            return
        request, self._request = self._request, None
        if request.response is None:
            self._retry(request.error)
        elif request.response.status >= 300:
            self._end("failed", request.response.error)
        else:
            self._faults = 0
            self._take(request.response)

    def _next_request(self) -> Request:
        address = self.service.address
        assert address is not None
        if not self.id:
            return Request(address, "POST", self._door, self.task, timeout=self._patience)
        if self.state == "fetching":
            return Request(
                address, "GET", f"/jobs/{self.id}/result?index={len(self.results)}", timeout=FETCH_SECONDS
            )
        return Request(address, "GET", f"/jobs/{self.id}")

    def _retry(self, error: str) -> None:
        self._faults += 1
        self._next = time.monotonic() + JOB_SECONDS
        self.service.ask_now()  # what does not answer a job may be gone
        attempts = LOCAL_ATTEMPTS if self.service.is_local else ATTEMPTS if self.id else 1
        if self._faults >= attempts:
            self._end("failed", f"the service cannot be reached: {error}")

    def _take(self, response: Response) -> None:
        if self.state == "fetching":
            self.results.append(response)
            if len(self.results) == self._count:
                self._end("done")
            return
        reply = response.json()
        self._next = time.monotonic() + JOB_SECONDS
        if not self.id:
            self.id, self.state = _identifier(reply["id"]), "queued"
            return
        self.step, self.steps, self._count = int(reply["step"]), int(reply["steps"]), int(reply["count"])
        left = reply.get("seconds_left")
        self.seconds_left = None if left is None else float(left)
        if reply["state"] in ("failed", "cancelled"):
            self._end(reply["state"], str(reply.get("message") or ""))
        elif reply["state"] == "done":
            self.state, self._next = "fetching", 0.0
        elif reply["state"] in ("queued", "running"):
            self.state = reply["state"]
        else:
            raise ProtocolError(f"a job in the state {reply['state']!r}")

    def _say_goodbye(self) -> bool:
        """After `cancel`: learn the id if it is still on its way, then tell the service. True when that is over."""
        address = self.service.address
        if self.service.state != "ready" or address is None:
            return True
        if self._request is None:
            self._request = Request(address, "DELETE", f"/jobs/{self.id}")
        if not self._request.poll():
            return False
        request, self._request = self._request, None
        if self.id or request.response is None or request.response.status != 202:
            return True
        try:
            self.id = _identifier(request.response.json()["id"])
        except (ProtocolError, KeyError):
            return True
        return False


def found_by(job: Job) -> dict[str, Any]:
    """The result of a search: library, files, hits (path, score, seconds), broken, note.

    Raises ValueError where it is something else.
    """
    found = json.loads(job.results[0].body)
    if not isinstance(found, dict) or not isinstance(found.get("hits"), list):
        raise ValueError("the service's answer to the search makes no sense")
    return found


class Question(Job):
    """One request that is answered at once, without a queue. results: the answer."""

    _door = "/knows"

    def _take(self, response: Response) -> None:
        self.results = [response]
        self._end("done")


class FoundMotion(Question):
    """A found motion on its way; the answer carries its npz bytes."""

    _door = "/search/motion"
    _patience = FETCH_SECONDS


def heard_by(job: Job) -> str:
    """What the user should know of a prompt that was asked after; "" where all is well, or no answer came."""
    try:
        note = json.loads(job.results[0].body)["note"] if job.state == "done" else ""
    except (ValueError, KeyError, TypeError):
        return ""
    return note if isinstance(note, str) else ""


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not value.isalnum() or len(value) > 64:
        raise ProtocolError(f"a job named {str(value)[:40]!r}")
    return value
