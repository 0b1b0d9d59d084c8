"""What the user has chosen: the rig, rows of lists, where a motion shall go."""

from __future__ import annotations

import bpy
import pytest

from blender_addon.operators.generate import generate_fault

pytestmark = pytest.mark.usefixtures("session")


def test_the_body_stands_for_its_rig(context, rig):
    context.view_layer.objects.active = rig.children[0]
    assert generate_fault(context) == ""
    bpy.ops.laban.generate()
    assert rig.animation_data.action is not None
