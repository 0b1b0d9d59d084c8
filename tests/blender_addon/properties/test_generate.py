"""The settings of Text to Motion, and the request that they become."""

from __future__ import annotations

import pytest
from session_ticks import waving_rig

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return waving_rig(context)


@pytest.mark.parametrize(("seconds", "kept"), [(0.0, 0.5), (0.05, 0.5), (600.0, 60.0), (2.3, 2.3)])
def test_seconds_stay_in_their_range(context, rig, seconds, kept):
    settings = context.scene.laban
    settings.seconds = seconds
    assert settings.request().task.seconds == kept
