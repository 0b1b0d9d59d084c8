"""Rigs animated in IK, for tests in Blender: Rigify's human with stretched arms, and rigs of plain constraints."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from control_rigs import MIXAMO, Row, make_armature, make_rigify, rows_of
from mathutils import Matrix, Vector
from rig_animation import stepping
from rig_rests import RestStyle

from blender_addon.rig.capture import capture
from blender_addon.write.change import Change
from motion_core.body import quaternions as quat
from motion_core.body.joints import JOINTS
from motion_core.editing.meet import meet

KEYS = (1, 20, 40, 60)
STYLE = RestStyle(seed=5, arms_down=0.8, elbows_bent=0.15, legs_apart=0.08, stretch=0.12)


def move(rig: Any, bone: str, by: tuple[float, float, float], frame: int) -> None:
    """Keys a location, along the armature's axes from the bone's rest."""
    posed = rig.pose.bones[bone]
    along = (
        posed.bone.matrix_local.to_3x3().inverted() if posed.bone.use_local_location else Matrix.Identity(3)
    )
    posed.location = along @ Vector(by)
    posed.keyframe_insert("location", frame=frame)


def turn(rig: Any, bone: str, rotvec: tuple[float, float, float], frame: int) -> None:
    """Keys a turn of the bone's own axes, radians."""
    posed = rig.pose.bones[bone]
    posed.rotation_quaternion = quat.rotvec_to_quat(np.array(rotvec, dtype=float))
    posed.keyframe_insert("rotation_quaternion", frame=frame)


def rigify_in_ik(context: Any) -> Any:
    """A generated Rigify human that sways, bends and steps, its hands beyond the reach of its arms, keyed at KEYS."""
    rig = make_rigify(context)
    for n, frame in enumerate(KEYS):
        move(rig, "torso", (0.03 * n, -0.05 * n, -0.08 - 0.02 * n), frame)
        turn(rig, "torso", (0.1 * n, 0.1 * (n % 2), 0.05), frame)
        turn(rig, "chest", (0.2 * (n % 2), 0.25 - 0.1 * n, 0.1), frame)
        turn(rig, "hips", (0.1, -0.1 * n, 0.1 * (n % 3)), frame)
        turn(rig, "head", (0.2, 0.1 * n, 0), frame)
        move(rig, "hand_ik.L", (0.12 + 0.03 * n, -0.1 - 0.05 * n, 0.05 * n), frame)
        move(rig, "hand_ik.R", (-0.05, -0.2 - 0.05 * n, 0.1 * n), frame)
        turn(rig, "hand_ik.L", (0.3 * n, 0.2, 0), frame)
        move(rig, "foot_ik.L", (0.05, -0.1 * n, 0.03 * n), frame)
        move(rig, "foot_ik.R", (-0.05, 0.05 * n, 0), frame)
    return rig


def mixamo_with_ik(context: Any) -> Any:
    """A Mixamo rig whose legs follow empties by IK with a pole, feet that copy their turn, an arm whose IK a property
    drives; the body and the empties are keyed at KEYS."""
    rig = make_armature(context, rows_of(STYLE, MIXAMO, prefix="mixamorig:"))
    bones = rig.pose.bones
    targets = {}
    for side in ("Left", "Right"):
        foot = targets[side] = _empty(context, f"{side} foot", rig, f"mixamorig:{side}Foot")
        pole = _empty(context, f"{side} knee", rig, f"mixamorig:{side}Leg", ahead=0.6)
        ik = bones[f"mixamorig:{side}Leg"].constraints.new("IK")
        ik.target, ik.pole_target, ik.chain_count = foot, pole, 2
        copy = bones[f"mixamorig:{side}Foot"].constraints.new("COPY_ROTATION")
        copy.target, copy.mix_mode, copy.target_space = foot, "BEFORE", "LOCAL"
    hand = targets["hand"] = _empty(context, "hand", rig, "mixamorig:LeftHand")
    reach = bones["mixamorig:LeftForeArm"].constraints.new("IK")
    reach.target, reach.chain_count = hand, 2
    rig["reach"] = 1.0
    driver = reach.driver_add("influence").driver
    driver.type = "SUM"
    driver.variables.new().targets[0].id = rig
    driver.variables[0].targets[0].data_path = '["reach"]'
    homes = {name: thing.location.copy() for name, thing in targets.items()}
    for n, frame in enumerate(KEYS):
        move(rig, "mixamorig:Hips", (0.03 * n, -0.04 * n, -0.08 - 0.02 * n), frame)
        for number, bone in enumerate(("Hips", "Spine", "Spine2", "RightArm", "RightForeArm", "Head")):
            turn(rig, f"mixamorig:{bone}", (0.1 * (n % 2), 0.08 * n, 0.05 * number), frame)
        for number, (name, thing) in enumerate(targets.items()):
            thing.location = homes[name] + Vector((0.02 * number, -0.06 * n, 0.03 * (n % 2)))
            thing.rotation_euler = (0.1 * n, 0, 0.1 * number)
            thing.keyframe_insert("location", frame=frame)
            thing.keyframe_insert("rotation_euler", frame=frame)
    return rig


def _empty(context: Any, name: str, rig: Any, bone: str, ahead: float = 0.0) -> Any:
    thing = bpy.data.objects.new(name, None)
    context.collection.objects.link(thing)
    thing.location = rig.data.bones[bone].head_local + Vector((0, -ahead, 0))
    return thing


def two_chains(context: Any) -> Any:
    """A rig made by hand: each arm copies, by a property of its own, a chain of IK that stretches; keyed at KEYS.

    Its bones are named as in no custom of ours but those of joints.
    """
    rows = rows_of(STYLE, {joint: joint for joint in MIXAMO}, root="root")
    at = {row.name: row for row in rows}
    made = []
    for side in ("left", "right"):
        above = f"{side}_collar"
        for part in ("shoulder", "elbow"):
            row = at[f"{side}_{part}"]
            tail = at[f"{side}_{'elbow' if part == 'shoulder' else 'wrist'}"].head
            made.append(Row(f"ik {side} {part}", above, row.head, tail, row.up))
            above = made[-1].name
        hand = at[f"{side}_wrist"]
        made.append(Row(f"ctrl {side} hand", "root", hand.head, hand.tail, hand.up))
    rig = make_armature(context, [*rows, *made])
    bones = rig.pose.bones
    for side in ("left", "right"):
        ik = bones[f"ik {side} elbow"].constraints.new("IK")
        ik.target, ik.subtarget, ik.chain_count = rig, f"ctrl {side} hand", 2
        control = bones[f"ctrl {side} hand"]
        control["in_ik"] = 1.0
        for part in ("shoulder", "elbow"):
            bones[f"ik {side} {part}"].ik_stretch = 0.3
            copy = bones[f"{side}_{part}"].constraints.new("COPY_TRANSFORMS")
            copy.target, copy.subtarget = rig, f"ik {side} {part}"
            copy.target_space = copy.owner_space = "POSE"
            driver = copy.driver_add("influence").driver
            driver.type = "SUM"
            driver.variables.new().targets[0].id = rig
            driver.variables[0].targets[0].data_path = f'{control.path_from_id()}["in_ik"]'
        turn_along = bones[f"{side}_wrist"].constraints.new("COPY_ROTATION")
        turn_along.target, turn_along.subtarget = rig, control.name
    for n, frame in enumerate(KEYS):
        move(rig, "pelvis", (0.03 * n, -0.04 * n, -0.02), frame)
        for number, bone in enumerate(("pelvis", "spine1", "spine3", "left_hip", "right_knee", "head")):
            turn(rig, bone, (0.1 * (n % 2), 0.06 * n, 0.04 * number), frame)
        for sign, side in ((1, "left"), (-1, "right")):
            move(rig, f"ctrl {side} hand", (sign * (0.1 + 0.05 * n), -0.1 * n, 0.1), frame)
            turn(rig, f"ctrl {side} hand", (0.2 * n, 0.1, 0), frame)
    return rig


RIGS = {"rigify": rigify_in_ik, "mixamo": mixamo_with_ik, "two chains": two_chains}


def deforming(rig: Any) -> list[str]:
    return [bone.name for bone in rig.data.bones if bone.use_deform]


def deform_poses(rig: Any, frames: Any) -> tuple[np.ndarray, np.ndarray]:
    """Heads and tails (T,2B,3) and turns (T,B,4) of the bones that deform, as Blender evaluates them."""
    names, points, turns = deforming(rig), [], []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        posed = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        matrices = np.array([posed[name].matrix for name in names], dtype=np.float64)
        points.append(np.concatenate([matrices[:, :3, 3], [posed[name].tail for name in names]]))
        axes = matrices[:, :3, :3] / np.linalg.norm(matrices[:, :3, :3], axis=1, keepdims=True)
        turns.append(quat.matrix_to_quat(axes))
    return np.array(points), np.array(turns)


ALL = frozenset(JOINTS)
KEPT = [1, 20, 21, 22, 40, 60]
SPAN = range(1, 61)


def change_of(
    context, rig, kept: list[int], joints=ALL, *, own: bool = False, frames: range = SPAN
) -> Change:
    """Another motion that meets the rig's in the kept frames; or the rig's own, which shows what keying alone does."""
    given = capture(context, rig, frames.start, frames.stop)
    mask = np.isin(frames, kept)
    made = given if own else meet(stepping(len(given), given.fps, seed=11), given, mask)
    return Change(frames.start, made, mask, joints)


def apart(rig, before, frames) -> tuple[np.ndarray, np.ndarray]:
    """Centimetres (T,) and degrees (T,) of the deforming bone that is farthest from what it was."""
    points, turns = deform_poses(rig, frames)
    metres = np.linalg.norm(points - before[0], axis=2).max(axis=1)
    return metres * 100, np.degrees(quat.angle_between(turns, before[1])).max(axis=1)
