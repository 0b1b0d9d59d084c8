"""Tiny real checkpoints of the catalog's models, with random weights, in a folder that LABAN_WEIGHTS can name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_mdm import save_tiny_mdm, save_tiny_models


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
