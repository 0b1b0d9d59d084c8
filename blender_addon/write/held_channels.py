"""Keys of an action of the whole body that let its other keys show: one key each.

Limbs go to FK. Constraints that would move the bones are muted. What the former animation would leave behind is brought
to rest: controls that turn parts of the body (a chest), stretched limbs. Two things stay as they are: what only moves
the body as a whole (a root), and what no animation moves on the keyed bones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.joints import JOINTS
from motion_core.rig_maps import BoneMap

from ..actions.actions import Channel, heard_curves
from ..actions.continue_keys import runs_of
from ..actions.keys import key_places
from ..actions.merge import Run, Track, merge
from ..actions.read_poses import bone_path
from ..actions.rotation_modes import rotation_path, rotation_values
from ..rig.bone_map import bones_of
from ..rig.controls import is_control_rig
from ..rig.influences import other_controls
from ..rig.limb_switches import SAME, Toggles
from ..rig.switches import Toggle

STILL = 1e-4  # of 1, and armature units: what changes less is not animated


@dataclass(frozen=True)
class Held:
    """What an action holds besides its motion."""

    channels: list[Channel]  # one value each (1,n)
    toggles: list[Toggle]  # the switches and constraints among them

    def put(self, armature: bpy.types.Object) -> None:
        """Sets all of it in the pose of this moment. By the keys Blender does so only at the next frame."""
        for toggle in self.toggles:
            toggle.put(armature)
        for channel in self.channels:
            if (place := bone_path(channel.path)) is not None:
                setattr(armature.pose.bones[place[0]], place[1], channel.values[0].tolist())
        armature.update_tag()


def held_channels(context: bpy.types.Context, armature: bpy.types.Object) -> Held:
    """What a new action must hold, by what the rig is and plays now.

    Raises RigError that names a switch or constraint which a driver moves.
    """
    bone_map = bones_of(armature)
    toggles = Toggles(armature, bone_map).for_new_action()
    channels = [Channel(toggle.bone, toggle.path, np.array([[toggle.value]])) for toggle in toggles]
    resting = _at_rest(context, armature, bone_map, toggles)
    return Held([*channels, *resting, *_as_made(armature, bone_map, {c.path for c in resting})], toggles)


def _at_rest(
    context: bpy.types.Context, armature: bpy.types.Object, bone_map: BoneMap, toggles: list[Toggle]
) -> list[Channel]:
    """Other controls that would turn parts of the body."""
    if not is_control_rig(armature, bone_map):
        return []
    keyed = {*bone_map.bones.values(), *([bone_map.carrier] if bone_map.carrier else [])}
    parts = set(JOINTS) - {"pelvis"}
    found = []
    for name, prop in other_controls(context, armature, bone_map, parts, keyed, toggles):
        bone = armature.pose.bones[name]
        if prop == "location":
            found.append(Channel(name, f"{bone.path_from_id()}.location", np.zeros((1, 3))))
        else:
            still = rotation_values(bone, np.array([quat.IDENTITY]))
            found.append(Channel(name, rotation_path(bone), still))
    return found


def _as_made(armature: bpy.types.Object, bone_map: BoneMap, known: set[str]) -> Iterator[Channel]:
    """The bones that are keyed, where something moves or stretches them which the new action does not key."""
    root = bone_map.carrier or bone_map.bones["pelvis"]
    names = {*bone_map.bones.values(), root}
    moving = {curve.data_path for curve in heard_curves(armature) if np.ptp(key_places(curve)[:, 1]) > STILL}
    for path in sorted(moving - known):
        place: Any = bone_path(path)
        if place is None or place[0] not in names:
            continue
        if place[1] == "scale" or (place[1] == "location" and place[0] != root):
            yield Channel(place[0], path, np.full((1, 3), float(place[1] == "scale")))


def let_show(curves: Any, word: str, toggles: Sequence[Toggle], frames: np.ndarray) -> None:
    """Keys the toggles in these frames (K,), which rise, of an action that goes on. Beside the frames they stay as they
    are.

    curves, word: as `actions.curves_of` gives them.
    """
    found = {curve.data_path: curve for curve in curves if not curve.mute and len(curve.keyframe_points)}
    wrong = [toggle for toggle in toggles if not _shows(found.get(toggle.path), toggle, frames)]
    if not wrong:
        return
    span = int(frames[0]), int(frames[-1])
    ranges = [curve.range() for curve in found.values()]
    around = min(low for low, _ in ranges) < span[0], max(high for _, high in ranges) > span[1]
    tracks = []
    for toggle in wrong:
        runs = tuple(Run(int(run[0]), np.full((len(run), 1), toggle.value)) for run in runs_of(frames))
        # a constraint that is animated nowhere is on, or it would not be among them
        rest = np.array([1 - toggle.value])
        tracks.append(Track(toggle.bone, toggle.path, runs, rest, steps=True))
    merge(curves, word, tracks, span, around)


def _shows(curve: bpy.types.FCurve | None, toggle: Toggle, frames: np.ndarray) -> bool:
    if curve is None:
        return not toggle.constraint  # switches have had keys in every action of ours
    return all(abs(curve.evaluate(frame) - toggle.value) <= SAME for frame in frames.tolist())
