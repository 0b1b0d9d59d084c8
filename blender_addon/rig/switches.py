"""One thing that keeps a rig's keys from showing: a switch from IK to FK that the bone map names, or a constraint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

from motion_core.rig_maps import Switch


@dataclass(frozen=True)
class Toggle:
    """A custom property of a pose bone, or one of the bone's constraints."""

    bone: str
    name: str  # of the property or the constraint
    value: float  # what it must be so that the keys of the joints show
    joints: frozenset[str]
    flag: str = ""  # of a constraint: the property that is keyed, "mute" or "enabled"

    @property
    def constraint(self) -> bool:
        return bool(self.flag)

    @property
    def path(self) -> str:
        """Data path from the object."""
        bone, name = (bpy.utils.escape_identifier(word) for word in (self.bone, self.name))
        tail = f'.constraints["{name}"].{self.flag}' if self.flag else f'["{name}"]'
        return f'pose.bones["{bone}"]{tail}'

    def __str__(self) -> str:
        kind = "constraint" if self.constraint else "switch"
        return f"the {kind} {self.name!r} of bone {self.bone!r}"

    def now(self, armature: bpy.types.Object) -> float:
        bone: Any = armature.pose.bones[self.bone]
        return float(getattr(bone.constraints[self.name], self.flag) if self.flag else bone[self.name])

    def put(self, armature: bpy.types.Object) -> None:
        """Sets it in the pose of this moment, in the type it has."""
        bone: Any = armature.pose.bones[self.bone]
        if self.flag:
            setattr(bone.constraints[self.name], self.flag, bool(self.value))
        else:
            bone[self.name] = type(bone[self.name])(self.value)


def usable_switches(armature: bpy.types.Object, switches: tuple[Switch, ...]) -> list[Switch]:
    """Those whose property the rig has."""
    bones: Any = armature.pose.bones
    return [s for s in switches if s.bone in bones and s.property in bones[s.bone]]


def set_switches(armature: bpy.types.Object, switches: tuple[Switch, ...]) -> None:
    """Sets the properties, in the type they have."""
    for switch in usable_switches(armature, switches):
        bone: Any = armature.pose.bones[switch.bone]
        bone[switch.property] = type(bone[switch.property])(switch.value)
    armature.update_tag()
