"""What is drawn of prompt strips: the blocks, their hatching, their words; and the panel's draw code.

Blender draws with a window only; here the geometry is checked, and that nothing is registered without a window.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from blender_addon.actions.records import Strip
from blender_addon.session.outcome import Outcome
from blender_addon.session.session import SESSION
from blender_addon.ui import timeline_overlay
from blender_addon.ui.strips_panel import LABAN_PT_strips, LABAN_UL_strips
from blender_addon.ui.timeline_overlay import blocks, corners, fitting, hatching, outline, triangles

ICONS = set(bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items.keys())
STRIPS = [
    Strip("a", "walks", 0, 20, 0, "mdm", 0.5, 0, 0.0),
    Strip("b", "waves", 20, 60, 0, "mdm", 0.5, 0, 0.0),
    Strip("c", "sits", 200, 240, 0, "mdm", 0.5, 0, 0.0),
]


def found(offset: float = 0.0, size: tuple[int, int, float] = (300, 200, 1.0), zoom: float = 4.0):
    return blocks(STRIPS, {"b": "changed"}, "a", lambda frame: frame * zoom - offset, size)


def test_blocks_lie_where_their_frames_are():
    first, second = found()
    assert (first.left, first.right, first.words) == (0, 80, "walks")
    assert (second.left, second.right) == (80, 240)
    assert [(block.stale, block.chosen) for block in (first, second)] == [(False, True), (True, False)]
    assert first.bottom < first.top < 200 - timeline_overlay.RULER


def test_only_what_can_be_seen_is_drawn():
    assert [block.words for block in found(offset=700)] == ["sits"]
    assert found(offset=-2000) == []
    assert [block.words for block in found(offset=400)] == []


def test_a_strip_of_a_frame_is_still_seen():
    (one, *_) = found(zoom=0.01)
    assert one.right - one.left >= timeline_overlay.MIN_WIDTH


def test_a_low_timeline_keeps_its_ruler():
    (block, *_) = found(size=(300, 40, 1.0))
    assert block.bottom >= 1
    assert block.top - block.bottom >= timeline_overlay.LEAST_HEIGHT
    assert block.top <= 40 - timeline_overlay.RULER + 1


def test_twice_the_interface_scale_is_twice_the_size():
    (one, *_), (two, *_) = found(), found(size=(300, 400, 2.0))
    assert two.top - two.bottom == 2 * (one.top - one.bottom)


def test_shapes():
    block = found()[0]
    assert set(triangles(block)) == set(corners(block))
    assert len(triangles(block)) == 6
    assert len(outline(block)) == 8


@pytest.mark.parametrize("offset", [0.0, 150.0, 155.0])
def test_hatching_stays_within_the_block_and_the_region(offset):
    block = found(offset=offset)[-1] if offset == 0 else found(offset=offset)[0]
    lines = hatching(block, 300, 9.0)
    assert lines
    for (x0, y0), (x1, y1) in zip(lines[::2], lines[1::2]):
        assert max(block.left, 0) <= x0 < x1 <= min(block.right, 300)
        assert block.bottom <= y0 < y1 <= block.top
        assert x1 - x0 == pytest.approx(y1 - y0)


def test_hatching_of_an_endless_strip_draws_no_more_than_is_seen():
    block = timeline_overlay.Block(-1e6, 1e6, 20, 38, "", True, False)
    assert len(hatching(block, 300, 9.0)) < 2 * (300 / 9 + 6)


def test_words_are_cut_to_the_room():
    def width(text: str) -> float:
        return 7.0 * len(text)

    assert fitting("a person walks", 200, width) == "a person walks"
    assert fitting("a person walks", 70, width) == "a person…"
    assert fitting("a person walks", 5, width) == ""
    assert fitting("a person walks", -10, width) == ""
    assert fitting("", 5, width) == ""


def test_nothing_is_drawn_without_a_window(enabled):
    assert bpy.app.background
    assert timeline_overlay._handler is None
    timeline_overlay.end()  # again, harmless


class Recorder:
    """A layout that keeps what is drawn, and checks each name against Blender."""

    def __init__(self, drawn: list[tuple]) -> None:
        self.drawn = drawn

    def __getattr__(self, name: str) -> Any:
        if name in ("row", "column", "box"):
            return lambda **more: Recorder(self.drawn)
        return lambda *given, **more: self._note(name, *given, **more)

    def _note(self, name: str, *given: Any, icon: str = "NONE", **more: Any) -> Any:
        assert icon in ICONS
        assert name in bpy.types.UILayout.bl_rna.functions
        if name == "prop":
            assert given[1] in given[0].bl_rna.properties
        self.drawn.append((name, *given, *more.values(), icon))
        return SimpleNamespace()


@pytest.fixture
def rig(context, enabled):
    bpy.ops.laban.add_rig()
    SESSION.outcome = Outcome()
    return context.object


def draw(context) -> list[tuple]:
    drawn: list[tuple] = []
    LABAN_PT_strips.draw(SimpleNamespace(layout=Recorder(drawn)), context)
    return drawn


def names(drawn: list[tuple], kind: str) -> list[str]:
    return [entry[1] for entry in drawn if entry[0] == kind]


def test_the_panel_without_a_rig_or_strips(context, enabled, preferences, backend_python):
    SESSION.outcome = Outcome()
    assert names(draw(context), "label") == ["Select a rig"]
    bpy.ops.laban.add_rig()
    preferences.python = backend_python
    drawn = draw(context)
    assert {"laban.add_strip", "laban.generate_strips"} <= set(names(drawn, "operator"))
    assert names(drawn, "label") == ["There are no prompt strips: add one"]


def test_the_panel_shows_the_chosen_strip_and_why_it_is_to_be_made(context, rig, preferences, backend_python):
    preferences.python = backend_python
    bpy.ops.laban.add_strip()
    drawn = draw(context)
    shown = [entry[2] for entry in drawn if entry[0] == "prop"]
    assert {"prompt", "start", "end", "seed", "transition", "model", "output"} <= set(shown)
    assert "Not made" in names(drawn, "label")
    lines: list[tuple] = []
    kept = rig.laban_strips
    LABAN_UL_strips.draw_item(None, context, Recorder(lines), kept, kept.strips[0], 0, kept)
    assert ("label", "1 – 145", "NONE") in lines
    assert lines[0][-1] == "FILE_REFRESH"


def test_what_is_drawn_is_read_off_the_rig(context, rig):
    bpy.ops.laban.add_strip()
    region = SimpleNamespace(
        width=500, height=300,
        view2d=SimpleNamespace(view_to_region=lambda x, y, clip: (x * 2.0, y)),
    )  # fmt: skip
    view = SimpleNamespace(
        region=region, preferences=context.preferences, view_layer=context.view_layer, scene=context.scene
    )
    (block,) = timeline_overlay.visible_blocks(view)
    assert (block.left, block.right, block.stale, block.chosen) == (2.0, 290.0, True, True)
    context.view_layer.objects.active = None
    assert timeline_overlay.visible_blocks(view) == []
