"""What the recipes work with: samples that can be mirrored, clips drawn by content, sentences of labels."""

from __future__ import annotations

import numpy as np
import pytest
from labelled_clips import MAX_FRAMES, body

from motion_core.data.library import build_library
from motion_core.data.samples import BANK, Kitchen, Made, between, choose, cut, said, standing


@pytest.fixture(scope="module")
def kitchen(store) -> Kitchen:
    return Kitchen(build_library(store), MAX_FRAMES, phrases=5)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_sample_mirrored_twice_is_itself():
    made = Made(body(20, 1.0, left=1.0), ("a person raises the left hand",), "raise up left hand", "real")
    once = made.mirrored()
    assert once.captions == ("a person raises the right hand",) and once.action == "raise up right hand"
    twice = once.mirrored()
    assert (twice.captions, twice.action, twice.group) == (made.captions, made.action, made.group)
    np.testing.assert_allclose(twice.motion.joints(), made.motion.joints(), atol=1e-5)
    assert Made(made.motion, (), None, "real").mirrored().action is None


def test_clips_are_drawn_by_content_and_style_and_only_where_there_are_some(kitchen):
    walks = {kitchen.clip_of({"walk": 1.0, "flies": 9.0}, "normal", rng(n)).index for n in range(40)}
    there = kitchen.library.by_label["walk", "normal"]
    assert walks == {clip.index for clip in there} and len(there) == 2
    assert kitchen.clip_of({"walk": 1.0}, "proud", rng()) is None
    assert kitchen.clip_of({}, "normal", rng()) is None


def test_rarer_contents_are_wanted_more_than_they_are_and_less_than_evenly(kitchen):
    counts, wanted = kitchen.library.contents(), kitchen.wanted()
    assert set(wanted) == set(counts)
    most, least = max(counts, key=counts.get), min(counts, key=counts.get)
    assert 1 < wanted[most] / wanted[least] < counts[most] / counts[least]


def test_half_of_the_styles_drawn_are_normal(kitchen):
    drawn = [kitchen.style(random) for random in [rng(1)] for _ in range(400)]
    assert set(drawn) == set(kitchen.styles)
    assert 0.4 < drawn.count("normal") / 400 < 0.9


def test_a_label_says_some_of_its_own_sentences_every_time(kitchen):
    label = kitchen.labelled[0].label
    offered = {said(label, kitchen, rng(n)) for n in range(20)}
    assert len(offered) > 1 and all(len(set(texts)) == kitchen.phrases for texts in offered)
    assert len({text for texts in offered for text in texts}) <= BANK
    assert said(label, kitchen, rng(3)) == said(label, kitchen, rng(3))


def test_cuts_are_stretches_of_the_motion_and_no_longer_than_asked():
    motion = body(30, 1.0)
    assert cut(motion, 30, rng()) is motion
    starts = set()
    for seed in range(60):
        part = cut(motion, 28, rng(seed))
        assert len(part) == 28
        starts |= {k for k in range(3) if np.array_equal(part.trans, motion.trans[k : k + 28])}
    assert starts == {0, 1, 2}


def test_draws_of_numbers_include_both_ends():
    random = rng()
    assert {between(random, 2.0, 4.9) for _ in range(60)} == {2, 3, 4}
    assert between(random, 5.7, 1.0) == 5  # nothing to choose from
    assert {choose(random, ["a", "b"]) for _ in range(30)} == {"a", "b"}


def test_somebody_stands_for_as_long_as_asked(kitchen):
    style = kitchen.library.stands[0].style
    for frames in (10, 80):
        motion = standing(kitchen, style, frames, rng(2))
        assert len(motion) == frames
        assert np.ptp(motion.joints()[:, 0, :2], axis=0).max() < 0.3
    assert standing(kitchen, "unknown style", 10, rng()) is None
