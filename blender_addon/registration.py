"""What Blender is told of, in order; taken back in the opposite order."""

from __future__ import annotations

import bpy

from .operators import complete, environment, generate, history, keys, mapping, pins, rig, search
from .operators import strips as strip_operators
from .properties import complete as edit_properties
from .properties import generate as properties
from .properties import preferences
from .session import delivery, session
from .strips import state as strips
from .trial import trial as preview
from .ui import bones_panel as mapping_panel
from .ui import complete_panel as edit_panel
from .ui import keys_panel
from .ui import search_panel as search_box
from .ui import sidebar as panels
from .ui import strips_panel as strip_panel
from .ui import timeline_overlay as strip_drawing

CLASSES = (
    preferences.LabanPreferences,
    properties.LabanSettings,
    properties.LabanHit,
    properties.LabanHits,
    mapping_panel.LabanBones,
    strips.LabanStrip,
    strips.LabanStrips,
    *edit_properties.CLASSES,
    preview.LabanPreview,
    *generate.CLASSES,
    *rig.CLASSES,
    *environment.CLASSES,
    *search.CLASSES,
    *mapping.CLASSES,
    *strip_operators.CLASSES,
    *keys.CLASSES,
    *complete.CLASSES,
    *pins.CLASSES,
    *history.CLASSES,
    *panels.CLASSES,
    *edit_panel.CLASSES,
    *mapping_panel.CLASSES,
    *strip_panel.CLASSES,
    *keys_panel.CLASSES,
    *search_box.CLASSES,
)
# Where our settings hang in Blender's data
SETTINGS = (
    (bpy.types.Scene, "laban", properties.LabanSettings),
    (bpy.types.WindowManager, "laban_hits", properties.LabanHits),
    (bpy.types.Object, "laban_joints", mapping_panel.LabanBones),
    (bpy.types.Object, "laban_strips", strips.LabanStrips),
    (bpy.types.Scene, "laban_edit", edit_properties.LabanEdit),
    (bpy.types.Object, "laban_pins", edit_properties.LabanPins),
    (bpy.types.Object, "laban_preview", preview.LabanPreview),
    (bpy.types.WindowManager, "laban_history", edit_properties.LabanHistory),
)


def add_to_blender() -> None:
    """Once or again: what is registered already is taken back first."""
    remove_from_blender()
    for kind in CLASSES:
        bpy.utils.register_class(kind)
    for owner, name, kind in SETTINGS:
        setattr(owner, name, bpy.props.PointerProperty(type=kind))
    session.begin(delivery.deliver)
    strip_drawing.begin()


def remove_from_blender() -> None:
    """Ends the service and everything else that runs, and leaves nothing in Blender."""
    strip_drawing.end()
    session.end()
    for owner, name, _ in SETTINGS:
        if hasattr(owner, name):
            delattr(owner, name)
    for kind in reversed(CLASSES):
        if kind.is_registered:
            bpy.utils.unregister_class(kind)
