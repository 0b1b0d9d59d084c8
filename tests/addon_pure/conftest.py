"""The add-on's modules that need no Blender, imported without the add-on's `__init__` (which needs one)."""

from __future__ import annotations

import importlib
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tiny_service import write_tiny_weights

ROOT = Path(__file__).resolve().parents[2]


def _package() -> ModuleType:
    package = ModuleType("addon_pure")
    package.__path__ = [str(ROOT / "blender_addon")]
    sys.modules.setdefault("addon_pure", package)
    return package


_package()


@pytest.fixture(scope="session")
def addon() -> Callable[[str], Any]:
    """addon("backend.client") is the module blender_addon/backend/client.py."""
    return lambda name: importlib.import_module(f"addon_pure.{name}")


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_weights(tmp_path_factory.mktemp("weights"))


class RawServer:
    """A plain socket server that gives every connection the same bytes: a fault injector."""

    def __init__(self) -> None:
        self.heard = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._kept: list[socket.socket] = []

    def answer(self, *parts: bytes, close: bool = True, read: bool = True) -> None:
        """Serve in a thread from now on: read a request's head, send the parts, close or stay silent."""
        threading.Thread(target=self._serve, args=(parts, close, read), daemon=True).start()

    def _serve(self, parts: tuple[bytes, ...], close: bool, read: bool) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
                self._kept.append(plain)
                while read and b"\r\n\r\n" not in self.heard:
                    self.heard += plain.recv(65536)
                for part in parts:
                    plain.sendall(part)
                if close:
                    plain.shutdown(socket.SHUT_WR)
            except OSError:
                if self._listener.fileno() < 0:
                    return

    def stop(self) -> None:
        self._listener.close()
        for plain in self._kept:
            plain.close()


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.stop()
