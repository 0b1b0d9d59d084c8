"""New motion on rigs in IK: what is seen is what was made, as an action or NLA strips; Reject brings the IK back."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from ik_rigs import KEPT, RIGS, SPAN, apart, change_of, deform_poses, deforming, mixamo_with_ik, turn
from rig_animation import curve_table, stepping
from rig_states import state_of
from strip_lists import WALK, WAVE, lay_strips, make

from blender_addon.actions.actions import curves_of, fcurves, slot_of
from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.capture import capture
from blender_addon.rig.limb_switches import Toggles
from blender_addon.session.delivery import put_on_rig
from blender_addon.session.outcome import Place
from blender_addon.session.session import SESSION
from blender_addon.trial.trial import reject
from blender_addon.write.put_change import put_change
from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.formats.npz import bytes_to_motion
from motion_core.retarget import RigError

KINDS = pytest.mark.parametrize("kind", list(RIGS))
OUTPUTS = pytest.mark.parametrize("output", ["ACTION", "NLA"])


def place_on(context, rig, start: int = 1, trial: bool = True) -> Place:
    return Place(context.scene.session_uid, rig.session_uid, rig.name, start, False, trial)


def off(context, rig, motion: Motion, start: int = 1) -> tuple[float, float]:
    """Centimetres and degrees that what is seen is from the motion, at most."""
    seen = capture(context, rig, start, start + len(motion))
    metres = np.linalg.norm(seen.joints() - motion.joints(), axis=2)
    turns = quat.angle_between(seen.rotations.astype(float), motion.rotations.astype(float))
    return float(metres.max()) * 100, float(np.degrees(turns).max())


def twin_of(context, rig, kind: str):
    """The same rig without constraints on what is keyed, in FK, at rest, with no animation."""
    twin = RIGS[kind](context)
    twin.animation_data.action = None
    for toggle in Toggles(twin, bones_of(twin)).all:
        toggle.put(twin)
    for bone in twin.pose.bones:
        bone.matrix_basis.identity()
    twin.update_tag()
    return twin


@KINDS
def test_what_is_seen_is_the_motion_and_reject_brings_all_back(context, enabled, kind):
    rig = RIGS[kind](context)
    context.scene.frame_set(30)
    before, poses = state_of(rig), deform_poses(rig, SPAN)
    context.scene.frame_set(30)
    motion = stepping(60, 24.0, seed=11)
    put_on_rig(motion, place_on(context, rig))
    metres, degrees = off(context, rig, motion)
    print(f"{kind}: {metres:.4f} cm, {degrees:.4f} degrees")
    assert metres < 1 and degrees < 1
    context.scene.frame_set(30)
    assert state_of(rig) != before
    reject(context.scene, rig)
    assert state_of(rig) == before
    metres, degrees = apart(rig, poses, SPAN)
    assert metres.max() < 1e-3 and degrees.max() < 0.02


@KINDS
def test_over_a_completed_rig_too(context, enabled, kind):
    """Stretch, moved limbs and what was at rest in the gaps leave nothing behind."""
    rig = RIGS[kind](context)
    put_change(context, rig, change_of(context, rig, KEPT), "test")
    context.scene.frame_set(19)
    motion = stepping(60, 24.0, seed=5)
    put_on_rig(motion, place_on(context, rig, trial=False))
    metres, degrees = off(context, rig, motion)
    assert metres < 1 and degrees < 1
    again = stepping(60, 24.0, seed=6)  # the constraints are off by the first one's keys
    put_on_rig(again, place_on(context, rig, trial=False))
    metres, degrees = off(context, rig, again)
    assert metres < 1 and degrees < 1


def test_over_tracks_of_the_nla(context, enabled):
    """IK, chest and hips that NLA tracks play are not seen in the new action."""
    for kind in RIGS:
        rig = RIGS[kind](context)
        data = rig.animation_data
        data.nla_tracks.new().strips.new("before", 1, data.action)
        data.action = None
        motion = stepping(60, 24.0, seed=11)
        put_on_rig(motion, place_on(context, rig))
        metres, degrees = off(context, rig, motion)
        assert metres < 1 and degrees < 1, kind


def test_generate_from_the_panel(context, session):
    rig = mixamo_with_ik(context)
    context.view_layer.objects.active = rig
    settings = context.scene.laban
    settings.prompt, settings.seconds, settings.steps = "a person walks", 1.0, 2
    context.scene.laban_edit.trial = True
    context.scene.frame_set(1)
    before = state_of(rig)
    assert bpy.ops.laban.generate() == {"FINISHED"}
    kept = sorted(session_results().glob("*.npz"))[-1]
    motion = bytes_to_motion(kept.read_bytes(), kept.name).resample(24.0)
    metres, degrees = off(context, rig, motion)
    assert metres < 1 and degrees < 1, SESSION.outcome.text
    context.scene.frame_set(1)
    bpy.ops.laban.reject()
    assert state_of(rig) == before


def session_results():
    from blender_addon.properties.preferences import results_folder

    return results_folder()


@OUTPUTS
@KINDS
def test_strips_show_what_they_show_without_ik(context, session, kind, output):
    """The same strips on the same rig without constraints, in FK; then all goes back."""
    rig = RIGS[kind](context)
    context.scene.laban_edit.trial = True
    lay_strips(rig, WALK, WAVE)
    rig.laban_strips.output = output
    context.scene.frame_set(30)
    before = state_of(rig)
    assert make() == {"FINISHED"}
    assert rig.laban_preview.playing
    frames = range(1, 50)
    seen = deform_poses(rig, frames)
    context.scene.frame_set(30)
    bpy.ops.laban.reject()
    assert state_of(rig) == before
    rig.name = "other"
    twin = twin_of(context, rig, kind)
    lay_strips(twin, WALK, WAVE)
    make()
    # of a rig made by hand the chains of IK count as deforming: they go where they want
    body = [row for row, name in enumerate(deforming(twin)) if name.split()[0] not in ("ik", "ctrl")]
    points, turns = deform_poses(twin, frames)
    metres = (
        np.linalg.norm(points - seen[0], axis=2)[:, [*body, *(row + len(deforming(twin)) for row in body)]]
        * 100
    )
    degrees = np.degrees(quat.angle_between(turns, seen[1]))[:, body]
    print(f"{kind}, {output}: {metres.max():.4f} cm, {degrees.max():.4f} degrees")
    assert metres.max() < 1 and degrees.max() < 1
    assert np.abs(np.diff(seen[0], axis=0)).max() > 0.001


def test_nla_strips_leave_the_ik_on_before_them(context, session):
    """An NLA strip of the rig's own in IK shows what it showed where no prompt strip plays."""
    rig = mixamo_with_ik(context)
    data = rig.animation_data
    strip = data.nla_tracks.new().strips.new("own", 1, data.action)
    data.action = None
    strip.extrapolation = "NOTHING"
    frames = range(1, 61)
    before = deform_poses(rig, frames)
    lay_strips(rig, ("a person walks", 71, 95), ("a person waves", 95, 119))
    rig.laban_strips.output = "NLA"
    make()
    bpy.ops.laban.accept()
    metres, degrees = apart(rig, before, frames)
    assert metres.max() < 0.01 and degrees.max() < 0.02
    legs = rig.pose.bones["mixamorig:LeftLeg"].constraints["IK"]
    on = []
    for frame in (60, 70, 71, 95, 119, 60):
        context.scene.frame_set(frame)
        on.append(legs.enabled)
    assert on == [True, True, False, False, False, True]


@OUTPUTS
def test_ik_that_somebody_switched_on_again_is_off_in_strips_made_anew(context, session, output):
    """In the frames that are made; what stays keeps it."""
    rig = mixamo_with_ik(context)
    lay_strips(rig, WALK, WAVE, ("a person sits down", 49, 73))
    rig.laban_strips.output = output
    make()
    bpy.ops.laban.accept()
    data = rig.animation_data
    path = 'pose.bones["mixamorig:LeftLeg"].constraints["IK"].mute'
    actions = [data.action] if output == "ACTION" else [s.action for s in data.nla_tracks[0].strips]
    for action in actions:
        curve = next(c for c in curves_of(action, slot_of(action))[0] if c.data_path == path)
        low, _ = action.frame_range
        curve.keyframe_points.insert(low, 0.0).interpolation = "CONSTANT"
    rig.laban_strips.strips[1].seed = 7
    make()
    bpy.ops.laban.accept()
    ik = rig.pose.bones["mixamorig:LeftLeg"].constraints["IK"]
    on = []
    for frame in range(1, 74):
        context.scene.frame_set(frame)
        on.append(ik.enabled)
    on = np.array(on)
    assert not on[25:48].any()
    assert on[:19].all() and on[49:].all()


def test_a_key_on_the_eye_counts_more(context, enabled):
    """What somebody who wants the IK back in some frames does in the panel of constraints."""
    rig = mixamo_with_ik(context)
    put_on_rig(stepping(60, 24.0), place_on(context, rig, trial=False))
    ik = rig.pose.bones["mixamorig:LeftLeg"].constraints["IK"]
    for frame, on in ((29, False), (30, True), (40, False)):
        context.scene.frame_set(frame)
        ik.enabled = on
        ik.keyframe_insert("enabled", frame=frame)
    seen = []
    for frame in (20, 30, 35, 40, 50):
        context.scene.frame_set(frame)
        seen.append(ik.enabled)
    assert seen == [False, True, True, False, False]


def test_a_constraint_that_a_driver_keeps_on_is_named(context, enabled):
    rig = mixamo_with_ik(context)
    ik = rig.pose.bones["mixamorig:LeftLeg"].constraints["IK"]
    ik.driver_add("mute").driver.expression = "0"
    context.view_layer.update()
    before = state_of(rig)
    with pytest.raises(
        RigError, match="the constraint 'IK' of bone 'mixamorig:LeftLeg' is moved by a driver"
    ):
        put_on_rig(stepping(20, 24.0), place_on(context, rig))
    assert state_of(rig) == before
    rig.animation_data.drivers[-1].driver.expression = "1"
    context.scene.frame_set(2)
    motion = stepping(20, 24.0)
    put_on_rig(motion, place_on(context, rig))
    assert max(off(context, rig, motion)) < 1
    assert not any(
        "LeftLeg" in c.data_path and "mute" in c.data_path for c in fcurves(rig.animation_data.action)
    )


def test_what_places_and_what_shapes_the_body_stays(context, enabled):
    """A root that was moved, and a head that somebody made larger, are no leftovers."""
    rig = RIGS["rigify"](context)
    turn(rig, "root", (0, 0.5, 0), 1)
    rig.pose.bones["root"].location = (1, 2, 0)
    rig.pose.bones["head"].scale = (1.3, 1.3, 1.3)
    action = put_on_rig(stepping(20, 24.0), place_on(context, rig))
    keyed = {path for path, _ in curve_table(action, range(1, 3))}
    assert not any('"root"' in path or path.endswith('"head"].scale') for path in keyed)
    assert any('"chest"' in path for path in keyed) and any('"hips"' in path for path in keyed)
    np.testing.assert_allclose(rig.pose.bones["root"].location, (1, 2, 0))
    np.testing.assert_allclose(rig.pose.bones["head"].scale, (1.3, 1.3, 1.3), atol=1e-6)
