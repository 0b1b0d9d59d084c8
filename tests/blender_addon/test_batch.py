"""examples/batch_generate.py as people start it: a process of its own, with a real backend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import bpy
import pytest

from motion_core.formats.npz import read_npz

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def batch(backend_python, tiny_weights, tmp_path):
    """batch(prompts, *options) -> the finished process; results lie in tmp_path / "out"."""

    def run(prompts: str | bytes, *options: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "prompts.txt"
        file.write_bytes(prompts if isinstance(prompts, bytes) else prompts.encode())
        command = [sys.executable, str(ROOT / "examples" / "batch_generate.py"), "--"]
        command += [
            "--prompts",
            str(file),
            "--out",
            str(tmp_path / "out"),
            "--backend-python",
            backend_python,
        ]
        command += ["--seconds", "1", "--steps", "2", *options]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            command, capture_output=True, text=True, timeout=280, cwd=tmp_path, env=environment
        )

    return run


def test_a_file_of_prompts_becomes_files_and_a_rerun_skips_them(batch, context, tmp_path):
    prompts = "a person waves\n\n# a remark\na person waves\n🕺🕺\n"
    first = batch(prompts, "--fps", "29.97", "--seed", "5")
    assert first.returncode == 1, first.stdout + first.stderr
    assert "2 made, 1 failed" in first.stdout
    assert "line 5" in first.stdout
    assert "has no words" in first.stdout
    out = tmp_path / "out"
    names = {"a_person_waves.blend", "a_person_waves.npz", "a_person_waves_2.blend", "a_person_waves_2.npz"}
    assert {path.name for path in out.iterdir()} == names
    assert [read_npz(out / f"a_person_waves{end}.npz").meta["seed"] for end in ("", "_2")] == [5, 6]
    bpy.ops.wm.open_mainfile(filepath=str(out / "a_person_waves.blend"))
    scene = bpy.context.scene
    assert scene.render.fps / scene.render.fps_base == pytest.approx(29.97, abs=1e-3)
    rig = bpy.data.objects["Laban"]
    assert rig.animation_data.action.name == "a person waves"
    assert (scene.frame_start, scene.frame_end) == tuple(rig.animation_data.action.frame_range)
    times = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    again = batch(prompts.replace("🕺🕺\n", ""), "--fps", "29.97")
    assert (again.returncode, "2 done already" in again.stdout) == (0, True)
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir()} == times


@pytest.mark.parametrize(
    ("prompts", "options", "status", "words"),
    [
        (b"\xff\xfe bad", (), 2, "utf-8"),
        ("a person waves", ("--model", "nonsense"), 2, "nonsense"),
        ("a person waves", ("--backend-python", "/no/python"), 1, "there is no Python at /no/python"),
        ("", (), 0, "0 prompts"),
    ],
    ids=["encoding", "model", "python", "nothing"],
)
def test_bad_input_is_named(batch, prompts, options, status, words):
    done = batch(prompts, *options)
    assert done.returncode == status, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
