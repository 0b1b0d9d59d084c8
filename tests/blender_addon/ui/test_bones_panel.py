"""The panel "Bones": a field for each joint, and what is wrong with the rig."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from panel_recorder import Recorder

from blender_addon.ui.bones_panel import GROUPS, LABAN_PT_bones
from motion_core.body.joints import JOINTS


class Fields(Recorder):
    """The recorder with fields that search a list."""

    def _inner(self, **more: Any) -> Fields:
        return Fields(self.drawn)

    row = column = box = split = _inner

    def prop_search(self, data: Any, name: str, where: Any, what: str, text: str) -> None:
        self.prop(data, name)
        assert getattr(data, name) in ("", *getattr(where, what).keys())
        self.drawn.append(("field", f"{name}: {text}"))


def draw(context) -> Fields:
    fields = Fields()
    LABAN_PT_bones.draw(SimpleNamespace(layout=fields), context)
    return fields


@pytest.fixture
def rig(context, preferences):
    bpy.ops.laban.add_rig()
    return context.object


def test_every_joint_stands_once_under_its_group(context, rig):
    drawn = draw(context)
    assert sorted(drawn.names("prop")) == sorted(JOINTS)
    assert drawn.names("label") == list(GROUPS)
    assert "left_knee: Knee" in drawn.names("field") and "spine1: Spine1" in drawn.names("field")
    assert drawn.names("operator") == [
        "laban.detect_bones", "laban.load_bone_preset", "laban.save_bone_preset", "laban.delete_bone_preset",
    ]  # fmt: skip


def test_a_bone_that_is_missing_is_told_above_the_fields(context, rig):
    rig.data.bones["left_knee"].name = "Thing"
    drawn = draw(context)
    assert "left knee" in drawn.texts() and len(drawn.names("prop")) == len(JOINTS)
    rig.laban_joints.left_knee = "Thing"
    assert "left_knee" not in draw(context).texts()


def test_without_an_armature_there_is_nothing_to_choose(context, rig):
    context.view_layer.objects.active = None
    drawn = draw(context)
    assert drawn.texts() == "No armature is selected: select one"
    assert not drawn.names("prop") and not drawn.names("operator")
