"""The door of the room: torch comes with the first use."""

from __future__ import annotations

import subprocess
import sys

import pytest

from motion_core import generators
from motion_core.generators import generator

CODE = """
import sys
from motion_core import generators
assert "torch" not in sys.modules and sorted(generators.__all__) == ["Generator", "load_generator"]
generators.Generator
assert "torch" in sys.modules
"""


def test_its_names_are_the_generator_s():
    assert all(getattr(generators, name) is getattr(generator, name) for name in generators.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Maker'"):
        _ = generators.Maker


@pytest.mark.slow
def test_torch_is_loaded_late():
    subprocess.run([sys.executable, "-c", CODE], check=True, timeout=120)
