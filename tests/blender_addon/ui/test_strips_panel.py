"""The panels "Prompt Strips" and "Keys": the list, the chosen strip, and what each button would do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from panel_recorder import Recorder
from strip_lists import WALK, WAVE, lay_strips

from blender_addon.session.outcome import Outcome
from blender_addon.session.session import SESSION
from blender_addon.ui.strips_panel import LABAN_PT_keys, LABAN_PT_strips, LABAN_UL_strips


class Lists(Recorder):
    """The recorder with lists, whose rows keep their icons."""

    def _inner(self, **more: Any) -> Lists:
        return Lists(self.drawn)

    row = column = box = split = _inner

    def prop(self, data: Any, name: str, icon: str = "NONE", **more: Any) -> None:
        super().prop(data, name, icon)
        self.drawn.append(("icon", icon))

    def template_list(
        self, kind: str, _: str, data: Any, name: str, owner: Any, active: str, rows: int
    ) -> None:
        assert kind == LABAN_UL_strips.bl_idname and active in owner.bl_rna.properties
        for item in getattr(data, name):
            LABAN_UL_strips.draw_item(SimpleNamespace(), bpy.context, self, data, item, 0, owner)


def draw(context, panel=LABAN_PT_strips) -> Lists:
    lists = Lists()
    panel.draw(SimpleNamespace(layout=lists), context)
    return lists


def settings_of_buttons(drawn: Lists, idname: str) -> list[dict]:
    return [vars(entry[2]) for entry in drawn.drawn if entry[:2] == ("operator", idname)]


@pytest.fixture
def rig(context, preferences, backend_python):
    preferences.python = backend_python
    SESSION.outcome = Outcome()
    bpy.ops.laban.add_rig()
    yield context.object
    SESSION.outcome = Outcome()


def test_an_empty_list_asks_for_a_strip(context, rig):
    drawn = draw(context)
    assert "laban.add_strip" in drawn.names("operator") and "prompt" not in drawn.names("prop")
    assert "There are no prompt strips: add one" in drawn.texts()
    context.view_layer.objects.active = None
    assert draw(context).texts() == "Select a rig"


def test_a_line_tells_the_frames_and_whether_the_motion_is_there(context, rig):
    lay_strips(rig, WALK, WAVE)
    drawn = draw(context)
    assert {"1 – 25", "25 – 49"} <= set(drawn.names("label"))
    assert drawn.names("icon").count("FILE_REFRESH") == 2
    assert "Not made" in drawn.texts()
    assert {"start", "end", "seed", "transition", "model", "steps", "guidance", "output"} <= set(
        drawn.names("prop")
    )


def test_each_button_makes_what_it_says(context, rig):
    lay_strips(rig, WALK)
    drawn = draw(context)
    assert settings_of_buttons(drawn, "laban.generate_strips") == [
        {"which": "CHANGED"}, {"which": "ONE"}, {"which": "ALL"},
    ]  # fmt: skip
    assert settings_of_buttons(drawn, "laban.move_strip") == [{"direction": "UP"}, {"direction": "DOWN"}]
    assert settings_of_buttons(drawn, "laban.regenerate") == [{}, {"new_seed": True}]


def test_what_is_in_the_way_is_told(context, rig, preferences):
    lay_strips(rig, WALK, ("a person waves", 20, 44))
    drawn = draw(context)
    assert "overlap by 5 frames" in drawn.texts() and "laban.open_preferences" not in drawn.names("operator")
    preferences.python = ""
    drawn = draw(context)
    assert "No backend yet" in drawn.texts() and "laban.open_preferences" in drawn.names("operator")


def test_the_end_of_the_last_run_is_told(context, rig):
    SESSION.outcome = Outcome("the service went away", failed=True)
    assert "The service went away" in draw(context).texts()


def test_keys_need_an_action(context, rig):
    assert "The rig has no active action" in draw(context, LABAN_PT_keys).texts()
    rig.animation_data_create().action = bpy.data.actions.new("Mine")
    drawn = draw(context, LABAN_PT_keys)
    assert drawn.names("operator") == ["laban.reduce_keys"] and drawn.texts() == ""
