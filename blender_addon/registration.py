"""What Blender is told of, in order; taken back in the opposite order."""

from __future__ import annotations

import bpy

from . import delivery, panels, preferences, properties, session
from .operators import environment, generate, rig

CLASSES = (
    preferences.LabanPreferences,
    properties.LabanSettings,
    *generate.CLASSES,
    *rig.CLASSES,
    *environment.CLASSES,
    *panels.CLASSES,
)


def add_to_blender() -> None:
    """Once or again: what is registered already is taken back first."""
    remove_from_blender()
    for kind in CLASSES:
        bpy.utils.register_class(kind)
    bpy.types.Scene.laban = bpy.props.PointerProperty(type=properties.LabanSettings)  # type: ignore[attr-defined]
    session.begin(delivery.deliver)


def remove_from_blender() -> None:
    """Ends the service and everything else that runs, and leaves nothing in Blender."""
    session.end()
    if hasattr(bpy.types.Scene, "laban"):
        del bpy.types.Scene.laban
    for kind in reversed(CLASSES):
        if kind.is_registered:
            bpy.utils.unregister_class(kind)
