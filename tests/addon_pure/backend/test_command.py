"""A command as a child process: its lines as they come, its end, its stop."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def command(addon) -> Any:
    return addon("backend.command").Command


def lines(command: Any) -> list[str]:
    seen: list[str] = []
    end = time.monotonic() + 30
    while command.code is None and time.monotonic() < end:
        seen += command.poll()
        time.sleep(0.01)
    return seen


def test_lines_come_whole_and_strange_bytes_do_no_harm(command, tmp_path):
    code = (
        "import sys, time; w = sys.stdout.buffer; w.write(b'one\\ntw'); w.flush(); time.sleep(.2);"
        "w.write(b'o\\r30%\\r60%\\n\\xff\\xfe bad\\nlast'); w.flush(); sys.exit(3)"
    )
    running = command([sys.executable, "-c", code], tmp_path / "log.txt")
    seen = lines(running)
    assert seen == ["one", "two", "30%", "60%", "\ufffd\ufffd bad", "last"]
    assert running.code == 3
    assert running.tail == seen


def test_a_second_command_appends_to_the_log_and_reads_its_own(command, tmp_path):
    for word in ("first", "second"):
        assert lines(command([sys.executable, "-c", f"print('{word}')"], tmp_path / "log.txt")) == [word]
    assert (tmp_path / "log.txt").read_text().split() == ["first", "second"]


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of Unix")
def test_stopping_ends_the_children_too(command, tmp_path):
    code = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    running = command([sys.executable, "-c", code], tmp_path / "log.txt")
    end = time.monotonic() + 30
    while not running.tail and time.monotonic() < end:
        running.poll()
        time.sleep(0.02)
    grandchild = int(running.tail[0])
    running.stop()
    end = time.monotonic() + 5
    while _alive(grandchild) and time.monotonic() < end:
        time.sleep(0.02)
    assert not _alive(grandchild)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
