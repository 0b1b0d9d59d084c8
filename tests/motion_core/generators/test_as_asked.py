"""Clips that do not what the words say are made again once, and the result tells of it."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import standing

from motion_core.body.motion import Motion
from motion_core.catalog import DEFAULT_MODEL, find_card
from motion_core.generators import load_generator
from motion_core.generators.as_asked import as_asked, missing
from motion_core.generators.plan import Plan
from motion_core.generators.weights import weights_path
from motion_core.tasks import MAX_SEED, Generate, Sampling

STILL = standing(60, 20.0)
PELVIS = STILL.pelvis.astype(float) - np.linspace(0, 2, 60)[:, None] * [0, 1, 0]
GONE = Motion.from_pelvis(20.0, PELVIS, STILL.rotations)
TEXT = "a person walks forward"


def tried(motions: list[Motion], seed: int = 7, text: str = TEXT):
    """(result, seeds that were asked for), where the work answers with these motions in turn."""
    seeds: list[int] = []
    left = iter(motions)

    def work(sampling):
        yield Plan(60, sampling, text)
        return next(left)

    asked = as_asked(text, Sampling(seed), work)
    try:
        seeds.append(next(asked).sampling.seed)
        while True:
            seeds.append(asked.send(None).sampling.seed)
    except StopIteration as end:
        return end.value, seeds


def test_what_is_done_at_once_is_not_made_again():
    made, seeds = tried([GONE])
    assert made is GONE and seeds == [7]


@pytest.mark.parametrize(("seed", "following"), [(7, 8), (MAX_SEED, 0)])
def test_what_is_not_done_is_made_with_the_next_seed_and_it_is_said(seed, following):
    made, seeds = tried([STILL, GONE], seed)
    assert np.array_equal(made.trans, GONE.trans) and seeds == [seed, following]
    assert made.meta["note"] == (
        f"made with seed {following}, since it does not go anywhere with seed {seed}"
    )


def test_once_is_enough():
    made, seeds = tried([STILL, STILL])
    assert np.array_equal(made.trans, STILL.trans) and seeds == [7, 8]
    assert made.meta["note"].startswith("it does not go anywhere, with seed 7 or 8: try other words")


def test_words_that_cannot_be_decided_are_left_alone():
    made, seeds = tried([STILL], text="a person looks sad")
    assert made is STILL and seeds == [7]


@pytest.mark.slow
def test_what_readme_panel_and_demo_ask_for_is_done_with_their_first_seed():
    """The panel's own example stood still with seed 0."""
    card = find_card(DEFAULT_MODEL)
    if not weights_path(card).is_file():
        pytest.skip("this checkout has no weights")
    text = "a person walks forward and waves with the right hand"
    made = load_generator(card.id, device="cpu").run(Generate(text=text, seconds=6.0), Sampling(0))
    assert missing(made, text) == [] and "undone" not in made.meta
