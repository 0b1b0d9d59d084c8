"""The buttons of the list of prompt strips: add, duplicate, remove, move, split, snap."""

from __future__ import annotations

import bpy
import pytest
from strip_lists import SIT, WALK, WAVE, lay_strips, rig_for_strips, spans

from motion_core.catalog import DEFAULT_MODEL

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return rig_for_strips(context)


@pytest.fixture
def lay(rig):
    """lay(("a person walks", 1, 25), ...) fills the rig's list."""
    return lambda *strips: lay_strips(rig, *strips)


def test_a_strip_takes_the_words_and_follows_the_last(context, rig):
    context.scene.laban.prompt, context.scene.laban.seed = "a person jumps", 7
    context.scene.frame_set(11)
    bpy.ops.laban.add_strip()
    context.scene.laban.prompt = "a person lands"
    bpy.ops.laban.add_strip()
    assert spans(rig) == [("a person jumps", 11, 35), ("a person lands", 35, 59)]
    assert [strip.seed for strip in rig.laban_strips.strips] == [7, 7]
    assert rig.laban_strips.chosen == 1


def test_a_model_that_cannot_carry_on_is_not_taken(context, rig):
    context.scene.laban.model = "mdm-action"
    bpy.ops.laban.add_strip()
    assert rig.laban_strips.strips[0].model == DEFAULT_MODEL


def test_duplicate_pushes_what_follows(context, rig, lay):
    lay(WALK, WAVE)
    rig.laban_strips.chosen = 0
    bpy.ops.laban.duplicate_strip()
    assert spans(rig) == [WALK, ("a person walks", 25, 49), ("a person waves", 49, 73)]
    assert len({strip.uid for strip in rig.laban_strips.strips}) == 3
    assert rig.laban_strips.chosen == 1


def test_remove_and_move(context, rig, lay):
    lay(WALK, ("a person waves", 30, 40), SIT)
    rig.laban_strips.chosen = 0
    bpy.ops.laban.move_strip(direction="DOWN")
    assert spans(rig) == [("a person waves", 1, 11), ("a person walks", 16, 40), SIT]
    assert rig.laban_strips.chosen == 1
    bpy.ops.laban.move_strip(direction="UP")
    assert spans(rig) == [WALK, ("a person waves", 30, 40), SIT]
    bpy.ops.laban.move_strip(direction="UP")  # the first stays the first
    bpy.ops.laban.remove_strip()
    assert spans(rig) == [("a person waves", 30, 40), SIT]
    bpy.ops.laban.remove_strip()
    bpy.ops.laban.remove_strip()
    assert not bpy.ops.laban.remove_strip.poll()


def test_split_at_the_playhead(context, rig, lay):
    lay(WALK, WAVE)
    context.scene.frame_set(35)
    bpy.ops.laban.split_strip()
    assert spans(rig) == [WALK, ("a person waves", 25, 35), ("a person waves", 35, 49)]
    context.scene.frame_set(25)
    with pytest.raises(RuntimeError, match="no prompt strip goes on at frame 25"):
        bpy.ops.laban.split_strip()


def test_snap_closes_gaps_and_overlaps(context, rig, lay):
    lay(("b", 40, 64), ("a", 10, 45), ("c", 90, 80))
    bpy.ops.laban.snap_strips()
    assert spans(rig) == [("a", 10, 45), ("b", 45, 69), ("c", 69, 70)]
