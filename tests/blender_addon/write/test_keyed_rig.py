"""A rig as a change meets it: which joints are keyed along, which switches stay, what its curves have."""

from __future__ import annotations

import numpy as np
import pytest
from ik_rigs import ALL, KEPT, change_of, mixamo_with_ik, rigify_in_ik
from rig_animation import key_pose, stepping

from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.rig import add_rig
from blender_addon.write.change import Change
from blender_addon.write.keyed_rig import TRUNK, KeyedRig, Posed
from blender_addon.write.put_change import put_change
from motion_core.body.joints import PARTS


def change(first: int, kept: list[int], frames: int = 40, joints=ALL, loop: bool = False) -> Change:
    mask = np.isin(np.arange(first, first + frames), kept)
    return Change(first, stepping(frames), mask, frozenset(joints), loop)


@pytest.fixture
def plain(context):
    """Our own rig, keyed by hand at 1, 20 and 40."""
    rig = add_rig(context)
    for seed, frame in enumerate((1, 20, 40)):
        key_pose(rig, ["pelvis", "head"], frame, seed)
    return rig


def test_on_a_plain_rig_only_what_was_asked_is_keyed(context, plain):
    rig = KeyedRig(context, plain, change(1, [1, 40], joints={"head", "neck"}))
    assert (rig.control, rig.toggles, rig.resting, rig.over_tracks) == (False, [], [], False)
    assert rig.joints == {"head", "neck"} and not rig.whole
    assert rig.names == {"head": "head", "neck": "neck"}


def test_a_part_of_rigify_s_back_takes_the_whole_trunk_along(context):
    """Its pelvis hangs on the spine, so they cannot be keyed apart."""
    armature = rigify_in_ik(context)
    back = KeyedRig(context, armature, change_of(context, armature, KEPT, frozenset({"spine2"}), own=True))
    assert back.control and back.joints >= set(TRUNK) and back.whole
    arm = KeyedRig(
        context, armature, change_of(context, armature, KEPT, frozenset(PARTS["left_arm"]), own=True)
    )
    assert not arm.joints & set(TRUNK) and not arm.whole
    assert {str(toggle) for toggle in arm.toggles} == {"the switch 'IK_FK' of bone 'upper_arm_parent.L'"}


def test_switches_that_only_say_what_turns_along_may_stay(context):
    armature = rigify_in_ik(context)
    armature.pose.bones["torso"]["neck_follow"] = 0.0
    whole = KeyedRig(context, armature, change_of(context, armature, KEPT, own=True))
    fewer = {switch[:2] for switch in bones_of(armature).switches} - {
        switch[:2] for switch in whole.bone_map.switches
    }
    assert ("torso", "neck_follow") in fewer
    assert not any(name == "IK_FK" for _, name in fewer)


def test_a_limb_of_ik_is_keyed_as_a_whole(context):
    armature = mixamo_with_ik(context)
    rig = KeyedRig(context, armature, change_of(context, armature, KEPT, frozenset({"left_knee"}), own=True))
    assert rig.joints == {"left_knee", "left_hip"}
    assert rig.shown.heads["mixamorig:LeftLeg"].shape == (int(rig.change.borders.sum()), 3)


def test_own_values_are_the_curves_and_what_a_task_made_does_not_count_as_base(context, plain):
    put_change(context, plain, change(1, [1, 20, 40]), "test")
    rig = KeyedRig(context, plain, change(1, [1, 20, 40]))
    own, base = (read("pelvis", "location") for read in (rig.own, rig.base))
    curves = [rig.curves['pose.bones["pelvis"].location', index] for index in range(3)]
    np.testing.assert_allclose(
        own, [[c.evaluate(frame) for c in curves] for frame in range(1, 41)], atol=1e-6
    )
    np.testing.assert_array_equal(base[[0, 19, 39]], own[[0, 19, 39]])
    np.testing.assert_allclose(np.diff(base[:20], 2, axis=0), 0, atol=1e-6)  # straight on from key to key
    assert np.abs(base - own).max() > 0.1


def test_values_without_curves_are_those_of_the_moment(context, plain):
    plain.pose.bones["left_knee"].location = (1, 2, 3)
    rig = KeyedRig(context, plain, change(1, [1]))
    np.testing.assert_array_equal(rig.own("left_knee", "location"), np.tile([1.0, 2, 3], (40, 1)))


def test_corrections_fade_from_the_borders_and_a_loop_ends_as_it_begins(context, plain):
    more = np.array([[1.0, -2.0]])
    once = KeyedRig(context, plain, change(1, [1])).fading(np.array([0]), more)
    np.testing.assert_allclose(once[0], more[0])
    np.testing.assert_allclose(once[20:], 0, atol=1e-9)
    around = KeyedRig(context, plain, change(1, [1], frames=120, loop=True)).fading(np.array([0]), more)
    np.testing.assert_allclose(around[[0, -1]], np.repeat(more, 2, axis=0))
    np.testing.assert_allclose(around[55:65], 0, atol=1e-9)


def test_tracks_below_the_action_are_told(context, plain):
    data = plain.animation_data
    track = data.nla_tracks.new()
    track.strips.new("below", 1, data.action)
    assert KeyedRig(context, plain, change(1, [1])).over_tracks
    track.mute = True
    assert not KeyedRig(context, plain, change(1, [1])).over_tracks


def test_a_pose_has_nothing_where_nothing_is_keyed():
    posed = Posed({"head": np.eye(4)}, {"root": np.arange(12.0).reshape(4, 3)})
    row = posed.at(2)
    assert row["head"][0] is None and row["root"][1] is None
    assert row["head"][1].tolist() == [0, 0, 1, 0] and row["root"][0].tolist() == [6, 7, 8]
