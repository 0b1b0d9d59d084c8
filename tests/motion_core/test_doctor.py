"""What the machine has and lacks, finding by finding, each with its remedy."""

from __future__ import annotations

import os
import shutil
import socket
from collections import namedtuple

import pytest

from motion_core import doctor
from motion_core.catalog import CATALOG
from motion_core.doctor import MISSING, OK, PACKAGES, WARNING, Finding, examine

Usage = namedtuple("Usage", "total used free")


def found(name: str) -> Finding:
    return next(finding for finding in examine() if finding.name == name)


@pytest.fixture
def without(monkeypatch):
    """without(names): those packages are not installed."""
    real = doctor.importlib.util.find_spec

    def hide(*names: str) -> None:
        def find(name: str, *more: str):
            return None if name in names else real(name, *more)

        monkeypatch.setattr("importlib.util.find_spec", find)

    return hide


@pytest.fixture(autouse=True)
def _no_networks(without):
    """Most findings need no network: torch is hidden, so that nothing of it is loaded."""
    without("torch")


def test_absent_packages_are_missing_where_they_are_needed(without):
    without(*(module for module, *_ in PACKAGES))
    findings = {finding.name: finding for finding in examine()}
    for _, distribution, purpose, needed in PACKAGES:
        finding = findings[distribution]
        assert finding.state == (MISSING if needed else WARNING)
        assert purpose in finding.found and "pip install" in finding.fix
    assert not {"device", "text encoder"} & set(findings)  # nothing is asked of what is not there


def test_every_finding_that_is_not_ok_says_what_to_do():
    findings = examine()
    assert findings[0].name == "python" and findings[0].state == OK
    assert len({finding.name for finding in findings}) == len(findings)
    assert all(finding.fix for finding in findings if finding.state != OK)
    assert all(finding.found for finding in findings)


def test_an_old_python_is_missing(monkeypatch):
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 1))
    assert (found("python").state, found("python").fix) == (MISSING, "use Python 99.1 or newer")


def test_a_full_disk_and_a_folder_that_cannot_be_written(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10e9, 9.5e9, 0.5e9))
    assert found("disk").state == WARNING and "0.5 GB free" in found("disk").found
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10e9, 5e9, 5e9))
    assert found("disk").state == OK
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "--out" in found("disk").fix


def test_a_machine_that_may_not_listen(monkeypatch):
    assert found("port").state == OK

    def refuse(*args, **more):
        raise PermissionError("Permission\n denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    assert found("port").state == MISSING and found("port").found.endswith("Permission denied")


def test_absent_and_broken_weights_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    card = CATALOG["mdm"]
    finding = doctor._weights(card)
    assert finding.state == MISSING and f"put {card.checkpoint} into {tmp_path}" in finding.fix
    (tmp_path / card.checkpoint).write_bytes(b"junk")
    finding = doctor._weights(card)
    assert finding.state == MISSING and card.checkpoint in finding.found and "\n" not in finding.found
