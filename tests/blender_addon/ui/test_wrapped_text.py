"""Text of any length in a panel: wrapped, cut, never wider than the panel."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from panel_recorder import Recorder

from blender_addon.ui.wrapped_text import (
    ICON,
    NARROW,
    PIXELS_PER_CHARACTER,
    beside,
    columns_of,
    draw_text,
    pixels_of,
)


def test_long_text_is_wrapped_and_cut(context):
    recorder = Recorder()
    draw_text(recorder, "word " * 200, width=30, lines=3)
    lines = recorder.names("label")
    assert len(lines) == 3
    assert 0.8 < max(map(pixels_of, lines)) / (30 * PIXELS_PER_CHARACTER) <= 1
    assert lines[-1].endswith("...")
    assert columns_of(context) >= 20


def shown(text: str, **more: Any) -> list[str]:
    recorder = Recorder()
    draw_text(recorder, text, **more)
    return recorder.names("label")


@pytest.mark.parametrize(
    "text", ["/a/path/" + "that/has/no/blank/" * 9, "WWWW mmmm " * 20, "iiii llll " * 20]
)
@pytest.mark.parametrize("icon", ["NONE", "INFO"])
def test_no_line_is_wider_than_the_panel(text, icon):
    lines = shown(text, width=25, lines=99, icon=icon)
    room = 25 * PIXELS_PER_CHARACTER - (ICON if icon == "INFO" else 0)
    assert len(lines) > 1 and max(map(pixels_of, lines)) <= room
    assert "".join("".join(lines).split()).lower() == "".join(text.split()).lower()


def test_a_narrow_panel_has_its_buttons_under_each_other():
    layout = SimpleNamespace(row=lambda align: "row", column=lambda align: "column")
    assert beside(layout, NARROW) == "row" and beside(layout, NARROW - 1) == "column"


def test_a_number_keeps_its_unit():
    text = "a person waves: 6.0 s of motion, made in 27.2 s"
    for width in range(9, 40):
        assert not any(line.split()[0] in ("s", "s.") for line in shown(text, width=width))


def test_names_and_what_was_typed_keep_their_letters():
    assert shown("the rig is gone", width=90) == ["The rig is gone"]
    assert shown("rigAction.001: 49 frames", width=90) == ["rigAction.001: 49 frames"]
    assert shown("a person waves", width=90, typed=True) == ["a person waves"]
