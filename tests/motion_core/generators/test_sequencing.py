"""A sequence is as long as its prompts, and goes on from where it begins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import swaying

from motion_core.features import FEATURES, FeatureStats
from motion_core.features.smpl205 import DIM
from motion_core.generators.sequencing import pieces
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
