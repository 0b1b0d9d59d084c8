"""The command line as a user meets it: exit status, one-line errors, JSON, files; and what importing it costs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from one_line import assert_one_line

from motion_core import cli
from motion_core.formats.npz import read_npz, write_npz

ROOT = Path(__file__).resolve().parents[2]
WAVE = ["generate", "--text", "a person waves", "--seconds", "1", "--steps", "3", "--device", "cpu"]


def test_debug_shows_the_traceback(laban, tmp_path, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        laban(*WAVE, "--debug", "--out", tmp_path / "x.npz")


def test_a_fault_of_ours_is_named_as_one(laban, monkeypatch):
    monkeypatch.setattr("motion_core.commands.models.run", lambda args: {}["key"])
    status, _, err = laban("models")
    assert status == 1
    assert_one_line(err, "KeyError", "--debug")


@pytest.mark.parametrize("command", ["", *cli.COMMANDS])
def test_every_help_has_an_example(laban, command):
    status, stdout, _ = laban(*([command] if command else []), "--help")
    assert status == 0
    assert f"laban {command}" in stdout.split("example")[-1] if command else "generate" in stdout


def test_no_command_unknown_command_and_version(laban):
    status, _, err = laban()
    assert status == 2
    assert_one_line(err, "COMMAND")
    status, _, err = laban("dance")
    assert status == 2
    assert_one_line(err, "invalid choice: 'dance'", "generate")
    assert laban("--version")[1].startswith("laban ")


HEAVY_AFTER_HELP = """
import contextlib, io, sys
from motion_core.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    assert main(["--help"]) == 0 and main(["models"]) == 0
print(sorted({"torch", "transformers", "scipy", "rich", "PIL", "starlette"} & set(sys.modules)))
"""


@pytest.mark.skipif(os.name == "nt", reason="no such pipe on Windows")
def test_a_reader_that_leaves_early_gets_no_traceback():
    command = f"{sys.executable} -m motion_core models --json; echo status $? >&2"
    done = subprocess.run(f"({command}) | true", shell=True, capture_output=True, text=True)
    assert done.stderr in ("status 1\n", "status 0\n")  # 0 where the pipe took all before it closed


def test_help_loads_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", HEAVY_AFTER_HELP], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


ENDED = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 0))  # registered first, called last
from motion_core.cli import main
main(["--version"])
print(gc.get_freeze_count())
"""


def test_an_ending_process_is_not_searched_for_garbage():
    done = subprocess.run([sys.executable, "-c", ENDED], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[1:3] == ["0", "True"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for a child on Windows")
def test_ctrl_c_leaves_nothing_half_written(tiny_weights, tmp_path):
    jobs = tmp_path / "jobs.jsonl"
    line = '{"id": "a%d", "text": "walk", "seconds": 2, "steps": 20, "count": 64}'
    jobs.write_text("\n".join(line % k for k in range(50)))
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "motion_core", "batch", str(jobs), "--out", str(out), "--device", "cpu"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # a shell starts background jobs deaf to Ctrl-C, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.monotonic() + 180  # a busy machine needs long to import torch
    while not any(out.glob("a*.npz")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err == "laban: interrupted, nothing half-written is left\n"
    files = sorted(out.iterdir())
    assert files and all(path.suffix == ".npz" for path in files)
    assert len(read_npz(files[-1])) == 40


def clean(tmp_path, **more) -> subprocess.CompletedProcess:
    """`laban clean` of a motion with a name that no ASCII terminal can show, in a process of its own."""
    words = ["clean", tmp_path / "in.npz", "--floor", "--out", tmp_path / "größe_歩.npz"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "motion_core", *map(str, words)]
    return subprocess.run(command, stderr=subprocess.PIPE, env=environment, cwd=ROOT, **more)


@pytest.mark.slow
def test_a_terminal_that_shows_ascii_only_is_no_failure(tmp_path, walking_motion):
    write_npz(tmp_path / "in.npz", walking_motion)
    done = clean(tmp_path, stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"") and rb"gr\xf6\xdfe_\u6b69.npz" in done.stdout
    assert read_npz(tmp_path / "größe_歩.npz")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no descriptor can be closed that way on Windows")
def test_a_closed_standard_output_is_no_failure(tmp_path, walking_motion):
    write_npz(tmp_path / "in.npz", walking_motion)
    done = clean(tmp_path, preexec_fn=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (0, b"")
    assert read_npz(tmp_path / "größe_歩.npz")
