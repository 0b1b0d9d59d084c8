"""The door of the service: who may ask, from where, and how much they may send. A pure ASGI layer around the app."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from motion_core.tasks import MAX_JSON

MAX_BODY = MAX_JSON  # bytes of a request
DRAIN = 2 * MAX_BODY  # bytes read away so that a sender of too much hears why
BODY_SECONDS = 10.0  # for a request's body to arrive
SLOWEST = 256 * 1024  # bytes a second that a longer body must keep up
MAX_TARGET = 16 * 1024  # bytes of the address asked for, with its question
MAX_HEAD = 32 * 1024  # bytes of it and the headers
MAX_HELD = 8 * MAX_BODY  # bytes of all bodies that arrive or are being read
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Refusal(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Share:
    """What one request takes of the memory for bodies."""

    def __init__(self, guard: Guard) -> None:
        self._guard, self._taken = guard, 0

    def take(self, size: int) -> None:
        """Raises Refusal where others have it."""
        self._taken += size
        self._guard._held += size
        if self._guard._held > MAX_HELD:
            raise Refusal(429, f"{MAX_HELD >> 20} MiB are being sent already: try again in a moment")

    def give_back(self) -> None:
        self._guard._held -= self._taken


class Guard:
    """Checks Host, Origin and token, then reads the body within its limits.

    hosts: names the service answers to, None for any. A web page that gets its own name resolved to 127.0.0.1
    (DNS rebinding) still sends that name as Host, and a page of another site sends its Origin: both are refused.
    """

    def __init__(self, app: App, token: str, hosts: Iterable[str] | None = LOOPBACK_NAMES) -> None:
        self._app = app
        self._expected = b"Bearer " + token.encode()
        self._held = 0  # bytes of bodies
        self._hosts = None if hosts is None else frozenset(name.lower() for name in hosts)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # the server's own start and stop
            await self._app(scope, receive, send)
            return
        share = Share(self)
        try:
            _check_size(scope)
            headers = _headers(scope)
            self._check(headers)
            body = await _read_body(headers, receive, share)
            await self._app(scope, _replay(body, receive), send)
        except Refusal as refusal:
            await _send_error(send, refusal)
        finally:
            share.give_back()

    def _check(self, headers: dict[bytes, bytes]) -> None:
        host = _host_name(headers.get(b"host", b"").decode("latin-1"))
        if self._hosts is not None and host not in self._hosts:
            names = ", ".join(sorted(self._hosts))
            raise Refusal(403, f"this service does not answer to the name {host[:80]!r}, only to {names}")
        if b"origin" in headers:
            raise Refusal(403, "requests of web pages are refused (they carry an Origin header)")
        # bytes, because compare_digest takes no text outside ASCII
        if not hmac.compare_digest(headers.get(b"authorization", b""), self._expected):
            raise Refusal(401, "the token is missing or wrong: send the header 'Authorization: Bearer TOKEN'")


def _check_size(scope: MutableMapping[str, Any]) -> None:
    """A head that came whole in one piece, which the protocol does not measure."""
    target = len(scope["raw_path"]) + len(scope["query_string"])
    if target > MAX_TARGET:
        raise Refusal(414, f"the address asked for has {target} bytes: use at most {MAX_TARGET}")
    head = target + sum(len(name) + len(value) for name, value in scope["headers"])
    if head > MAX_HEAD:
        raise Refusal(431, f"the request's head has {head} bytes: use at most {MAX_HEAD}")


def _headers(scope: MutableMapping[str, Any]) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in (b"host", b"authorization", b"content-length") and name in headers:
            raise Refusal(400, f"the header {name.decode('latin-1')} is given twice")
        headers[name] = value
    return headers


def _host_name(host: str) -> str:
    """The name of a Host header, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


async def _read_body(headers: dict[bytes, bytes], receive: Receive, share: Share) -> bytes:
    announced = headers.get(b"content-length", b"0")
    size = int(announced) if announced.isdigit() else 0
    too_long = Refusal(413, f"the request is longer than {MAX_BODY} bytes: send less")
    if size > DRAIN or (size > MAX_BODY and b"expect" in headers):
        raise too_long
    body, seen = bytearray(), 0
    try:
        async with asyncio.timeout(BODY_SECONDS) as patience:
            begun = asyncio.get_running_loop().time()
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, "the connection ended within the request")
                seen += len(message.get("body", b""))
                patience.reschedule(begun + BODY_SECONDS + seen / SLOWEST)
                if seen <= MAX_BODY:
                    share.take(len(message.get("body", b"")))
                    body += message.get("body", b"")
                if seen > DRAIN or not message.get("more_body", False):
                    break
    except TimeoutError:
        raise Refusal(
            408,
            f"the request did not arrive within {BODY_SECONDS:g} seconds and {SLOWEST // 1024} KiB a second",
        ) from None
    if seen > MAX_BODY:
        raise too_long
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body, already read, in one message."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def replay() -> Message:
        for message in messages:
            return message
        return await receive()

    return replay


async def _send_error(send: Send, refusal: Refusal) -> None:
    body = json.dumps({"error": refusal.text}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
