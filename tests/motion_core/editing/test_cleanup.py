"""Each clean-up by itself, and round a loop without a seam."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import accelerations, same_frames, seam_velocity_jump, stepping, swaying

from motion_core.editing.cleanup import clean_loop, clean_up
from motion_core.editing.floor import meet_floor
from motion_core.editing.loop import close_loop
from motion_core.editing.planting import lock_feet
from motion_core.editing.smooth import smooth
from motion_core.tasks.checks import TaskError
from motion_core.tasks.pins_and_paths import CleanUp


def test_each_is_switched_by_itself():
    motion = stepping(60, slide=0.15).moved(offset=(0, 0, 0.05))
    assert clean_up(motion, CleanUp(feet=False)) is motion
    for how, alone in (
        (CleanUp(feet=True), lock_feet(motion)),
        (CleanUp(feet=False, floor=True), meet_floor(motion)),
        (CleanUp(feet=False, smooth=0.3), smooth(motion, 0.3)),
    ):
        made = clean_up(motion, how)
        assert np.array_equal(made.trans, alone.trans) and np.array_equal(made.rotations, alone.rotations)


def test_frozen_frames_stay():
    motion = swaying(4, 60)
    frozen = np.arange(60) % 20 < 5
    assert same_frames(clean_up(motion, CleanUp(True, True, 0.3), frozen), motion, frozen)


@pytest.mark.parametrize("travel", [True, False])
def test_a_loop_stays_one(travel):
    loop = close_loop(stepping(70, slide=0.1), travel=travel)
    made = clean_loop(loop, CleanUp(True, True, 0.2))
    assert len(made) == len(loop) and not np.array_equal(made.rotations, loop.rotations)
    back = made.moved(yaw=float(made.heading()[0] - made.heading()[-1]))
    shift = (made.pelvis[0] - back.pelvis[-1]).astype(float)
    assert abs(shift[2]) < 1e-4
    back = back.moved(offset=tuple(shift))
    np.testing.assert_allclose(back.joints()[-1], made.joints()[0], atol=1e-3)
    again = made.moved(yaw=float(made.heading()[-1] - made.heading()[0]))
    again = again.moved(offset=tuple((made.pelvis[-1] - again.pelvis[0]).astype(float)))
    two = made.slice(0, len(made) - 1).concatenate(again, align=False)
    assert accelerations(two).max() < accelerations(made).max() + 1.0
    assert seam_velocity_jump(made) < 0.02


def test_nonsense_is_refused():
    for more, words in (
        ({"smooth": -1}, "smooth is -1"),
        ({"smooth": float("nan")}, "nan"),
        ({"feet": 1}, "true"),
    ):
        with pytest.raises(TaskError, match=words):
            CleanUp(**more)
