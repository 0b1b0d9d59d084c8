"""The motion of prompt strips while it is made: what a step asks for, and where its result goes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from strip_lists import heads, make

from blender_addon.actions.records import Strip, records_on
from blender_addon.strips.stale import stale
from blender_addon.strips.strip_list import in_order

pytestmark = pytest.mark.usefixtures("session")


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


def test_another_frame_rate(context, rig, lay):
    context.scene.render.fps, context.scene.render.fps_base = 30, 1.001
    lay(("a person walks", 1, 31), ("a person waves", 31, 61))
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 61)
    steps = np.linalg.norm(np.diff(heads(context, rig, 1, 61), axis=0), axis=-1).max(axis=1)
    assert steps[28:33].max() < 2 * np.percentile(steps, 95)
    context.scene.render.fps = 24
    assert len(stale(in_order(rig), records_on(rig), 24 / 1.001)) == 2
