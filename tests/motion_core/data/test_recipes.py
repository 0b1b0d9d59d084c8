"""Samples whose sentences are true."""

import numpy as np
import pytest
from labelled_clips import MAX_FRAMES

from motion_core.body.skeleton import JOINT
from motion_core.data.library import build_library
from motion_core.data.recipes import make
from motion_core.data.samples import Kitchen, Mix


@pytest.mark.parametrize("recipe", ["scaled", "composed", "chained", "rested", "stood"])
def test_recipes_make_true_sentences(store, recipe):
    shares = dict.fromkeys(("scaled", "composed", "chained", "rested", "stood"), 0.0) | {recipe: 1.0}
    kitchen = Kitchen(build_library(store), MAX_FRAMES, 2, Mix(**shares))
    first = 2 * len(kitchen.library.clips)
    found = [made for number in range(first, first + 40) if (made := make(kitchen, number, 5))]
    assert len(found) > 25
    for made in found:
        assert made.captions and all(made.captions)
        if recipe not in ("scaled",):
            assert len(made.motion) <= MAX_FRAMES
        assert abs(float(made.motion.heading()[0])) < 1e-3 and np.abs(made.motion.pelvis[0, :2]).max() < 1e-4
        _check_hands(made)


def _check_hands(made):
    """A hand that only one side of is named rises on that side alone; turns go where the words say."""
    joints = made.motion.joints()
    rise = {s: float(np.ptp(joints[:, JOINT[f"{s}_wrist"], 2])) for s in ("left", "right")}
    for text in made.captions:
        named = {s for s in ("left", "right") if f"{s} hand" in text or f"{s} arm" in text}
        if len(named) == 1:
            (side,) = named
            assert rise[side] > 0.25, (text, rise)
        if "stand still" in text and "then" not in text and made.action == "stand":
            assert max(rise.values()) < 0.3
        if ("turn left" in text or "turns left" in text) and "right" not in text:
            assert made.motion.heading()[-1] > 0.5


def test_mirrored_samples_say_the_other_side(store):
    kitchen = Kitchen(build_library(store), MAX_FRAMES, 2)
    count = len(kitchen.library.clips)
    for number in range(count):
        plain, mirrored = make(kitchen, number, 0), make(kitchen, number + count, 0)
        assert plain.group == mirrored.group
        np.testing.assert_allclose(
            plain.motion.mirror().facing_front().trans, mirrored.motion.trans, atol=2e-5
        )
        for made in (plain, mirrored):
            _check_hands(made)


def test_samples_depend_on_seed_and_number_alone(store):
    kitchens = [Kitchen(build_library(store), MAX_FRAMES, 2) for _ in range(2)]
    for number in (0, 15, 40, 60):
        a, b = make(kitchens[0], number, 1), make(kitchens[1], number, 1)
        assert a.captions == b.captions
        np.testing.assert_array_equal(a.motion.rotations, b.motion.rotations)
    made = [make(kitchens[0], n, seed) for seed in (1, 2) for n in range(30, 40)]
    assert len({len(m.motion) for m in made if m}) > 5
