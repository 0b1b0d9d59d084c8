"""Finding a Python that an environment can be made with, and why others are refused."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def pythons(addon) -> Any:
    return addon("backend.pythons")


def search_of(pythons, monkeypatch, found: list[str]) -> Any:
    monkeypatch.setattr(pythons, "candidates", lambda: found)
    search = pythons.PythonSearch()
    end = time.monotonic() + 60
    while not search.poll():
        assert time.monotonic() < end
        time.sleep(0.02)
    return search


def test_this_python_is_found(pythons, monkeypatch):
    search = search_of(pythons, monkeypatch, ["/no/python", sys.executable])
    assert search.best.path == sys.executable
    assert search.best.version == sys.version_info[:2]
    assert search.explanation == ""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("[[3, 9], 64, '/x', True]", "is Python 3.9, too old"),
        ("[[3, 99], 64, '/x', True]", "for which torch is not built yet"),
        ("[[3, 12], 32, '/x', True]", "32-bit"),
        ("[[3, 12], 64, '/x', False]", "python3.12-venv"),
        ("gibberish", "is no working Python"),
    ],
)
def test_others_are_refused_with_the_reason(pythons, monkeypatch, tmp_path, answer, words):
    fake = tmp_path / "python3"
    fake.write_text(
        f"#!/bin/sh\necho '{answer}'\n".replace("'/x'", '"/x"')
        .replace("True", "true")
        .replace("False", "false")
    )
    fake.chmod(0o755)
    search = search_of(pythons, monkeypatch, [str(fake)])
    assert search.best is None
    assert words in search.explanation
    assert "To mend it" in search.explanation


def test_the_shop_s_link_is_not_started(pythons, monkeypatch, tmp_path):
    stub = tmp_path / "WindowsApps" / "python.exe"
    stub.parent.mkdir()
    stub.touch()
    assert pythons.is_store_stub(stub)
    search = search_of(pythons, monkeypatch, [str(stub)])
    assert "only a link to the Windows shop" in search.explanation


def test_the_usual_folders_count_with_a_bare_path(pythons, monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = pythons.candidates()
    assert found[-1] == os.path.normpath(sys.executable) or sys.executable in found
    if Path("/usr/bin/python3").exists():
        assert "/usr/bin/python3" in found
    assert len(found) == len(set(found))


def test_none_at_all(pythons, monkeypatch):
    search = search_of(pythons, monkeypatch, [])
    assert "none was found" in search.explanation


def test_one_that_hangs_is_given_up(pythons, monkeypatch, tmp_path):
    slow = tmp_path / "python3"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(pythons, "PROBE_SECONDS", 0.3)
    search = search_of(pythons, monkeypatch, [str(slow)])
    assert "does not answer" in search.explanation
