"""Prompt strips drawn over the timeline and the dope sheet, as blocks with the words. Stale ones are hatched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import bpy

from ..actions.records import Strip
from ..session.chosen import target_rig
from ..strips.stale import stale_on
from ..strips.strip_list import in_order

Colour = tuple[float, float, float, float]
MADE: Colour = (0.16, 0.42, 0.47, 0.9)
STALE: Colour = (0.55, 0.34, 0.10, 0.9)
HATCH: Colour = (0.85, 0.58, 0.22, 0.55)
EDGE: Colour = (0.02, 0.02, 0.02, 0.9)
CHOSEN: Colour = (1.0, 1.0, 1.0, 0.9)
WORDS: Colour = (1.0, 1.0, 1.0, 1.0)
HEIGHT, BOTTOM, HATCHES, LETTERS, MARGIN = 18, 20, 9, 11, 5  # pixels at interface scale 1
RULER, LEAST_HEIGHT = 24, 10  # what a region shows above, and what is left for the blocks in a very low one
MIN_WIDTH = 3

Point = tuple[float, float]


@dataclass(frozen=True)
class Block:
    """One strip in pixels of the region; left and right may lie outside of it."""

    left: float
    right: float
    bottom: float
    top: float
    words: str
    stale: bool
    chosen: bool


def blocks(
    strips: Sequence[Strip],
    stale_uids: dict[str, str],
    chosen: str,
    to_pixel: Callable[[float], float],
    region: tuple[int, int, float],
) -> list[Block]:
    """Blocks of the strips that can be seen in a region of (width, height, interface scale)."""
    width, height, scale = region
    tall = min(HEIGHT * scale, max(height - RULER * scale, LEAST_HEIGHT * scale))
    bottom = max(1.0, min(BOTTOM * scale, height - RULER * scale - tall))
    found = []
    for strip in strips:
        left = to_pixel(strip.start)
        right = max(to_pixel(strip.end), left + MIN_WIDTH * scale)
        if right < 0 or left > width:
            continue
        found.append(
            Block(
                left, right, bottom, bottom + tall, strip.prompt, strip.uid in stale_uids, strip.uid == chosen
            )
        )
    return found


def triangles(block: Block) -> list[Point]:
    """The block's area, two triangles."""
    a, b, c, d = corners(block)
    return [a, b, c, a, c, d]


def corners(block: Block) -> list[Point]:
    return [
        (block.left, block.bottom), (block.right, block.bottom), (block.right, block.top), (block.left, block.top)
    ]  # fmt: skip


def outline(block: Block) -> list[Point]:
    """Pairs of points of its four edges."""
    around = corners(block)
    return [point for pair in zip(around, [*around[1:], around[0]]) for point in pair]


def hatching(block: Block, width: int, every: float) -> list[Point]:
    """Pairs of points of slanted lines within the block, as far as it can be seen."""
    left, right = max(block.left, 0.0), min(block.right, float(width))
    height = block.top - block.bottom
    lines: list[Point] = []
    x = block.left - height + (max(left - block.left, 0.0) // every) * every
    while x < right:
        low, high = max(x, left), min(x + height, right)
        if high > low:
            lines += [(low, block.bottom + low - x), (high, block.bottom + high - x)]
        x += every
    return lines


def fitting(words: str, room: float, width_of: Callable[[str], float]) -> str:
    """As much of the words as fits into so many pixels, "" when next to nothing does."""
    if width_of(words) <= room:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(words[:middle] + "…") <= room else (low, middle - 1)
    return words[:low].rstrip() + "…" if low >= 2 else ""


def visible_blocks(context: Any) -> list[Block]:
    """What is to be drawn in the region of the context; [] without a rig or strips."""
    rig: Any = target_rig(context)
    if rig is None or rig.type != "ARMATURE" or not len(rig.laban_strips.strips):
        return []
    kept, strips = rig.laban_strips, in_order(rig)
    chosen = kept.strips[kept.chosen].uid if 0 <= kept.chosen < len(kept.strips) else ""
    reasons = stale_on(context, rig)
    view, scale = context.region.view2d, context.preferences.system.ui_scale or 1.0

    def to_pixel(frame: float) -> float:
        return float(view.view_to_region(frame, 0, clip=False)[0])

    return blocks(strips, reasons, chosen, to_pixel, (context.region.width, context.region.height, scale))


def draw() -> None:
    """Blender calls this after it has drawn a region of a dope sheet."""
    context = bpy.context
    found = visible_blocks(context)
    if not found:
        return
    import gpu

    scale = context.preferences.system.ui_scale or 1.0
    gpu.state.blend_set("ALPHA")
    for is_stale, colour in ((False, MADE), (True, STALE)):
        _fill("TRIS", [p for block in found if block.stale == is_stale for p in triangles(block)], colour)
    width = context.region.width
    hatches = [p for block in found if block.stale for p in hatching(block, width, HATCHES * scale)]
    _fill("LINES", hatches, HATCH)
    for is_chosen, colour in ((False, EDGE), (True, CHOSEN)):
        _fill("LINES", [p for block in found if block.chosen == is_chosen for p in outline(block)], colour)
    _write(found, width, scale)
    gpu.state.blend_set("NONE")


def _fill(kind: Any, points: list[Point], colour: Colour) -> None:
    if not points:
        return
    import gpu
    from gpu_extras.batch import batch_for_shader

    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    batch = batch_for_shader(shader, kind, {"pos": points})
    shader.uniform_float("color", colour)
    batch.draw(shader)


def _write(found: Sequence[Block], width: int, scale: float) -> None:
    import blf

    font = 0
    blf.size(font, min(LETTERS * scale, (found[0].top - found[0].bottom) * 0.8))
    blf.color(font, *WORDS)
    for block in found:
        left = max(block.left, 0.0) + MARGIN * scale
        room = min(block.right, float(width)) - left - MARGIN * scale
        if words := fitting(block.words, room, lambda text: blf.dimensions(font, text)[0]):
            blf.position(font, left, block.bottom + (block.top - block.bottom) * 0.3, 0)
            blf.draw(font, words)


_handler: Any = None


def begin() -> None:
    """When the extension is enabled. The timeline is a dope sheet too. Without a window nothing is drawn."""
    global _handler
    if not bpy.app.background and _handler is None:
        _handler = bpy.types.SpaceDopeSheetEditor.draw_handler_add(draw, (), "WINDOW", "POST_PIXEL")


def end() -> None:
    """When it is disabled."""
    global _handler
    if _handler is not None:
        bpy.types.SpaceDopeSheetEditor.draw_handler_remove(_handler, "WINDOW")
        _handler = None
