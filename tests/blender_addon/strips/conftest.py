"""A rig for prompt strips, and a short way to fill its list."""

from __future__ import annotations

import pytest
from strip_lists import lay_strips, rig_for_strips


@pytest.fixture
def rig(context, session):
    return rig_for_strips(context)


@pytest.fixture
def lay(rig):
    """lay(("a person walks", 1, 25), ...) fills the rig's list."""
    return lambda *strips: lay_strips(rig, *strips)
