"""Text of any length in a panel, which by itself cuts a label at the edge."""

from __future__ import annotations

import textwrap
from typing import Any

import bpy

PIXELS_PER_CHARACTER = 6.6  # of Blender's interface font at scale 1, on average
MARGIN = 60  # pixels of a panel that no text uses


def columns_of(context: bpy.types.Context) -> int:
    """How many characters fit beside each other in the region that is drawn."""
    scale = context.preferences.system.ui_scale or 1.0  # 0 without a window
    width = context.region.width if context.region is not None else 300
    return max(20, int((width / scale - MARGIN) / PIXELS_PER_CHARACTER))


def draw_text(layout: Any, text: str, *, width: int, icon: str = "NONE", lines: int = 8) -> None:
    """Labels under each other, the icon before the first; the text begins with a capital letter."""
    text = text[:1].upper() + text[1:]
    column = layout.column(align=True)
    column.scale_y = 0.8
    parts = textwrap.wrap(text, width, max_lines=lines, placeholder=" ...", break_on_hyphens=False) or [""]
    for number, part in enumerate(parts):
        column.label(text=part, icon=icon if number == 0 or icon == "NONE" else "BLANK1")
