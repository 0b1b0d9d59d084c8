"""Which bone of an armature is which joint: found by name and rest, corrected by the user, kept on it as JSON."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

import bpy
import numpy as np

from motion_core.body.skeleton import JOINTS
from motion_core.rig_maps import BoneMap, RigError, check_map, find_bones, nearest_map

PROPERTY = "laban_bones"  # custom property of the armature object


def bone_names(armature: bpy.types.Object) -> dict[str, str | None]:
    """{bone: its parent} of an armature object."""
    return {bone.name: bone.parent.name if bone.parent else None for bone in armature.data.bones}


def bones_of(armature: bpy.types.Object) -> BoneMap:
    """The map kept on the armature, else the one that names, tree and rest tell. Cheap enough for a panel.

    Raises RigError that names the missing or wrong bone.
    """
    names = bone_names(armature)
    kept = armature.get(PROPERTY)
    if not isinstance(kept, str):
        return _found(tuple(names.items()), _heads(armature))
    bone_map = BoneMap.from_json(kept)
    check_map(bone_map, names)
    return bone_map


# A panel asks for the same rig at every redraw, once per joint: what a rig tells is worked out once.
_Tree = tuple[tuple[str, str | None], ...]


def _heads(armature: bpy.types.Object) -> bytes:
    """Where the bones of an armature begin at rest, (N,3) float32 in the order of `bone_names`."""
    bones: Any = armature.data.bones
    heads = np.empty(3 * len(bones), dtype=np.float32)
    bones.foreach_get("head_local", heads)
    return heads.tobytes()


def _places(tree: _Tree, heads: bytes) -> dict[str, np.ndarray]:
    points = np.frombuffer(heads, dtype=np.float32).reshape(-1, 3)
    return {name: point for (name, _), point in zip(tree, points)}


@lru_cache(maxsize=16)
def _found_or_fault(tree: _Tree, heads: bytes) -> BoneMap | str:
    names = dict(tree)
    try:
        return find_bones(names, names, _places(tree, heads))
    except RigError as error:
        return str(error)


def _found(tree: _Tree, heads: bytes) -> BoneMap:
    found = _found_or_fault(tree, heads)
    if isinstance(found, str):
        raise RigError(found)
    return found


@lru_cache(maxsize=16)
def _nearest(tree: _Tree, heads: bytes) -> BoneMap:
    return nearest_map(dict(tree), dict(tree), _places(tree, heads))


def draft_of(armature: bpy.types.Object) -> BoneMap:
    """The map kept on the armature, right or not, else the nearest one: what the list of bones shows."""
    kept, names = armature.get(PROPERTY), bone_names(armature)
    if isinstance(kept, str):
        with suppress(RigError):
            return BoneMap.from_json(kept)
    return _nearest(tuple(names.items()), _heads(armature))


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
