"""What comes back over HTTP/1.1: bytes in any portions become one `Response`. Standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_HEAD = 64 * 1024  # bytes of status line and headers
MAX_BODY = 64 * 1024 * 1024  # bytes; a motion of a minute is below one megabyte


class ProtocolError(Exception):
    """The other side does not speak HTTP as it should; the message says in which way."""


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]  # lower-case names
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises ProtocolError where it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise ProtocolError("the answer is not a JSON object")
        return value

    @property
    def media_type(self) -> str:
        """What the body is, without parameters: "application/json"."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def error(self) -> str:
        """The text of an error answer."""
        try:
            return str(self.json().get("error") or f"status {self.status}")
        except ProtocolError:
            return f"status {self.status}"


class ResponseParser:
    """Bytes in any portions to one Response; knows Content-Length, chunks and bodies that end with the connection."""

    def __init__(self, limit: int = MAX_BODY) -> None:
        self.response: Response | None = None
        self._limit = limit
        self._buffer = bytearray()
        self._body = bytearray()
        self._status = 0
        self._headers: dict[str, str] = {}
        self._read: Callable[[], bool] = self._read_head

    def feed(self, data: bytes) -> bool:
        """Take more bytes; true once the response is complete. Raises ProtocolError."""
        self._buffer += data
        while self.response is None and self._read():
            pass
        return self.response is not None

    def eof(self) -> None:
        """The connection has ended: completes a body without a length, otherwise raises ProtocolError."""
        if self.response is None:
            if self._read != self._read_rest:
                raise ProtocolError("the connection ended in the middle of the answer")
            self._finish()

    def _finish(self) -> None:
        self.response = Response(self._status, self._headers, bytes(self._body))

    def _grow(self, count: int) -> None:
        if len(self._body) + count > self._limit:
            raise ProtocolError(f"the answer is longer than {self._limit} bytes")

    def _read_head(self) -> bool:
        start = bytes(self._buffer[:5])
        if not b"HTTP/".startswith(start) and start != b"HTTP/":
            raise ProtocolError("the answer is not HTTP")
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD:
                raise ProtocolError("the answer's headers do not end")
            return False
        lines = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        status = re.fullmatch(r"HTTP/1\.[01] (\d{3})(?: .*)?", lines[0])
        if not status:
            raise ProtocolError(f"the answer begins with {lines[0][:40]!r}")
        self._status = int(status[1])
        pairs = (line.partition(":") for line in lines[1:])
        self._headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if self._status >= 200:  # 1xx announce the real answer, which follows
            self._choose_body()
        return True

    def _choose_body(self) -> None:
        length = self._headers.get("content-length")
        if self._status in (204, 304):
            self._finish()
        elif "chunked" in self._headers.get("transfer-encoding", "").lower():
            self._read = self._read_chunk
        elif length is None:
            self._read = self._read_rest
        elif not re.fullmatch(r"[0-9]{1,12}", length):
            raise ProtocolError(f"the answer's length is {length[:40]!r}")
        else:
            self._length = int(length)
            self._grow(self._length)
            self._read = self._read_length

    def _read_length(self) -> bool:
        if len(self._buffer) < self._length:
            return False
        self._body = self._buffer[: self._length]
        self._finish()
        return True

    def _read_rest(self) -> bool:
        self._grow(len(self._buffer))
        self._body += self._buffer
        self._buffer.clear()
        return False

    def _read_chunk(self) -> bool:
        end = self._buffer.find(b"\r\n", 0, 1024)
        if end < 0:
            if len(self._buffer) >= 1024:
                raise ProtocolError("a chunk of the answer has no size")
            return False
        size_text = bytes(self._buffer[:end]).split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size_text):
            raise ProtocolError(f"a chunk of the answer has the size {size_text[:20]!r}")
        size = int(size_text, 16)
        self._grow(size)
        if size == 0:
            self._read = self._read_trailer
            del self._buffer[: end + 2]
            return True
        if len(self._buffer) < end + 2 + size + 2:
            return False
        self._body += self._buffer[end + 2 : end + 2 + size]
        del self._buffer[: end + 2 + size + 2]
        return True

    def _read_trailer(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD:
                raise ProtocolError("the answer's trailer does not end")
            return False
        del self._buffer[: end + 2]
        if end == 0:
            self._finish()
        return True
