"""What a task sets to work: plans asked for one after the other, features sent back, a motion at the end."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import same_frames, swaying

from motion_core.generators.prompt_parts import Reading, read_words
from motion_core.generators.works import WORKS, Workplace, work_of
from motion_core.tasks import TASKS, CleanUp, Complete, Edit, Generate, Sampling, Sequence

NO = Sampling(3)


def worked(generator, task, clean_up=False):
    """(plans, motion): a work carried out by hand, every plan answered with the mean of the features."""
    reading = read_words(generator.card, task)
    place = Workplace(generator.card, generator.features, generator.studio, clean_up, reading)
    work, plans, answer = work_of(task, NO, place), [], None
    while True:
        try:
            plan = work.send(answer)
        except StopIteration as end:
            return plans, end.value
        plans.append(plan)
        answer = generator.maker.stats.mean[None].repeat(plan.frames, 0)


def test_every_task_that_gives_a_motion_is_a_work():
    assert set(WORKS) == {kind for kind in TASKS.values() if kind.gives == "motion"}


@pytest.mark.parametrize("seconds", [0.5, 1.0, 9.8])
def test_a_new_motion_is_one_plan(tiny, seconds):
    plans, motion = worked(tiny, Generate("walk", seconds=seconds))
    assert [(plan.frames, plan.text, plan.sampling) for plan in plans] == [(round(seconds * 20), "walk", NO)]
    assert len(motion) == plans[0].frames and motion.meta == {}


def test_a_prompt_of_two_parts_is_two_plans(tiny):
    plans, motion = worked(tiny, Generate("a person dances, then drinks", seconds=4.0))
    assert [plan.text for plan in plans] == ["a person dances", "a person drinks"] and len(motion) == 80
    assert plans[0].given is None and plans[1].given is not None
    whole, _ = worked(tiny, Generate("a person dances, then drinks", seconds=4.0, split=False))
    assert len(whole) == 1


def test_the_clean_up_is_for_new_motions(tiny):
    raw, clean = (worked(tiny, Generate("walk", seconds=1.0), clean_up)[1] for clean_up in (False, True))
    assert clean.joints()[..., 2].min() >= raw.joints()[..., 2].min()


def test_feet_of_new_motions_are_locked_unless_it_is_said_otherwise(tiny):
    def made(task, clean_up=True):
        return worked(tiny, task, clean_up)[1].rotations

    kinds = (
        lambda clean: Generate("walk", seconds=2.0, clean=clean),
        lambda clean: Sequence((("walk", 1.0), ("run", 1.0)), clean=clean),
        lambda clean: Complete(None, seconds=2.0, text="walk", clean=clean),
        lambda clean: Edit(swaying(1, 60), clean=clean),
    )
    for task in kinds:
        locked, loose = made(task(CleanUp())), made(task(CleanUp(feet=False)))
        assert np.array_equal(made(task(None)), locked) and not np.array_equal(locked, loose)
        assert not np.array_equal(made(task(None), clean_up=False), locked)


def test_what_is_kept_is_kept_whatever_is_answered(tiny):
    given = swaying(1, 60, 20.0)
    plans, motion = worked(tiny, Complete(given, keep=((0, 20), (40, 60)), text="walk"))
    assert plans[0].text == "walk" and plans[0].given is not None
    assert same_frames(motion, given, [*range(20), *range(40, 60)])
    _, edited = worked(tiny, Edit(given, span=(20, 40)))
    assert same_frames(edited, given, [*range(20), *range(40, 60)])
    plans, story = worked(tiny, Sequence((("walk", 1.0), ("run", 1.0)), start=given))
    assert [plan.text for plan in plans] == ["walk", "run"] and len(story) == 40


def test_a_reading_without_parts_leaves_the_task_whole(tiny):
    assert read_words(tiny.card, Generate("walk")) == Reading()
