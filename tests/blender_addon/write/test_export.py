"""Baked motion through Blender's own exporters and back: the joints of the imported rig are where ours were."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake
from blender_addon.write.sparse_keys import Tolerance, reduce_action
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINTS
from motion_core.formats.bvh import bvh_to_motion, read_bvh

EVERY = 5  # frames


@pytest.fixture
def motion(walking_motion) -> Motion:
    return walking_motion.resample(24.0)


@pytest.fixture
def rig(context, motion):
    rig = add_rig(context)
    bake(context, rig, motion, start_frame=1, extend_range=True)
    context.scene.frame_start, context.scene.frame_end = 1, len(motion)
    return rig


def joints(context, rig: Any, frames: range) -> np.ndarray:
    """(T,22,3) heads of the bones named like joints, in the world."""
    found = []
    for frame in frames:
        context.scene.frame_set(frame)
        posed = rig.evaluated_get(context.evaluated_depsgraph_get())
        found.append([posed.matrix_world @ posed.pose.bones[joint].head for joint in JOINTS])
    return np.array(found)


def operator(path: str) -> Callable[..., Any]:
    """bpy.ops.PATH; skips where this Blender has no such exporter."""
    group, name = path.split(".")
    if name not in dir(getattr(bpy.ops, group)):
        pytest.skip(f"this Blender has no bpy.ops.{path}")
    return getattr(getattr(bpy.ops, group), name)


def bring_back(command: Callable[..., Any], **settings: Any) -> Any:
    """The armature that an importer adds."""
    before = set(bpy.data.objects)
    command(**settings)
    return next(thing for thing in bpy.data.objects if thing not in before and thing.type == "ARMATURE")


def select(context, rig: Any) -> None:
    for thing in context.view_layer.objects:
        thing.select_set(thing == rig or thing.parent == rig)
    context.view_layer.objects.active = rig


def to_bvh(context, rig: Any, path: Path, frames: int) -> Any:
    operator("export_anim.bvh")(
        filepath=str(path), frame_start=1, frame_end=frames, rotate_mode="NATIVE", root_transform_only=True
    )
    return bring_back(
        operator("import_anim.bvh"), filepath=str(path), axis_forward="Y", axis_up="Z", rotate_mode="QUATERNION",
        use_fps_scale=False, update_scene_fps=False, update_scene_duration=False,
    )  # fmt: skip


def to_fbx(context, rig: Any, path: Path, frames: int) -> Any:
    operator("export_scene.fbx")(
        filepath=str(path), use_selection=True, object_types={"ARMATURE", "MESH"}, add_leaf_bones=False,
        bake_anim=True, bake_anim_use_nla_strips=False, bake_anim_use_all_actions=False,
        bake_anim_simplify_factor=0.0,
    )  # fmt: skip
    return bring_back(operator("import_scene.fbx"), filepath=str(path), anim_offset=0.0)


EXPORT_GLTF = """
import bpy, os
bpy.ops.wm.open_mainfile(filepath={blend!r})
done = bpy.ops.export_scene.gltf(
    filepath={path!r}, use_selection=True, export_format="GLB", export_animations=True,
    export_animation_mode={mode!r}, export_force_sampling=True, export_optimize_animation_size=False,
    export_anim_scene_split_object=True,
)
os._exit(0 if done == {{"FINISHED"}} else 1)
"""


def to_gltf(context, rig: Any, path: Path, frames: int, mode: str = "ACTIVE_ACTIONS") -> Any:
    """From the saved file, in a process of its own: in one that had run many tests before, the exporter of Blender 4.2
    once ended with a segmentation fault when it went back to the scene's frame.
    """
    operator("export_scene.gltf")
    blend = str(path.with_suffix(".blend"))
    bpy.ops.wm.save_as_mainfile(filepath=blend, copy=True)
    code = EXPORT_GLTF.format(blend=blend, path=str(path), mode=mode)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return bring_back(operator("import_scene.gltf"), filepath=str(path))


FORMATS = {"bvh": to_bvh, "fbx": to_fbx, "glb": to_gltf}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_what_comes_back_moves_alike(context, rig, motion, tmp_path, kind, sparse):
    if sparse:
        reduce_action(context, rig, Tolerance(5, 1))
    frames = range(1, len(motion) + 1, EVERY)
    given = joints(context, rig, frames)
    select(context, rig)
    back = FORMATS[kind](context, rig, tmp_path / f"walk.{kind}", len(motion))
    first = round(back.animation_data.action.frame_range[0])
    shown = joints(context, back, range(first, first + len(motion), EVERY))
    assert np.abs(shown - given).max() < 1e-3, kind


@pytest.mark.parametrize("kind", FORMATS)
def test_prompt_strips_in_the_nla_can_be_exported(context, rig, motion, tmp_path, kind):
    """Exporters evaluate the scene (BVH) or bake the tracks: pushed down, the motion is the same."""
    frames = range(1, len(motion) + 1, EVERY)
    given = joints(context, rig, frames)
    data = rig.animation_data
    action = data.action
    slot = getattr(data, "action_slot", None)
    data.action = None
    strip = data.nla_tracks.new().strips.new("walk", 1, action)
    if slot is not None:
        strip.action_slot = slot
    select(context, rig)
    path = tmp_path / f"walk.{kind}"
    if kind == "fbx":  # of the scene as it plays
        operator("export_scene.fbx")(
            filepath=str(path), use_selection=True, add_leaf_bones=False, bake_anim=True,
            bake_anim_use_nla_strips=False, bake_anim_use_all_actions=False, bake_anim_simplify_factor=0.0,
        )  # fmt: skip
        back = bring_back(operator("import_scene.fbx"), filepath=str(path), anim_offset=0.0)
    elif kind == "glb":
        back = to_gltf(context, rig, path, len(motion), "SCENE")
    else:
        back = to_bvh(context, rig, path, len(motion))
    first = round(back.animation_data.action.frame_range[0])
    shown = joints(context, back, range(first, first + len(motion), EVERY))
    assert np.abs(shown - given).max() < 1e-3, kind


def test_our_own_reader_takes_blender_s_bvh(context, rig, motion, tmp_path):
    """BVH as Blender writes it is a motion again, joints where they were up to the pelvis' place in the file."""
    path = tmp_path / "walk.bvh"
    select(context, rig)
    operator("export_anim.bvh")(
        filepath=str(path), frame_start=1, frame_end=len(motion), rotate_mode="NATIVE"
    )
    back = bvh_to_motion(read_bvh(path))
    assert len(back) == len(motion)
    ours, theirs = motion.facing_front().joints(), back.facing_front().joints()
    assert np.linalg.norm(ours - theirs, axis=-1).mean() < 0.03
