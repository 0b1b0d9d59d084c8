"""The door of the room: torch comes with the first use."""

from __future__ import annotations

import gc
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

COLLECTED = """
import gc
from motion_core import generators
seen = []
gc.callbacks.append(lambda phase, about: seen.append(phase))
generators.Generator
assert gc.isenabled() and len(seen) <= 2, seen  # the one that comes due once it is on again
"""


def test_its_names_are_the_generator_s():
    assert all(getattr(generators, name) is getattr(generator, name) for name in generators.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Maker'"):
        _ = generators.Maker


@pytest.mark.slow
def test_torch_is_loaded_late():
    subprocess.run([sys.executable, "-c", CODE], check=True, timeout=120)


@pytest.mark.slow
def test_nothing_is_collected_while_torch_is_imported():
    subprocess.run([sys.executable, "-c", COLLECTED], check=True, timeout=120)


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_left_as_it_was(was_on):
    before = gc.isenabled()
    (gc.enable if was_on else gc.disable)()
    try:
        assert generators.load_generator and gc.isenabled() == was_on
    finally:
        (gc.enable if before else gc.disable)()
