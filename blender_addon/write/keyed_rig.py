"""A change, and a rig as it meets it: what is keyed there, what else moves that, what its curves have."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import bpy
import numpy as np

from motion_core.body.joints import PARTS
from motion_core.editing.meet import FADE
from motion_core.editing.spread import spread
from motion_core.retarget import BonePoses, RigBone
from motion_core.rig_maps import BoneMap, RigError

from ..actions.actions import active_curves
from ..actions.merge import JITTER
from ..actions.read_poses import curve_values
from ..rig.bone_map import bones_of
from ..rig.capture import capture_poses
from ..rig.controls import is_control_rig, read_controls
from ..rig.influences import other_controls
from ..rig.limb_switches import SAME, Toggles
from ..rig.pose_matching import Match
from ..rig.rig import read_rig
from .change import Change

TRUNK = ("pelvis", *PARTS["spine"])  # from below


@dataclass(frozen=True, eq=False)
class Posed:
    """Channels of the keyed bones, by bone."""

    rotations: dict[str, np.ndarray]  # (T,4) quaternions
    locations: dict[str, np.ndarray]  # (T,3)
    scales: dict[str, np.ndarray] = field(default_factory=dict)

    def at(self, row: int) -> dict[str, tuple[np.ndarray | None, np.ndarray | None]]:
        """{bone: location and rotation} at a frame, None where nothing is keyed."""
        parts = self.locations, self.rotations
        return {
            name: tuple(values[name][row] if name in values else None for values in parts)  # type: ignore[misc]
            for name in {**self.rotations, **self.locations}
        }


class KeyedRig:
    """A rig as a change meets it.

    bone_map: without the switches that may stay. control: whether keys and pose are of different bones. toggles: what
    must give way so that the keys show. joints: whose bones are keyed, those that would move along included.
    over_tracks: whether NLA tracks show where the action has no keys.
    """

    def __init__(self, context: bpy.types.Context, armature: bpy.types.Object, change: Change):
        self.context, self.armature, self.change = context, armature, change
        self.bone_map = bones_of(armature)
        self.control = is_control_rig(armature, self.bone_map)
        joints = self._with_trunk(change.joints) if self.control else change.joints
        if self.control and "pelvis" in joints:
            self.bone_map = _loosened(context, armature, self.bone_map)
        data: Any = armature.animation_data
        self.over_tracks = data is not None and data.use_nla and any(
            not track.mute and len(track.strips) for track in data.nla_tracks
        )  # fmt: skip
        self.curves = {
            (c.data_path, c.array_index): c
            for c in active_curves(armature)
            if not c.mute and len(c.keyframe_points)
        }
        # beside gaps too: one that was completed before has its switches right in the gaps alone
        frames = (change.first + np.flatnonzero(~change.kept | change.borders)).tolist()
        self.switching = Toggles(armature, self.bone_map, self.over_tracks)
        self.toggles, self.joints = self.switching.of(joints, frames)
        self.matches: dict[int, Match] = {}  # by kept frame beside a gap, once they are found

    def _with_trunk(self, joints: frozenset[str]) -> frozenset[str]:
        """The joints, with the whole trunk if some of it is among them and its controls move each other.

        They do where they do not hang on each other as the joints do. (On Rigify the pelvis hangs on the spine, and the
        chest beside it.)
        """
        trunk = [joint for joint in TRUNK if joint in self.bone_map.bones]
        if not joints & set(trunk) or joints >= set(trunk):
            return joints
        hangs = {bone.name: bone.parent for bone in self.hanging}
        bones = [self.bone_map.bones[joint] for joint in trunk]
        in_order = all(hangs[bone] == above for above, bone in pairwise(bones))
        return joints if in_order else joints | set(trunk)

    @cached_property
    def bones(self) -> list[RigBone]:
        """With parents that move them: measured on a rig of controls."""
        if self.control:
            return read_controls(self.context, self.armature, self.bone_map)
        return [bone for bone in read_rig(self.armature) if bone.name in self.poses.heads]

    @cached_property
    def hanging(self) -> list[RigBone]:
        """With the parents they hang on, of a rig of controls."""
        return read_controls(self.context, self.armature, bones_of(self.armature))

    @cached_property
    def poses(self) -> BonePoses:
        return capture_poses(self.context, self.armature, self.change.frames)

    @cached_property
    def shown(self) -> BonePoses:
        """The poses (R,...) at the kept frames beside gaps."""
        frames = (self.change.first + np.flatnonzero(self.change.borders)).tolist()
        poses = [capture_poses(self.context, self.armature, range(f, f + 1)) for f in frames]
        return BonePoses(
            {name: np.concatenate([some.orientations[name] for some in poses]) for name in poses[0].heads},
            {name: np.concatenate([some.heads[name] for some in poses]) for name in poses[0].heads},
        )

    @property
    def whole(self) -> bool:
        return "pelvis" in self.joints

    @cached_property
    def names(self) -> dict[str, str]:
        """{bone that is keyed: its joint}"""
        return {bone: joint for joint, bone in self.bone_map.bones.items() if joint in self.joints}

    @cached_property
    def resting(self) -> list[tuple[str, str]]:
        """(bone, property) of other controls that would move what is keyed."""
        if not self.control:
            return []
        carried = {self.bone_map.carrier} if self.whole and self.bone_map.carrier else set()
        return other_controls(
            self.context, self.armature, self.bone_map, self.joints, {*self.names, *carried}
        )

    def now(self, name: str, prop: str) -> np.ndarray:
        return np.array(getattr(self.armature.pose.bones[name], prop), dtype=np.float64)

    def own(self, name: str, prop: str, frames: range | None = None) -> np.ndarray:
        """(T,n) of a property as its curves have it, at the change's frames."""
        path = f"{self.armature.pose.bones[name].path_from_id()}.{prop}"
        frames = self.change.frames if frames is None else frames
        values = np.tile(self.now(name, prop), (len(frames), 1))
        for index in range(values.shape[1]):
            if (curve := self.curves.get((path, index))) is not None:
                values[:, index] = curve_values(curve, frames)
        return values

    def base(self, name: str, prop: str) -> np.ndarray:
        """`own`, but without the keys that a task made in a gap before: there it goes straight on from their
        neighbours.

        So what such a result added is not added twice.
        """
        path, values = f"{self.armature.pose.bones[name].path_from_id()}.{prop}", self.own(name, prop)
        rows = np.arange(len(values))
        for index in range(values.shape[1]):
            if (curve := self.curves.get((path, index))) is None:
                continue
            made, others = (np.isin(rows + self.change.first, frames) for frames in _key_frames(curve))
            known = self.change.kept | others
            if (made & ~known).any() and known.any():
                values[~known, index] = np.interp(rows[~known], rows[known], values[known, index])
        return values

    def fading(self, rows: np.ndarray, more: np.ndarray) -> np.ndarray:
        """(T,n) values that fade from (R,n), those at the kept frames beside gaps. A loop ends as it begins."""
        values, known = np.zeros((len(self.change.motion), more.shape[1])), self.change.borders
        values[rows] = more
        if self.change.loop and known[0] and not known[-1]:
            values[-1], known[-1] = values[0], True
        return spread(values, known, self.change.motion.fps, fade=FADE)


def _key_frames(curve: bpy.types.FCurve) -> tuple[np.ndarray, np.ndarray]:
    """Whole frames of the keys that tasks have made, and of all others."""
    points = curve.keyframe_points
    places, kinds = np.empty(len(points) * 2, dtype=np.float32), np.empty(len(points), dtype=np.int32)
    points.foreach_get("co", places)
    points.foreach_get("type", kinds)
    frames = np.round(places[::2]).astype(int)
    return frames[kinds == JITTER], frames[kinds != JITTER]


def _loosened(context: bpy.types.Context, armature: bpy.types.Object, bone_map: BoneMap) -> BoneMap:
    """The bone map without the switches that may stay as they are.

    Those only say which control another one turns with. They have one value in all frames, so this can be measured.
    If they changed, bones that follow such a control by half would move.
    """
    switching = Toggles(armature, bone_map)
    fixed = {toggle.path: toggle for toggle in switching.all if toggle.path not in switching.curves}
    for toggle in fixed.values():
        if toggle.constraint or not toggle.joints or toggle.joints & bone_map.shown.keys():
            continue
        if abs(toggle.now(armature) - toggle.value) > SAME:
            fewer = [switch for switch in bone_map.switches if switch[:2] != (toggle.bone, toggle.name)]
            looser = replace(bone_map, switches=tuple(fewer))
            with suppress(RigError):
                read_controls(context, armature, looser)
                bone_map = looser
    return bone_map
