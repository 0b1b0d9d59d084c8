"""The list of prompt strips as plain values: in order, and checked before anything is made."""

from __future__ import annotations

import bpy
import pytest
from strip_lists import SIT, WALK, WAVE, make, plain

from blender_addon.operators.generate_strips import make_fault
from blender_addon.session.session import SESSION
from blender_addon.strips.strip_list import add_strip, in_order, new_uid, plain_strip, put_in_order

pytestmark = pytest.mark.usefixtures("session")


@pytest.mark.parametrize(
    ("strips", "words"),
    [
        ([], "there are no prompt strips: add one"),
        ([WALK, ("a person waves", 20, 49)], "overlap by 5 frames"),
        ([("a person walks", 5, 5)], "frames 5 to 5. has no length"),
        ([("a person walks", 9, 5)], "has no length"),
        ([("a person walks", 1, 5)], r"lasts 0\.17 s"),
        ([("a person walks", 1, 20000)], "to 600 seconds long"),
        ([("  ", 1, 25)], "the prompt is empty"),
    ],
)
def test_strips_that_make_no_sense(context, rig, lay, strips, words):
    lay(*strips)
    with pytest.raises(RuntimeError, match=words):
        make()
    assert rig.animation_data is None
    assert SESSION.run is None


def test_a_model_of_another_version(context, rig, lay):
    lay(WALK)
    rig.laban_strips.strips[0].model = "dit-of-tomorrow"
    assert "wants the model 'dit-of-tomorrow', unknown to this version: choose" in make_fault(context)
    rig.laban_strips.strips[0].model = "mdm-action"
    assert "carries on no motion" in make_fault(context)
    rig.laban_strips.strips[0].model = "mdm"
    assert make_fault(context) == ""
    assert make() == {"FINISHED"}


def test_an_overridden_rig_takes_strips(context, rig, lay, tmp_path):
    lay(WALK)
    path = str(tmp_path / "rig.blend")
    bpy.data.libraries.write(path, {rig}, fake_user=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (source, target):
        target.objects = [name for name in source.objects if name == "Laban"]
    override = target.objects[0].override_create()
    bpy.context.collection.objects.link(override)
    bpy.context.view_layer.objects.active = override
    bpy.context.scene.laban.steps = 2
    bpy.context.scene.laban_edit.trial = False
    bpy.ops.laban.add_strip()
    assert len(override.laban_strips.strips) == 2
    override.laban_strips.strips[1].prompt = "a person waves"
    assert make() == {"FINISHED"}


def test_a_list_is_read_in_order_with_values_as_typed(rig, lay):
    lay(SIT, WALK)
    kept = rig.laban_strips
    kept.strips[0].transition, kept.strips[0].guidance = 0.3, 2.3
    assert [strip.prompt for strip in in_order(rig)] == [WALK[0], SIT[0]]
    assert (in_order(rig)[1].transition, in_order(rig)[1].guidance) == (0.3, 2.3)
    assert kept.strips[0].guidance != 2.3  # which Blender keeps otherwise


def test_sorting_keeps_the_chosen_strip_chosen(rig, lay):
    lay(WALK, WAVE, SIT)
    kept = rig.laban_strips
    kept.chosen = 2
    kept.strips[2].start, kept.strips[2].end = -30, -6
    put_in_order(kept)
    assert [strip.prompt for strip in kept.strips] == [SIT[0], WALK[0], WAVE[0]]
    assert kept.chosen == 0


def test_an_added_strip_is_put_in_its_place_and_chosen(rig, lay):
    lay(WALK, SIT)
    new = plain(new_uid(), 25, 49, steps=4)
    add_strip(rig.laban_strips, new)
    assert rig.laban_strips.chosen == 1 and in_order(rig)[1] == new
    assert plain_strip(rig.laban_strips.strips[1]) == new
    assert len({new_uid() for _ in range(50)}) == 50
