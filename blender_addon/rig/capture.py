"""From a rig to a `Motion`: what the armature does between two frames, whatever moves it.

When the active action alone moves the bones, its f-curves are read. That takes milliseconds and touches nothing. When
constraints, drivers, the NLA or a moving object have a part in it, every frame is evaluated. The scene is left as it
was.

The motion is in the rig's own space and size: capturing is the inverse of `bake`. Where the object stands, how it is
turned or scaled makes no difference. Its movement between the frames is part of the motion.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion, all_said
from motion_core.retarget import (
    BonePoses,
    RigBone,
    RigError,
    bone_poses_to_motion,
    motion_space,
)
from motion_core.tasks import MAX_FRAMES

from ..actions.pose_values import pose_values, put_pose_values
from ..actions.read_poses import action_poses, moved_by_action_alone
from .bone_map import bones_of
from .fps import scene_fps
from .rig import check_armature, read_rig


def capture(
    context: bpy.types.Context, armature: bpy.types.Object, start: int | None = None, stop: int | None = None
) -> Motion:
    """What the rig does from frame `start` to the frame before `stop`, at the scene's frame rate.

    By default that is the active action's whole range, or the pose of this moment without an action. Neither the file
    nor the current frame changes. The motion's meta has the licences that the actions name, and the
    words of the active one.

    Raises RigError for a rig that is no humanoid or is mirrored, and for frames that do not exist.
    """
    check_armature(armature)
    scene: Any = context.scene
    frames = range(*_range(scene, armature, start, stop))
    poses = capture_poses(context, armature, frames, travelling=True)
    motion = bone_poses_to_motion(poses, read_rig(armature), bones_of(armature).read, scene_fps(scene))
    licence = all_said(*(action.get("laban_licence") for action in _playing(armature)))
    said = {"licence": licence, "text": _words(armature)}
    return replace(motion, meta={name: words for name, words in said.items() if words})


def _words(armature: bpy.types.Object) -> str:
    """What the active action says that the body does at its end; "" where it says nothing, or others play as well."""
    playing = list(_playing(armature))
    if len(playing) != 1:
        return ""
    prompts = str(playing[0].get("laban_prompts", ""))
    try:
        return str(json.loads(prompts)[-1][0])
    except (ValueError, LookupError, TypeError):
        return str(playing[0].get("laban_text", ""))


def _playing(armature: bpy.types.Object) -> Iterator[Any]:
    """The actions that an armature plays."""
    data: Any = armature.animation_data
    if data is None:
        return
    if data.action is not None:
        yield data.action
    for track in data.nla_tracks:
        yield from (s.action for s in track.strips if s.action is not None and not (track.mute or s.mute))


def capture_poses(
    context: bpy.types.Context, armature: bpy.types.Object, frames: range, *, travelling: bool = False
) -> BonePoses:
    """The poses at these frames, in armature space, of the bones that show joints and of all bones above them.

    travelling: the object's own movement counts too, seen from where it stands at the current frame.
    """
    bones = read_rig(armature)
    chain = chain_of(bones, set(bones_of(armature).read.values()))
    if moved_by_action_alone(armature, chain, travelling=travelling):
        return action_poses(armature, bones, chain, frames)
    names = [bone.name for bone in bones if bone.name in chain]
    return _evaluated(context, armature, names, frames, travelling)


def space_of(armature: bpy.types.Object) -> np.ndarray:
    """(4,4) from the world of a captured motion to Blender's world: a point of one, seen in the other."""
    check_armature(armature)
    own = motion_space(read_rig(armature), bones_of(armature).read)
    return np.array(armature.matrix_world, dtype=np.float64) @ own


def _range(
    scene: bpy.types.Scene, armature: bpy.types.Object, start: int | None, stop: int | None
) -> tuple[int, int]:
    """The frames asked for, checked; the end is excluded."""
    data: Any = armature.animation_data
    action = data.action if data is not None else None
    current = scene.frame_current
    low, high = (current, current) if action is None else (round(edge) for edge in action.frame_range)
    first = low if start is None else int(start)
    last = high if stop is None else int(stop) - 1
    if last < first:
        raise RigError(f"frames {first} to {last} are none: give an end after the start")
    if last - first >= MAX_FRAMES:
        raise RigError(f"frames {first} to {last} are {last - first + 1}: capture at most {MAX_FRAMES}")
    if action is not None and not _has_tracks(data) and (first > high or last < low):
        raise RigError(f"frames {first} to {last} lie outside the action {action.name!r} ({low} to {high})")
    return first, last + 1


def _has_tracks(data: Any) -> bool:
    return any(not track.mute and len(track.strips) for track in data.nla_tracks)


def chain_of(bones: list[RigBone], wanted: set[str]) -> set[str]:
    """The wanted bones and everything above them."""
    parents = {bone.name: bone.parent for bone in bones}
    chain: set[str] = set()
    for name in wanted:
        walk: str | None = name
        while walk is not None and walk not in chain:
            chain.add(walk)
            walk = parents[walk]
    return chain


def _evaluated(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    names: list[str],
    frames: range,
    travelling: bool,
) -> BonePoses:
    """The bones as Blender evaluates them in each frame, in the armature's space of the current frame."""
    scene: Any = context.scene
    rows = [armature.pose.bones.find(name) for name in names]
    flat = np.empty(len(armature.pose.bones) * 16, dtype=np.float32)
    matrices = np.empty((len(frames), len(names), 4, 4))
    objects = np.empty((len(frames), 4, 4))
    with left_alone(scene, armature):
        home = np.array(armature.matrix_basis, dtype=np.float64)
        for number, frame in enumerate(frames):
            scene.frame_set(frame)
            posed: Any = armature.evaluated_get(context.evaluated_depsgraph_get())
            posed.pose.bones.foreach_get("matrix", flat)
            matrices[number] = flat.reshape(-1, 4, 4)[rows].transpose(
                0, 2, 1
            )  # Blender's come column by column
            objects[number] = posed.matrix_basis
    moved = np.linalg.inv(home) @ objects
    if travelling and not np.allclose(moved, np.eye(4), atol=1e-6):
        matrices = moved[:, None] @ matrices
    return _poses(matrices, names)


def _poses(matrices: np.ndarray, names: list[str]) -> BonePoses:
    """matrices (T,bones,4,4), perhaps scaled."""
    length = np.linalg.norm(matrices[..., :3, :3], axis=-2, keepdims=True)
    if not np.all(np.isfinite(matrices)) or np.any(length < 1e-9):
        _, column = np.argwhere(~np.isfinite(matrices).all(axis=(2, 3)) | (length < 1e-9).any(axis=(2, 3)))[0]
        raise RigError(
            f"bone {names[column]!r} is scaled to nothing or has no finite pose: it cannot be captured"
        )
    turned = quat.matrix_to_quat(matrices[..., :3, :3] / length)
    heads = matrices[..., :3, 3]
    return BonePoses(
        {name: turned[:, column] for column, name in enumerate(names)},
        {name: heads[:, column] for column, name in enumerate(names)},
    )


@contextmanager
def left_alone(scene: Any, armature: bpy.types.Object) -> Iterator[None]:
    """Puts back the frame, and poses that were set but not keyed."""
    frame, subframe = scene.frame_current, scene.frame_subframe
    before = pose_values(armature)
    place = armature.matrix_basis.copy()
    try:
        yield
    finally:
        scene.frame_set(frame, subframe=subframe)
        put_pose_values(armature, before)
        if armature.matrix_basis != place:
            armature.matrix_basis = place
