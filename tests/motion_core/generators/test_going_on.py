"""What comes behind an end: as before, or over into words. On an untrained network: what it says does not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import standing, stepping

from motion_core.generators.going_on import SEEN, go_on, words_of
from motion_core.tasks import Complete, Sampling

FEW = Sampling(4, {"steps": 3})


def asked(past, frames, text, generator):
    """The plans that a motion going on asks for, and the motion."""
    plans, work = [], go_on(past, frames, text, FEW, generator.studio)
    answer = None
    while True:
        try:
            plan = work.send(answer)
        except StopIteration as end:
            return plans, end.value
        plans.append(plan)
        start = np.zeros((plan.frames, generator.features.dim)) if plan.start is None else plan.start
        answer = np.asarray(generator.studio.stats.denormalize(np.asarray(start, dtype=np.float64)))


def test_without_words_a_walk_is_shown_its_next_steps(generator):
    plans, made = asked(stepping(80), 40, None, generator)
    assert len(made) == 120 and len(plans) == 1
    (plan,) = plans
    assert plan.text is None and plan.start is not None and plan.strength < 1
    assert plan.frames == round(SEEN * 20) + 40  # no more of the past than it learned from
    assert made.pelvis[79:, 1].min() < made.pelvis[79, 1] - 0.5  # it has not stopped


def test_words_of_another_kind_are_made_by_themselves(generator):
    walk = replace(stepping(80), meta={"text": "a person walks"})
    plans, made = asked(walk, 60, "a person bows", generator)
    assert len(made) == 140
    assert [(plan.text, plan.given is None) for plan in plans] == [("a person bows", True), (None, False)]
    again, _ = asked(walk, 60, "a person walks", generator)  # which it does already
    assert [(plan.text, plan.strength < 1) for plan in again] == [("a person walks", True)]


def test_words_longer_than_a_clip_go_on(generator):
    frames = generator.studio.longest + 50
    plans, made = asked(standing(30), frames, "a person bows", generator)
    assert len(made) == 30 + frames and plans[-1].text == "a person bows"


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_moment_is_enough(generator, frames):
    for text in (None, "a person bows"):
        assert len(asked(stepping(30), frames, text, generator)[1]) == 30 + frames


def test_the_words_of_a_motion_go_on_with_it(generator):
    said = {"text": "walks, then bows", "prompts": [["walks", 2.0], ["bows", 2.0]]}
    given = replace(stepping(60), meta=said)
    assert words_of(given) == "bows" and words_of(stepping(60)) is None
    made = generator.run(Complete(given, keep=((0, 60),), seconds=4.0), FEW)
    assert made.meta["text"] == "bows"
    assert np.array_equal(made.rotations[:60], given.rotations)


def test_the_same_in_any_batch(generator):
    jobs = [
        (Complete(stepping(60), keep=((0, 60),), seconds=4.0, text=text), replace(FEW, seed=seed))
        for seed, text in enumerate((None, "a person bows", None))
    ]
    together = generator.run_batch(jobs)
    for job, one in zip(jobs, together):
        alone = generator.run(*job)
        np.testing.assert_allclose(one.joints(), alone.joints(), atol=1e-4)
