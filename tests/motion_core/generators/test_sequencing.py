"""A sequence is as long as its prompts, and goes on from where it begins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import standing, swaying
from repeated_motions import moved, turned

from motion_core.features import FEATURES, FeatureStats
from motion_core.features.smpl205 import DIM
from motion_core.generators.sequencing import _begins_anew, pieces
from motion_core.generators.windows import CONTEXT, Studio
from motion_core.tasks import CleanUp, Sampling, Sequence

FEW = Sampling(4, {"steps": 3})


def test_a_sequence_has_the_length_of_its_prompts(generator):
    task = Sequence((("a person walks", 3.0), ("a person runs", 15.0), ("a person bows", 2.55)))
    made = generator.run(task, FEW)
    assert len(made) == round(20.55 * 20) and made.meta["prompts"][1] == ["a person runs", 15.0]
    assert sum(frames for _, frames in pieces(task, generator.studio)) == len(made)
    begun = generator.run(replace(task, start=swaying(1, 45, 30.0)), FEW)
    assert len(begun) == len(made)
    assert (
        np.linalg.norm(begun.pelvis[0] - swaying(1, 45, 30.0).pelvis[-1]) < 0.6
    )  # it begins where the other ends


@pytest.mark.parametrize(
    ("prompts", "frames"),
    [
        ((("walk", 1.0), ("run", 2.0)), [20, 40]),
        (
            (("walk", 0.53), ("run", 0.53), ("sit", 0.53)),
            [11, 10, 11],
        ),  # 31.8 frames: none is lost, none is added
        ((("walk", 20.0),), [133, 134, 133]),  # a clip has 196, two seconds on both sides are known
    ],
)
def test_clips_fill_the_whole_length(prompts, frames):
    stats = FeatureStats(np.zeros(DIM), np.ones(DIM))
    cut = pieces(Sequence(prompts), Studio(20.0, stats, 196, CONTEXT, FEATURES["smpl205"]))
    assert [count for _, count in cut] == frames


def test_each_clip_draws_its_own_noise(tiny):
    loose = CleanUp(feet=False)  # feet are locked in the light of what follows
    task = Sequence((("walk", 1.0), ("walk", 1.0)), transition=0.5, clean=loose)
    made = tiny.run(task, Sampling(3))
    alone = tiny.run(Sequence((("walk", 1.0),), clean=loose), Sampling(3))
    np.testing.assert_allclose(made.joints()[:10], alone.joints()[:10], atol=1e-5)
    other = tiny.run(Sequence((("walk", 1.0),), clean=loose), Sampling(4))
    assert np.abs(made.rotations[-1, 1:] - other.rotations[0, 1:]).max() < 0.01  # drawn with the next seed


def held(pose, frames: int = 30):
    return pose.at_frames(np.zeros(frames))


def test_what_cannot_go_on_from_a_bent_body():
    upright, bent = standing(30), held(turned({"spine1": np.full(2, np.radians(50))}))
    low = held(moved(np.full(2, -0.5)))
    assert not _begins_anew(upright, "a person waves", "a person bows")
    assert _begins_anew(bent, "a person waves", "a person bows")
    assert _begins_anew(low, "a person walks", "a person sits down")
    assert not _begins_anew(low, "a person waves", "a person sits down")  # sitting
    assert not _begins_anew(low, "a person stands up", "a person sits down")
    assert not _begins_anew(low, "a person waves", "")  # who sat in the given motion
    assert not _begins_anew(bent, "a person dances", "a person dances")


def test_a_counted_part_in_a_sequence(generator):
    task = Sequence((("a person walks", 2.0), ("a person bows twice", 5.0), ("a person walks", 2.0)))
    made = generator.run(task, FEW)
    assert len(made) == 180 and "bow: " in made.meta["note"]
    steps = np.linalg.norm(np.diff(made.pelvis.astype(float), axis=0), axis=1) * 20
    assert steps.max() < 6  # nobody is moved from one place to another
