"""Prompt strips, from the list to the rig, with a real backend that runs a tiny network."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest
from control_rigs import make_rigify
from strip_lists import SIT, WALK, WAVE, heads, lay_strips, make, nla

from blender_addon.actions.actions import curves_of, fcurves, slot_of
from blender_addon.actions.records import Strip, records_of, records_on
from blender_addon.operators.generate_strips import make_fault
from blender_addon.session.session import SESSION
from blender_addon.strips.stale import stale
from blender_addon.strips.strip_list import in_order
from motion_core.catalog import DEFAULT_MODEL

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    bpy.ops.laban.add_rig()
    settings = context.scene.laban
    settings.seconds, settings.steps = 1.0, 2
    context.scene.laban_edit.trial = False
    return context.object


@pytest.fixture
def lay(rig):
    """lay(("a person walks", 1, 25), ...) fills the rig's list."""
    return lambda *strips: lay_strips(rig, *strips)


def spans(rig) -> list[tuple[str, int, int]]:
    return [(strip.prompt, strip.start, strip.end) for strip in rig.laban_strips.strips]


def reasons(context, rig) -> list[str]:
    """Prompts of the strips that are to be made."""
    found = stale(in_order(rig), records_on(rig), 24.0)
    return [strip.prompt for strip in in_order(rig) if strip.uid in found]


def keys_of(rig) -> dict:
    return {
        (c.data_path, c.array_index): [tuple(k.co) for k in c.keyframe_points]
        for c in fcurves(rig.animation_data.action)
    }


# --- the list -----------------------------------------------------------------------------------------------------


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


# --- making -------------------------------------------------------------------------------------------------------


def test_strips_become_one_action_without_seams(context, rig, lay):
    lay(WALK, WAVE, SIT)
    assert reasons(context, rig) == [WALK[0], WAVE[0], SIT[0]]
    assert make() == {"FINISHED"}
    action = rig.animation_data.action
    assert tuple(action.frame_range) == (1, 73)
    assert action.name == "a person walks / a person waves / a person sits down"
    assert {len(c.keyframe_points) for c in fcurves(action)} == {73}
    assert reasons(context, rig) == []
    assert SESSION.outcome.text.startswith("3 prompt strips made")
    poses = heads(context, rig, 1, 73)
    steps = np.linalg.norm(np.diff(poses, axis=0), axis=-1).max(axis=1)
    borders = steps[[22, 23, 24, 25, 46, 47, 48, 49]]
    assert borders.max() < 2 * np.percentile(steps, 95)
    assert steps.min() > 0  # nothing freezes


def test_the_action_says_what_made_it(context, rig, lay):
    lay(WALK, WAVE)
    rig.laban_strips.strips[1].seed = 5
    make()
    action = rig.animation_data.action
    assert action["laban_text"] == "a person walks; a person waves"
    assert (action["laban_model"], action["laban_version"]) == ("dit-adaln", "0.1.0")
    assert "laban_licence" in action
    told = json.loads(action["laban_strips"])
    assert [(entry["prompt"], entry["start"], entry["end"], entry["seed"]) for entry in told] == [
        (*WALK, 0),
        (*WAVE, 5),
    ]
    assert told[1]["entry"] == told[0]["id"]


def test_the_licence_of_strips_that_stay_is_told_too(context, rig, lay):
    lay(WALK, WAVE)
    make()
    rig.animation_data.action["laban_licence"] = "CC BY-SA 4.0"
    rig.laban_strips.strips[1].seed = 5
    make()
    assert rig.animation_data.action["laban_licence"] == "CC BY-SA 4.0; CC0 (random numbers)"


def test_the_same_strips_give_the_same_motion(context, rig, lay):
    lay(WALK, WAVE)
    make("ALL")
    first = heads(context, rig, 1, 49)
    make("ALL")
    np.testing.assert_allclose(heads(context, rig, 1, 49), first, atol=1e-5)


def test_only_what_changed_is_made_again(context, rig, lay):
    lay(WALK, WAVE, SIT)
    make()
    before, poses = keys_of(rig), heads(context, rig, 1, 73)
    rig.laban_strips.strips[1].prompt = "a person kicks"
    assert reasons(context, rig) == ["a person kicks"]
    make()
    assert reasons(context, rig) == []
    after, now = keys_of(rig), heads(context, rig, 1, 73)
    back = 6  # half the transition
    for curve, keys in before.items():  # to the bit, where nothing was made
        assert after[curve][: 25 - back] == keys[: 25 - back]
        np.testing.assert_allclose(np.abs(after[curve][48:]), np.abs(keys[48:]), atol=1e-6)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-5)
    assert len(bpy.data.actions) == 1


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


def test_a_shorter_one_leaves_no_keys_behind(context, rig, lay):
    lay(WALK, WAVE)
    make()
    rig.laban_strips.strips[1].end = 40
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 40)
    rig.laban_strips.chosen = 1
    bpy.ops.laban.remove_strip()
    make("ALL")
    assert tuple(rig.animation_data.action.frame_range) == (1, 25)


def test_a_gap_is_bridged(context, rig, lay):
    lay(WALK, ("a person waves", 35, 60))
    make()
    poses = heads(context, rig, 1, 60)
    steps = np.linalg.norm(np.diff(poses, axis=0), axis=-1).max(axis=1)
    assert steps[23:36].max() < 2 * np.percentile(steps, 95)
    assert steps[25:33].min() > 0
    rig.laban_strips.strips[0].seed = 9  # the gap belongs to what stays
    make()
    now = heads(context, rig, 1, 60)
    np.testing.assert_allclose(now[24:], poses[24:], atol=1e-5)
    assert np.abs(now[5:15] - poses[5:15]).max() > 0.01
    assert reasons(context, rig) == []


def test_one_strip_alone_comes_at_its_place(context, rig, lay):
    lay(WALK, WAVE, SIT)
    rig.laban_strips.chosen = 1
    make("ONE")
    assert tuple(rig.animation_data.action.frame_range) == (25, 49)
    assert reasons(context, rig) == [WALK[0], SIT[0]]
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 73)
    assert reasons(context, rig) == []


def test_what_an_animator_changed_elsewhere_stays(context, rig, lay):
    lay(WALK, WAVE)
    make()
    curve = next(c for c in fcurves(rig.animation_data.action) if "head" in c.data_path)
    curve.keyframe_points[3].co[1] += 0.1
    action = rig.animation_data.action
    curves, word = curves_of(action, slot_of(action))
    curves.new('pose.bones["head"].scale', index=0, **{word: "head"}).keyframe_points.insert(30, 1.5)
    value = curve.keyframe_points[3].co[1]
    rig.laban_strips.strips[1].seed = 8
    make()
    curve = next(c for c in fcurves(rig.animation_data.action) if "head" in c.data_path)
    assert curve.keyframe_points[3].co[1] == value
    scales = [c for c in fcurves(rig.animation_data.action) if c.data_path.endswith("scale")]
    assert [len(c.keyframe_points) for c in scales] == [1]


def test_another_frame_rate(context, rig, lay):
    context.scene.render.fps, context.scene.render.fps_base = 30, 1.001
    lay(("a person walks", 1, 31), ("a person waves", 31, 61))
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 61)
    steps = np.linalg.norm(np.diff(heads(context, rig, 1, 61), axis=0), axis=-1).max(axis=1)
    assert steps[28:33].max() < 2 * np.percentile(steps, 95)
    context.scene.render.fps = 24
    assert len(stale(in_order(rig), records_on(rig), 24 / 1.001)) == 2


def test_a_strip_longer_than_the_longest_clip(context, rig, lay):
    lay(("a person walks", 1, 301), WAVE)  # 12.5 s; the model makes 9.8
    rig.laban_strips.strips[1].start, rig.laban_strips.strips[1].end = 301, 2701  # 100 s
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 2701)
    steps = np.linalg.norm(np.diff(heads(context, rig, 1, 2701), axis=0), axis=-1).max(axis=1)
    assert steps[299:303].max() < 2 * np.percentile(steps, 95)
    assert steps[898:903].max() < 2 * np.percentile(steps, 95)  # a part of 25 s ends in frame 901
    assert steps.min() > 0
    assert reasons(context, rig) == []


@pytest.mark.parametrize("fps", [24.0, 120.0])
def test_no_request_of_a_long_strip_is_too_large(fps):
    from blender_addon.strips.canvas import Canvas, request
    from blender_addon.strips.plan import StripPlan
    from motion_core.tasks import MAX_SEED

    strip = Strip("a", "a person walks", 0, round(600 * fps), MAX_SEED, "mdm", 0.5, 0, 0.0)
    steps = StripPlan([strip], {}, frozenset({"a"}), fps).steps()
    assert (steps[0].start, steps[-1].end) == (0, strip.end)
    canvas = Canvas.empty(0, strip.end, fps)
    canvas.known[: steps[1].start + 1] = True
    assert len(json.dumps(request(canvas, steps[1]).to_json())) < 2**20
    assert request(canvas, steps[1]).sampling.seed == 0
    assert request(Canvas.empty(0, strip.end, fps), steps[0]).sampling.seed == MAX_SEED


def test_euler_rigs(context, rig, lay):
    for bone in rig.pose.bones:
        bone.rotation_mode = "YZX"
    lay(WALK, WAVE, SIT)
    make()
    poses = heads(context, rig, 1, 73)
    rig.laban_strips.strips[1].seed = 11
    make()
    now = heads(context, rig, 1, 73)
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-5)
    for curve in fcurves(rig.animation_data.action):  # no full turn within a frame
        values = np.array([key.co[1] for key in curve.keyframe_points])
        assert np.abs(np.diff(values)).max() < 3.0


def test_the_pose_of_this_frame_is_seen_at_once(context, rig, lay):
    lay(WALK, WAVE)
    make()
    context.scene.frame_set(40)
    rig.laban_strips.strips[1].seed = 5
    make()
    posed = rig.evaluated_get(context.evaluated_depsgraph_get())
    seen = np.array([tuple(bone.head) for bone in posed.pose.bones])
    assert context.scene.frame_current == 40
    np.testing.assert_allclose(seen, heads(context, rig, 40, 40)[0], atol=1e-6)


def test_a_copy_of_the_rig_keeps_its_motion(context, rig, lay):
    lay(WALK, WAVE)
    make()
    other = rig.copy()
    context.collection.objects.link(other)
    assert other.animation_data.action == rig.animation_data.action
    poses = heads(context, other, 1, 49)
    rig.laban_strips.strips[1].seed = 5
    make()
    assert other.animation_data.action != rig.animation_data.action
    np.testing.assert_allclose(heads(context, other, 1, 49), poses, atol=1e-6)
    assert np.abs(heads(context, rig, 1, 49) - poses).max() > 0.01


@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_control_rigs(context, session, output):
    rig = make_rigify(context)
    context.scene.laban_edit.trial = False
    lay_strips(rig, WALK, WAVE, ("a person sits down", 60, 84))
    rig.laban_strips.output = output
    make()
    names = [rig.pose.bones.find(name) for name in ("DEF-hand.L", "DEF-foot.R", "DEF-spine.006")]
    poses = heads(context, rig, 1, 84)[:, names]
    steps = np.linalg.norm(np.diff(poses, axis=0), axis=-1).max(axis=1)
    assert steps[[22, 23, 24, 46, 47, 48, 57, 58, 59]].max() < 2 * np.percentile(steps, 95)
    rig.laban_strips.strips[1].seed = 5
    make()
    now = heads(context, rig, 1, 84)[:, names]
    np.testing.assert_allclose(now[:15], poses[:15], atol=2e-3)
    np.testing.assert_allclose(now[50:], poses[50:], atol=5e-3)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    assert reasons(context, rig) == []


# --- NLA ----------------------------------------------------------------------------------------------------------


def test_as_nla_strips_named_after_their_prompts(context, rig, lay):
    lay(WALK, WAVE, ("a person sits down", 61, 85))
    rig.laban_strips.output = "NLA"
    make()
    assert rig.animation_data.action is None
    assert nla(rig) == [WALK, WAVE, ("(between)", 49, 61), ("a person sits down", 61, 85)]
    assert [track.name for track in rig.animation_data.nla_tracks] == ["Prompt Strips"]
    assert reasons(context, rig) == []
    steps = np.linalg.norm(np.diff(heads(context, rig, 1, 85), axis=0), axis=-1).max(axis=1)
    assert steps[[23, 24, 47, 48, 59, 60]].max() < 2 * np.percentile(steps, 95)
    assert steps.min() > 0


def test_nla_strips_are_made_again_one_by_one(context, rig, lay):
    lay(WALK, WAVE, SIT)
    rig.laban_strips.output = "NLA"
    make()
    poses = heads(context, rig, 1, 73)
    rig.laban_strips.strips[1].seed = 5
    make()
    now = heads(context, rig, 1, 73)
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-4)
    np.testing.assert_allclose(now[:18], poses[:18], atol=1e-4)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    assert nla(rig) == [WALK, WAVE, SIT]
    assert len(bpy.data.actions) == 3


def test_from_one_action_to_nla_strips_and_back(context, rig, lay):
    lay(WALK, WAVE)
    make()
    poses = heads(context, rig, 1, 49)
    rig.laban_strips.output = "NLA"
    make()
    assert nla(rig) == [WALK, WAVE]
    assert len(bpy.data.actions) == 2
    np.testing.assert_allclose(heads(context, rig, 1, 49), poses, atol=1e-4)
    rig.laban_strips.output = "ACTION"
    make()
    assert nla(rig) == []
    assert len(bpy.data.actions) == 1
    np.testing.assert_allclose(heads(context, rig, 1, 49), poses, atol=1e-4)
    assert reasons(context, rig) == []


def test_the_user_s_own_action_and_tracks_stay(context, rig, lay):
    mine = bpy.data.actions.new("Mine")
    rig.animation_data_create().action = mine
    track = rig.animation_data.nla_tracks.new()
    track.strips.new("Old", 10, bpy.data.actions.new("Old"))
    lay(WALK)
    rig.laban_strips.output = "NLA"
    make()
    assert bpy.data.actions["Mine"].use_fake_user
    assert {"Old", "a person walks"} <= {name for name, _, _ in nla(rig)}


# --- again, from the properties ------------------------------------------------------------------------------------


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


# --- bad input ----------------------------------------------------------------------------------------------------


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


def test_nothing_to_do(context, rig, lay):
    lay(WALK)
    make()
    with pytest.raises(RuntimeError, match="all prompt strips are made"):
        make()
    assert make("ALL") == {"FINISHED"}


def start(context, rig) -> None:
    from blender_addon.operators.generate_strips import strips_to_make
    from blender_addon.properties.preferences import service_settings
    from blender_addon.strips.run import begin

    begin(context, rig, service_settings(), strips_to_make(context, "CHANGED"))


def test_a_rig_deleted_meanwhile(context, rig, lay):
    lay(WALK, WAVE)
    start(context, rig)
    bpy.data.objects.remove(rig)
    SESSION.wait()
    assert SESSION.outcome.failed
    assert "is not in this file any more" in SESSION.outcome.text
    assert SESSION.outcome.file.is_file()


def test_cancelled_in_the_middle_nothing_changed(context, rig, lay):
    lay(WALK, WAVE)
    start(context, rig)
    while "2 of 2" not in SESSION.outcome.text:
        SESSION.tick()
    bpy.ops.laban.cancel()
    assert rig.animation_data is None
    assert reasons(context, rig) == [WALK[0], WAVE[0]]
    assert make() == {"FINISHED"}


def test_strips_changed_meanwhile_are_still_to_be_made(context, rig, lay):
    lay(WALK, WAVE)
    start(context, rig)
    rig.laban_strips.strips[1].prompt = "a person kicks"
    SESSION.wait()
    assert not SESSION.outcome.failed
    assert reasons(context, rig) == ["a person kicks"]


def test_nla_tweak_mode_is_told(context, rig, lay):
    lay(WALK)
    rig.laban_strips.output = "NLA"
    make()
    track = rig.animation_data.nla_tracks[0]
    rig.animation_data.nla_tracks.active = track
    track.strips[0].select = True
    rig.animation_data.use_tweak_mode = True
    if not rig.animation_data.use_tweak_mode:
        pytest.skip("this Blender enters tweak mode with a window only")
    with pytest.raises(RuntimeError, match="NLA tweak mode"):
        make("ALL")


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


def test_broken_records_are_none(context):
    action = bpy.data.actions.new("Broken")
    for words in ("{", "[1]", '[{"uid": "a"}]', "{}", '"text"', "null"):
        action["laban_strips"] = words
        assert records_of(action) == {}


def test_sparse_keys_of_what_stays_keep_their_shape(context, rig, lay):
    lay(WALK, WAVE, SIT)
    make()
    bpy.ops.laban.reduce_keys(millimetres=10, degrees=2)
    poses, before = heads(context, rig, 1, 73), keys_of(rig)
    rig.laban_strips.strips[1].seed = 5
    make()
    now, after = heads(context, rig, 1, 73), keys_of(rig)
    np.testing.assert_allclose(now[:18], poses[:18], atol=1e-4)
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-4)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    path = ('pose.bones["left_knee"].rotation_quaternion', 1)
    assert [key for key in after[path] if key[0] < 18] == [key for key in before[path] if key[0] < 18]
    rig.laban_strips.chosen = 2
    bpy.ops.laban.remove_strip()
    rig.laban_strips.strips[0].seed = 6
    make()
    assert rig.animation_data.action.frame_range[1] == 49
    np.testing.assert_allclose(heads(context, rig, 30, 49), now[29:49], atol=1e-4)
