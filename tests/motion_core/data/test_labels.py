import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.data.labels import observed_content, pace, usual_paces, with_traits
from motion_core.data.phrases import Label

FPS, FRAMES = 20.0, 60


def standing(raise_left=0.0, raise_right=0.0) -> Motion:
    """Arms down; each rises by that many radians sideways in the middle of the clip and comes down again."""
    bump = np.sin(np.linspace(0, np.pi, FRAMES))
    rotations = np.tile([1.0, 0, 0, 0], (FRAMES, 22, 1))
    for side, sign, angle in (("left", 1, raise_left), ("right", -1, raise_right)):
        turn = sign * (angle * bump - 1.4)
        rotations[:, JOINT[f"{side}_shoulder"]] = quat.rotvec_to_quat(turn[:, None] * np.array([0.0, 0, 1]))
    rotations[:, 0] = UPRIGHT
    return Motion.from_pelvis(FPS, np.tile([0, 0, STANDING_PELVIS], (FRAMES, 1)), rotations)


def walking(speed=1.0, turn=0.0, left=0.0) -> Motion:
    """Gliding forward along a heading that turns by `turn` in all, drifting `left` metres sideways."""
    yaw = np.linspace(0, turn, FRAMES)
    forward = np.stack([np.sin(yaw), -np.cos(yaw), 0 * yaw], 1) * speed / FPS
    side = np.stack([np.cos(yaw), np.sin(yaw), 0 * yaw], 1) * left / FRAMES
    pelvis = np.cumsum(forward + side, axis=0) + [0, 0, STANDING_PELVIS]
    rotations = np.tile([1.0, 0, 0, 0], (FRAMES, 22, 1))
    rotations[:, 0] = quat.multiply(quat.about_z(yaw), UPRIGHT)
    return Motion.from_pelvis(FPS, pelvis, rotations)


@pytest.mark.parametrize("stem", ["wave", "raise up"])
@pytest.mark.parametrize(
    ("left", "right", "hand"), [(2.5, 0, "left hand"), (0, 2.5, "right hand"), (2.5, 2.5, "both hands")]
)
def test_the_hand_that_rises_is_the_hand_that_is_named(stem, left, right, hand):
    for filed_under in ("left hand", "right hand", "both hands"):
        assert observed_content(f"{stem} {filed_under}", standing(left, right)) == f"{stem} {hand}"


def test_turns_and_drifts_are_measured():
    assert observed_content("walk turn left", walking(turn=-1.5)) == "walk turn right"
    assert observed_content("walk turn left", walking(turn=1.5)) == "walk turn left"
    assert observed_content("walk turn right", walking(turn=0.1)) == "walk"
    assert observed_content("walk left", walking(left=1.0)) == "walk left"
    assert observed_content("walk left", walking(left=-1.0)) == "walk right"
    assert observed_content("walk left", walking()) == "walk"
    assert observed_content("walk left", walking(speed=0.0, left=1.0)) == "side step left"
    assert observed_content("bow", walking()) == "bow"


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("spin", [0.0, 6.0])
def test_the_leg_that_kicks_is_named(side, spin):
    motion = walking(speed=0.0, turn=spin)
    swing = quat.rotvec_to_quat(-1.4 * np.sin(np.linspace(0, np.pi, FRAMES))[:, None] * np.array([1.0, 0, 0]))
    rotations = motion.rotations.copy()
    rotations[:, JOINT[f"{side}_hip"]] = swing
    kick = Motion(FPS, motion.trans, rotations)
    assert observed_content("kick", kick) == f"{'spin ' if spin else ''}kick {side} leg"


def test_unclear_clips_keep_their_label():
    assert observed_content("wave left hand", standing()) == "wave left hand"
    assert observed_content("punch", standing()) == "punch"
    assert observed_content("kick", standing()) == "kick"


def test_a_mirrored_motion_has_the_mirrored_label():
    for motion, content in ((standing(2.5, 0), "wave left hand"), (walking(turn=1.5), "walk turn left")):
        assert Label(observed_content(content, motion)).mirrored().content == observed_content(
            content, motion.mirror()
        )


def test_height_is_measured():
    usual: dict[str, float] = {}
    high = with_traits(Label("raise up left hand"), standing(2.9, 0), usual, 1.0)
    low = with_traits(Label("raise up left hand"), standing(1.0, 0), usual, 1.0)
    assert "high" in high.traits and "low" in low.traits
    assert not with_traits(Label("walk"), standing(2.9, 0), usual, 1.0).traits


def test_pace_is_compared_with_the_same_content():
    assert pace(Label("walk"), walking(1.0)) == pytest.approx(1.0, rel=0.05)
    usual = usual_paces(
        [(Label("walk"), 1.0)] * 3 + [(Label("walk", "old"), 0.2)] * 9 + [(Label("bow"), 0.5)]
    )
    assert usual == {"walk": 1.0, "bow": 0.5}
    assert with_traits(Label("walk"), walking(0.5), usual, 0.5).traits == {"slow"}
    assert with_traits(Label("walk"), walking(1.6), usual, 1.6).traits == {"fast"}
    assert with_traits(Label("walk"), walking(), usual, 1.0).traits == frozenset()
