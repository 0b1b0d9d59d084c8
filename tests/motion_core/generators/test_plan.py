"""Works side by side."""

from __future__ import annotations

import numpy as np
from editing_motions import standing

from motion_core.generators.plan import Plan, together
from motion_core.tasks import Sampling


def work(name: str, clips: int):
    got = []
    for number in range(clips):
        got.append((yield Plan(10, Sampling(number), name)))
    return standing(sum(got) + 1)


def test_each_is_sent_its_own_and_all_are_asked_at_once():
    both = together([work("a", 2), work("b", 1), work("c", 0)])
    plans = next(both)
    assert [(plan.text, plan.sampling.seed) for plan in plans] == [("a", 0), ("b", 0)]
    plans = both.send([3, 5])
    assert [(plan.text, plan.sampling.seed) for plan in plans] == [("a", 1)]
    try:
        both.send([4])
    except StopIteration as end:
        assert [len(motion) for motion in end.value] == [8, 6, 1]


def test_a_work_may_ask_for_several_clips_at_once(tiny):
    """In any batch, the clips of each job come back to it."""
    from motion_core.tasks import Generate

    jobs = [
        (Generate(text="a person bows twice", seconds=3.0), Sampling(1)),
        (Generate(text="a person walks", seconds=2.0), Sampling(2)),
        (Generate(text="bow three times", seconds=4.0), Sampling(3)),
    ]
    for job, motion in zip(jobs, tiny.run_batch(jobs)):
        np.testing.assert_allclose(motion.joints(), tiny.run(*job).joints(), atol=1e-4)
