"""The list of bones in Blender: shown, corrected, detected again, kept as presets."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import addon_utils
import bpy
import numpy as np
import pytest
from control_rigs import MIXAMO, make_armature, make_auto_rig_pro, rows_of
from rig_rests import RestStyle

from blender_addon.rig.bone_map import PROPERTY, bones_of, draft_of
from blender_addon.rig.bone_map_presets import preset_names, save_preset
from blender_addon.rig.capture import capture
from blender_addon.ui.bones_panel import GROUPS, LABAN_PT_bones
from blender_addon.write.bake import bake
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.retarget import RigError

A_POSE = RestStyle(seed=5, arms_down=0.8)
RENAMED = {**MIXAMO, "left_knee": "Thing", "right_wrist": "Other"}


@pytest.fixture
def strange(preferences, context, tmp_path, monkeypatch):
    """A Mixamo rig two of whose bones are called otherwise; presets go to a folder of the test."""
    monkeypatch.setattr("blender_addon.rig.bone_map_presets.user_folder", lambda part: tmp_path / part)
    return make_armature(context, rows_of(A_POSE, RENAMED, "mixamorig:"))


def choose(rig: Any) -> None:
    rig.laban_joints.left_knee = "mixamorig:Thing"
    rig.laban_joints.right_wrist = "mixamorig:Other"


def nod() -> Motion:
    rotations = np.zeros((6, 22, 4))
    rotations[..., 0], rotations[:, 0] = 1, UPRIGHT
    rotations[:, JOINTS.index("head"), 1] = np.linspace(0, 0.3, 6)
    rotations /= np.linalg.norm(rotations, axis=-1, keepdims=True)
    return Motion.from_pelvis(24.0, np.tile([0, 0, STANDING_PELVIS], (6, 1)), rotations)


def drawn(context) -> list[tuple]:
    """What the panel draws, in order."""
    seen: list[tuple] = []

    class Canvas:
        def row(self, **more: Any) -> Canvas:
            return self

        column = box = row

        def label(self, text: str = "", icon: str = "NONE") -> None:
            seen.append(("label", text))

        def operator(self, idname: str, text: str = "", icon: str = "NONE") -> None:
            assert hasattr(bpy.ops.laban, idname.partition(".")[2])
            seen.append(("operator", idname))

        def prop_search(self, data: Any, name: str, where: Any, what: str, text: str = "") -> None:
            assert name in data.bl_rna.properties
            assert hasattr(where, what)
            seen.append(("bone", name, getattr(data, name)))

    LABAN_PT_bones.draw(SimpleNamespace(layout=Canvas()), context)
    return seen


def test_what_is_missing_is_chosen_by_hand(context, strange):
    with pytest.raises(RigError, match=r"left_knee \('mixamorig:Thing'\?\), right_wrist"):
        bones_of(strange)
    assert strange.laban_joints.left_hip == "mixamorig:LeftUpLeg"
    assert strange.laban_joints.left_knee == ""
    choose(strange)
    assert bones_of(strange).bones["left_knee"] == "mixamorig:Thing"
    assert json.loads(strange[PROPERTY])["bones"]["right_wrist"] == "mixamorig:Other"
    motion = nod()
    bake(context, strange, motion, start_frame=1)
    np.testing.assert_allclose(capture(context, strange).joints(), motion.joints(), atol=1e-3)


def test_an_optional_bone_is_taken_out(context, strange):
    choose(strange)
    strange.laban_joints.neck = ""
    assert "neck" not in bones_of(strange).bones
    strange.laban_joints.neck = "mixamorig:Head"
    with pytest.raises(RigError, match="'mixamorig:Head' is both neck and head"):
        bones_of(strange)


def test_detecting_forgets_what_was_chosen(context, strange):
    choose(strange)
    for name in ("Thing", "Other"):
        joint = next(joint for joint, bone in RENAMED.items() if bone == name)
        strange.data.bones[f"mixamorig:{name}"].name = f"mixamorig:{MIXAMO[joint]}"
    assert bpy.ops.laban.detect_bones() == {"FINISHED"}
    assert PROPERTY not in strange
    assert bones_of(strange).bones["left_knee"] == "mixamorig:LeftLeg"
    strange.data.bones["mixamorig:LeftLeg"].name = "Nothing"
    with pytest.raises(RuntimeError, match=r"not sure.* left_knee \('Nothing'\?\)"):
        bpy.ops.laban.detect_bones()


def test_presets_go_from_rig_to_rig(context, strange):
    choose(strange)
    assert bpy.ops.laban.save_bone_preset(preset=" My rig ") == {"FINISHED"}
    assert preset_names() == ["My rig"]
    other = make_armature(context, rows_of(A_POSE, RENAMED, "mixamorig:"), "Other")
    assert bpy.ops.laban.load_bone_preset(preset="My rig") == {"FINISHED"}
    assert bones_of(other) == bones_of(strange)
    assert bpy.ops.laban.delete_bone_preset(preset="My rig") == {"FINISHED"}
    assert preset_names() == []
    assert bones_of(other) == bones_of(strange)
    with pytest.raises(RuntimeError, match="no preset 'My rig'"):
        bpy.ops.laban.load_bone_preset(preset="My rig")


def test_a_preset_of_another_rig_is_refused_and_changes_nothing(context, strange):
    choose(strange)
    save_preset("mixamo", bones_of(strange))
    rig = make_auto_rig_pro(context, A_POSE)
    with pytest.raises(RuntimeError, match="the rig has no bone 'mixamorig:Hips'"):
        bpy.ops.laban.load_bone_preset(preset="mixamo")
    assert bones_of(rig).kind == "Auto-Rig Pro"


def test_the_panel(context, strange):
    seen = drawn(context)
    assert [entry[1] for entry in seen if entry[0] == "bone"] == [
        j for group in GROUPS.values() for j in group
    ]
    assert ("bone", "left_ankle", "mixamorig:LeftFoot") in seen
    assert any(entry[0] == "label" and "left knee" in entry[1] for entry in seen)
    choose(strange)
    assert not any("left knee" in entry[1] for entry in drawn(context) if entry[0] == "label")
    context.view_layer.objects.active = None
    assert drawn(context) == [("label", "No armature is selected: select one")]
    assert set(JOINTS) == {joint for group in GROUPS.values() for joint in group}


def test_choosing_is_undone_in_one_step(context, strange):
    name = strange.name
    bpy.ops.ed.undo_push(message="before")
    choose(strange)
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    assert PROPERTY not in bpy.data.objects[name]
    assert "left_knee" not in draft_of(bpy.data.objects[name]).bones


def test_blender_s_own_person_is_mapped_and_its_cat_is_refused(context):
    """Rigify's cat has the names of its person: spine, thigh, upper_arm."""
    addon_utils.enable("rigify", default_set=True)
    try:
        bpy.ops.object.armature_human_metarig_add()
        found = bones_of(context.object).bones
        assert (found["pelvis"], found["neck"], found["left_wrist"]) == ("spine", "spine.004", "hand.L")
        assert set(found) == set(JOINTS)
        bpy.ops.object.armature_cat_metarig_add()
        with pytest.raises(RigError, match="stands on four feet"):
            bones_of(context.object)
        cat = draft_of(context.object)
        assert cat.bones["left_elbow"] == "forearm.L"  # who wants it all the same chooses the rest
    finally:
        addon_utils.disable("rigify", default_set=True)
