"""The channels of all pose bones in bulk: read them, put them back."""

from __future__ import annotations

import bpy
import numpy as np

WIDTHS = {
    "location": 3, "rotation_quaternion": 4, "rotation_euler": 3, "rotation_axis_angle": 4, "scale": 3,
}  # fmt: skip


def pose_values(armature: bpy.types.Object) -> dict[str, np.ndarray]:
    """{property: flat values of all bones}."""
    values = {}
    for name, width in WIDTHS.items():
        values[name] = np.empty(len(armature.pose.bones) * width, dtype=np.float32)
        armature.pose.bones.foreach_get(name, values[name])
    return values


def put_pose_values(armature: bpy.types.Object, values: dict[str, np.ndarray]) -> None:
    """The inverse of `pose_values`; what is the same already is not touched."""
    for name, now in pose_values(armature).items():
        if not np.array_equal(now, values[name]):
            armature.pose.bones.foreach_set(name, values[name])
            armature.update_tag()
