"""Where a change is said to put a rig's joints is where Blender shows them once it is keyed."""

from __future__ import annotations

import numpy as np
import pytest
from control_rigs import MIXAMO, make_armature, rows_of
from ik_rigs import KEPT, RIGS, STYLE, change_of
from rig_animation import joint_poses, key_pose

from blender_addon.rig.bone_map import bones_of
from blender_addon.write.keyed_rig import KeyedRig
from blender_addon.write.put_change import put_change
from blender_addon.write.wanted_poses import heads_of, wanted_channels
from motion_core.body.joints import PARTS

NEAR = 0.01  # metres, beside kept frames, where limbs stretch


def plain(context):
    """Mixamo's bones without constraints."""
    rig = make_armature(context, rows_of(STYLE, MIXAMO))
    for seed, frame in enumerate((1, 20, 40, 60)):
        key_pose(rig, list(bones_of(rig).bones.values()), frame, seed, size=0.15)
    return rig


KINDS = {**RIGS, "plain": plain}


@pytest.mark.parametrize("kind", list(KINDS))
def test_joints_come_to_where_they_were_said_to_come(context, kind):
    armature = KINDS[kind](context)
    change = change_of(context, armature, KEPT)
    said = heads_of(KeyedRig(context, armature, change), change.motion)
    put_change(context, armature, change, "test")
    worst = 0.0
    for frame in (10, 21, 23, 30, 50):
        heads, _ = joint_poses(armature, frame)
        for joint, head in zip(bones_of(armature).read, heads):
            worst = max(worst, float(np.linalg.norm(said[joint][frame - 1] - head)))
    print(f"{kind}: {worst * 1000:.2f} mm")
    assert worst < (1e-4 if kind == "plain" else NEAR)


def test_channels_are_of_the_bones_that_are_keyed(context):
    armature = plain(context)
    arm = change_of(context, armature, KEPT, frozenset(PARTS["left_arm"]))
    posed = wanted_channels(KeyedRig(context, armature, arm), arm.motion)
    assert set(posed.rotations) == {bones_of(armature).bones[joint] for joint in PARTS["left_arm"]}
    assert posed.locations == {} and posed.scales == {}
    whole = change_of(context, armature, KEPT)
    posed = wanted_channels(KeyedRig(context, armature, whole), whole.motion)
    assert set(posed.rotations) == set(bones_of(armature).bones.values())
    assert set(posed.locations) == {bones_of(armature).bones["pelvis"]}


def test_a_carrier_takes_the_way_of_a_control_rig(context):
    armature = RIGS["rigify"](context)
    change = change_of(context, armature, KEPT)
    posed = wanted_channels(KeyedRig(context, armature, change), change.motion)
    (carrier,) = posed.locations
    assert carrier == bones_of(armature).carrier
    assert set(posed.rotations) == {*bones_of(armature).bones.values(), carrier}
