"""The buttons that make prompt strips: one, all, what changed; and an action again."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from strip_lists import SIT, WALK, WAVE, heads, lay_strips, make, nla, reasons, rig_for_strips, spans

from blender_addon.actions.actions import fcurves
from blender_addon.operators.generate_strips import make_fault, strips_to_make

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return rig_for_strips(context)


@pytest.fixture
def lay(rig):
    """lay(("a person walks", 1, 25), ...) fills the rig's list."""
    return lambda *strips: lay_strips(rig, *strips)


def test_one_strip_alone_comes_at_its_place(context, rig, lay):
    lay(WALK, WAVE, SIT)
    rig.laban_strips.chosen = 1
    make("ONE")
    assert tuple(rig.animation_data.action.frame_range) == (25, 49)
    assert reasons(context, rig) == [WALK[0], SIT[0]]
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 73)
    assert reasons(context, rig) == []


def test_nothing_to_do(context, rig, lay):
    lay(WALK)
    make()
    with pytest.raises(RuntimeError, match="all prompt strips are made"):
        make()
    assert make("ALL") == {"FINISHED"}


def test_an_action_is_made_again_from_its_properties_alone(context, rig, lay):
    lay(WALK, ("a person waves", 35, 60))
    make()
    poses, action = heads(context, rig, 1, 60), rig.animation_data.action
    action.use_fake_user = True
    rig.animation_data.action = None
    rig.laban_strips.strips.clear()
    assert bpy.ops.laban.regenerate(action=action.name) == {"FINISHED"}
    assert rig.animation_data.action != action
    np.testing.assert_allclose(heads(context, rig, 1, 60), poses, atol=1e-5)
    assert spans(rig) == [WALK, ("a person waves", 35, 60)]


def test_an_nla_strip_is_made_again_between_its_neighbours(context, rig, lay):
    lay(WALK, WAVE, SIT)
    rig.laban_strips.output = "NLA"
    make()
    poses = heads(context, rig, 1, 73)
    rig.laban_strips.strips[1].prompt = "something else"
    context.scene.frame_set(30)
    assert bpy.ops.laban.regenerate() == {"FINISHED"}
    assert rig.laban_strips.strips[1].prompt == "a person waves"
    now = heads(context, rig, 1, 73)
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-4)
    assert nla(rig) == [WALK, WAVE, SIT]


def test_a_generated_action_is_made_again(context, rig):
    context.scene.laban.prompt, context.scene.laban.seed = "a person waves", 4
    context.scene.frame_set(11)
    bpy.ops.laban.generate()
    poses = heads(context, rig, 11, 34)
    context.scene.laban.prompt, context.scene.laban.seed = "another", 5
    rig.animation_data.action["laban_version"] = "0.0.9"
    context.scene.frame_set(1)
    assert bpy.ops.laban.regenerate() == {"FINISHED"}
    np.testing.assert_allclose(heads(context, rig, 11, 34), poses, atol=1e-6)


def test_a_generated_action_that_was_pushed_down_is_made_again_in_its_nla_strip(context, rig):
    context.scene.laban.prompt, context.scene.laban.seed = "a person waves", 4
    bpy.ops.laban.generate()
    data = rig.animation_data
    action, slot = data.action, getattr(data, "action_slot", None)
    data.action = None
    strip = data.nla_tracks.new().strips.new("wave", 101, action)
    if slot is not None:
        strip.action_slot = slot
    poses = heads(context, rig, 101, 120)
    curve = next(iter(fcurves(action)))
    for key in curve.keyframe_points:
        key.co[1] += 0.5
    context.scene.frame_set(105)
    assert bpy.ops.laban.regenerate() == {"FINISHED"}
    assert data.action is None
    assert nla(rig) == [("wave", 101, 124)]
    np.testing.assert_allclose(heads(context, rig, 101, 120), poses, atol=1e-6)
    assert strip.action.name.startswith("a person waves")
    assert strip.action["laban_seed"] == 4


def test_what_cannot_be_made_again_says_so(context, rig):
    with pytest.raises(RuntimeError, match="plays no action at frame 1"):
        bpy.ops.laban.regenerate()
    action = bpy.data.actions.new("Mine")
    with pytest.raises(RuntimeError, match="'Mine' does not say what made it"):
        bpy.ops.laban.regenerate(action="Mine")
    action["laban_model"], action["laban_task"] = "mdm", "complete"
    with pytest.raises(RuntimeError, match="made out of another motion"):
        bpy.ops.laban.regenerate(action="Mine")
    action["laban_model"], action["laban_task"] = "mdm-of-tomorrow", "generate"
    with pytest.raises(RuntimeError, match="unknown model 'mdm-of-tomorrow'"):
        bpy.ops.laban.regenerate(action="Mine")
    with pytest.raises(RuntimeError, match="no action 'Nothing'"):
        bpy.ops.laban.regenerate(action="Nothing")


def test_a_mirrored_rig_and_a_linked_one(context, rig, lay, tmp_path):
    lay(WALK)
    rig.scale.x = -1
    context.view_layer.update()
    assert "scaled by a negative number" in make_fault(context)
    rig.scale.x = 1
    context.view_layer.update()
    path = str(tmp_path / "rig.blend")
    bpy.data.libraries.write(path, {rig}, fake_user=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (source, target):
        target.objects = [name for name in source.objects if name == "Laban"]
    linked = target.objects[0]
    bpy.context.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    assert "make a library override first" in make_fault(bpy.context)
    assert not bpy.ops.laban.add_strip.poll()


def test_which_strips_are_made(context, rig, lay):
    lay(WALK, WAVE, SIT)
    uids = [strip.uid for strip in rig.laban_strips.strips]
    assert strips_to_make(context, "CHANGED") == strips_to_make(context, "ALL") == set(uids)
    rig.laban_strips.chosen = 1
    assert strips_to_make(context, "ONE") == {uids[1]}
    make()
    assert strips_to_make(context, "CHANGED") == set() and strips_to_make(context, "ALL") == set(uids)
    rig.laban_strips.strips[2].seed = 9
    assert strips_to_make(context, "CHANGED") == {uids[2]}
