"""The motion of prompt strips while it is made: what a step asks for, and where its result goes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rig_animation import stepping
from strip_lists import heads, make, plain

from blender_addon.actions.records import Strip, records_on
from blender_addon.strips.canvas import CONTEXT, Canvas, Clip, at_scene_rate, request
from blender_addon.strips.plan import Step, StripPlan
from blender_addon.strips.stale import stale
from blender_addon.strips.strip_list import in_order
from motion_core.catalog import find_card
from motion_core.tasks import MAX_SEED, Complete, Generate
from motion_core.tasks import Sequence as PromptSequence

pytestmark = pytest.mark.usefixtures("session")


@pytest.mark.parametrize("fps", [24.0, 120.0])
def test_no_request_of_a_long_strip_is_too_large(fps):
    strip = Strip("a", "a person walks", 0, round(600 * fps), MAX_SEED, "mdm", 0.5, 0, 0.0)
    steps = StripPlan([strip], {}, frozenset({"a"}), fps).steps()
    assert (steps[0].start, steps[-1].end) == (0, strip.end)
    canvas = Canvas.empty(0, strip.end, fps)
    canvas.known[: steps[1].start + 1] = True
    assert len(json.dumps(request(canvas, steps[1]).to_json())) < 2**20
    assert request(canvas, steps[1]).sampling.seed == 0
    assert request(Canvas.empty(0, strip.end, fps), steps[0]).sampling.seed == MAX_SEED


def test_another_frame_rate(context, rig, lay):
    context.scene.render.fps, context.scene.render.fps_base = 30, 1.001
    lay(("a person walks", 1, 31), ("a person waves", 31, 61))
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 61)
    steps = np.linalg.norm(np.diff(heads(context, rig, 1, 61), axis=0), axis=-1).max(axis=1)
    assert steps[28:33].max() < 2 * np.percentile(steps, 95)
    context.scene.render.fps = 24
    assert len(stale(in_order(rig), records_on(rig), 24 / 1.001)) == 2


def step(start: int, end: int, uid: str = "b", **more) -> Step:
    strip = plain("b", start, end, **more)
    return Step(uid, strip, strip.prompt if uid else None, start, end)


def canvas_with(*spans: tuple[int, int]) -> Canvas:
    """Frames 1 to 100 at 24 fps, the poses of these frames (both included) known."""
    canvas = Canvas.empty(1, 100, 24.0)
    for first, last in spans:
        canvas.put(first, stepping(last + 1 - first))
    canvas.changed[:] = False
    return canvas


def test_what_is_put_is_known_and_the_rest_is_not():
    canvas = canvas_with((25, 49))
    assert (len(canvas.motion), canvas.first, canvas.known.sum()) == (100, 1, 25)
    np.testing.assert_array_equal(canvas.motion.trans[24:49], stepping(25).trans)
    assert not canvas.motion.trans[:24].any()
    assert (canvas.reach(49, -1, 99), canvas.reach(49, 1, 99), canvas.reach(50, 1, 99)) == (25, 1, 0)
    assert canvas.reach(49, -1, 7) == 7 and canvas.reach(0, 1, 7) == canvas.reach(101, -1, 7) == 0


@pytest.mark.parametrize(
    ("known", "asked", "clip"),
    [
        ([], step(25, 49), Clip(25, 25, 49, 49)),
        ([(1, 25)], step(25, 49), Clip(1, 20, 49, 49)),  # half the transition is taken from what is before
        ([(1, 25)], step(25, 49, transition=0.0), Clip(1, 26, 49, 49)),
        ([(20, 25)], step(25, 49), Clip(20, 23, 49, 49)),  # of a short motion no more than half
        ([(1, 25), (49, 100)], step(25, 49), Clip(1, 20, 48, 48 + round(CONTEXT * 24))),
        ([(1, 25), (49, 60)], step(25, 49, uid=""), Clip(1, 26, 48, 60)),  # a gap takes nothing
        ([(1, 25), (26, 100)], step(25, 26, uid=""), Clip(1, 26, 25, 61)),  # nothing to make
    ],
)
def test_a_clip_is_what_is_made_and_what_is_known_around_it(known, asked, clip):
    assert canvas_with(*known).clip(asked) == clip


def test_a_step_between_known_frames_completes_them():
    canvas = canvas_with((1, 25), (49, 60))
    asked = request(canvas, step(25, 49, seed=4, steps=7))
    assert isinstance(asked.task, Complete)
    assert asked.task.keep == ((0, 19), (48, 60)) and len(asked.task.motion) == 60
    assert (asked.task.text, asked.model, asked.sampling.seed) == ("a person does b", "dit-adaln", 4)
    assert asked.sampling.settings["steps"] == 7
    assert request(canvas, step(25, 49, uid="")).task.text is None


def test_a_step_alone_is_generated_in_one_or_several_clips():
    card = find_card("dit-adaln")
    alone = request(Canvas.empty(1, 49, 24.0), step(1, 49)).task
    assert isinstance(alone, Generate) and not alone.split
    assert alone.seconds == pytest.approx(2 + 1 / card.fps)
    long = round(24 * card.max_seconds) + 24
    assert isinstance(request(Canvas.empty(1, long, 24.0), step(1, long)).task, PromptSequence)


def test_a_result_alone_comes_to_the_scene_s_rate():
    canvas, asked = Canvas.empty(1, 49, 24.0), step(1, 49)
    frame, motion, known = at_scene_rate(canvas, asked, stepping(45, fps=20.0))
    assert (frame, motion.fps, len(motion)) == (1, 24.0, 49) and not known.any()
    np.testing.assert_allclose(motion.trans[::6], stepping(45, fps=20.0).trans[::5][:9], atol=1e-6)


def test_only_what_was_made_is_taken_and_its_licence_told():
    canvas, asked = canvas_with((1, 25), (49, 60)), step(25, 49)
    before = canvas.motion.trans.copy()
    result = stepping(60, seed=9)
    result = type(result)(24.0, result.trans + 5, result.rotations, meta={"licence": "CC0", "version": "9.9"})
    frame, motion, known = at_scene_rate(canvas, asked, result)
    assert (frame, len(motion), np.flatnonzero(~known).tolist()) == (1, 60, list(range(19, 48)))
    canvas.take(asked, frame, motion, known)
    assert np.flatnonzero(canvas.changed).tolist() == list(range(19, 48))
    np.testing.assert_array_equal(canvas.motion.trans[19:48], result.trans[19:48])
    np.testing.assert_array_equal(canvas.motion.trans[:19], before[:19])
    assert canvas.meta == {"licence": "CC0", "version": "9.9"}
