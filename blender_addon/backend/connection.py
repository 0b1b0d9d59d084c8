"""The way to one service: found or started, watched, ended; started anew where it is lost. Every call returns at once.

Standard library only, no threads, no bpy.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

from . import graves, health
from .child_process import BackendProcess, Lost, NameLookup, StartError
from .http_client import Address, ProtocolError
from .http_response import Response


class Connection:
    """One service, on this machine or another.

    state: "off", "starting", "ready" or "failed"; `message` says why. health: the service's last word about itself
    (status, version, device, note, loaded, models). One of our own that was killed or hangs is ended: `lost` is true
    then. The first job that needs it has it started anew, and each job that was under way is made again, once.
    life: changes with every start, so that a job knows whether it was asked of this one.
    """

    def __init__(self) -> None:
        self.state = "off"
        self.message = ""
        self.health: dict[str, Any] = {}
        self.address: Address | None = None
        self.lost = False
        self.life = 0
        self._command: tuple[str, list[str]] = ("", [])  # Python and options
        self._child: BackendProcess | None = None
        self._lookup: NameLookup | None = None
        self._watch = health.HealthWatch()
        self._needed = -math.inf  # when somebody last waited for it

    @property
    def is_local(self) -> bool:
        """True while the service is a child of this process."""
        return self._child is not None

    def start(self, python: str, *, device: str = "auto", preload: str = "") -> None:
        """Start a service of our own with this interpreter; a running one is stopped first."""
        options = ["--device", device, *(["--preload", preload] if preload else [])]
        self._command = python, options
        self._begin()

    def revive(self) -> None:
        """Start one anew in place of one that was lost."""
        words = self.message
        self._begin()
        if self.state == "starting":
            self.message = f"the backend starts again ({words})"

    def _begin(self) -> None:
        self.stop(wait=0.0)
        self.life += 1
        try:
            self._child = BackendProcess(*self._command)
        except StartError as fault:
            self._fail(str(fault))
        else:
            self.state, self.message = "starting", "the backend starts"

    def connect(self, address: str, token: str, cafile: str = "") -> None:
        """Use a service that runs already, perhaps on another machine."""
        self.stop(wait=0.0)
        self.life += 1
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
        graves.tend()
        if self.state in ("starting", "ready"):
            try:
                self._advance()
            except Lost as fault:
                self._fail(str(fault))
                self.lost = True
            except (StartError, ProtocolError) as fault:
                self._fail(str(fault))
        return self.state

    def wait_ready(self, timeout: float) -> bool:
        """For scripts: wait until the service is ready (true) or has failed (false)."""
        end = time.monotonic() + timeout
        while self.poll() == "starting" and time.monotonic() < end:
            time.sleep(0.02)
        return self.state == "ready"

    def need(self) -> None:
        """Somebody waits for it: it is watched more closely."""
        self._needed = time.monotonic()

    def ask_now(self) -> None:
        """Something did not answer: look whether it lives."""
        self._watch.ask_now()

    def stop(self, wait: float = 3.0, *, force: bool = False) -> None:
        """Let go of the service. One of our own is ended: it is reaped within `wait` seconds, or later by polls.

        force: at once, without a moment to tidy up.
        """
        self._drop(wait, force or self._watch.silence > 1.0)
        self.state, self.message, self.health, self.address = "off", "", {}, None

    def _drop(self, wait: float, force: bool) -> None:
        self._watch.close()
        if self._lookup is not None:
            self._lookup.stop()
        if self._child is not None:
            self._child.stop(wait, force=force)
        self._lookup = self._child = None
        self._watch, self.lost = health.HealthWatch(), False

    def _fail(self, message: str) -> None:
        self._drop(wait=0.0, force=True)
        self.state, self.message, self.health = "failed", message, {}

    def _advance(self) -> None:
        if self._child is not None and self.address is not None and (words := self._child.ended()):
            raise Lost(words)
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
        busy = self.is_local and time.monotonic() - self._needed < health.BUSY_SECONDS
        every = health.BUSY_SECONDS if busy else health.HEALTH_SECONDS
        attempts = health.ATTEMPTS if self.state == "ready" else 1
        try:
            answer = self._watch.poll(address, every=every, patience=self._patience(), attempts=attempts)
        except health.Unreachable as fault:
            raise StartError(f"the service cannot be reached: {fault}") from None
        except health.Hung:
            seconds, words = self._watch.silence, "" if self._child is None else self._child.last_words()
            raise Lost(f"the backend hung: it gave no answer for {seconds:.0f} seconds ({words})") from None
        if answer is not None:
            self._take_health(answer, address)

    def _patience(self) -> float | None:
        """Seconds of silence that are borne; None for a service elsewhere. Loading its libraries holds one up."""
        if self._child is None:
            return None
        loading = not self.health.get("loaded") or self.health.get("status") == "loading"
        return health.HANG_SECONDS if self._child.stopped() or not loading else health.LOADING_SECONDS

    def _take_health(self, response: Response, address: Address) -> None:
        if response.status == 401:
            raise StartError(f"{address.netloc} refuses the token: copy the one that its first line shows")
        if response.status != 200:
            raise StartError(f"{address.netloc} answers: {response.error}")
        health = response.json()
        if "status" not in health:
            raise StartError(f"{address.netloc} answers, but is no Laban service: check address and port")
        self.health, self.state, self.message = health, "ready", str(health.get("note") or "")
