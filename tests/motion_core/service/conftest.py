"""A tiny real checkpoint and a running service, made once."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    """tests/tiny_service.py; by path, because `tests` is no package."""
    path = Path(__file__).resolve().parents[2] / "tiny_service.py"
    spec = importlib.util.spec_from_file_location("tiny_service", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def weights(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_tiny_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="session")
def service(tiny: ModuleType, weights: Path) -> Iterator[Any]:
    """A `RunningService` that all tests of a session share; they leave it idle and alive."""
    running = tiny.RunningService(weights, "--device", "cpu", "--preload", "mdm")
    yield running
    running.stop()
