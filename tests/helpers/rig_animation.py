"""For tests in Blender: rigs animated by hand, read back as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT


def stepping(frames: int = 40, fps: float = 24.0, seed: int = 3) -> Motion:
    """Smooth turns of every joint while walking along -Y and turning."""
    rng = np.random.default_rng(seed)
    phase = np.linspace(0, 3 * np.pi, frames)[:, None, None]
    turns = rng.normal(0, 0.35, (1, 22, 3)) * np.sin(phase + rng.uniform(0, 6, (1, 22, 3)))
    rotations = quat.rotvec_to_quat(turns)
    facing = quat.multiply(quat.about_z(phase[:, 0, 0] * 0.2), UPRIGHT)
    rotations[:, JOINT["pelvis"]] = quat.multiply(facing, rotations[:, JOINT["pelvis"]])
    pelvis = np.stack(
        [0.1 * np.sin(phase[:, 0, 0]), -np.arange(frames) * 0.03, np.full(frames, STANDING_PELVIS - 0.02)],
        axis=1,
    )
    return Motion.from_pelvis(fps, pelvis, rotations)


def key_pose(rig: Any, names: list[str], frame: int, seed: int, size: float = 0.3) -> None:
    """Keys of random turns of these bones, and of a small step of the first one."""
    rng = np.random.default_rng(seed)
    for name in names:
        bone = rig.pose.bones[name]
        turn = quat.rotvec_to_quat(rng.normal(0, size, 3))
        if bone.rotation_mode == "QUATERNION":
            bone.rotation_quaternion = turn
            bone.keyframe_insert("rotation_quaternion", frame=frame)
        else:
            bone.rotation_euler = rng.normal(0, size, 3)
            bone.keyframe_insert("rotation_euler", frame=frame)
    first = rig.pose.bones[names[0]]
    first.location = rng.normal(0, 0.1, 3)
    first.keyframe_insert("location", frame=frame)


@dataclass(frozen=True, eq=False)
class Turns:
    """World orientations (J,4)."""

    quats: np.ndarray

    def angle_to(self, other: Turns) -> np.ndarray:
        return quat.angle_between(self.quats, other.quats)


def joint_poses(rig: Any, frame: int) -> tuple[np.ndarray, Turns]:
    """Heads (J,3) and turns of the bones that show joints, in armature space, as Blender evaluates them."""
    from blender_addon.rig.bone_map import bones_of

    bpy.context.scene.frame_set(frame)
    posed = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
    matrices = np.array([posed[name].matrix for name in bones_of(rig).read.values()], dtype=np.float64)
    axes = matrices[:, :3, :3] / np.linalg.norm(matrices[:, :3, :3], axis=1, keepdims=True)
    return matrices[:, :3, 3], Turns(quat.matrix_to_quat(axes))


def curve_table(action: Any, frames: range) -> dict[tuple[str, int], np.ndarray]:
    """{(data path, index): values at these frames} of every curve of an action."""
    from blender_addon.actions.actions import fcurves

    return {(c.data_path, c.array_index): np.array([c.evaluate(f) for f in frames]) for c in fcurves(action)}
