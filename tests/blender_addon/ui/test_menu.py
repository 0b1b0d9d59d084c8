"""Every operator stands in the menu that F3 searches."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest
from panel_recorder import OPERATORS, Recorder

from blender_addon.ui.menu import GROUPS, LABAN_MT_all

pytestmark = pytest.mark.usefixtures("enabled")


def test_f3_finds_every_operator():
    listed = [name for group in GROUPS for name in group]
    assert sorted(listed) == sorted(OPERATORS)


def test_the_menu_is_called_laban_and_draws_all(context):
    drawn = Recorder()
    LABAN_MT_all.draw(SimpleNamespace(layout=drawn), context)
    assert set(drawn.names("operator")) == set(OPERATORS) and LABAN_MT_all.bl_label == "Laban"
    assert bpy.types.VIEW3D_MT_object.is_extended() and bpy.types.VIEW3D_MT_pose.is_extended()
