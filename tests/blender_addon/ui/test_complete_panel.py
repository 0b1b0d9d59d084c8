"""The panel "Complete and Edit": what it shows for each task, while a result is on trial, and for pins and results."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from panel_recorder import Recorder
from rig_animation import key_pose

from blender_addon.actions.records import TRIAL_TRACK
from blender_addon.session.outcome import Outcome
from blender_addon.session.session import SESSION
from blender_addon.trial.trial import begin, show
from blender_addon.ui.complete_panel import CLASSES
from motion_core.body.joints import JOINTS


class Canvas(Recorder):
    """The recorder with lists and menus."""

    def template_list(
        self, kind: str, _: str, data: Any, name: str, owner: Any, active: str, rows: int
    ) -> None:
        assert kind in {panel.__name__ for panel in CLASSES}
        assert name in data.bl_rna.properties
        assert active in owner.bl_rna.properties
        for item in getattr(data, name):
            drawer = next(panel for panel in CLASSES if panel.__name__ == kind)
            drawer.draw_item(SimpleNamespace(), bpy.context, self, data, item, 0, owner, active)

    def operator_menu_enum(self, idname: str, name: str, text: str = "", icon: str = "NONE") -> None:
        self.operator(idname, text, icon)

    def prop(self, data: Any, name: str, *, icon: str = "NONE", **more: Any) -> None:
        super().prop(data, name, icon, **more)

    def _inner(self, **more: Any) -> Canvas:
        return Canvas(self.drawn)

    row = column = box = split = _inner


def draw(context) -> Canvas:
    canvas = Canvas()
    for kind in CLASSES:
        if issubclass(kind, bpy.types.Panel):
            kind.draw(SimpleNamespace(layout=canvas), context)
    return canvas


@pytest.fixture
def rig(context, preferences, backend_python):
    preferences.python = backend_python
    SESSION.outcome = Outcome()
    bpy.ops.laban.add_rig()
    yield context.object
    SESSION.outcome = Outcome()


def test_each_task_shows_its_settings(context, rig):
    settings = context.scene.laban_edit
    shown = {
        "COMPLETE": {"way", "keys", "range", "use_pins"},
        "EDIT": {"part", "strength", "range"},
        "FOLLOW": {"curve", "pace", "way_seconds", "along"},
    }
    for mode, wanted in shown.items():
        settings.mode = mode
        drawn = draw(context)
        assert wanted <= set(drawn.names("prop"))
        assert f"laban.{mode.lower()}" in drawn.names("operator")
    settings.mode, settings.way = "COMPLETE", "LOOP"
    assert "travel" in draw(context).names("prop")


def test_a_grey_button_says_why(context, rig):
    assert "The rig has no keys in frames" in draw(context).texts()
    for frame in (1, 20):
        key_pose(rig, list(JOINTS), frame, seed=frame)
    assert "no keys" not in draw(context).texts()
    context.scene.laban.model = "mdm-action"
    assert "cannot complete: choose another model" in draw(context).texts()


def test_on_trial_there_are_accept_and_reject(context, rig):
    assert "laban.accept" not in draw(context).names("operator")
    key_pose(rig, list(JOINTS), 1, seed=1)
    begin(context.scene, rig)
    show(context.scene, rig, rig.animation_data.action)
    drawn = draw(context)
    assert {"laban.accept", "laban.reject"} <= set(drawn.names("operator"))
    rig.animation_data.action.name = "rigAction"
    assert "On trial: rigAction" in draw(context).texts()
    rig.animation_data.nla_tracks.new().name = TRIAL_TRACK
    assert "On trial: prompt strips" in draw(context).texts()
    rig.animation_data_clear()
    assert "On trial: rigAction" in draw(context).texts()


def test_pins_are_listed_with_their_frames(context, rig):
    context.scene.frame_set(7)
    bpy.ops.laban.add_pin(joint="pelvis")
    rig.laban_pins.pins[0].end = 9
    drawn = draw(context)
    assert "7-9" in drawn.texts()
    assert {"target", "joint", "use_heading"} <= set(drawn.names("prop"))
    context.view_layer.objects.active = None
    assert "Select a rig" in draw(context).texts()
