"""The yes-or-no questions on motions made by hand, and their mirror images."""

from __future__ import annotations

import numpy as np
import pytest
from gliding_motions import FPS, FRAMES, moving

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS
from motion_core.metrics.prompts.observed import Observed
from motion_core.metrics.prompts.outcomes import (
    backwards,
    both_of,
    bows,
    crawls,
    crouches,
    drifts,
    drinks,
    hands_faster,
    hands_slower,
    overturns,
    points,
    punches,
    punches_with,
    raises,
    raises_both,
    runs,
    sidesteps,
    stands,
    stops,
    then,
    walks,
    waves,
)


def test_speed_and_direction():
    assert runs(Observed(moving((0, 2.5)))) and not walks(Observed(moving((0, 2.5))))
    assert backwards(Observed(moving((0, -0.8)))) and not walks(Observed(moving((0, -0.8))))
    assert sidesteps("left")(Observed(moving((0.6, 0)))) and not sidesteps("right")(
        Observed(moving((0.6, 0)))
    )
    assert stands(Observed(moving()))


def lifted(side: str, to: float = 1.2, start: int = 10, frames: int = 15) -> dict[str, np.ndarray]:
    """A hanging arm that goes up sideways to `to` radians above level, in `frames` frames."""
    sign = 1 if side == "left" else -1
    swing = np.zeros((FRAMES, 3))
    swing[:, 2] = sign * np.interp(np.arange(FRAMES), [start, start + frames], [-1.3, to])
    return {f"{side}_shoulder": swing}


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_raised_hand_is_on_its_side(side):
    motion = moving(arms=lifted(side))
    other = "right" if side == "left" else "left"
    assert raises(side)(Observed(motion)) and not raises(other)(Observed(motion))
    assert raises(other)(Observed(motion.mirror())) and not raises_both(Observed(motion))
    assert raises_both(Observed(moving(arms=lifted("left") | lifted("right"))))
    assert not raises(side)(Observed(moving())) and not raises(side)(
        Observed(moving(arms=lifted(side, -0.8)))
    )


def test_a_hand_that_shows_the_way_goes_out_and_not_up():
    assert points("right")(Observed(moving(arms=lifted("right", -0.2))))
    assert not points("right")(Observed(moving(arms=lifted("right", 1.2))))
    assert not points("right")(Observed(moving(arms=lifted("left", -0.2))))


def test_how_fast_a_hand_goes_up():
    slowly, quickly = (raised_in(frames) for frames in (60, 6))
    assert hands_slower(1.4)(slowly) and not hands_slower(1.4)(quickly)
    assert hands_faster(3.6)(quickly) and not hands_faster(3.6)(slowly)


def raised_in(frames: int) -> Observed:
    return Observed(moving(arms=lifted("right", 1.2, 10, frames)))


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_punch_goes_forward_at_the_height_of_the_shoulder(side):
    sign = 1 if side == "left" else -1
    swing = np.zeros((FRAMES, 3))  # a level arm that swings from the side to the front
    swing[:, 1] = -sign * np.interp(np.arange(FRAMES), [20, 26], [0.0, 1.5])
    seen = Observed(moving(arms={f"{side}_shoulder": swing}))
    other = "right" if side == "left" else "left"
    assert punches(seen) and punches_with(side)(seen) and not punches_with(other)(seen)
    assert not punches(Observed(moving()))
    back = Observed(moving(arms={f"{side}_shoulder": -swing}))
    assert not punches(back)


def posed(joint: str, rotvec: list[float], height: float = STANDING_PELVIS) -> Motion:
    base = moving((0, 0.4))
    rotations = base.rotations.astype(float).copy()
    rotations[:, JOINT[joint]] = quat.multiply(
        rotations[:, JOINT[joint]], quat.rotvec_to_quat(np.array(rotvec))
    )
    pelvis = base.pelvis.copy()
    pelvis[:, 2] = height
    return Motion.from_pelvis(base.fps, pelvis, rotations)


def test_low_and_overturned_bodies():
    assert crouches(Observed(posed("pelvis", [0, 0, 0], 0.5))) and not crouches(Observed(moving()))
    assert crawls(Observed(posed("pelvis", [1.4, 0, 0], 0.3))) and not crawls(Observed(moving((0, 1))))
    assert overturns(Observed(posed("pelvis", [0, 0, np.pi], 1.0))) and not overturns(Observed(moving()))


def test_a_hand_at_the_face():
    motion = moving()
    rotations = motion.rotations.astype(float).copy()
    rotations[:, JOINT["right_elbow"]] = quat.rotvec_to_quat(np.array([0, 2.3, 0]))
    rotations[:, JOINT["right_shoulder"]] = quat.rotvec_to_quat(np.array([0, 0.6, 0.1]))
    seen = Observed(Motion(motion.fps, motion.trans, rotations))
    assert seen.face_distance("right") < 0.3 < seen.face_distance("left")
    assert not drinks(Observed(motion))


def test_one_thing_after_another():
    walk, still = moving((0, 1.2)), moving()
    both, turned = walk.concatenate(still), still.concatenate(walk)
    assert then(walks, stops)(Observed(both)) and not then(walks, stops)(Observed(walk))
    assert then(stands, walks)(Observed(turned)) and not then(stands, walks)(Observed(both))
    assert both_of(walks, then(walks, stands))(Observed(both)) and not then(walks, stands)(Observed(walk))
    assert drifts("left")(Observed(moving((0.4, 0.8)))) and not drifts("right")(Observed(moving((0.4, 0.8))))


def test_a_wave_swings_and_a_raised_hand_does_not():
    swing = np.zeros((FRAMES, 3))
    swing[:, 2] = 1.0 + 0.4 * np.sin(np.arange(FRAMES) / FPS * 2 * np.pi)
    assert waves("left")(Observed(moving(arms={"left_shoulder": swing})))
    assert not waves("left")(Observed(moving(arms={"left_shoulder": np.array([0, 0, 1.0])})))
    assert not waves("right")(Observed(moving(arms={"left_shoulder": swing})))


def test_a_bow_leans_forward_not_back():
    def bent(sign: float) -> Motion:
        base = moving()
        rotations = base.rotations.copy()
        lean = np.zeros((FRAMES, 3))
        lean[:, 0] = sign * np.sin(np.linspace(0, np.pi, FRAMES)) * 0.8
        rotations[:, JOINT["spine1"]] = quat.rotvec_to_quat(lean)
        return Motion(base.fps, base.trans, rotations)

    assert bows(Observed(bent(1.0))) and not bows(Observed(bent(-1.0)))
