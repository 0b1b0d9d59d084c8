"""What Blender is told of, in order; taken back in the opposite order."""

from __future__ import annotations

import bpy

from .operators import (
    bones,
    complete,
    environment,
    export,
    generate,
    generate_strips,
    history,
    keys,
    pins,
    rig,
    search,
    strips,
)
from .properties.bones import LabanBones
from .properties.complete import LabanEdit, LabanHistory, LabanPin, LabanPins, LabanResult
from .properties.generate import LabanHit, LabanHits, LabanSettings
from .properties.preferences import LabanPreferences
from .properties.strips import LabanStrip, LabanStrips
from .session import delivery, heard, session
from .trial.trial import LabanPreview
from .ui import (
    bones_panel,
    complete_panel,
    menu,
    preferences_page,
    search_panel,
    sidebar,
    strips_panel,
    timeline_overlay,
)

# The properties know nothing of the page that draws them
LabanPreferences.draw = preferences_page.draw_page  # type: ignore[attr-defined]

PROPERTIES = (
    LabanPreferences,
    LabanSettings,
    LabanHit,
    LabanHits,
    LabanBones,
    LabanStrip,
    LabanStrips,
    LabanEdit,
    LabanPin,
    LabanPins,
    LabanResult,
    LabanHistory,
    LabanPreview,
)
OPERATORS = (
    generate,
    rig,
    environment,
    search,
    bones,
    strips,
    generate_strips,
    keys,
    complete,
    pins,
    history,
    export,
)
PANELS = (sidebar, complete_panel, bones_panel, strips_panel, search_panel, menu)  # in the order of the tab
CLASSES = (*PROPERTIES, *(kind for module in (*OPERATORS, *PANELS) for kind in module.CLASSES))
# Where our settings hang in Blender's data
SETTINGS = (
    (bpy.types.Scene, "laban", LabanSettings),
    (bpy.types.WindowManager, "laban_hits", LabanHits),
    (bpy.types.Object, "laban_joints", LabanBones),
    (bpy.types.Object, "laban_strips", LabanStrips),
    (bpy.types.Scene, "laban_edit", LabanEdit),
    (bpy.types.Object, "laban_pins", LabanPins),
    (bpy.types.Object, "laban_preview", LabanPreview),
    (bpy.types.WindowManager, "laban_history", LabanHistory),
)


def add_to_blender() -> None:
    """Once or again: what is registered already is taken back first."""
    remove_from_blender()
    for kind in CLASSES:
        bpy.utils.register_class(kind)
    for owner, name, kind in SETTINGS:
        setattr(owner, name, bpy.props.PointerProperty(type=kind))
    session.begin(delivery.deliver)
    timeline_overlay.begin()
    menu.begin()


def remove_from_blender() -> None:
    """Ends the service and everything else that runs, and leaves nothing in Blender."""
    menu.end()
    timeline_overlay.end()
    heard.end()
    session.end()
    for owner, name, _ in SETTINGS:
        if hasattr(owner, name):
            delattr(owner, name)
    for kind in reversed(CLASSES):
        if kind.is_registered:
            bpy.utils.unregister_class(kind)
