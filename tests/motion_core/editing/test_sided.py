import numpy as np
import pytest
from gliding_motions import moving
from posed_motions import posed
from single_deeds import ONCE, arms, held

from motion_core.editing.sided import on_side
from motion_core.wording.sides import SidedDeed

LIFTED = {"left_hip": [-0.9, 0, 0], "left_knee": [1.5, 0, 0]}
KNEE_DOWN = {"left_knee": [1.57, 0, 0], "right_hip": [-1.5, 0, 0], "right_knee": [1.5, 0, 0]}
LEFT = {  # what is done on the left side
    "hand": moving(arms=arms(left=2.4)),
    "leg": posed({"left_hip": np.outer(-1.5 * ONCE, [1, 0, 0])}).motion,
    "support": posed(LIFTED, share=held()).motion.mirror(),
    "knee": posed(KNEE_DOWN, height=0.5, share=held()).motion,
    "turn": moving(turn=1.5),
    "lean": posed({"spine1": [0, 0, -0.5]}, share=ONCE).motion,
    "way": moving((0.5, 0.0)),
}


@pytest.mark.parametrize("of", LEFT)
def test_what_is_done_on_the_wrong_side_is_mirrored(of):
    motion = LEFT[of]
    assert on_side(motion, SidedDeed("left", of)) is motion
    mirrored = on_side(motion, SidedDeed("right", of))
    assert np.allclose(mirrored.joints(), motion.mirror().joints(), atol=1e-6)
    assert on_side(mirrored, SidedDeed("right", of)) is mirrored


@pytest.mark.parametrize("of", LEFT)
def test_what_is_done_on_neither_side_stays(of):
    for motion in (moving(), moving(arms=arms(2.4, 2.4)), moving().slice(0, 1)):
        for side in ("left", "right"):
            assert on_side(motion, SidedDeed(side, of)) is motion
    assert on_side(LEFT[of], None) is LEFT[of]
