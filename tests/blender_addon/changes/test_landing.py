"""How a result comes onto an animated rig: at which frames, for which bones, and what stays."""

from __future__ import annotations

import bpy
import pytest
from rig_states import keyed_rig
from session_ticks import kept_files, tick_to_end

from blender_addon.session.session import SESSION

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


def test_pins_that_contradict_are_told(context, rig):
    context.scene.frame_set(30)
    for _ in range(2):
        bpy.ops.laban.add_pin(joint="right_wrist")
    rig.laban_pins.pins[1].target.location.x += 0.3
    context.view_layer.update()
    bpy.ops.laban.complete()
    assert "Missed: right_wrist" in SESSION.outcome.text
    assert "29.9" in SESSION.outcome.text or "30." in SESSION.outcome.text


def test_a_rig_deleted_meanwhile_keeps_its_motion_as_a_file(context, rig):
    from blender_addon.operators.complete import start_task

    start_task(context, "COMPLETE")
    bpy.data.objects.remove(rig)
    tick_to_end()
    assert SESSION.outcome.failed
    assert "is not in this file any more. The motion is kept as" in SESSION.outcome.text
    assert kept_files() == [SESSION.outcome.file]
