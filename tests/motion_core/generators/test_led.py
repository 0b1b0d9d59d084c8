"""Ways are drawn as long as a gait gets, and followed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from gliding_motions import moving
from hypothesis import given
from hypothesis import strategies as st

from motion_core.generators.led import LEAST, USUAL, led, points_of, turned_around
from motion_core.tasks import CleanUp, Sampling
from motion_core.wording.ways import SHAPES, Way, way_of

CIRCLE = Way("circle", "left", 1.0, 1, "a person walks")


def length(points: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=-1).sum())


@given(st.sampled_from(sorted(set(SHAPES.values()))), st.floats(3, 40), st.integers(0, 3), st.floats(0.5, 2))
def test_ways_are_as_long_as_they_shall_be(shape, metres, rounds, size):
    for side in ("left", "right"):
        points = points_of(Way(shape, side, size, rounds, ""), metres)
        assert np.allclose(points[0], 0) and length(points) == pytest.approx(metres, rel=0.06, abs=0.35)
    left = points_of(Way(shape, "left", size, rounds, ""), metres)
    assert np.allclose(points, left * [-1, 1])


@pytest.mark.parametrize("shape", ["circle", "eight", "square", "triangle"])
@pytest.mark.parametrize("rounds", [1, 2])
def test_closed_ways_come_back(shape, rounds):
    points = points_of(replace(CIRCLE, shape=shape, rounds=rounds), 12.0)
    assert np.linalg.norm(points[-1]) < 0.01


def test_a_circle_to_the_left_bends_to_the_left_of_who_faces_front():
    points = points_of(CIRCLE, 6.0)
    assert points[1][1] < 0 and points[:, 0].max() == pytest.approx(6.0 / np.pi, abs=0.05)
    assert points_of(replace(CIRCLE, side="right"), 6.0)[:, 0].min() < -1.5


def test_circles_have_a_size_that_can_be_walked():
    tight = points_of(replace(CIRCLE, rounds=3), 3.0)
    assert np.ptp(tight[:, 0]) == pytest.approx(2 * LEAST, abs=0.05)
    many = points_of(replace(CIRCLE, rounds=0), 3 * USUAL)
    assert np.ptp(many[:, 0]) == pytest.approx(USUAL / np.pi, abs=0.05)
    small = points_of(replace(CIRCLE, size=0.5), 2 * USUAL)
    assert np.ptp(small[:, 0]) < np.ptp(points_of(CIRCLE, 2 * USUAL)[:, 0]) / 2


@pytest.mark.parametrize("degrees", [360.0, -180.0])
def test_a_turn_is_asked_for_frame_by_frame(generator, degrees):
    studio = generator.studio
    work = turned_around("a person turns", degrees, 60, Sampling(1), studio)
    plan = next(work)
    root = studio.known.world_root
    assert plan.given.told_mask[:, root][:, 2:].all() and not plan.given.told_mask[:, root][:, :2].any()
    cos, sin = plan.given.told[:, root][:, 2:].numpy().T
    yaw = np.degrees(np.unwrap(np.arctan2(sin, cos)))
    assert yaw[-1] - yaw[0] == pytest.approx(degrees, abs=1) and abs(yaw[8] - yaw[0]) < 1
    assert (np.diff(yaw) * np.sign(degrees) > -0.01).all()
    with pytest.raises(StopIteration) as end:
        work.send(studio.features.encode(moving().slice(0, 60)))
    assert len(end.value.value) == 60


@pytest.mark.parametrize("text", ["a person walks in a circle to the right", "a person walks in a zigzag"])
def test_a_gait_is_led_along(generator, text):
    """Every clip is a body that glides forward at 1 m/s: it goes as far, along the way."""
    studio, frames = generator.studio, 70
    work = led(way_of(text), frames, Sampling(3), studio, CleanUp(feet=False))
    asked = next(work)
    try:
        while True:
            glide = moving((0.0, 1.0)).at_frames(np.arange(asked.frames))
            asked = work.send(studio.features.encode(glide))
    except StopIteration as end:
        made = end.value
    points = points_of(replace(way_of(text), side="right"), 3.5)
    assert len(made) == frames and length(made.pelvis[:, :2]) == pytest.approx(3.5, rel=0.1)
    line = np.concatenate([np.linspace(a, b, 50) for a, b in pairwise(points)])
    apart = np.linalg.norm(made.pelvis[:, None, :2] - line[None], axis=-1).min(axis=1)
    assert apart.max() < 0.1
    assert "led along a" in made.meta["note"] and "3.5 m to the right" in made.meta["note"]
