"""Which bone is which joint, as properties that a panel can show. The map itself is kept by `rig/bone_map.py`."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty

from motion_core.body.joints import JOINTS


def title_of(joint: str) -> str:
    return joint.replace("_", " ").capitalize()


def _slot(joint: str) -> Any:
    """A property that has no value of its own: it shows and changes the map of the object it belongs to."""

    def get(self: Any) -> str:
        from ..rig.bone_map import draft_of

        return draft_of(self.id_data).bones.get(joint, "")

    def put(self: Any, bone: str) -> None:
        from ..rig.bone_map import choose_bone

        choose_bone(self.id_data, joint, bone)

    return StringProperty(
        name=title_of(joint), get=get, set=put, override={"LIBRARY_OVERRIDABLE"},
        description=f"The bone of this rig that is the {title_of(joint).lower()}",
    )  # fmt: skip


class LabanBones(bpy.types.PropertyGroup):
    """`object.laban_joints`: a name of a bone for each joint."""

    __annotations__ = {joint: _slot(joint) for joint in JOINTS}
