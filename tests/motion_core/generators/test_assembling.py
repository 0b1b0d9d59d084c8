"""Stretches put one behind the other."""

from __future__ import annotations

import numpy as np
from editing_motions import same_frames, standing, stepping, swaying

from motion_core.body.skeleton import JOINT
from motion_core.generators.assembling import Assembly, apart, assembled, poses_of
from motion_core.tasks import Sampling

BALLS = [JOINT["left_foot"], JOINT["right_foot"]]


def test_it_goes_on_on_the_same_feet():
    before = standing(20).moved(yaw=1.0, offset=(2.0, 1.0, 0.0))
    whole = Assembly.of(before).then(standing(15).moved(yaw=-2.0), 8)
    assert len(whole) == 43 and whole.known.sum() == 35 and not whole.known[20:28].any()
    feet = whole.motion.joints()[:, BALLS]
    np.testing.assert_allclose(feet[-1], feet[0], atol=1e-5)


def test_who_goes_is_met_on_the_foot_that_is_ahead_or_further_on():
    walk = stepping(60).moved(yaw=0.7)
    stand = Assembly.of(walk).then(standing(15), 10).motion
    feet, last = stand.joints()[-1, BALLS], walk.joints()[-1, BALLS]
    way = (walk.pelvis[-1] - walk.pelvis[-10])[:2]
    ahead = int(np.argmax(last[:, :2] @ way))
    np.testing.assert_allclose(feet[ahead, :2], last[ahead, :2], atol=1e-4)
    on = Assembly.of(swaying(1, 60, yaw=0.7)).then(swaying(2, 40), 10).motion
    assert 0.9 < np.linalg.norm((on.pelvis[70] - on.pelvis[59])[:2]) / (11 / 20) < 1.1  # at a metre a second


def test_a_stretch_again():
    walk = stepping(66)
    whole = Assembly.of(walk).then_again(walk, 6)
    assert len(whole) == 132 and list(np.flatnonzero(~whole.known)) == list(range(63, 69))


def test_only_free_frames_are_made(generator):
    given = Assembly.of(swaying(1, 40)).then(swaying(2, 40), 12)
    work = assembled(given, "a person walks", Sampling(1), generator.studio)
    plan = next(work)
    assert plan.text == "a person walks" and plan.frames <= generator.studio.longest
    x0 = generator.studio.stats.denormalize(plan.given.values).numpy()
    try:
        work.send(x0)
    except StopIteration as end:
        made = end.value
    assert same_frames(made, given.motion, given.known)
    known = Assembly.of(swaying(3, 20))
    try:
        next(assembled(known, None, Sampling(1), generator.studio))
    except StopIteration as end:
        assert end.value is known.motion


def test_poses_are_seen_from_the_body():
    walk = stepping(40)
    here, there = poses_of(walk), poses_of(walk.moved(yaw=2.0, offset=(3.0, -1.0, 0.0)))
    np.testing.assert_allclose(here, there, atol=1e-4)
    ways = apart(here, here[7])
    assert ways[7] == 0 and ways.argmin() == 7 and ways.max() > 0.1
