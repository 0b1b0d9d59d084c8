"""Clips in which a thing is done too often or too seldom become one in which it is done as often as asked."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest
from editing_motions import standing
from repeated_motions import bumps, moved, turned

from motion_core.editing.repetitions import find_repetitions
from motion_core.generators.counting import LENGTHS, counted, still_words
from motion_core.tasks import Sampling
from motion_core.wording.counts import count_of


def jumping(times: int):
    return moved(0.3 * bumps(times))


def bowing(times: int):
    return turned({"spine1": np.radians(50) * bumps(times)})


def made_by(makes, text: str, frames: int | None, studio):
    """The result where every clip is one of `makes`, cut or held to its length; gaps are filled with what is told."""
    work = counted(text, count_of(text), frames, Sampling(0), studio)
    asked = next(work)
    answers = cycle([*makes, standing(200)])
    try:
        while True:
            x0s = []
            for plan in asked:
                if plan.given is None:
                    clip = next(answers)
                    clip = clip.at_frames(np.arange(plan.frames))
                    x0s.append(studio.features.encode(clip))
                else:
                    x0s.append(studio.stats.denormalize(plan.given.values).numpy())
            asked = work.send(x0s)
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("frames", [None, 190])
@pytest.mark.parametrize(("makes", "kind"), [(jumping, "jump"), (bowing, "bow")])
@pytest.mark.parametrize("done", [1, 2, 3, 4])
def test_too_often_and_too_seldom(generator, makes, kind, done, frames):
    clips = [makes(done)] * len(LENGTHS)
    made, note = made_by(clips, f"a person {kind}s twice", frames, generator.studio)
    assert len(find_repetitions(made, kind)) == 2 and note == ""
    assert frames is None or len(made) == frames
    step = np.linalg.norm(np.diff(made.joints()[-6:].astype(float), axis=0), axis=-1) * made.fps
    assert step.max() < 0.3  # it has come to rest


def test_what_does_not_fit_is_said(generator):
    clips = [jumping(5)] * len(LENGTHS)
    made, note = made_by(clips, "a person jumps 5 times", 80, generator.studio)
    number = len(find_repetitions(made, "jump"))
    assert len(made) == 80 and 0 < number < 5
    assert note == f"jump: {number} of 5 fit into 4 s; 7.8 s would be enough"


def test_what_is_never_done_is_said(generator):
    clips = [standing(100)] * len(LENGTHS)
    _, note = made_by(clips, "a person jumps twice", None, generator.studio)
    assert note == "jump: counted 0, 2 were asked for"
    assert made_by(clips, "jump once", None, generator.studio)[1] == "jump: counted 0, once was asked for"


def test_the_nearest_is_taken_where_more_is_done(generator):
    """ "walks and jumps twice" is not cut."""
    clips = [jumping(1), jumping(3), jumping(2), jumping(4), jumping(5)]
    made, note = made_by(clips, "a person walks and jumps twice", 130, generator.studio)
    assert len(made) == 130 and len(find_repetitions(made, "jump")) == 2 and not note


def test_somebody_who_stands():
    assert still_words("an old man jumps twice") == "an old man stands still"
    assert still_words("jump twice") == "a person stands still"
