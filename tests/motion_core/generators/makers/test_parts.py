"""Clips that are made part by part: noise that no batch changes, steps of all parts, somebody who stands."""

import numpy as np
import torch

from motion_core.body.skeleton import JOINT
from motion_core.generators.makers.parts import Noise, shifted, standing_still

CPU = torch.device("cpu")


def sources(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_noise_does_not_depend_on_the_batch_and_goes_on():
    alone, both = Noise(sources(2), [4], 3, CPU), Noise(sources(1, 2), [6, 4], 3, CPU)
    for _ in range(3):
        one, two = alone(), both()
        assert one.shape == (1, 4, 3) and two.shape == (2, 6, 3)
        assert torch.equal(one[0], two[1, :4]) and not two[1, 4:].any()
    assert not torch.equal(alone(), one)


def test_steps_of_equal_parts_are_counted_on():
    seen = []
    for part in range(3):
        report = shifted(lambda k, n: seen.append((k, n)), part, 3)
        for k in (1, 2):
            report(k, 2)
    assert seen == [(k, 6) for k in range(1, 7)]


def test_somebody_stands_with_hanging_arms_and_does_not_move():
    motion = standing_still(5, 20.0)
    joints = motion.joints()
    assert len(motion) == 5 and np.abs(np.diff(joints, axis=0)).max() == 0
    assert np.all(joints[0, [JOINT["left_wrist"], JOINT["right_wrist"]], 2] < joints[0, JOINT["spine3"], 2])
    assert joints[0, JOINT["left_wrist"], 0] > 0 and 0 < joints[0, :, 2].min() < 0.1
