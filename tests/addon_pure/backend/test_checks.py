"""What the backend's Python says of itself, and of the user's SMPL file: every answer becomes words."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ANSWER = (
    '{"findings": [{"name": "torch", "state": "ok", "found": "2.9"},'
    ' {"name": "smpl", "state": "missing", "found": "", "fix": "get it"}]}'
)


@pytest.fixture(scope="module")
def checks(addon) -> Any:
    return addon("backend.checks")


@pytest.fixture
def python_that(tmp_path) -> Callable[[str], str]:
    """python_that("echo hello") is a program that does so, whatever it is asked."""

    def write(script: str) -> str:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return write


def over(work: Any, seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while not work.poll():
        assert time.monotonic() < end
        time.sleep(0.01)
    return work


def test_findings_are_read_behind_other_lines(checks):
    found = checks.parse_findings(["a warning", ANSWER, "bye"])
    assert found == [
        checks.Finding("torch", "ok", "2.9"),
        checks.Finding("smpl", "missing", "", "get it"),
    ]
    with pytest.raises(ValueError, match="no answer"):
        checks.parse_findings(["hello"])


def test_what_is_missing_is_counted(checks, python_that, tmp_path):
    check = over(checks.DoctorCheck(python_that(f"echo '{ANSWER}'"), tmp_path / "log.txt"))
    assert (check.state, check.message) == ("done", "1 things are missing")
    assert [finding.name for finding in check.findings] == ["torch", "smpl"]
    whole = over(checks.DoctorCheck(python_that("echo '{\"findings\": []}'"), tmp_path / "log.txt"))
    assert (whole.state, whole.message) == ("done", "everything is there")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'No module named motion_core' >&2; exit 1", "Laban is not installed in that Python"),
        ("echo '{\"other\": 1}'; exit 1", '{"other": 1}'),
        ("echo first; echo second; echo third", "second | third"),
        ("exit 3", "it ended with status 3 and said nothing"),
    ],
)
def test_an_answer_that_is_none_is_told(checks, python_that, tmp_path, script, words):
    check = over(checks.DoctorCheck(python_that(script), tmp_path / "log.txt"))
    assert check.state == "failed" and words in check.message
    assert check.findings == []


def test_one_that_cannot_be_started_has_failed_at_once(checks, tmp_path):
    for python, words in (("/no/such", "there is no Python at /no/such"), (str(tmp_path), "is a folder")):
        check = checks.DoctorCheck(python, tmp_path / "log.txt")
        assert check.state == "failed" and words in check.message
        assert check.poll()
    plain = tmp_path / "plain"
    plain.write_text("no program")
    assert "cannot be started" in checks.DoctorCheck(str(plain), tmp_path / "log.txt").message


def test_one_that_hangs_is_given_up_or_stopped(checks, python_that, tmp_path):
    hanging = python_that("exec sleep 60")
    command = checks.BackendCommand(hanging, [], tmp_path / "log.txt", seconds=0.2)
    child = command._command._process
    assert over(command, 10).message == "no answer within 0.2 seconds"
    child.wait(10)  # it is ended, and reaped later
    check = checks.DoctorCheck(hanging, tmp_path / "log.txt")
    assert not check.poll()
    check.stop()
    assert (check.state, check.message) == ("failed", "stopped")
    check.stop()  # and once more does no harm


def test_a_body_is_read_with_the_user_s_betas(checks, python_that, tmp_path):
    writes = python_that(f'echo "$@" > {tmp_path}/asked; touch "$4"')
    reader = over(checks.BodyReader(writes, "/my/model.npz", [0.5, 0.0], tmp_path))
    assert (reader.state, reader.result) == ("done", tmp_path / "body.npz")
    asked = (tmp_path / "asked").read_text().split()
    assert asked == [
        "-m", "motion_core.body.smpl_body", "/my/model.npz", str(reader.result), "--betas=0.5000,0.0000",
    ]  # fmt: skip
    over(checks.BodyReader(writes, "/my/model.npz", [0.0, 0.0], tmp_path))
    assert "--betas" not in (tmp_path / "asked").read_text()


def test_a_body_of_before_is_no_result(checks, python_that, tmp_path):
    Path(tmp_path / "body.npz").touch()
    reader = over(checks.BodyReader(python_that("echo no such model; exit 0"), "/x", [], tmp_path))
    assert (reader.state, reader.message) == ("failed", "no such model")


@pytest.mark.slow
def test_the_backend_names_a_model_that_is_none(checks, tmp_path):
    (tmp_path / "mine.npz").write_bytes(b"nothing")
    reader = over(checks.BodyReader(sys.executable, str(tmp_path / "mine.npz"), [], tmp_path))
    assert reader.state == "failed" and "mine.npz" in reader.message
