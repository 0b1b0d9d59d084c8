"""The command line as a user meets it: exit status, one-line errors, JSON, files; and what importing it costs."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from motion_core import cli
from motion_core.commands import console
from motion_core.formats.npz import read_npz, write_npz

WAVE = ["generate", "--text", "a person waves", "--seconds", "1", "--steps", "3", "--device", "cpu"]


@pytest.fixture
def laban(capsys):
    """Run a command line: (exit status, standard output, standard error)."""

    def run(*argv) -> tuple[int, str, str]:
        status = cli.main([str(word) for word in argv])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def assert_one_line(err: str, *words: str) -> None:
    assert err.startswith("laban: error: ") and err.count("\n") == 1 and "Traceback" not in err
    for word in words:
        assert word in err


def test_generate_npz(laban, tiny_weights, tmp_path):
    out = tmp_path / "new folder" / "wave.npz"
    status, stdout, _ = laban(*WAVE, "--seed", 7, "--out", out)
    assert status == 0 and stdout.startswith(str(out)) and "CPU" in stdout
    motion = read_npz(out)
    assert len(motion) == 20 and motion.meta["seed"] == 7 and motion.meta["text"] == "a person waves"
    assert os.listdir(out.parent) == ["wave.npz"]


def test_generate_count_and_json(laban, tiny_weights, tmp_path):
    status, stdout, err = laban(*WAVE, "--seed", 4, "--count", 3, "--out", tmp_path / "wave.npz", "--json")
    facts = json.loads(stdout)
    assert status == 0 and not err
    assert facts["files"] == [str(tmp_path / f"wave_00{k}.npz") for k in range(3)]
    assert [motion["seed"] for motion in facts["motions"]] == [4, 5, 6]
    again = tmp_path / "again.npz"
    laban(*WAVE, "--seed", 5, "--out", again)
    assert np.allclose(read_npz(again).joints(), read_npz(tmp_path / "wave_001.npz").joints(), atol=1e-4)


def test_generate_action_chooses_its_model(laban, tiny_weights, tmp_path):
    status, _, _ = laban(
        "generate", "--action", "walk", "--seconds", 1, "--steps", 2, "--out", tmp_path / "w.npz"
    )
    assert status == 0
    assert read_npz(tmp_path / "w.npz").meta["model"] == "mdm-action"


def test_generate_part_by_part_or_whole(laban, tiny_weights, tmp_path):
    then = ("generate", "--text", "a person walks, then waves", "--seconds", 4, "--steps", 2)
    out = tmp_path / "story.npz"
    status, said, _ = laban(*then, "--out", out)
    assert status == 0
    assert "in parts: a person walks (1.74 s), a person waves (2.26 s)" in said
    assert read_npz(out).meta["prompts"] == [["a person walks", 1.74], ["a person waves", 2.26]]
    status, said, _ = laban(*then, "--whole", "--out", out)
    assert status == 0 and "in parts" not in said and "prompts" not in read_npz(out).meta
    status, said, _ = laban(*then, "--seconds", 2, "--out", out)
    assert status == 0 and "made as one: 2 s are too short for 2 parts, which need 3 s" in said


def test_generate_bvh(laban, tiny_weights, tmp_path):
    status, _, _ = laban(*WAVE, "--out", tmp_path / "wave.bvh")
    assert status == 0
    assert (tmp_path / "wave.bvh").read_text().startswith("HIERARCHY")


def test_same_seed_same_file(laban, tiny_weights, tmp_path):
    for name in ("a.npz", "b.npz"):
        laban(*WAVE, "--seed", 2, "--out", tmp_path / name)
    a, b = read_npz(tmp_path / "a.npz"), read_npz(tmp_path / "b.npz")
    assert np.array_equal(a.rotations, b.rotations) and np.array_equal(a.trans, b.trans)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--text", ""], ["prompt is empty"]),
        (["--text", "walk " * 2000], ["9999 characters", "1000"]),
        (["--text", "🙂🙂"], ["no words"]),
        (["--text", "walk", "--seconds", "0"], ["seconds is 0", "0.5"]),
        (["--text", "walk", "--seconds", "0.05"], ["seconds is 0.05"]),
        (["--text", "walk", "--seconds", "600"], ["seconds is 600"]),
        (["--text", "walk", "--seconds", "30"], ["at most 9.8"]),
        (["--text", "walk", "--seconds", "nan"], ["seconds is nan"]),
        (["--text", "walk", "--seconds", "soon"], ["invalid float", "laban generate --help"]),
        (["--text", "walk", "--model", "gpt"], ["unknown model 'gpt'", "mdm, mdm-action"]),
        (["--text", "walk", "--model", "mdm-action"], ["takes no text", "mdm"]),
        (["--text", "walk", "--action", "walk"], ["not allowed with"]),
        (["--action", "fly", "--model", "mdm-action"], ["unknown action 'fly'", "walk"]),
        (["--action", "walk", "--model", "mdm"], ["needs a text"]),
        ([], ["needs a text"]),
        (["--text", "walk", "--seed", "-1"], ["seed is -1"]),
        (["--text", "walk", "--seed", "99999999999999999999"], ["seed is"]),
        (["--text", "walk", "--steps", "0"], ["steps is 0"]),
        (["--text", "walk", "--steps", "900"], ["from 1 to 50"]),
        (["--text", "walk", "--guidance", "nan"], ["guidance is nan"]),
        (["--text", "walk", "--count", "0"], ["count is 0"]),
        (["--text", "walk", "--count", "100000"], ["count is 100000", "64"]),
        (["--text", "walk", "--sed", "1"], ["unrecognized arguments: --sed"]),
    ],
)
def test_generate_bad_arguments(laban, tiny_weights, tmp_path, arguments, words):
    out = tmp_path / "x.npz"
    status, stdout, err = laban("generate", *arguments, "--out", out)
    assert status == 2 and not stdout and not out.exists()
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("out", "word"), [("wave.fbx", ".npz or .bvh"), ("wave", ".npz or .bvh"), (".", ".npz")]
)
def test_generate_bad_out(laban, tiny_weights, tmp_path, out, word):
    status, _, err = laban(*WAVE, "--out", tmp_path / out)
    assert status == 2
    assert_one_line(err, word)


def test_generate_out_is_a_folder_or_below_a_file(laban, tiny_weights, tmp_path):
    (tmp_path / "taken.npz").mkdir()
    assert laban(*WAVE, "--out", tmp_path / "taken.npz")[0] == 2
    (tmp_path / "file").write_text("")
    status, _, err = laban(*WAVE, "--out", tmp_path / "file" / "x.npz")
    assert status == 1
    assert_one_line(err, "file", "name another place")
    status, _, err = laban("preview", tmp_path / "nope.npz", "--out", tmp_path / "x.gif")
    assert status == 1
    assert_one_line(err, "nope.npz", "check the name")


def test_emoji_and_other_scripts_are_read(laban, tiny_weights, tmp_path):
    status, _, _ = laban(
        "generate", "--text", "他挥手 🙂", "--seconds", 0.5, "--steps", 1, "--out", tmp_path / "x.npz"
    )
    assert status == 0 and read_npz(tmp_path / "x.npz").meta["text"] == "他挥手 🙂"


def test_absent_weights_fail_with_the_fix(laban, tmp_path, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    status, stdout, err = laban(*WAVE, "--out", tmp_path / "x.npz", "--json")
    assert status == 1
    assert_one_line(err, "dit-adaln.safetensors", "LABAN_WEIGHTS")
    assert "dit-adaln.safetensors" in json.loads(stdout)["error"]


def test_broken_checkpoint_and_device(laban, tiny_weights, tmp_path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes((tiny_weights / "dit-adaln.safetensors").read_bytes()[:5000])
    status, _, err = laban(*WAVE, "--checkpoint", broken, "--out", tmp_path / "x.npz")
    assert status == 1
    assert_one_line(err, "broken.safetensors")
    status, _, err = laban(*WAVE[:-2], "--device", "tpu", "--out", tmp_path / "x.npz")
    assert status == 1
    assert_one_line(err, "unknown device 'tpu'", "mps")


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


def test_models(laban, tiny_weights):
    status, stdout, _ = laban("models")
    assert status == 0 and "mdm-action" in stdout and "weights found" in stdout
    facts = json.loads(laban("models", "--json")[1])["models"]
    assert [row["id"] for row in facts][:2] == ["mdm", "mdm-action"]
    assert all(row["weights_found"] and row["licence"] for row in facts if "generate" in row["tasks"])


def test_preview(laban, tmp_path, walking_motion):
    write_npz(tmp_path / "walk.npz", walking_motion)
    status, stdout, _ = laban("preview", tmp_path / "walk.npz", "--out", tmp_path / "walk.png", "--size", 64)
    assert status == 0 and stdout.strip() == str(tmp_path / "walk.png")
    assert (tmp_path / "walk.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["absent.npz"], 1, "absent.npz"),
        (["text.npz"], 1, "text.npz"),
        (["walk.npz", "--out", "walk.avi"], 2, ".gif"),
        (["walk.npz", "--size", "9"], 2, "size is 9"),
    ],
)
def test_preview_bad_input(laban, tmp_path, walking_motion, monkeypatch, arguments, status, word):
    monkeypatch.chdir(tmp_path)
    write_npz("walk.npz", walking_motion)
    (tmp_path / "text.npz").write_text("not a motion")
    result, _, err = laban("preview", *arguments)
    assert result == status
    assert_one_line(err, word)


def test_convert_bad_input(laban, tmp_path):
    status, _, err = laban("convert", tmp_path / "absent.pt", tmp_path / "x.safetensors")
    assert status == 1
    assert_one_line(err, "absent.pt")
    status, _, err = laban("convert", tmp_path / "absent.pt", tmp_path / "x.pt")
    assert status == 2
    assert_one_line(err, ".safetensors")


def test_doctor_finds_what_is_here(laban, tiny_weights):
    status, stdout, _ = laban("doctor", "--json")
    facts = json.loads(stdout)
    by_name = {finding["name"]: finding for finding in facts["findings"]}
    assert status == 0 and facts["healthy"]
    assert "MiniLM" in by_name["text encoder"]["found"] and by_name["torch"]["state"] == "ok"
    assert "million parameters" in by_name["weights mdm"]["found"]


def test_doctor_says_what_is_missing(laban, tmp_path, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    (tmp_path / "mdm-action.safetensors").write_bytes(b"junk")
    status, stdout, _ = laban("doctor")
    assert status == 1
    assert "MISSING weights mdm " in stdout and f"put mdm.safetensors into {tmp_path}" in stdout
    assert "MISSING weights mdm-action" in stdout


def test_doctor_survives_absent_packages(laban, tiny_weights, monkeypatch):
    from importlib import util

    real = util.find_spec
    hidden = {"torch", "PIL"}
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name in hidden else real(name, *rest)
    )
    status, stdout, _ = laban("doctor")
    assert status == 1
    assert "MISSING torch" in stdout and "warning pillow" in stdout and "laban[backend]" in stdout


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


def test_progress_is_shown_on_a_terminal_only(capsys, monkeypatch):
    quiet = argparse.Namespace(json=True)
    with console.progress(quiet, "working") as report:
        assert report is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with console.progress(argparse.Namespace(json=False), "working") as report:
        report(3, 7)
    captured = capsys.readouterr()
    assert "working" in captured.err and "3/7" in captured.err and not captured.out


def test_help_loads_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", HEAVY_AFTER_HELP], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


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
