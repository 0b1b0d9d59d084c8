"""How long a panel reads which frames are keys, in Blender's module, against copying the keys alone:
PYTHON_WITH_BPY bench/timeline_keys.py
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from bake import random_turns, seconds

from blender_addon.actions.actions import active_curves
from blender_addon.changes.kept_keys import keyed_frames
from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake
from motion_core.body.motion import Motion
from motion_core.body.skeleton import UPRIGHT

FRAMES, TARGET, RUNS = 1000, 0.05, 40


def dense_rig() -> bpy.types.Object:
    """Our rig with a key of every bone in every frame."""
    rig = add_rig(bpy.context)
    turns = random_turns(FRAMES, 22)
    turns[:, 0] = UPRIGHT
    bake(bpy.context, rig, Motion.from_pelvis(bpy.context.scene.render.fps, np.zeros((FRAMES, 3)), turns))
    return rig


def copied(rig: bpy.types.Object) -> None:
    """What cannot be spared: frames and kinds of all keys out of Blender."""
    for curve in active_curves(rig):
        points = curve.keyframe_points
        points.foreach_get("co", np.empty(len(points) * 2, dtype=np.float32))
        points.foreach_get("type", np.empty(len(points), dtype=np.int32))


if __name__ == "__main__":
    rig = dense_rig()
    print(f"Blender {bpy.app.version_string}, {os.cpu_count()} processors, {FRAMES} frames, all bones")
    least = seconds(lambda: copied(rig), RUNS)
    for name, options in (
        ("keys", {}),
        ("keys and made ones", {"made": True}),
        ("selected", {"selected": True}),
    ):
        taken = seconds(lambda options=options: keyed_frames(rig, **options), RUNS)
        verdict = "ok" if taken <= TARGET else "TOO SLOW"
        print(
            f"    {name}: {taken * 1e3:.1f} ms, target {TARGET * 1e3:.0f} ms: {verdict}; "
            f"{taken / least:.1f} times copying them"
        )
    sys.stdout.flush()
    os._exit(0)
