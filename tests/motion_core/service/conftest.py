"""Tiny weights of long jobs, and a running service, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_service import RunningService, write_tiny_weights


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="session")
def service(weights: Path) -> Iterator[RunningService]:
    """A service that all tests of a session share; they leave it idle and alive."""
    running = RunningService(weights, "--device", "cpu", "--preload", "mdm")
    yield running
    running.stop()
