"""Rigs animated in IK: kept frames show what they showed, gaps begin and end there, and all of it goes back."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest
from ik_rigs import (
    KEPT,
    KEYS,
    RIGS,
    SPAN,
    apart,
    change_of,
    deform_poses,
    deforming,
    rigify_in_ik,
    two_chains,
)
from mathutils import Vector
from rig_animation import curve_table

from blender_addon.actions.actions import fcurves
from blender_addon.changes.kept_keys import keyed_frames
from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.capture import capture, capture_poses
from blender_addon.session.session import SESSION
from blender_addon.trial.trial import on_trial, reject
from blender_addon.write.change import Change
from blender_addon.write.put_change import _miss_note, put_change
from motion_core.body import quaternions as quat
from motion_core.body.joints import JOINTS, PARTS
from motion_core.editing.meet import meet
from motion_core.retarget import BonePoses, RigError


def steps(points: np.ndarray) -> np.ndarray:
    """(T-1,2B) centimetres from frame to frame."""
    return np.linalg.norm(np.diff(points, axis=0), axis=2) * 100


@pytest.mark.parametrize("kind", list(RIGS))
def test_kept_frames_of_a_rig_in_ik_are_what_they_were(context, kind):
    rig = RIGS[kind](context)
    before, between = deform_poses(rig, KEPT), deform_poses(rig, (10, 30, 50))
    _, note = put_change(context, rig, change_of(context, rig, KEPT), "test")
    metres, degrees = apart(rig, before, KEPT)
    print(f"{kind}: kept frames are {metres.max():.4f} cm and {degrees.max():.4f} degrees off")
    assert note == ""
    assert metres.max() < 0.01 and degrees.max() < 0.02
    assert apart(rig, between, (10, 30, 50))[0].min() > 5


@pytest.mark.parametrize("part", ["left_arm", "upper_body", "lower_body", "spine"])
def test_parts_of_a_rig_in_ik_move_nothing_else(context, part):
    """With the rig's own motion nothing moves but what limbs stretch; on Rigify the trunk hangs together otherwise than
    the joints do."""
    rig = rigify_in_ik(context)
    before = deform_poses(rig, SPAN)
    put_change(context, rig, change_of(context, rig, KEPT, frozenset(PARTS[part]), own=True), "test")
    metres, degrees = apart(rig, before, SPAN)
    after = deform_poses(rig, SPAN)
    kept = np.isin(SPAN, KEPT)
    borders = kept[1:] != kept[:-1]
    more = np.abs(steps(after[0]) - steps(before[0])).max(axis=1)
    print(
        f"{part}: {metres.max():.2f} cm, {degrees.max():.2f} degrees, over borders {more[borders].max():.3f} cm"
    )
    assert metres.max() < 1.5 and degrees.max() < 1.5
    assert metres[kept].max() < 0.01 and more[borders].max() < 0.1


def test_an_arm_alone_switches_alone(context):
    rig = rigify_in_ik(context)
    before = deform_poses(rig, SPAN)
    old = curve_table(rig.animation_data.action, SPAN)
    arm = frozenset(PARTS["left_arm"])
    given = capture(context, rig, 1, 61)
    turned = given.rotations.copy()
    rows = np.arange(60)
    swing = np.sin(rows / 60 * np.pi)[:, None] * [0.6, 0.4, 0.0]
    turned[:, JOINTS.index("left_shoulder")] = quat.multiply(
        turned[:, JOINTS.index("left_shoulder")].astype(float), quat.rotvec_to_quat(swing)
    )
    made = meet(replace(given, rotations=turned), given, np.isin(SPAN, KEPT))
    action, note = put_change(context, rig, Change(1, made, np.isin(SPAN, KEPT), arm), "test")
    new = curve_table(action, SPAN)
    switches = {path for path, _ in new if path.endswith('"]') and (path, 0) not in old}
    assert switches == {'pose.bones["upper_arm_parent.L"]["IK_FK"]'}
    values = new[(switches.pop(), 0)]
    np.testing.assert_array_equal(values, ~np.isin(SPAN, KEPT))
    for place in old:
        if place[0].split('"')[1] not in {bones_of(rig).bones[joint] for joint in arm}:
            np.testing.assert_array_equal(new[place], old[place], err_msg=str(place))
    points, _ = deform_poses(rig, SPAN)
    moved = np.linalg.norm(points - before[0], axis=2).max(axis=0)[: len(deforming(rig))]
    far = {name for name, metres in zip(deforming(rig), moved) if metres > 1e-4}
    assert note == "" and far
    assert all(name.endswith((".L", ".L.001")) for name in far)
    assert not any(word in name for name in far for word in ("thigh", "shin", "foot", "toe", "breast"))
    assert apart(rig, tuple(part[[row - 1 for row in KEPT]] for part in before), KEPT)[0].max() < 0.01


def test_a_forearm_alone_takes_its_arm_along(context):
    """The whole arm goes over to FK, so that all of it is keyed, and the upper arm stays where it was."""
    rig = rigify_in_ik(context)
    before = deform_poses(rig, SPAN)[0][:, deforming(rig).index("DEF-upper_arm.L")]
    put_change(context, rig, change_of(context, rig, KEPT, frozenset({"left_elbow"}), own=True), "test")
    points, _ = deform_poses(rig, SPAN)
    elbow = deforming(rig).index("DEF-forearm.L")
    assert np.abs(points[:, deforming(rig).index("DEF-upper_arm.L")] - before).max() < 1e-4
    assert steps(points)[:, elbow].max() < 3


def snapshot(rig) -> dict:
    """What Reject has to bring back: curves and all that is set without keys."""
    data = rig.animation_data
    return {
        "actions": sorted(action.name for action in bpy.data.actions),
        "action": data.action.name,
        "curves": {place: values.tolist() for place, values in curve_table(data.action, SPAN).items()},
        "keys": {(c.data_path, c.array_index): len(c.keyframe_points) for c in fcurves(data.action)},
        "poses": [np.round(np.array(bone.matrix_basis), 5).tolist() for bone in rig.pose.bones],
        "numbers": {
            (bone.name, key): value
            for bone in rig.pose.bones
            for key, value in bone.items()
            if isinstance(value, bool | int | float)
        },
        "constraints": [
            (b.name, c.name, c.enabled, c.influence) for b in rig.pose.bones for c in b.constraints
        ],
    }


@pytest.mark.parametrize("kind", list(RIGS))
def test_everything_comes_back(context, enabled, kind):
    """A frame in a gap is shown meanwhile, where switches and constraints are not as they were."""
    rig = RIGS[kind](context)
    context.scene.frame_set(30)
    before = snapshot(rig)
    with on_trial(context.scene, rig, True) as shown:
        shown(put_change(context, rig, change_of(context, rig, KEPT), "test")[0])
    assert snapshot(rig) != before
    assert {kind: snapshot(rig)[kind] for kind in ("numbers", "constraints")} != {
        kind: before[kind] for kind in ("numbers", "constraints")
    }
    reject(context.scene, rig)
    assert snapshot(rig) == before


@pytest.mark.parametrize("kind", list(RIGS))
def test_a_second_change_builds_on_the_first(context, kind):
    """What counts as a key is what did; capture sees what is shown, in gaps and beside them."""
    rig = RIGS[kind](context)
    before = deform_poses(rig, KEYS)
    kept = list(KEYS)
    put_change(context, rig, change_of(context, rig, kept), "test")
    assert keyed_frames(rig) == kept
    context.scene.frame_set(30)  # in a gap: constraints are off at this frame
    seen = capture(context, rig, 1, 61)
    context.scene.frame_set(20)
    np.testing.assert_allclose(capture(context, rig, 1, 61).joints(), seen.joints(), atol=1e-5)
    first = deform_poses(rig, range(41, 60))
    more = [*kept, *range(41, 60)]  # the last gap is liked, those before are made again
    _, note = put_change(context, rig, change_of(context, rig, more, own=True), "again")
    assert note == ""
    assert apart(rig, before, KEYS)[0].max() < 0.01
    assert apart(rig, first, range(41, 60))[0].max() < 0.01


def test_a_rig_in_fk_keeps_its_switches(context):
    """Nothing is keyed on them where they show the keys already."""
    rig = rigify_in_ik(context)
    for bone in ("thigh_parent.L", "thigh_parent.R", "upper_arm_parent.L", "upper_arm_parent.R"):
        rig.pose.bones[bone]["IK_FK"] = 1.0
    rig.update_tag()
    action, note = put_change(context, rig, change_of(context, rig, KEPT), "test")
    assert note == "" and not any("IK_FK" in curve.data_path for curve in fcurves(action))


def test_tracks_of_the_nla_below_show_in_kept_frames(context):
    rig = rigify_in_ik(context)
    before = deform_poses(rig, KEPT)
    data = rig.animation_data
    data.nla_tracks.new().strips.new("before", 1, data.action)
    data.action = None
    put_change(context, rig, change_of(context, rig, KEPT), "test")
    metres, degrees = apart(rig, before, KEPT)
    assert metres.max() < 0.01 and degrees.max() < 0.02


def test_what_limits_a_bone_stays_and_is_told(context):
    """An arm that may not scale cannot show what IK has stretched: beside the kept frames it jumps, and the note says
    so and what to do."""
    rig = rigify_in_ik(context)
    before = deform_poses(rig, KEPT)
    for bone in ("upper_arm_fk", "forearm_fk", "hand_fk"):
        for side in "LR":
            rig.pose.bones[f"{bone}.{side}"].lock_scale = (True, True, True)
    _, note = put_change(context, rig, change_of(context, rig, KEPT), "test")
    assert "Beside kept frames the rig jumps by up to" in note and "unlock their scale" in note
    assert apart(rig, before, KEPT)[0].max() < 0.01


def test_a_modifier_of_a_control_that_would_rest_is_named(context):
    """New keys would go through it, in kept frames too."""
    rig = rigify_in_ik(context)
    change, action = change_of(context, rig, KEPT), rig.animation_data.action
    curve = next(c for c in fcurves(action) if c.data_path.startswith('pose.bones["chest"]'))
    curve.modifiers.new("NOISE")
    with pytest.raises(RigError, match="the curves of bone 'chest' have the modifier Noise: remove it"):
        put_change(context, rig, change, "test")
    assert rig.animation_data.action == action and len(bpy.data.actions) == 1


def test_what_else_moves_kept_frames_is_told_with_its_bone(context):
    rig = two_chains(context)
    poses = capture_poses(context, rig, range(20, 21))
    heads = poses.heads | {"left_wrist": poses.heads["left_wrist"] + [0.023, 0, 0]}
    note = _miss_note([poses], [BonePoses(poses.orientations, heads)], rig)
    assert note.startswith("Kept frames are up to 2.3 cm and 0.0 degrees off, most at bone 'left_wrist'")
    assert "bake the action" in note
    assert _miss_note([poses], [poses], rig) == ""


def test_between_frames_nothing_lies_half_way(context):
    """Motion blur looks there: no bone leaves the way from one frame to the next."""
    rig = two_chains(context)
    put_change(context, rig, change_of(context, rig, KEPT, own=True), "test")
    whole, _ = deform_poses(rig, SPAN)
    names = deforming(rig)
    arms = [names.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("elbow", "wrist")]
    for frame in (1, 19, 22, 39, 40, 59):
        context.scene.frame_set(frame, subframe=0.5)
        posed = rig.evaluated_get(context.evaluated_depsgraph_get()).pose.bones
        half = np.array([posed[names[row]].head for row in arms])
        a, b = whole[frame - 1][arms], whole[frame][arms]
        assert np.linalg.norm(half - (a + b) / 2, axis=1).max() < 0.01, frame


def test_complete_from_the_panel_meets_keys_and_a_pin_and_goes_back(context, session):
    """A pin half a second beside a kept frame, where the stretch of the arm is not all gone yet."""
    rig = rigify_in_ik(context)
    context.scene.laban.steps = 2
    before = deform_poses(rig, KEYS)
    context.scene.frame_set(48)
    state = snapshot(rig)
    bpy.ops.laban.add_pin(joint="right_wrist")
    empty = rig.laban_pins.pins[0].target
    empty.location += Vector((0.06, -0.03, -0.08))
    context.view_layer.update()
    assert bpy.ops.laban.complete() == {"FINISHED"}
    assert rig.laban_preview.playing, SESSION.outcome.text
    metres, degrees = apart(rig, before, KEYS)
    assert metres.max() < 0.01 and degrees.max() < 0.02, SESSION.outcome.text
    assert "off" not in SESSION.outcome.text and "jumps" not in SESSION.outcome.text
    context.scene.frame_set(48)
    posed = rig.evaluated_get(context.evaluated_depsgraph_get()).pose.bones["ORG-hand.R"]
    print(f"the pin is missed by {(posed.head - empty.location).length * 100:.2f} cm")
    assert (posed.head - empty.location).length < 0.005, SESSION.outcome.text
    bpy.ops.laban.reject()
    context.scene.frame_set(48)
    assert snapshot(rig) == state


def test_a_result_is_one_undo_step(context, session):
    rig = rigify_in_ik(context)
    name = rig.name
    context.scene.laban.steps = 2
    before, keyed = deform_poses(rig, KEYS), len(fcurves(rig.animation_data.action))
    bpy.ops.ed.undo_push(message="animated")
    assert bpy.ops.laban.complete() == {"FINISHED"}
    bpy.ops.ed.undo_push(message="completed")  # as a result does where there is a window
    bpy.ops.ed.undo()
    rig = bpy.data.objects[name]
    assert not rig.laban_preview.playing and len(fcurves(rig.animation_data.action)) == keyed
    assert apart(rig, before, KEYS)[0].max() < 1e-3
