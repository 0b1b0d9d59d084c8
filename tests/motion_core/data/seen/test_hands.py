import numpy as np
import pytest
from gliding_motions import FRAMES, moving
from posed_motions import SQUATTING, posed
from single_deeds import ONCE, arms, held, seen


@pytest.mark.parametrize(
    ("left", "right", "content"),
    [(2.4, 0, "raise up left hand"), (0, 2.4, "raise up right hand"), (2.4, 2.4, "raise up both hands")],
)
def test_hands_that_go_up(left, right, content):
    assert seen(moving(arms=arms(left, right))) == [content]


def test_a_raised_hand_on_the_way_is_not_one_deed():
    assert "raise up right hand" not in seen(moving((0, 1.2), arms=arms(right=2.4)))


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_a_hand_that_swings_from_side_to_side_waves(side, sign):
    swing = np.sin(np.linspace(0, 10 * np.pi, FRAMES))
    joints = {
        f"{side}_shoulder": [0, 0, -0.6 * sign],
        f"{side}_elbow": np.outer(1.9 + 0.5 * swing, [0, 0, sign]),
    }
    assert f"wave {side} hand" in seen(posed(joints).motion)


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_a_fist_that_shoots_forward_punches(side, sign):
    out = np.clip((np.linspace(0, 1, FRAMES) - 0.5) * 24, 0, 1)  # straight after a sixth of a second
    joints = {
        f"{side}_shoulder": np.outer(-0.1 - 1.4 * out, [0, sign, 0]),
        f"{side}_elbow": np.outer(-2.4 * (1 - out), [0, sign, 0]),
    }
    assert seen(posed(joints).motion) == [f"punch {side} hand"]


def test_arms_that_are_spread_are_not_raised():
    assert seen(moving(arms=arms(1.3, 1.3, held()))) == ["spread arms"]


def test_hands_at_the_floor_pick_up():
    assert "pick up both hands" in seen(posed(SQUATTING, height=0.42, share=ONCE).motion)
