"""The only writer of motion to the scene: a `Motion` becomes one action on an armature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from motion_core.body.motion import Motion
from motion_core.retarget import BoneCurves, RigBone, RigError, motion_to_bone_curves, pose_bones
from motion_core.tasks import Made

from ..actions.about import write_meta
from ..actions.actions import Channel, action_name, make_action, put_action, sign
from ..actions.rotation_modes import rotation_path, rotation_values
from ..rig.bone_map import bones_of
from ..rig.controls import read_controls
from ..rig.fps import scene_fps
from ..rig.limb_switches import Toggles
from ..rig.rig import check_armature
from .held_channels import held_channels

if TYPE_CHECKING:
    from .change import Change


def _channels(armature: bpy.types.Object, curves: BoneCurves) -> list[Channel]:
    bones = armature.pose.bones
    root = Channel(curves.root, f"{bones[curves.root].path_from_id()}.location", curves.locations)
    return [root, *(_turns(bones[name], quats) for name, quats in curves.rotations.items())]


def _turns(bone: bpy.types.PoseBone, quats: np.ndarray) -> Channel:
    return Channel(bone.name, rotation_path(bone), rotation_values(bone, quats))


def pose_channels(context: bpy.types.Context, armature: bpy.types.Object, motion: Motion) -> list[Channel]:
    """What the bones' channels hold for a motion at the scene's rate, one value a frame."""
    return _channels(armature, _whole(context, armature, motion)[0])


def _whole(
    context: bpy.types.Context, armature: bpy.types.Object, motion: Motion
) -> tuple[BoneCurves, list[RigBone]]:
    """A motion that is baked whole, and the bones it is baked on: in FK, with no constraint in the way."""
    bone_map = bones_of(armature)
    bones = read_controls(context, armature, bone_map, Toggles(armature, bone_map).for_new_action())
    return motion_to_bone_curves(motion, bones, bone_map.bones, carrier=bone_map.carrier), bones


def baked_heads(
    context: bpy.types.Context, armature: bpy.types.Object, change: Change
) -> dict[str, np.ndarray]:
    """Where a motion that is baked whole puts the joints' bones, {joint: (T,3)}, in armature space."""
    curves, bones = _whole(context, armature, change.motion)
    heads = pose_bones(curves, bones).heads
    return {joint: heads[bone] for joint, bone in bones_of(armature).bones.items()}


@dataclass(frozen=True)
class Ready:
    """A motion worked out for a rig, at the scene's rate; nothing of the scene is changed yet."""

    motion: Motion
    curves: BoneCurves

    def fits(self, context: bpy.types.Context, armature: bpy.types.Object) -> bool:
        """Whether scene and rig are still what they were."""
        bones = armature.pose.bones
        scene: Any = context.scene
        return self.motion.fps == scene_fps(scene) and all(name in bones for name in self.curves.rotations)


def work_out(context: bpy.types.Context, armature: bpy.types.Object, motion: Motion) -> Ready:
    """The first half of `bake`, so that a window need not stand still for both at once. Raises RigError."""
    check_writable(armature)
    scene: Any = context.scene
    motion = motion.resample(scene_fps(scene))
    return Ready(motion, _whole(context, armature, motion)[0])


def check_writable(armature: bpy.types.Object) -> None:
    """Raises RigError unless a motion can be put on this object now."""
    check_armature(armature)
    data = armature.animation_data
    if data is not None and data.use_tweak_mode:
        raise RigError(f"{armature.name!r} is in NLA tweak mode: leave it (Tab in the NLA editor) first")


def bake(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    motion: Motion | Ready,
    *,
    start_frame: int | None = None,
    name: str | None = None,
    extend_range: bool = False,
) -> bpy.types.Action:
    """Puts a motion on an armature as a new active action with one key per frame of the scene. Returns the action.

    start_frame: scene frame of the first pose, the current frame by default. name: of the action, the prompt by
    default. extend_range: the scene's end may move out for a longer motion; nothing else of the scene changes.

    Bones without a joint keep their pose, except those that `held_channels` brings to rest. Raises RigError, with
    nothing changed, if the object cannot take the motion.
    """
    check_writable(armature)
    scene: Any = context.scene
    if isinstance(motion, Ready) and motion.fits(context, armature):
        ready = motion
    else:
        ready = work_out(context, armature, motion.motion if isinstance(motion, Ready) else motion)
    motion = ready.motion
    first = scene.frame_current if start_frame is None else start_frame
    title = action_name(name or Made.from_meta(motion.meta).title)
    held = held_channels(context, armature)
    channels = [*_channels(armature, ready.curves), *held.channels]
    action, slot = make_action(armature, title, channels, first)
    write_meta(action, motion.meta)
    put_action(armature, action, slot)
    held.put(armature)
    action.name = title  # free again if it was that of the result just replaced
    sign(action)
    if extend_range:
        scene.frame_end = max(scene.frame_end, first + len(motion) - 1)
    return action
