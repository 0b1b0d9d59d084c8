"""The list of prompt strips that is kept on a rig: what it shall do from which frame to which."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    StringProperty,
)

from motion_core.catalog import CATALOG, DEFAULT_MODEL
from motion_core.tasks import MAX_SEED, Complete

from .settings import setting_properties

OUTPUTS = (
    ("ACTION", "One action", "All strips in one action of the rig"),
    ("NLA", "NLA strips", "An action for each strip, in an NLA track of the rig, named after its prompt"),
)
EDITABLE: Any = {"LIBRARY_OVERRIDABLE"}


def models() -> list[str]:
    """Ids of the models that can carry on a motion from words."""
    return [card.id for card in CATALOG.values() if "text" in card.takes and Complete.name in card.tasks]


def redraw_timelines() -> None:
    """Have the timelines and dope sheets drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "DOPESHEET_EDITOR":
                area.tag_redraw()


def _changed(self: Any, context: bpy.types.Context) -> None:
    redraw_timelines()


def _search_models(self: Any, context: bpy.types.Context, typed: str) -> list[str]:
    return [model for model in models() if typed.lower() in model]


class LabanStrip(bpy.types.PropertyGroup):
    """One prompt and its frames."""

    uid: StringProperty(
        name="Identity",
        options={"HIDDEN"},
        override=EDITABLE,
        description="By which its motion knows the strip",
    )
    prompt: StringProperty(
        name="Prompt", update=_changed, override=EDITABLE,
        description="What the person does meanwhile, in a sentence",
    )  # fmt: skip
    start: IntProperty(
        name="Start", update=_changed, override=EDITABLE, description="Frame of the first pose"
    )
    end: IntProperty(
        name="End", update=_changed, override=EDITABLE,
        description="Frame of the last pose, which is the first one of a strip that follows at once",
    )  # fmt: skip
    seed: IntProperty(
        name="Seed", min=0, max=MAX_SEED, update=_changed, override=EDITABLE,
        description="The same words with another seed give another motion; with the same seed the same one",
    )  # fmt: skip
    model: StringProperty(
        name="Model", default=DEFAULT_MODEL, search=_search_models, update=_changed, override=EDITABLE,
        description="Who moves: the id of a model that can carry on a motion",
    )  # fmt: skip
    transition: FloatProperty(
        name="Transition", default=0.5, min=0.0, max=3.0, precision=2, update=_changed, override=EDITABLE,
        description="Seconds in which the strip before goes over into this one: half of them are taken from its end",
    )  # fmt: skip


# What the cards let one choose stands beside the fields above.
LabanStrip.__annotations__ |= setting_properties(update=_changed, override=EDITABLE)


class LabanStrips(bpy.types.PropertyGroup):
    """`object.laban_strips`"""

    strips: CollectionProperty(
        type=LabanStrip, override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"},
        description="Prompts one after the other",
    )  # fmt: skip
    chosen: IntProperty(
        name="Chosen strip",
        update=_changed,
        override=EDITABLE,
        description="The strip that is shown and changed",
    )
    output: EnumProperty(
        name="Result", items=OUTPUTS, override=EDITABLE, description="What the strips become on the rig"
    )
    use_pins: BoolProperty(
        name="Use pins", default=True, override=EDITABLE,
        description="Meet the pins of the rig's list whose frames lie in the strips",
    )  # fmt: skip
