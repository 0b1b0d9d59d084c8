"""A rig and a prompt, for what happens between two clicks."""

from __future__ import annotations

import pytest
from session_ticks import waving_rig


@pytest.fixture
def rig(context, session):
    return waving_rig(context)
