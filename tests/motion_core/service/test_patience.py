"""Slow and too many connections against uvicorn in a thread, with the limits turned down."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from motion_core.service import guard, patience
from motion_core.service.guard import Guard
from motion_core.service.server import listen

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\n"


async def answer(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch) -> Iterator[int]:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(patience, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.4)
    config = uvicorn.Config(
        Guard(answer, "t"), http=patience.PatientProtocol, lifespan="off", ws="none", log_config=None
    )
    server, listener = uvicorn.Server(config), listen("127.0.0.1", 0)
    number = listener.getsockname()[1]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield number
    server.should_exit = True
    thread.join(10)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def says_ok(plain: socket.socket) -> bool:
    """Head and body may come in two parts."""
    heard = b""
    while not heard.endswith(b"ok") and (part := plain.recv(4096)):
        heard += part
    return heard.startswith(b"HTTP/1.1 200 ") and heard.endswith(b"ok")


def is_closed(plain: socket.socket) -> bool:
    try:
        return plain.recv(4096) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("before", [b"", REQUEST + b"\r\n"])
def test_a_head_that_drips_in_is_cut_off(port, before):
    with connect(port) as slow:
        if before:  # an honest first request does not buy patience for the second
            slow.sendall(before)
            assert says_ok(slow)
        begun = time.monotonic()
        try:
            for byte in REQUEST * 2:
                slow.sendall(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            pass
        assert is_closed(slow)
        assert time.monotonic() - begun < 0.05 * len(REQUEST)


def test_a_body_that_drips_in_is_answered_408(port):
    with connect(port) as slow:
        slow.sendall(REQUEST.replace(b"GET", b"POST") + b"Content-Length: 100\r\n\r\n12")
        assert b" 408 " in slow.recv(4096)


def test_connections_have_an_end_and_free_themselves(port):
    idle = [connect(port) for _ in range(4)]
    assert is_closed(idle[0])  # it has been silent for longest
    assert all(is_closed(one) for one in idle)
    with connect(port) as honest:
        honest.sendall(REQUEST + b"\r\n")
        assert says_ok(honest)
    for one in idle:
        one.close()


def test_silent_connections_lock_nobody_out(port, monkeypatch):
    monkeypatch.setattr(patience, "HEAD_SECONDS", 20.0)
    silent = [connect(port) for _ in range(40)]
    begun = time.monotonic()
    for _ in range(10):
        with connect(port) as honest:
            honest.sendall(REQUEST + b"\r\n")
            assert says_ok(honest)
    assert time.monotonic() - begun < 5
    for one in silent:
        one.close()


def test_what_is_no_http_is_told_as_all_errors_are(port):
    for nonsense in (b"hello there\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000):
        with connect(port) as plain:
            plain.sendall(nonsense)
            heard = b""
            with contextlib.suppress(ConnectionResetError):
                while part := plain.recv(4096):
                    heard += part
        head, _, body = heard.partition(b"\r\n\r\n")
        assert b" 400 " in head and b"application/json" in head
        assert "send HTTP/1.1" in json.loads(body)["error"]
