"""Test rigs made in Blender: Rigify's own human, rigs named and built as in other customs, and a small control rig."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from rig_names import ARP_CONTROLS as ARP_CONTROLS
from rig_names import ARP_EXPORT as ARP_EXPORT
from rig_names import MIXAMO as MIXAMO
from rig_names import UE4 as UE4
from rig_names import VROID as VROID
from rig_rests import RestStyle, foreign_rig

from motion_core.body.skeleton import JOINTS


@dataclass(frozen=True, eq=False)
class Row:
    """One bone to make: head, tail and the direction of its Z axis in armature space."""

    name: str
    parent: str | None
    head: np.ndarray
    tail: np.ndarray
    up: np.ndarray


def rows_of(
    style: RestStyle, names: Mapping[str, str], prefix: str = "", root: str | None = None
) -> list[Row]:
    """The joints of a rest under other names; without SMPL's root, perhaps with one of another name."""
    made = []
    if root is not None:
        made.append(Row(root, None, np.zeros(3), np.array([0, 0.2, 0]) * style.scale, np.array([0, 0, 1.0])))
    for bone in foreign_rig(replace(style, prefix="", root=False)):
        parent = root if bone.parent is None else prefix + names[bone.parent]
        tail = bone.head + bone.rest[:3, 1] * 0.08 * style.scale
        made.append(Row(prefix + names[bone.name], parent, bone.head, tail, bone.rest[:3, 2]))
    return made


def ue5_rows(style: RestStyle) -> list[Row]:
    """Manny: five bones in the back and two in the neck, so that some lie between two joints of ours."""
    names = {**UE4, "spine2": "spine_03", "spine3": "spine_05"}
    rows = {row.name: row for row in rows_of(style, names, root="root")}
    for between, below, above in (
        ("spine_02", "spine_01", "spine_03"), ("spine_04", "spine_03", "spine_05"), ("neck_02", "neck_01", "head"),
    ):  # fmt: skip
        middle = (rows[below].head + rows[above].head) / 2
        rows[between] = Row(between, below, middle, rows[above].head, rows[below].up)
        rows[above] = replace(rows[above], parent=between)
    return _parents_first(rows)


def _parents_first(rows: dict[str, Row]) -> list[Row]:
    def depth(row: Row) -> int:
        return 0 if row.parent is None else 1 + depth(rows[row.parent])

    return sorted(rows.values(), key=depth)


def make_armature(context: Any, rows: list[Row], name: str = "Test") -> Any:
    """An armature object of these bones, active, in Object Mode."""
    data = bpy.data.armatures.new(name)
    rig = bpy.data.objects.new(name, data)
    context.collection.objects.link(rig)
    context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for row in rows:
        made = data.edit_bones.new(row.name)
        made.head, made.tail = row.head, row.tail
        made.align_roll(Vector(row.up))
        if row.parent is not None:
            made.parent = data.edit_bones[row.parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def copy_constraint(rig: Any, bone: str, target: str, driven_by: str = "") -> Any:
    """`bone` copies the pose of `target`, as much as the property that `driven_by` (a data path) says."""
    made = rig.pose.bones[bone].constraints.new("COPY_TRANSFORMS")
    made.target, made.subtarget = rig, target
    if driven_by:
        driver = made.driver_add("influence").driver
        driver.type = "SUM"
        variable = driver.variables.new()
        variable.name = "share"
        variable.targets[0].id, variable.targets[0].data_path = rig, driven_by
    return made


def make_auto_rig_pro(context: Any, style: RestStyle) -> Any:
    """In the manner of Auto-Rig Pro: controls, bones that deform and copy them, limbs that switch from IK to FK.

    Each FK limb hangs on a helper that copies the control before it, so that parents do not tell what moves what.
    """
    controls = rows_of(style, ARP_CONTROLS, root="c_traj")
    deforming = [replace(row, parent=row.parent or "c_traj") for row in rows_of(style, ARP_EXPORT, root=None)]
    helpers, rows = [], {row.name: row for row in controls}
    for name in (
        ARP_CONTROLS[f"{side}_{joint}"] for side in ("left", "right") for joint in ("hip", "shoulder")
    ):
        row = rows[name]
        helpers.append((replace(rows[row.parent], name=f"pre_{name}", parent="c_traj"), row.parent))
        rows[name] = replace(row, parent=f"pre_{name}")
    switches = [
        replace(rows[ARP_CONTROLS[f"{side}_{joint}"]], name=f"{bone}.{side[0]}", parent="c_traj")
        for side in ("left", "right") for joint, bone in (("ankle", "c_foot_ik"), ("wrist", "c_hand_ik"))
    ]  # fmt: skip
    every = {row.name: row for row in [*rows.values(), *(row for row, _ in helpers), *switches, *deforming]}
    rig = make_armature(context, _parents_first(every))
    for row, target in helpers:
        copy_constraint(rig, row.name, target)
    for row in switches:
        rig.pose.bones[row.name]["ik_fk_switch"] = 0.0
    for joint in JOINTS:
        side, _, part = joint.partition("_")
        owner = {"shoulder": "c_hand_ik", "elbow": "c_hand_ik", "wrist": "c_hand_ik", "hip": "c_foot_ik",
                 "knee": "c_foot_ik", "ankle": "c_foot_ik", "foot": "c_foot_ik"}.get(part)  # fmt: skip
        path = f'pose.bones["{owner}.{side[0]}"]["ik_fk_switch"]' if owner else ""
        copy_constraint(rig, ARP_EXPORT[joint], ARP_CONTROLS[joint], path)
    context.view_layer.update()
    return rig


def make_rigify(context: Any, *, arms_down: float = 0.0, longer_shins: float = 1.0) -> Any:
    """Rigify's basic human, generated; its arms turned down about the shoulder and its shins stretched before that."""
    import addon_utils

    if "rigify" not in bpy.context.preferences.addons:
        addon_utils.enable("rigify", default_set=True)
    with contextlib.redirect_stdout(io.StringIO()):
        bpy.ops.object.armature_basic_human_metarig_add()
        metarig = context.object
        _reshape(metarig, arms_down, longer_shins)
        bpy.ops.pose.rigify_generate()
    rig = context.object
    bpy.data.objects.remove(metarig)
    return rig


def _reshape(metarig: Any, arms_down: float, longer_shins: float) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    bones = metarig.data.edit_bones
    for side, sign in (("L", 1), ("R", -1)):
        pivot = bones[f"upper_arm.{side}"].head.copy()
        cosine, sine = np.cos(arms_down), np.sin(arms_down) * sign
        arm = [bones[f"upper_arm.{side}"], *bones[f"upper_arm.{side}"].children_recursive]
        ends = {(bone.name, end): getattr(bone, end) - pivot for bone in arm for end in ("head", "tail")}
        for (name, end), (x, y, z) in ends.items():
            setattr(bones[name], end, pivot + Vector((cosine * x + sine * z, y, -sine * x + cosine * z)))
        shin = bones[f"shin.{side}"]
        drop = (shin.tail - shin.head) * (longer_shins - 1)
        foot = [bones[f"foot.{side}"], *bones[f"foot.{side}"].children_recursive]
        moved = {(bone.name, end): getattr(bone, end) + drop for bone in foot for end in ("head", "tail")}
        for (name, end), place in moved.items():
            setattr(bones[name], end, place)
        shin.tail = bones[f"foot.{side}"].head
    bpy.ops.object.mode_set(mode="OBJECT")
