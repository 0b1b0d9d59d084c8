"""uvicorn's HTTP protocol with an end to its patience: slow or too many connections cannot hold the service."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from motion_core.service.guard import MAX_HEAD

HEAD_SECONDS = 10.0  # for a whole request head to arrive, from the start or since the last answer
MAX_CONNECTIONS = 128


class PatientProtocol(H11Protocol):
    """uvicorn itself limits only the wait between two requests, and a single byte restarts that.

    Where there are too many, the one that has said nothing for longest gives way to the new one. Who asks at once is
    never that one, so that silent connections lock nobody out.
    """

    _deadline: asyncio.TimerHandle | None = None
    _closes = math.inf  # when, on the loop's clock, unless a whole head has come by then

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()
        if len(self.connections) > MAX_CONNECTIONS:
            silent = [one for one in self.connections if isinstance(one, PatientProtocol)]
            min(silent, key=lambda one: one._closes)._give_way()

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._expect_nothing()  # from here on the guard keeps the time

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP gets an error of the same form as all others."""
        body = json.dumps(
            {"error": f"{msg.rstrip('.')}: send HTTP/1.1, its head in {MAX_HEAD} bytes"}
        ).encode()
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        events = (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _give_way(self) -> None:
        self._expect_nothing()
        self.transport.abort()

    def _expect_head(self) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)
        self._closes = self._deadline.when()

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline, self._closes = None, math.inf
