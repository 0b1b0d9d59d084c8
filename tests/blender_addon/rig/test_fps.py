"""The scene's frame rate, at the broken rates of television too."""

from __future__ import annotations

import pytest

from blender_addon.rig.fps import scene_fps


@pytest.mark.parametrize(
    ("fps", "base", "rate"),
    [
        (24, 1.0, 24),
        (24, 1.001, 23.976),
        (30, 1.001, 29.97),
        (60, 1.001, 59.94),
        (25, 1.0, 25),
        (12, 1.0, 12),
    ],
)
def test_the_rate_is_what_blender_plays(context, fps, base, rate):
    context.scene.render.fps, context.scene.render.fps_base = fps, base
    assert scene_fps(context.scene) == pytest.approx(rate, abs=1e-3)
