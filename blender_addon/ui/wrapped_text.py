"""Text of any length in a panel, where Blender cuts a label at the edge.

Widths are in average characters, which panels can count with. Lines are measured in Blender's font.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import blf
import bpy

FONT = 0  # Blender's interface font
POINTS = 11  # its size in a panel at scale 1
PIXELS_PER_CHARACTER = 5.5  # of that font in English, at scale 1
MARGIN = 60  # pixels of a panel that no text uses
ICON = 21  # pixels of an icon before a label
FIELD = 14  # pixels of a text field that show no text
NARROW = 30  # characters, below which buttons beside each other are cut
UNIT = re.compile(r"(?<=\d) (?=(?:s|m|cm|mm|fps)\b)")  # the blank at which no line may break


def columns_of(context: bpy.types.Context) -> int:
    """How many characters fit beside each other in the region that is drawn."""
    scale = context.preferences.system.ui_scale or 1.0  # 0 without a window
    width = context.region.width if context.region is not None else 300
    return max(20, int((width / scale - MARGIN) / PIXELS_PER_CHARACTER))


def beside(layout: Any, width: int) -> Any:
    """A row for buttons or fields. In a narrow panel it is a column, since a row would cut their names."""
    return layout.column(align=True) if width < NARROW else layout.row(align=True)


def pixels_of(text: str) -> float:
    """How wide a text is in a panel at scale 1."""
    blf.size(FONT, POINTS)
    return blf.dimensions(FONT, text)[0]


def fits_field(text: str, width: int) -> bool:
    """Whether a text field that is `width` characters wide shows all of it."""
    return pixels_of(text) <= width * PIXELS_PER_CHARACTER - FIELD


@lru_cache(maxsize=256)  # a panel is drawn again and again
def lines_of(text: str, pixels: float, most: int) -> tuple[str, ...]:
    """A text as at most so many lines, none wider than `pixels` at scale 1; "..." ends what is cut."""
    lines, line = [], ""
    for word in UNIT.sub("\u00a0", text).split(" "):
        if line and pixels_of(f"{line} {word}") > pixels:
            lines.append(line)
            line = ""
        line = f"{line} {word}".lstrip(" ")
        while len(line) > 1 and pixels_of(line) > pixels:  # a word that is too long for a line: a path
            end = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or pixels_of(line[:n]) <= pixels)
            lines.append(line[:end])
            line = line[end:]
    lines.append(line)
    if len(lines) > most:
        last = lines[most - 1]
        while last and pixels_of(f"{last} ...") > pixels:
            last = last[:-1].rstrip()
        lines = [*lines[: most - 1], f"{last} ..."]
    return tuple(line.replace("\u00a0", " ") for line in lines)


def draw_text(
    layout: Any, text: str, *, width: int, icon: str = "NONE", lines: int = 8, typed: bool = False
) -> None:
    """Labels below each other; the icon stands before the first.

    The first letter becomes a capital one, except in names like "rigAction" and in what the user has `typed`.
    """
    if not typed and re.match(r"[a-z]+(?![\w.])", text):
        text = text[:1].upper() + text[1:]
    column = layout.column(align=True)
    column.scale_y = 0.8
    pixels = width * PIXELS_PER_CHARACTER - (0 if icon == "NONE" else ICON)
    for number, line in enumerate(lines_of(" ".join(text.split()), pixels, lines)):
        column.label(text=line, icon=icon if number == 0 or icon == "NONE" else "BLANK1")
