"""Which prompt strips are to be made, and why."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from strip_lists import WALK, WAVE, heads, make, plain, reasons, spans, start

from blender_addon.session.session import SESSION
from blender_addon.strips.plan import StripPlan
from blender_addon.strips.stale import stale, stale_on

pytestmark = pytest.mark.usefixtures("session")


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


def test_each_reason_is_named():
    strips = [plain("a", 1, 25), plain("b", 25, 49), plain("c", 49, 73)]
    records = StripPlan(strips, {}, frozenset("abc"), 24.0).new_records({})
    assert stale(strips, records, 24.0) == {}
    assert stale(strips, records, 30.0) == dict.fromkeys("abc", "changed: frame rate")
    other = plain("b", 25, 48, seed=2)
    assert stale([strips[0], other, strips[2]], records, 24.0) == {"b": "changed: end, seed"}
    assert stale(strips, {"a": records["a"], "c": records["c"]}, 24.0) == {"b": "not made"}
    assert stale([strips[0], strips[2]], records, 24.0) == {"c": "the strip before changed"}


def test_a_panel_is_told_nothing_without_strips_and_all_with_new_ones(context, rig, lay):
    assert stale_on(context, rig) == {}
    lay(WALK, WAVE)
    assert list(stale_on(context, rig).values()) == ["not made", "not made"]
