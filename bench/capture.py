"""How long capturing takes, in Blender's module, against evaluating every frame: PYTHON_WITH_BPY bench/capture.py"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from bake import random_turns, seconds

from blender_addon.rig.capture import capture
from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake
from motion_core.body.motion import Motion
from motion_core.body.skeleton import UPRIGHT

FRAMES, BONES, TARGET = 300, 24, 0.1  # seconds


def walking_rig() -> bpy.types.Object:
    """Our rig with two toes more, so that 24 bones are read, and a key of every bone in every frame."""
    rig = add_rig(bpy.context)
    bpy.ops.object.mode_set(mode="EDIT")
    for side in ("left", "right"):
        foot, toe = rig.data.edit_bones[f"{side}_foot"], rig.data.edit_bones.new(f"{side}_toe")
        toe.head, toe.tail, toe.parent = foot.tail, foot.tail * 1.1, foot
    bpy.ops.object.mode_set(mode="OBJECT")
    turns = random_turns(FRAMES, 22)
    turns[:, 0] = UPRIGHT
    bake(bpy.context, rig, Motion.from_pelvis(bpy.context.scene.render.fps, np.zeros((FRAMES, 3)), turns))
    return rig


def evaluated(frames: int) -> None:
    """What capturing costs where constraints decide: every frame through the dependency graph, nothing read."""
    for frame in range(frames):
        bpy.context.scene.frame_set(frame)
        bpy.context.evaluated_depsgraph_get()


if __name__ == "__main__":
    rig = walking_rig()
    assert len(rig.data.bones) == BONES
    ours, theirs = seconds(lambda: capture(bpy.context, rig)), seconds(lambda: evaluated(FRAMES), 2)
    verdict = "ok" if ours <= TARGET else "TOO SLOW"
    print(f"Blender {bpy.app.version_string}, {os.cpu_count()} processors")
    print(
        f"capture of {BONES} bones x {FRAMES} frames: {ours * 1e3:.0f} ms, target {TARGET * 1e3:.0f} ms: {verdict}"
    )
    print(f"    setting {FRAMES} frames alone {theirs * 1e3:.0f} ms: {theirs / ours:.1f} times as long")
    sys.stdout.flush()
    os._exit(0)
