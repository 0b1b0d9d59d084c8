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
from dataclasses import replace
from typing import Any

from .child_process import BackendProcess, NameLookup, StartError
from .http_client import Address, ProtocolError, Request, Response

HEALTH_SECONDS = 3.0  # between two questions after the service's health
JOB_SECONDS = 0.1  # between two questions after a job
FETCH_SECONDS = 60.0  # for one motion to arrive from a far server
ATTEMPTS = 3  # a request over a network may fail; one that asks again is harmless
DONE_STATES = ("done", "failed", "cancelled")


class Service:
    """One service, on this machine or another.

    state: "off", "starting", "ready" or "failed"; `message` says why. health: the service's last word about itself
    (status, version, device, note, loaded, models).
    """

    def __init__(self) -> None:
        self.state = "off"
        self.message = ""
        self.health: dict[str, Any] = {}
        self.address: Address | None = None
        self._child: BackendProcess | None = None
        self._lookup: NameLookup | None = None
        self._request: Request | None = None
        self._asked = 0.0
        self._faults = 0
        self._closing: list[Job] = []

    @property
    def is_local(self) -> bool:
        """True while the service is a child of this process."""
        return self._child is not None

    def start(self, python: str, *, device: str = "auto", preload: str = "") -> None:
        """Start a service of our own with this interpreter; a running one is stopped first."""
        self.stop(wait=0.0)
        options = ["--device", device, *(["--preload", preload] if preload else [])]
        try:
            self._child = BackendProcess(python, options)
        except StartError as fault:
            self._fail(str(fault))
        else:
            self.state, self.message = "starting", "the backend starts"

    def connect(self, address: str, token: str, cafile: str = "") -> None:
        """Use a service that runs already, perhaps on another machine."""
        self.stop(wait=0.0)
        try:
            self.address = Address.parse(address, token.strip(), cafile)
            if not self.address.ip:
                self._lookup = NameLookup(self.address.host)
        except (ValueError, OSError) as fault:
            self._fail(str(fault))
        else:
            self.state, self.message = "starting", f"connecting to {self.address.netloc}"

    def poll(self) -> str:
        """Move on without waiting; returns the state."""
        if self.state in ("starting", "ready"):
            try:
                self._advance()
            except (StartError, ProtocolError) as fault:
                self._fail(str(fault))
        self._closing = [job for job in self._closing if not job._say_goodbye()]
        return self.state

    def submit(self, task: dict[str, Any]) -> Job:
        """Hand over a request as JSON (`motion_core.tasks.Request.to_json`); it waits while the service starts."""
        return Job(self, task)

    def search(self, text: str, library: str, count: int) -> Job:
        """Rank a folder on the service's machine by a sentence; `found_by` reads the result."""
        return Job(self, {"task": "search", "text": text, "library": library, "count": count})

    def fetch_found(self, library: str, path: str) -> FoundMotion:
        """A motion that a search has found."""
        return FoundMotion(self, {"library": library, "path": path})

    def knows(self, text: str, fragment: bool = False) -> Question:
        """How a prompt is heard; `heard_by` reads the answer. fragment: it may say a manner alone."""
        return Question(self, {"text": text, "fragment": True} if fragment else {"text": text})

    def wait_ready(self, timeout: float) -> bool:
        """For scripts: wait until the service is ready (true) or has failed (false)."""
        end = time.monotonic() + timeout
        while self.poll() == "starting" and time.monotonic() < end:
            time.sleep(0.02)
        return self.state == "ready"

    def stop(self, wait: float = 3.0) -> None:
        """Let go of the service; one of our own is ended and reaped, by force after `wait` seconds."""
        self._drop(wait)
        self.state, self.message, self.health, self.address = "off", "", {}, None

    def _drop(self, wait: float) -> None:
        for part in (self._request, *(job._request for job in self._closing)):
            if part is not None:
                part.close()
        if self._lookup is not None:
            self._lookup.stop()
        if self._child is not None:
            self._child.stop(wait)
        self._request = self._lookup = self._child = None
        self._closing, self._asked, self._faults = [], 0.0, 0

    def _fail(self, message: str) -> None:
        self._drop(wait=0.0)
        self.state, self.message, self.health = "failed", message, {}

    def _advance(self) -> None:
        if self._child is not None and self.address is not None and (words := self._child.ended()):
            raise StartError(words)
        if self.address is None:
            self._read_first_line()
        elif not self.address.ip:
            self._resolve()
        else:
            self._ask_health(self.address)

    def _read_first_line(self) -> None:
        assert self._child is not None
        if first := self._child.poll():
            self.address = Address("http", "127.0.0.1", first["port"], first["token"], ip="127.0.0.1")

    def _resolve(self) -> None:
        assert self._lookup is not None and self.address is not None
        if ip := self._lookup.poll():
            self.address, self._lookup = replace(self.address, ip=ip), None

    def _ask_health(self, address: Address) -> None:
        if self._request is None:
            if time.monotonic() - self._asked < HEALTH_SECONDS:
                return
            self._request = Request(address, "GET", "/health")
        if not self._request.poll():
            return
        request, self._request, self._asked = self._request, None, time.monotonic()
        if request.response is not None:
            self._faults = 0
            self._take_health(request.response, address)
            return
        self._faults += 1
        if self.state == "starting" or self._faults >= ATTEMPTS:
            raise StartError(f"the service cannot be reached: {request.error}")

    def _take_health(self, response: Response, address: Address) -> None:
        if response.status == 401:
            raise StartError(f"{address.netloc} refuses the token: copy the one that its first line shows")
        if response.status != 200:
            raise StartError(f"{address.netloc} answers: {response.error}")
        health = response.json()
        if "status" not in health:
            raise StartError(f"{address.netloc} answers, but is no Laban service: check address and port")
        self.health, self.state, self.message = health, "ready", str(health.get("note") or "")


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
        if not self.done and self.service.state in ("off", "failed"):
            self._end("failed", self.service.message or "the service is not running: start it first")
        elif not self.done and self.service.state == "ready":
            try:
                self._advance()
            except (ProtocolError, TypeError, ValueError, KeyError) as fault:
                self._end("failed", f"the service gave an answer that makes no sense: {fault}")
        return self.done

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
        if not self.id or self._faults >= ATTEMPTS:
            self.service.poll()  # a backend that has died says more than a broken connection
            ended = self.service.state == "failed"
            self._end("failed", self.service.message if ended else f"the service cannot be reached: {error}")
        self._next = time.monotonic() + JOB_SECONDS

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
