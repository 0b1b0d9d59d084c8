"""Whether a service lives: it is asked after its health again and again, and may not be silent for long."""

from __future__ import annotations

import math
import time

from .http_client import Address, Request, Response

HEALTH_SECONDS = 3.0  # between two questions after the service's health
BUSY_SECONDS = 1.0  # the same, of one on this computer that a job waits for
HANG_SECONDS = 3.0  # of silence, after which one on this computer hangs
LOADING_SECONDS = 20.0  # the same while it loads its libraries, which a cold disk may hold up
ATTEMPTS = 3  # a request over a network may fail; one that asks again is harmless
_LOOK = 1.2  # seconds between two looks that count: those in which Blender itself was busy do not
_SOON = 0.1  # seconds until a question that failed is asked again


class Hung(Exception):
    """Silent for too long."""


class Unreachable(Exception):
    """The other side cannot be asked; the message says why."""


class HealthWatch:
    """Poll it; it asks when it is time."""

    def __init__(self) -> None:
        self.silence = 0.0  # seconds that a question waits already, without those in which nobody looked
        self._request: Request | None = None
        self._looked = 0.0
        self._last = -math.inf  # when an answer came
        self._faults = 0

    def poll(
        self, address: Address, *, every: float, patience: float | None, attempts: int
    ) -> Response | None:
        """An answer once one is there. every: seconds between two questions.

        patience: of silence, in seconds; then Hung is raised. None for a service elsewhere, where so many attempts
        count instead; then Unreachable is raised.
        """
        now = time.monotonic()
        if self._request is None:
            if now - self._last < every:
                return None
            self._request = Request(address, "GET", "/health", timeout=10.0 if patience is None else 60.0)
            self._looked = now
        self.silence += min(_LOOK, now - self._looked)
        self._looked = now
        if not self._request.poll():
            self._check_patience(patience)
            return None
        request, self._request = self._request, None
        if request.response is not None:
            self._last, self._faults, self.silence = time.monotonic(), 0, 0.0
            return request.response
        self._last = now - every + _SOON if patience is not None else now
        self._faults += 1
        if patience is None and self._faults >= attempts:
            raise Unreachable(request.error)
        self._check_patience(patience)
        return None

    def ask_now(self) -> None:
        """Do not wait for the next time."""
        self._last = -math.inf

    def close(self) -> None:
        if self._request is not None:
            self._request.close()
            self._request = None

    def _check_patience(self, patience: float | None) -> None:
        if patience is not None and self.silence > patience:
            raise Hung
