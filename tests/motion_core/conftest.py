"""The command line, and tiny real checkpoints of the catalog's models in a folder that LABAN_WEIGHTS can name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_mdm import save_tiny_mdm, save_tiny_models

from motion_core import cli


@pytest.fixture(scope="session")
def make_tiny():
    """The function `save_tiny_mdm`."""
    return save_tiny_mdm


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory) -> Path:
    """A folder with tiny weights for `mdm` and `mdm-action`."""
    return save_tiny_models(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def tiny_weights(tiny_folder, monkeypatch) -> Path:
    """The same folder, named by LABAN_WEIGHTS."""
    monkeypatch.setenv("LABAN_WEIGHTS", str(tiny_folder))
    return tiny_folder


@pytest.fixture
def laban(capsys):
    """Run a command line: (exit status, standard output, standard error)."""

    def run(*argv) -> tuple[int, str, str]:
        status = cli.main([str(word) for word in argv])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run
