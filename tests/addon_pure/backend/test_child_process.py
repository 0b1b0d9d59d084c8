from __future__ import annotations

import os
import sys
import time

import pytest


@pytest.fixture(scope="module")
def child(addon):
    return addon("backend.child_process")


def python_that(folder, code: str) -> str:
    """An "interpreter" that ignores its arguments and runs this code instead."""
    path = folder / "python"
    path.write_text(f"#!{sys.executable}\n{code}\n")
    path.chmod(0o755)
    return str(path)


def poll_to_end(backend):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if first := backend.poll():
            return first
        time.sleep(0.01)
    raise AssertionError("nothing came")


@pytest.mark.parametrize(
    ("python", "words"),
    [("", "no backend Python is set"), ("  ", "no backend Python"), ("/nowhere/python", "no Python at /nowhere/python"),
     ("/", "is a folder"), (__file__, "cannot be started")],
)  # fmt: skip
def test_a_wrong_interpreter_is_told(child, python, words):
    with pytest.raises(child.StartError, match=words):
        child.BackendProcess(python, [])


def test_an_absent_temporary_folder_is_told(child, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(child.StartError, match=r"temporary files '.*gone' is absent .* \(TMPDIR"):
        child.BackendProcess(sys.executable, [])


posix = pytest.mark.skipif(sys.platform == "win32", reason="uses a script as interpreter")


@posix
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('/x/python: No module named motion_core')", "has no motion_core: install it"),
        ("import nowhere_at_all", "has no nowhere_at_all: install it"),
        ("import sys; print('first'); sys.exit(3)", "printed b'first' instead"),
        ("import sys; sys.stderr.write('a\\nb\\n'); sys.exit(3)", r"did not start \(exit status 3\): a \| b"),
        (
            "import os; os.kill(os.getpid(), 9)",
            r"did not start \(signal 9\): it said nothing\. The system ended it, mostly for want of memory",
        ),
        ("print('{\"port\": 1}')", "instead of a service's address"),
    ],
)
def test_a_backend_that_does_not_come_up_is_told(child, tmp_path, code, words):
    backend = child.BackendProcess(python_that(tmp_path, code), [])
    with pytest.raises(child.StartError, match=words):
        poll_to_end(backend)
    backend.stop()
    assert not backend.folder.exists()


@posix
def test_a_backend_that_says_nothing_is_given_up(child, tmp_path, monkeypatch):
    monkeypatch.setattr(child, "START_SECONDS", 0.3)
    backend = child.BackendProcess(python_that(tmp_path, "import time; time.sleep(60)"), [])
    with pytest.raises(child.StartError, match=r"within 0.3 seconds"):
        poll_to_end(backend)
    backend.stop()
    assert backend.process.returncode is not None


@posix
def test_one_that_ignores_the_signal_is_ended_by_force(child, tmp_path):
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('{', flush=True); time.sleep(60)"
    backend = child.BackendProcess(python_that(tmp_path, code), [])
    while not (backend.folder / "stdout.txt").stat().st_size:
        time.sleep(0.01)
    backend.stop(wait=0.2)
    assert backend.process.returncode == -9 and "signal 9" in backend.ended()


@posix
def test_the_environment_is_clean_and_the_command_explicit(child, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/blender/python")
    code = (
        "import json, os, sys\n"
        "words = ' '.join(sys.argv[1:]) + '|' + os.environ.get('PYTHONHOME', 'none') + '|' + os.getcwd()\n"
        "print(json.dumps({'laban': words, 'port': 1, 'token': 't'}))"
    )
    # the script's own interpreter must not see PYTHONHOME either, or it would not start at all
    backend = child.BackendProcess(python_that(tmp_path, code), ["--device", "cpu"])
    words, home, folder = poll_to_end(backend)["laban"].split("|")
    assert words == f"-m motion_core serve --port 0 --parent {os.getpid()} --device cpu"
    assert home == "none" and folder == os.path.realpath(backend.folder)
    backend.stop()


def test_a_name_is_looked_up_by_a_child(child):
    for host, expected in (("localhost", ("127.0.0.1", "::1")), ("no-such-host.invalid", None)):
        lookup = child.NameLookup(host)
        end = time.monotonic() + 20
        ip = ""
        try:
            while not ip and time.monotonic() < end:
                ip = lookup.poll()
                time.sleep(0.01)
            assert expected and ip in expected
        except child.StartError as fault:
            assert expected is None and "no-such-host.invalid" in str(fault)
        lookup.stop()
