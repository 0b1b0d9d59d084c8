"""What must give way so that a rig's keys show: switches from IK to FK, and constraints.

A switch is a custom property that the bone map names. A constraint (IK on a leg, a hand that copies a control) moves
bones of its own. While it is off, their channels are seen.

Of a constraint `mute` is keyed. Where NLA strips do not reach, Blender takes a property's default: that of `mute`
leaves the constraint on, that of `enabled` turns it off. Both are one flag, so `enabled` is keyed where the animation
has keys of it already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import bpy

from motion_core.rig_maps import BoneMap, RigError, switch_joints

from ..actions.actions import active_curves, heard_curves
from .switches import Toggle, usable_switches

# what holds a bone back without moving it: it stays as the animator wants it
LIMITING = {"LIMIT_LOCATION", "LIMIT_ROTATION", "LIMIT_SCALE", "LIMIT_DISTANCE", "MAINTAIN_VOLUME"}
FLAGS = {"mute": 1.0, "enabled": 0.0}  # a constraint's properties, and what turns it off
SAME = 1e-4


class Toggles:
    """The toggles of a rig, and what its action does with them.

    over_tracks: NLA tracks may change those that the action does not key.
    """

    def __init__(self, armature: bpy.types.Object, bone_map: BoneMap, over_tracks: bool = False):
        data: Any = armature.animation_data
        self.armature, self.over_tracks = armature, over_tracks
        self.curves = {
            c.data_path: c for c in active_curves(armature) if not c.mute and len(c.keyframe_points)
        }
        self.animated = {curve.data_path for curve in heard_curves(armature)}
        self.driven = set() if data is None else {d.data_path for d in data.drivers if not d.mute}
        self.all = [*_switches(armature, bone_map), *self._constraints(bone_map)]

    def of(self, joints: Iterable[str], frames: Sequence[int]) -> tuple[list[Toggle], frozenset[str]]:
        """(toggles, joints): what must change in these frames so that keys of the joints show, and all joints it
        concerns.

        The further joints show their keys too when these toggles change, so they must be keyed along.
        """
        wrong = [toggle for toggle in self.all if any(self.differs(toggle, frame) for frame in frames)]
        found = set(joints)
        while True:
            hit = [toggle for toggle in wrong if toggle.joints & found]
            more = found.union(*(toggle.joints for toggle in hit))
            if more == found:
                return hit, frozenset(found)
            found = more

    def differs(self, toggle: Toggle, frame: int) -> bool:
        """Whether it is not what shows the keys at this frame."""
        curve = self.curves.get(toggle.path)
        if curve is None and self.over_tracks:
            return True
        value = toggle.now(self.armature) if curve is None else curve.evaluate(frame)
        return abs(value - toggle.value) > SAME

    def fault(self, joints: Iterable[str]) -> str:
        """Why those of the joints cannot be keyed, "" when they can."""
        for toggle in self.all:
            if self._is_driven(toggle) and toggle.joints & set(joints):
                return f"{toggle} is moved by a driver: remove or mute it first"
        return ""

    def for_new_action(self) -> list[Toggle]:
        """The toggles that an action with keys of the whole body must hold.

        A constraint that a driver keeps off needs no key. Raises RigError for one that a driver keeps on.
        """
        found = []
        for toggle in self.all:
            if not toggle.constraint or not self._is_driven(toggle):
                found.append(toggle)
            elif abs(toggle.now(self.armature) - toggle.value) > SAME:
                raise RigError(f"{toggle} is moved by a driver: remove or mute it first")
        return found

    def _is_driven(self, toggle: Toggle) -> bool:
        paths = {toggle.path}
        if toggle.constraint:
            paths |= {toggle.path.removesuffix(toggle.flag) + flag for flag in FLAGS}
        return bool(paths & self.driven)

    def _constraints(self, bone_map: BoneMap) -> Iterator[Toggle]:
        joints = {bone: joint for joint, bone in bone_map.bones.items()}
        if bone_map.carrier:
            joints[bone_map.carrier] = "pelvis"
        bones: Any = self.armature.pose.bones
        for bone in bones:
            for constraint in bone.constraints:
                moved = frozenset(joints[name] for name in _moved_bones(bone, constraint) if name in joints)
                if moved and self._acts(constraint):
                    flag = "enabled" if f"{constraint.path_from_id()}.enabled" in self.animated else "mute"
                    yield Toggle(bone.name, constraint.name, FLAGS[flag], moved, flag)

    def _acts(self, constraint: Any) -> bool:
        """Whether it does something now, or at some frame."""
        path = constraint.path_from_id()
        on, strong = (
            value or bool({f"{path}.{word}" for word in words} & (self.animated | self.driven))
            for value, words in (
                (not constraint.mute, ("enabled", "mute")),
                (constraint.influence > 0, ("influence",)),
            )
        )
        return bool(on and strong)


def _switches(armature: bpy.types.Object, bone_map: BoneMap) -> Iterator[Toggle]:
    for switch in usable_switches(armature, bone_map.switches):
        joints = frozenset(switch_joints(switch) & bone_map.bones.keys())
        yield Toggle(switch.bone, switch.property, switch.value, joints)


def _moved_bones(bone: Any, constraint: Any) -> Iterator[str]:
    """The bones that a constraint moves: its own, and of IK the chain above."""
    if constraint.type in LIMITING:
        return
    if constraint.type not in ("IK", "SPLINE_IK"):
        yield bone.name
        return
    above = bone if getattr(constraint, "use_tail", True) else bone.parent
    left = constraint.chain_count or len(bone.id_data.pose.bones)
    while above is not None and left:
        yield above.name
        above, left = above.parent, left - 1
