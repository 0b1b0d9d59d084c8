"""HTTP/1.1 that never waits: one request over a non-blocking socket, moved along by `Request.poll()`.

Blender allows neither threads nor waiting, so a timer calls `poll()` until it is true; each call takes a few
milliseconds at most. Standard library only; `ssl` is imported when an https address asks for it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .http_response import MAX_BODY, ProtocolError, Response, ResponseParser

POLL_SECONDS = 0.01  # what one poll() may spend on moving bytes
_WINDOWS_WOULD_BLOCK = 10035
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """Where a service listens. `ip` is the numeric address to connect to ("" until the name is resolved)."""

    scheme: str
    host: str
    port: int
    token: str = field(default="", repr=False)
    cafile: str = ""  # a certificate to trust, for a server that signed its own
    ip: str = ""

    @classmethod
    def parse(cls, text: str, token: str = "", cafile: str = "") -> Address:
        """From "gpu-box:8765", "http://127.0.0.1:8765" or "https://gpu.example". Raises ValueError with the fix."""
        text = text.strip()
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            host, port, parts = "", None, urlsplit("")
        # urlsplit drops line ends within a text
        if (
            re.search(r"\s", text)
            or parts.scheme not in _PORTS
            or not re.fullmatch(r"[\w.:-]+", host)
            or parts.path not in ("", "/")
        ):
            raise ValueError(f"the server address {text!r} is not one: write it as http://127.0.0.1:8765")
        if not re.fullmatch(r"[!-~]*", token):
            raise ValueError("the token has blanks or special characters: copy it again, without the quotes")
        return cls(parts.scheme, host, port or _PORTS[parts.scheme], token, cafile, numeric_ip(host))

    @property
    def netloc(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def numeric_ip(host: str) -> str:
    """The address itself when `host` is one (or localhost), "" for a name that has to be looked up."""
    if host == "localhost":
        return "127.0.0.1"
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
            return host
        except OSError:
            continue
    return ""


def encode_request(address: Address, method: str, path: str, body: bytes | None) -> bytes:
    """The bytes of one request on a connection of its own."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {address.netloc}", "Connection: close"]
    if address.token:
        lines.append(f"Authorization: Bearer {address.token}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


class Request:
    """One exchange. Call `poll()` until it is true; then either `response` or `error` is set.

    timeout: seconds for the whole exchange. limit: the longest body to accept, bytes.
    """

    def __init__(
        self,
        address: Address,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        timeout: float = 10.0,
        limit: int = MAX_BODY,
    ) -> None:
        self.response: Response | None = None
        self.error = ""
        self._address = address
        payload = None if body is None else json.dumps(body).encode()
        self._unsent = memoryview(encode_request(address, method, path, payload))
        self._parser = ResponseParser(limit)
        self._deadline = time.monotonic() + timeout
        self._timeout = timeout
        self._socket: Any = None
        self._stage: Callable[[], bool] = self._open

    @property
    def done(self) -> bool:
        return self.response is not None or bool(self.error)

    def poll(self) -> bool:
        """Move the exchange as far as it goes without waiting; true when it is over."""
        start = time.perf_counter()
        try:
            while not self.done and self._stage() and time.perf_counter() - start < POLL_SECONDS:
                pass
        except (OSError, ProtocolError) as fault:  # ssl.SSLError is an OSError
            self._fail(str(getattr(fault, "strerror", None) or fault))
        if not self.done and time.monotonic() > self._deadline:
            self._fail(f"no answer within {self._timeout:g} seconds")
        return self.done

    def close(self) -> None:
        """Give the connection up; safe to call at any time."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if not self.done:
            self.error = "given up"

    def _fail(self, reason: str) -> None:
        self.error = f"{self._address.netloc}: {reason}"
        self.close()

    # Each stage returns true when it has got somewhere, false when it would have to wait.

    def _open(self) -> bool:
        ip = self._address.ip
        if not ip:
            raise OSError(f"the name {self._address.host!r} has not been resolved")
        self._socket = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        fault = self._socket.connect_ex((ip, self._address.port))
        if fault not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK, _WINDOWS_WOULD_BLOCK):
            raise OSError(fault, _reason(fault))
        self._stage = self._connect
        return True

    def _connect(self) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_WRITE)
            if not selector.select(0):
                return False
        if fault := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(fault, _reason(fault))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._address.scheme == "https":
            self._socket = _wrap_tls(self._socket, self._address)
            self._stage = self._handshake
        else:
            self._stage = self._send
        return True

    def _handshake(self) -> bool:
        import ssl

        try:
            self._socket.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        self._stage = self._send
        return True

    def _send(self) -> bool:
        try:
            sent = self._socket.send(self._unsent)
        except (ConnectionResetError, BrokenPipeError):
            self._stage = self._receive  # refused in the middle: the answer may say why
            return True
        except OSError as fault:
            return _would_wait(fault)
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self._stage = self._receive
        return True

    def _receive(self) -> bool:
        try:
            data = self._socket.recv(256 * 1024)
        except OSError as fault:
            return _would_wait(fault)
        if data:
            self._parser.feed(data)
        else:
            self._parser.eof()
        if self._parser.response is not None:
            self.response = self._parser.response
            self.close()
        return True


def _would_wait(fault: OSError) -> bool:
    """False (a stage's "not yet") for an error that only says "later"; any other is raised again."""
    later = isinstance(fault, BlockingIOError) or type(fault).__name__ in (
        "SSLWantReadError",
        "SSLWantWriteError",
    )
    if not later:
        raise fault
    return False


def _reason(code: int) -> str:
    """An error number of a socket in words, also Windows' own numbers."""
    return getattr(socket, "errorTab", {}).get(code) or os.strerror(code)


_tls_contexts: dict[str, Any] = {}  # reading the system's certificates takes tens of milliseconds: once each


def _wrap_tls(plain: socket.socket, address: Address) -> Any:
    import ssl

    if address.cafile not in _tls_contexts:
        _tls_contexts[address.cafile] = ssl.create_default_context(cafile=address.cafile or None)
    context = _tls_contexts[address.cafile]
    return context.wrap_socket(plain, server_hostname=address.host, do_handshake_on_connect=False)
