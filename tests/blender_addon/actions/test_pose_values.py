"""The channels of all pose bones: read in bulk, put back to the bit."""

from __future__ import annotations

import numpy as np

from blender_addon.actions.pose_values import WIDTHS, pose_values, put_pose_values
from blender_addon.rig.rig import add_rig


def test_a_pose_comes_back_to_the_bit(context):
    rig = add_rig(context)
    bones = rig.pose.bones
    bones["head"].rotation_mode = "YZX"
    bones["head"].rotation_euler, bones["head"].scale = (0.1, 0.2, 0.3), (1, 2, 1)
    bones["pelvis"].location, bones["pelvis"].rotation_quaternion = (1, 2, 3), (0.8, 0.6, 0, 0)
    bones["neck"].rotation_axis_angle = (0.5, 0, 0, 1)
    context.view_layer.update()
    before, shown = pose_values(rig), np.array(bones["head"].matrix)
    assert {name: len(flat) for name, flat in before.items()} == {
        name: width * len(bones) for name, width in WIDTHS.items()
    }
    assert (
        before["rotation_euler"].reshape(-1, 3)[bones.find("head")].tolist()
        == np.float32([0.1, 0.2, 0.3]).tolist()
    )
    for bone in bones:
        bone.location, bone.scale = (9, 9, 9), (2, 2, 2)
        bone.rotation_quaternion, bone.rotation_euler = (0, 1, 0, 0), (1, 1, 1)
        bone.rotation_axis_angle = (1, 1, 0, 0)
    context.view_layer.update()
    put_pose_values(rig, before)
    for name, flat in pose_values(rig).items():
        np.testing.assert_array_equal(flat, before[name], err_msg=name)
    context.view_layer.update()
    np.testing.assert_allclose(rig.pose.bones["head"].matrix, shown, atol=1e-6)  # evaluated anew
