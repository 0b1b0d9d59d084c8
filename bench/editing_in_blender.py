"""From the button to the keys: complete and edit of 196 frames, warm, beside a plain generate of the same run.

LABAN_BACKEND_PYTHON=... PYTHON_WITH_BPY bench/editing_in_blender.py [runs]. Everything counts: reading the rig, the
service, baking, the file of the result.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="laban_bench_")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bpy

FPS, FRAMES, TARGET = 20, 196, 2.0  # the models' own rate; seconds
RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 5


def prepare() -> bpy.types.Scene:
    """The extension with its backend, our rig in a scene of 20 fps."""
    import addon_utils  # there only once bpy is

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    addon_utils.enable("blender_addon", default_set=True)
    preferences = bpy.context.preferences.addons["blender_addon"].preferences
    preferences.python = os.environ["LABAN_BACKEND_PYTHON"]
    preferences.results = tempfile.mkdtemp(prefix="laban_bench_")
    scene = bpy.context.scene
    scene.render.fps = FPS
    bpy.ops.laban.add_rig()
    scene.laban.prompt, scene.laban.seconds = "a person walks forward and waves", FRAMES / FPS
    return scene


def timed(scene: bpy.types.Scene, work: Callable[[], object]) -> float:
    """Median seconds of some runs, each with a seed of its own; what is on trial is taken back in between."""
    taken = []
    for seed in range(RUNS + 1):
        scene.laban.seed = seed
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
        if bpy.ops.laban.reject.poll():
            bpy.ops.laban.reject()
    return median(taken[1:])  # the first one warms up


def main() -> None:
    scene = prepare()
    scene.laban_edit.text = "a person waves with the left hand"
    scene.laban_edit.trial_generate = True
    plain = timed(scene, bpy.ops.laban.generate)
    scene.laban_edit.trial_generate = False
    scene.laban.seed = 0
    bpy.ops.laban.generate()
    edit = scene.laban_edit
    edit.keys, edit.spans = "SPANS", f"1:20, {FRAMES - 19}:{FRAMES}"
    between = timed(scene, bpy.ops.laban.complete)
    edit.part, edit.range = "LEFT_ARM", "SCENE"
    scene.frame_start, scene.frame_end = 1, FRAMES
    arm = timed(scene, bpy.ops.laban.edit)
    print(f"Blender {bpy.app.version_string}, {os.cpu_count()} processors, {FRAMES} frames, median of {RUNS}")
    print(f"generate {plain:.2f} s")
    for name, taken in (("in-between of 156 frames", between), ("edit of an arm", arm)):
        verdict = "ok" if taken <= TARGET else "TOO SLOW"
        print(f"{name} {taken:.2f} s, {taken / plain:.2f} of generate; target {TARGET:.0f} s: {verdict}")
    sys.stdout.flush()
    bpy.ops.laban.stop_service()
    os._exit(0)


if __name__ == "__main__":
    main()
