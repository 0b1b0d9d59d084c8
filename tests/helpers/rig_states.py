"""Rigs keyed by hand, and all that a result may touch, to compare before and after. For tests in Blender."""

from __future__ import annotations

import bpy
import numpy as np
from rig_animation import curve_table, key_pose

from motion_core.body.skeleton import JOINTS

KEYS = (5, 20, 21, 40)


def keyed_rig(context):
    """Our rig with keyed poses by hand, and few steps of the tiny network."""
    bpy.ops.laban.add_rig()
    rig = context.object
    for number, frame in enumerate(KEYS):
        key_pose(rig, list(JOINTS), frame, seed=number)
    context.scene.laban.steps = 2
    return rig


def foreign(context, kind: str):
    """A rig of another custom, keyed by hand, as the active object."""
    from control_rigs import MIXAMO, make_armature, make_rigify, rows_of
    from rig_rests import RestStyle

    from blender_addon.rig.bone_map import bones_of

    if kind == "rigify":
        rig = make_rigify(context)
        for bone in ("thigh_parent.L", "thigh_parent.R", "upper_arm_parent.L", "upper_arm_parent.R"):
            rig.pose.bones[bone]["IK_FK"] = 1.0
        rig.update_tag()
        names = [
            "torso",
            *(name for name in bones_of(rig).bones.values() if name != "spine_fk"),
            "breast.L",
        ]
    else:
        style = RestStyle(seed=5, arms_down=0.8, elbows_bent=0.15, legs_apart=0.08, stretch=0.12)
        rig = make_armature(context, rows_of(style, MIXAMO, prefix="mixamorig:"))
        names = list(bones_of(rig).bones.values())
    for number, frame in enumerate(KEYS):
        key_pose(rig, names, frame, seed=number, size=0.15)
    context.scene.laban.steps = 2
    return rig


def select_bones(rig, *names: str) -> None:
    for bone in rig.data.bones:
        pose = rig.pose.bones[bone.name]
        (pose if hasattr(pose, "select") else bone).select = bone.name in names


def snapshot(rig) -> dict:
    """Everything of the file and the rig that a result may touch."""
    data, scene = rig.animation_data, bpy.context.scene
    slot = getattr(data, "action_slot", None) if data else None
    table = curve_table(data.action, range(60)) if data and data.action else {}
    curves = {place: values.tolist() for place, values in table.items()}
    return {
        "actions": [(action.name, action.users, action.use_fake_user) for action in bpy.data.actions],
        "action": data and data.action and data.action.name,
        "slot": slot.identifier if slot else None,
        "curves": curves,
        "blending": data and (data.action_influence, data.action_blend_type, data.action_extrapolation),
        "tracks": [(t.name, [s.name for s in t.strips]) for t in data.nla_tracks] if data else [],
        "end": scene.frame_end,
        "frame": scene.frame_current,
        "poses": [np.round(np.array(bone.matrix_basis), 5).tolist() for bone in rig.pose.bones],
        "things": [
            len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "curves", "armatures", "actions")
        ],
    }


def tracks(rig) -> list:
    """All that a track and its strips say of themselves, and the strips' own curves."""
    data = rig.animation_data
    return [
        (track.name, track.mute, track.is_solo, [_plain(strip) for strip in track.strips])
        for track in (data.nla_tracks if data is not None else ())
    ]


def _plain(strip) -> dict:
    values = {
        p.identifier: getattr(strip, p.identifier)
        for p in strip.bl_rna.properties
        if p.type in ("BOOLEAN", "INT", "FLOAT", "ENUM", "STRING") and not getattr(p, "is_array", False)
    }
    curves = [(curve.data_path, [tuple(key.co) for key in curve.keyframe_points]) for curve in strip.fcurves]
    return {**values, "action": strip.action.name, "curves": curves, "modifiers": len(strip.modifiers)}


def state_of(rig) -> dict:
    kept = {action.name: {k: str(v) for k, v in action.items()} for action in bpy.data.actions}
    keys = {action.name: curve_table(action, range(100)) for action in bpy.data.actions}
    keys = {name: {k: v.tolist() for k, v in table.items()} for name, table in keys.items()}
    return {**snapshot(rig), "all tracks": tracks(rig), "properties": kept, "keys": keys}


def reopened(path):
    """The rig in the file as it was saved and opened again."""
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    rig = bpy.data.objects["Laban"]
    bpy.context.view_layer.objects.active = rig
    return rig
