"""How long baking takes, in Blender's module, against `keyframe_insert`: PYTHON_WITH_BPY bench/bake.py"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from blender_addon.actions.actions import Channel, make_action, put_action
from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake
from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import UPRIGHT

CASES = ((24, 200, 0.010), (52, 2000, 0.150))  # bones, frames, target in seconds
SLOW_FRAMES = (
    2000  # keyframe_insert grows with the square of the length: it is run on one bone and multiplied
)


def chain(bones: int) -> bpy.types.Object:
    """An armature of so many bones in quaternion mode."""
    data = bpy.data.armatures.new("Bench")
    rig = bpy.data.objects.new("Bench", data)
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for index in range(bones):
        bone = data.edit_bones.new(f"bone{index}")
        bone.head, bone.tail = (0, 0, index * 0.1), (0, 0, index * 0.1 + 0.1)
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def random_turns(frames: int, bones: int) -> np.ndarray:
    """(T,bones,4) unit quaternions."""
    return quat.normalize(np.random.default_rng(0).normal(size=(frames, bones, 4)))


def bulk(rig: bpy.types.Object, turns: np.ndarray) -> None:
    channels = [
        Channel(bone.name, f"{bone.path_from_id()}.rotation_quaternion", turns[:, index])
        for index, bone in enumerate(rig.pose.bones)
    ]
    action, slot = make_action(rig, "bench", channels, 1)
    put_action(rig, action, slot)


def one_by_one(rig: bpy.types.Object, turns: np.ndarray, bones: int) -> None:
    rig.animation_data_clear()
    for index, bone in enumerate(list(rig.pose.bones)[:bones]):
        for frame, value in enumerate(turns[:, index].tolist()):
            bone.rotation_quaternion = value
            bone.keyframe_insert("rotation_quaternion", frame=1 + frame)


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """The best of some runs: other programs only ever add."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def whole_bake(frames: int) -> float:
    """Retargeting, baking and replacing the old result, on our rig with its 22 bones."""
    rig = add_rig(bpy.context)
    turns = random_turns(frames, 22)
    turns[:, 0] = UPRIGHT
    motion = Motion.from_pelvis(bpy.context.scene.render.fps, np.zeros((frames, 3)), turns)
    return seconds(lambda: bake(bpy.context, rig, motion))


def compare(bones: int, frames: int, target: float) -> None:
    rig, turns = chain(bones), random_turns(frames, bones)
    fast = seconds(lambda: bulk(rig, turns))
    slow_bones = bones if frames < SLOW_FRAMES else 1
    slow = seconds(lambda: one_by_one(rig, turns, slow_bones), 1) * bones / slow_bones
    note = "" if slow_bones == bones else f" (measured on {slow_bones} bone, times {bones})"
    verdict = "ok" if fast <= target else "TOO SLOW"
    print(f"{bones} bones x {frames} frames: {fast * 1e3:.1f} ms, target {target * 1e3:.0f} ms: {verdict}")
    print(f"    keyframe_insert {slow:.2f} s{note}: {slow / fast:.0f} times slower")
    print(f"    whole bake of 22 bones, with retargeting: {whole_bake(frames) * 1e3:.1f} ms")


if __name__ == "__main__":
    print(f"Blender {bpy.app.version_string}, {os.cpu_count()} processors")
    for case in CASES:
        compare(*case)
    sys.stdout.flush()
    os._exit(0)
