"""The list of the last results: read, and put on the rig again."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_animation import curve_table
from rig_states import keyed_rig

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


def test_results_of_before_come_back(context, rig):
    bpy.ops.laban.complete()
    first = curve_table(rig.animation_data.action, range(5, 41))
    bpy.ops.laban.reject()
    bpy.ops.laban.refresh_history()
    kept = context.window_manager.laban_history
    assert len(kept.results) == 1
    assert "frames 5 to 40" in kept.results[0].about
    kept.chosen = 0
    bpy.ops.laban.reapply()
    assert rig.laban_preview.playing
    again = curve_table(rig.animation_data.action, range(5, 41))
    for place in first:
        np.testing.assert_allclose(again[place], first[place], atol=1e-3)
