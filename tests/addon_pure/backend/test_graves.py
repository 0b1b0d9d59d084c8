from __future__ import annotations

import subprocess
import sys
import time

import pytest

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"


@pytest.fixture
def graves(addon):
    return addon("backend.graves")


def child(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)


def reaped(graves, process, within: float) -> bool:
    end = time.monotonic() + within
    while process.returncode is None and time.monotonic() < end:
        graves.tend()
        time.sleep(0.01)
    return process.returncode is not None


@pytest.mark.parametrize("force", [True, False])
def test_a_buried_child_is_reaped_by_and_by_with_its_folder(graves, tmp_path, force):
    folder, process = tmp_path / "its", child(SLEEP)
    folder.mkdir()
    (folder / "log").write_text("x")
    begun = time.perf_counter()
    graves.bury(process, folder, force=force)
    assert time.perf_counter() - begun < 0.05
    assert reaped(graves, process, 10) and process.stdout.closed
    assert graves.tend() and not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="ignores a signal")
def test_grace_has_an_end(graves, monkeypatch):
    monkeypatch.setattr(graves, "GRACE_SECONDS", 0.2)
    process = child(STUBBORN)
    process.stdout.readline()
    graves.bury(process, force=False)
    assert reaped(graves, process, 10) and process.returncode == -9


def test_one_that_ends_by_itself_gets_no_signal(graves):
    process = child("import time; time.sleep(0.3); raise SystemExit(5)")
    graves.let_end(process, seconds=30)
    assert reaped(graves, process, 20) and process.returncode == 5


def test_all_are_gone_at_our_own_end(graves):
    process = child(SLEEP)
    graves.let_end(process, seconds=60)
    graves.close()
    assert process.returncode is not None and graves.tend()
