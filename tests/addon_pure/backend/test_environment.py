"""The backend's environment: real virtual environments, filled from packages that the test makes (no network)."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

STUBS = ("safetensors", "transformers", "tokenizers", "starlette", "uvicorn")


@pytest.fixture(scope="module")
def environment(addon) -> Any:
    return addon("backend.environment")


def write_wheel(
    folder: Path, name: str, modules: dict[str, str], version: str = "3.0", requires: str = ""
) -> Path:
    """A small, valid wheel: what pip downloads, without the download."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: backend\n{requires}"
    files = {
        **{f"{module}.py": text for module, text in modules.items()},
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = []
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{file},sha256={digest},{len(text)}")
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))
    return path


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A folder of packages that stands for the network."""
    folder = tmp_path_factory.mktemp("shelf")
    write_wheel(folder, "torch", {"torch": "__version__ = '3.0'\n"}, version="2.9.0")
    for name in STUBS:
        write_wheel(folder, name, {name: ""})
    requires = "".join(f"Requires-Dist: {name}; extra == 'backend'\n" for name in ("torch", *STUBS))
    write_wheel(folder, "laban", {"motion_core": ""}, version="0.1.0", requires=requires)
    return folder


@pytest.fixture
def offline(shelf, monkeypatch) -> Path:
    """pip sees the shelf only; its own update is what this Python's ensurepip brings."""
    for key in [key for key in os.environ if key.startswith("PIP_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return shelf


def write_locks(folder: Path, shelf: Path) -> Path:
    """Lock files of the packages on the shelf, as `tools/lock_environment.py` writes those of PyPI."""
    folder.mkdir()
    for file, names in {"torch-pypi.txt": ("torch",), "needs.txt": STUBS}.items():
        lines = []
        for name in names:
            wheel = next(shelf.glob(f"{name}-*.whl"))
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            lines.append(f"{name}=={wheel.name.split('-')[1]} --hash=sha256:{digest}\n")
        (folder / file).write_text("".join(lines))
    (folder / "pip.txt").write_text("")
    return folder


@pytest.fixture
def plan(environment, offline, tmp_path) -> Any:
    """Without what only a network can give: a newer pip."""

    class OfflinePlan(environment.Plan):
        def steps(self, python: str, version: tuple[int, int]) -> list:
            steps = super().steps(python, version)
            for step in steps:
                if "raw" in step.command:  # the pip that ensurepip brings may be too old for it
                    step.command[step.command.index("raw")] = "off"
                if step.name == "pip":
                    step.command[:] = [sys.executable, "-c", "print('as it is')"]
            return steps

    wheel = offline / "laban-0.1.0-py3-none-any.whl"
    locks = write_locks(tmp_path / "locks", offline)
    return OfflinePlan(tmp_path / "backend", wheel, "apple", sys.executable, locks)  # PyPI, hence the shelf


def follow(job: Any, seconds: float = 120.0, until: Any = lambda: False) -> list[tuple[str, float]]:
    """(message, progress) in the order they were shown; a call may not take long."""
    seen: list[tuple[str, float]] = []
    end = time.monotonic() + seconds
    while not job.poll() and not until():
        assert time.monotonic() < end, (job.message, job.log.read_text())
        if not seen or seen[-1] != (job.message, job.progress):
            seen.append((job.message, job.progress))
        time.sleep(0.02)
    return seen


@pytest.mark.slow
def test_it_is_made_and_examined_and_made_again(environment, plan):
    assert environment.examine(plan.folder, plan.package) is environment.EnvironmentState.ABSENT
    job = environment.EnvironmentJob(plan)
    seen = follow(job)
    assert job.state == "done", (job.message, job.log.read_text())
    assert job.message == "ready, with torch 3.0"
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert {"looking for a Python", "making the environment", "checking"} <= {text for text, _ in seen}
    assert environment.examine(plan.folder, plan.package) is environment.EnvironmentState.READY
    newer = plan.package.with_name("laban-9.9.9-py3-none-any.whl")
    assert environment.examine(plan.folder, newer) is environment.EnvironmentState.OUTDATED
    marker = environment.environment_python(plan.folder).parent / "still the same"
    marker.touch()
    again = environment.EnvironmentJob(plan)
    follow(again)
    assert again.state == "done"
    assert marker.exists()  # a whole environment is updated, not made anew
    environment.environment_python(plan.folder).unlink()
    assert environment.examine(plan.folder, plan.package) is environment.EnvironmentState.BROKEN
    repaired = environment.EnvironmentJob(plan)
    follow(repaired)
    assert (repaired.state, marker.exists()) == ("done", False)


@pytest.mark.slow
def test_what_was_stopped_is_mended(environment, plan):
    job = environment.EnvironmentJob(plan)
    follow(
        job,
        until=lambda: (
            job.message == "making the environment" and (plan.folder / "env" / "pyvenv.cfg").exists()
        ),
    )
    child = job._command._process
    job.stop()
    assert job.state == "cancelled"
    child.wait(10)  # it is ended, and reaped later
    assert environment.examine(plan.folder, plan.package) is environment.EnvironmentState.UNFINISHED
    again = environment.EnvironmentJob(plan)
    follow(again)
    assert again.state == "done", again.message


@pytest.mark.slow
def test_a_failure_names_the_cause_and_the_log(environment, plan):
    (plan.locks / "torch-pypi.txt").write_text(f"torch==99 --hash=sha256:{'0' * 64}\n")
    job = environment.EnvironmentJob(plan)
    follow(job)
    assert job.state == "failed"
    assert "that download address has no torch for this Python" in job.message
    assert "torch==99" in job.log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["torch", "starlette"])
def test_a_file_that_somebody_has_changed_is_not_installed(
    environment, plan, shelf, tmp_path, monkeypatch, name
):
    swapped = tmp_path / "swapped"
    shutil.copytree(shelf, swapped)
    wheel = next(swapped.glob(f"{name}-*.whl"))
    write_wheel(swapped, name, {name: "raise SystemExit('evil')\n"}, version=wheel.name.split("-")[1])
    monkeypatch.setenv("PIP_FIND_LINKS", str(swapped))
    job = environment.EnvironmentJob(plan)
    follow(job)
    assert (
        job.state == "failed" and "is not the one that this version of Laban was tested with" in job.message
    )
    site = next((plan.folder / "env").rglob("site-packages"))
    assert not (site / f"{name}.py").exists()


def test_a_python_that_is_none_is_explained(environment, plan, tmp_path):
    wrong = tmp_path / "python"
    wrong.write_text("#!/bin/sh\necho hello\n")
    wrong.chmod(0o755)
    for python, words in ((str(wrong), "is no working Python"), ("/no/such", "cannot be started")):
        job = environment.EnvironmentJob(environment.Plan(plan.folder, plan.package, "cpu", python))
        follow(job)
        assert job.state == "failed"
        assert words in job.message
        assert "install" in job.message  # and what to do


def test_it_starts_only_with_room_and_a_package(environment, plan, monkeypatch, tmp_path):
    missing = environment.EnvironmentJob(environment.Plan(plan.folder, tmp_path / "none.whl"))
    assert (missing.state, "is missing" in missing.message) == ("failed", True)
    huge = environment.Variant("Huge", "", 1e9)
    monkeypatch.setitem(environment.VARIANTS, "cpu", huge)
    full = environment.EnvironmentJob(environment.Plan(plan.folder, plan.package))
    assert full.state == "failed"
    assert "GB are free" in full.message


def test_pip_s_lines_become_progress(environment, plan):
    job = environment.EnvironmentJob(plan)
    job._search.stop()
    job._steps = plan.steps(sys.executable, (3, 12))
    job._index = next(i for i, step in enumerate(job._steps) if step.name == "torch")
    step = job._steps[job._index]
    before = sum(s.share for s in job._steps[: job._index])
    job._read("Downloading https://x/torch-2.9.0%2Bcpu-cp312-cp312-win_amd64.whl (619 MB)", step)
    assert job.message == "downloading torch 2.9.0%2Bcpu"
    job._read("Progress 309500000 of 619000000", step)
    assert job.message.endswith(", 310 of 619 MB")
    assert job.progress == pytest.approx(before + step.share / 2)
    job._read("Progress 1000 of 5000", step)  # a small package next never takes it back
    assert job.progress == pytest.approx(before + step.share / 2)
    job._read("Installing collected packages: torch", step)
    assert environment.read_state(plan.folder)["installing"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("NewConnectionError: Failed to establish a new connection", "check the connection"),
        ("Error: Command ensurepip is not available", "python3-venv"),
        ("PermissionError: [WinError 5] Access is denied", "close programs"),
        ("ERROR: something else", "ERROR: something else"),
        ("", "it said nothing"),
    ],
)
def test_faults_are_put_into_words(environment, line, words):
    assert words in environment.explain([line] if line else [])


def test_a_damaged_note_is_no_note(environment, tmp_path):
    for text in ("", "[1]", "{", "\udcff"):
        (tmp_path / environment.STATE_FILE).write_text(text, encoding="utf-8", errors="surrogateescape")
        assert environment.read_state(tmp_path) == {}
