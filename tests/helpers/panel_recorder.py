"""A layout that records what a panel draws, and checks each name against Blender. For tests in Blender."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy

from blender_addon.registration import CLASSES

ICONS = set(bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items.keys())
OPERATORS = {kind.bl_idname: kind for kind in CLASSES if issubclass(kind, bpy.types.Operator)}


class Recorder:
    """What is drawn, in order: ("label", text), ("prop", name), ("operator", idname, text, settings), ..."""

    def __init__(self, drawn: list | None = None) -> None:
        self.drawn: list[tuple] = [] if drawn is None else drawn

    def _inner(self, **more: Any) -> Recorder:
        return Recorder(self.drawn)

    row = column = box = split = _inner

    def label(self, text: str = "", icon: str = "NONE") -> None:
        assert icon in ICONS, icon
        self.drawn.append(("label", text))

    def separator(self, factor: float = 1.0) -> None:
        self.drawn.append(("separator",))

    def prop(self, data: Any, name: str, icon: str = "NONE", **more: Any) -> None:
        assert icon in ICONS, icon
        assert name in data.bl_rna.properties, name
        self.drawn.append(("prop", name))

    def progress(self, text: str, factor: float, type: str) -> None:
        assert 0 <= factor <= 1
        self.drawn.append(("progress", text))

    def operator(self, idname: str, text: str = "", icon: str = "NONE") -> Any:
        assert icon in ICONS, icon
        settings = SimpleNamespace()
        self.drawn.append(("operator", idname, settings))
        assert idname in OPERATORS
        return settings

    def texts(self) -> str:
        return " ".join(entry[1] for entry in self.drawn if entry[0] in ("label", "progress"))

    def names(self, kind: str) -> list[str]:
        return [entry[1] for entry in self.drawn if entry[0] == kind]
