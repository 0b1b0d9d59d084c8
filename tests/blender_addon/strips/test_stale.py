"""Which prompt strips are to be made, and why."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from strip_lists import WALK, WAVE, heads, make, reasons, spans

from blender_addon.session.session import SESSION

pytestmark = pytest.mark.usefixtures("session")


def start(context, rig) -> None:
    from blender_addon.operators.generate_strips import strips_to_make
    from blender_addon.properties.preferences import service_settings
    from blender_addon.strips.run import begin

    begin(context, rig, service_settings(), strips_to_make(context, "CHANGED"))


def test_a_strip_that_stays_is_led_into(context, rig, lay):
    """The first made anew between nothing and the second: the second keeps its motion and stays up to date."""
    lay(WALK, WAVE)
    make()
    poses = heads(context, rig, 25, 49)
    rig.laban_strips.strips[0].seed = 3
    make()
    np.testing.assert_allclose(heads(context, rig, 25, 49), poses, atol=1e-5)
    assert reasons(context, rig) == []
    rig.laban_strips.strips[1].seed = 4
    assert reasons(context, rig) == ["a person waves"]


def test_a_longer_strip_moves_the_next(context, rig, lay):
    lay(WALK, WAVE)
    make()
    strips = rig.laban_strips.strips
    strips[0].end = 37
    strips[1].start, strips[1].end = 37, 61
    assert reasons(context, rig) == [WALK[0], WAVE[0]]
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 61)


def test_undo_knows_what_is_on_the_rig(context, rig, lay):
    """The state is read off the action: another one, or none, and the strips are to be made again."""
    lay(WALK)
    make()
    action = rig.animation_data.action
    action.use_fake_user = True
    rig.animation_data.action = None
    assert reasons(context, rig) == [WALK[0]]
    rig.animation_data.action = action
    assert reasons(context, rig) == []


def test_a_file_keeps_strips_and_state(context, rig, lay, tmp_path):
    lay(WALK, WAVE)
    make()
    path = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    rig = bpy.data.objects["Laban"]
    assert spans(rig) == [WALK, WAVE]
    assert reasons(bpy.context, rig) == []


def test_strips_changed_meanwhile_are_still_to_be_made(context, rig, lay):
    lay(WALK, WAVE)
    start(context, rig)
    rig.laban_strips.strips[1].prompt = "a person kicks"
    SESSION.wait()
    assert not SESSION.outcome.failed
    assert reasons(context, rig) == ["a person kicks"]
