"""Which bone of an armature is which joint: found by name, corrected by the user, kept on the object as JSON."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

import bpy

from motion_core.body.skeleton import JOINTS
from motion_core.rig_maps import BoneMap, RigError, check_map, find_bones, nearest_map

PROPERTY = "laban_bones"  # custom property of the armature object


def bone_names(armature: bpy.types.Object) -> dict[str, str | None]:
    """{bone: its parent} of an armature object."""
    return {bone.name: bone.parent.name if bone.parent else None for bone in armature.data.bones}


def bones_of(armature: bpy.types.Object) -> BoneMap:
    """The map kept on the armature, else the one its bones' names tell. Cheap enough for a panel.

    Raises RigError that names the missing or wrong bone.
    """
    names = bone_names(armature)
    kept = armature.get(PROPERTY)
    if not isinstance(kept, str):
        return _found(tuple(names.items()))
    bone_map = BoneMap.from_json(kept)
    check_map(bone_map, names)
    return bone_map


# A panel asks for the same rig at every redraw, once per joint: what names tell is worked out once.
_Tree = tuple[tuple[str, str | None], ...]


@lru_cache(maxsize=16)
def _found_or_fault(tree: _Tree) -> BoneMap | str:
    names = dict(tree)
    try:
        return find_bones(names, names)
    except RigError as error:
        return str(error)


def _found(tree: _Tree) -> BoneMap:
    found = _found_or_fault(tree)
    if isinstance(found, str):
        raise RigError(found)
    return found


@lru_cache(maxsize=16)
def _nearest(tree: _Tree) -> BoneMap:
    return nearest_map(dict(tree), dict(tree))


def draft_of(armature: bpy.types.Object) -> BoneMap:
    """The map kept on the armature, right or not, else the nearest one: what the list of bones shows."""
    kept, names = armature.get(PROPERTY), bone_names(armature)
    if isinstance(kept, str):
        with suppress(RigError):
            return BoneMap.from_json(kept)
    return _nearest(tuple(names.items()))


def choose_bone(armature: bpy.types.Object, joint: str, bone: str) -> None:
    """Keeps the map with another bone for one joint; "" for none."""
    draft = draft_of(armature)
    bones = {name: chosen for name in JOINTS if (chosen := bone if name == joint else draft.bones.get(name))}
    shown = {name: other for name, other in draft.shown.items() if name != joint}
    keep_map(armature, replace(draft, bones=bones, shown=shown))


def keep_map(armature: bpy.types.Object, bone_map: BoneMap) -> None:
    """Stores a map on the armature object, complete or not; `bones_of` says what is wrong with it."""
    armature[PROPERTY] = bone_map.to_json()


def forget_map(armature: bpy.types.Object) -> None:
    """Back to what the names tell."""
    owner: Any = armature
    if PROPERTY in owner:
        del owner[PROPERTY]
