"""A motion file to work on."""

from __future__ import annotations

from pathlib import Path

import pytest
from editing_motions import swaying

from motion_core.formats.npz import write_npz


@pytest.fixture
def given(tmp_path) -> Path:
    """Two seconds of walking at 30 fps, as a file."""
    write_npz(tmp_path / "in.npz", swaying(1, 60, 30.0))
    return tmp_path / "in.npz"
