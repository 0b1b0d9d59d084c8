import numpy as np
import pytest
from gliding_motions import FRAMES, moving
from posed_motions import posed
from single_deeds import held, seen


def test_standing_and_walking_straight_show_nothing_single():
    assert seen(moving()) == seen(moving((0, 1.2))) == []


@pytest.mark.parametrize("sign", [-1, 1])
def test_turns_and_steps_to_a_side(sign):
    side = "left" if sign > 0 else "right"
    assert seen(moving((0, 1.0), turn=sign * 1.8)) == [f"walk turn {side}"]
    assert seen(moving(turn=sign * 2.2)) == [f"turn {side}"]
    assert f"full turn {side}" in seen(moving(turn=sign * 7.4))
    assert seen(moving((sign * 0.5, 0))) == [f"side step {side}"]
    assert seen(moving((sign * 0.6, 0.7))) == [f"walk {side}"]


@pytest.mark.parametrize(("speed", "pace"), [(0.8, "walk"), (2.6, "run")])
@pytest.mark.parametrize("sign", [-1, 1])
def test_round_ways_are_circles(speed, pace, sign):
    motion = moving((0, 2 * speed), turn=sign * 5.5).at_frames(np.linspace(0, FRAMES - 1, 2 * FRAMES))
    assert seen(motion)[0] == f"{pace} circle {'left' if sign > 0 else 'right'}"


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_foot_that_shoots_up_kicks(side):
    swing = np.zeros(FRAMES)
    swing[30:40] = np.sin(np.linspace(0, np.pi, 10))
    assert seen(posed({f"{side}_hip": np.outer(-1.6 * swing, [1, 0, 0])}).motion) == [f"kick {side} leg"]


@pytest.mark.parametrize(("side", "lifted"), [("left", "right"), ("right", "left")])
def test_a_foot_held_up_is_balance_on_the_other(side, lifted):
    joints = {f"{lifted}_hip": [-0.9, 0, 0], f"{lifted}_knee": [1.5, 0, 0]}
    assert f"stand on {side} leg" in seen(posed(joints, share=held()).motion)
