from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, PARTS, STANDING_PELVIS, UPRIGHT, joint_indices
from motion_core.data import augment
from motion_core.data.augment import compose, concatenate, still_spans, swayed, time_scaled, with_calm_arm

FPS = 20.0
LOWER = joint_indices(["lower_body"])


def made(frames=40, seed=0, speed=1.0, yaw=0.0, arms_down=False) -> Motion:
    """A smooth swing of every joint, walking along its own heading."""
    rng = np.random.default_rng(seed)
    phase = np.linspace(0, frames / 10, frames)[:, None, None]
    swing = rng.normal(0, 0.12, (1, 22, 3)) * np.sin(phase + rng.uniform(0, 6, (1, 22, 3)))
    rotations = quat.rotvec_to_quat(swing)
    if arms_down:
        for side, sign in (("left", -1), ("right", 1)):
            rotations[:, JOINT[f"{side}_shoulder"]] = quat.rotvec_to_quat(np.array([0, 0, 1.3 * sign]))
    rotations[:, 0] = quat.multiply(UPRIGHT, rotations[:, 0])
    pelvis = np.zeros((frames, 3))
    pelvis[:, 1] = -np.arange(frames) * speed / FPS
    pelvis[:, 2] = STANDING_PELVIS + 0.02 * np.sin(phase[:, 0, 0])
    return Motion.from_pelvis(FPS, pelvis, rotations).moved(yaw=yaw, offset=(3.0, -2.0, 0.0))


def steps(motion: Motion) -> np.ndarray:
    """Metres each joint moves between frames (T-1,22)."""
    return np.linalg.norm(np.diff(motion.joints().astype(np.float64), axis=0), axis=-1)


def turns(motion: Motion) -> np.ndarray:
    """Radians each joint turns between frames (T-1,22)."""
    r = motion.rotations.astype(np.float64)
    return 2 * np.arccos(np.clip(np.abs((r[1:] * r[:-1]).sum(-1)), 0, 1))


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.0, 1.25, 2.0])
def test_time_scaling_keeps_the_path(speed):
    motion = made(61)
    scaled = time_scaled(motion, speed)
    assert len(scaled) == round(60 / speed) + 1 and scaled.fps == FPS
    np.testing.assert_allclose(scaled.trans[[0, -1]], motion.trans[[0, -1]], atol=1e-6)
    assert steps(scaled).mean() == pytest.approx(steps(motion).mean() * speed, rel=0.06)
    with pytest.raises(ValueError, match="speed is 0"):
        time_scaled(motion, 0)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 99), st.integers(5, 60), st.integers(12, 60), st.integers(0, 11))
def test_composition_keeps_the_legs_exactly(seed, upper_frames, lower_frames, start):
    upper, lower = made(upper_frames, seed), made(lower_frames, seed + 1)
    both = compose(upper, lower, ["arms"], start=start)
    assert len(both) == len(lower)
    np.testing.assert_array_equal(both.trans, lower.trans)
    free = [j for j in range(22) if j not in joint_indices(["arms"])]
    np.testing.assert_array_equal(both.rotations[:, free], replace(lower).rotations[:, free])
    np.testing.assert_array_equal(both.rotations[:start], replace(lower).rotations[:start])
    assert turns(both).max() < 1.0


def test_composition_shows_the_upper_clip_between_its_fades():
    upper, lower, arms = made(30, 5), made(60, 6), joint_indices(["arms", "head"])
    both = compose(upper, lower, start=10)
    shown = both.rotations[10 + augment.BLEND : 40 - augment.BLEND, arms]
    wanted = upper.rotations[augment.BLEND : 30 - augment.BLEND, arms]
    np.testing.assert_allclose(np.abs((shown * wanted).sum(-1)), 1, atol=1e-5)
    np.testing.assert_array_equal(both.rotations[40:], replace(lower).rotations[40:])
    whole = compose(made(90, 5), lower, ["upper_body"])  # longer than the legs: cut, and nothing fades
    np.testing.assert_allclose(
        np.abs((whole.rotations * made(90, 5).rotations[:60]).sum(-1))[:, 3], 1, atol=1e-5
    )


def test_composition_resamples_to_the_legs_and_refuses_legs():
    lower = made(40, 1)
    assert len(compose(made(40, 2).resample(30), lower)) == 40
    with pytest.raises(ValueError, match="left_knee is lower body"):
        compose(made(), lower, ["left_knee"])
    with pytest.raises(ValueError, match="start is 40"):
        compose(made(), lower, start=40)


def test_mirroring_exchanges_the_composed_arm():
    upper, lower = made(40, 2), made(40, 3)
    a = compose(upper, lower, ["left_arm"]).mirror()
    b = compose(upper.mirror(), lower.mirror(), ["right_arm"])
    np.testing.assert_allclose(np.abs((a.rotations * b.rotations).sum(-1)), 1, atol=1e-6)


def test_calm_arm_is_the_other_ones_mirror_image():
    motion = made(30, 4)
    calm = with_calm_arm(motion, "right")
    assert_same_arm = np.abs((calm.mirror().rotations * calm.rotations).sum(-1))
    np.testing.assert_allclose(assert_same_arm[:, joint_indices(["arms"])], 1, atol=1e-6)
    kept = [j for j in range(22) if j not in joint_indices(["right_arm"])]
    np.testing.assert_array_equal(calm.rotations[:, kept], replace(motion).rotations[:, kept])


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    st.integers(0, 999), st.integers(6, 70), st.integers(6, 70),
    st.floats(-3, 3), st.sampled_from([0.0, 1.0, 2.5]), st.booleans(),
)  # fmt: skip
def test_no_jump_at_a_seam(seed, a_frames, b_frames, yaw, speed, arms_down):
    first, second = made(a_frames, seed, 1.2), made(b_frames, seed + 1, speed, yaw, arms_down)
    joined = concatenate(first, second)
    overlap = augment.BLEND
    assert len(first) + len(second) - 2 * augment.SEARCH - augment.LONGEST_BLEND <= len(joined)
    assert len(joined) <= len(first) + len(second) - min(overlap, a_frames - 1, b_frames - 1)
    own_turn = max(turns(first).max(), turns(second).max())
    own_step = max(steps(first).max(), steps(second).max())
    if min(a_frames, b_frames) > augment.LONGEST_BLEND:
        assert turns(joined).max() <= max(own_turn, augment.SWING_RATE / FPS) * 1.35
    # the root never jumps; a hand may be carried from one pose to the other at SWING_RATE, an arm's length away
    root = np.linalg.norm(np.diff(joined.pelvis, axis=0), axis=-1).max()
    assert root <= own_step + (
        0.02 if min(a_frames, b_frames) > 2 * overlap else 0.06
    )  # little to blend over
    assert np.all(np.isfinite(joined.joints()))


def slides(motion: Motion) -> np.ndarray:
    """Metres over the floor, per frame, of the foot joint that is lowest (T-1,)."""
    feet = motion.joints()[:, joint_indices(["left_ankle", "left_foot", "right_ankle", "right_foot"])]
    step = np.linalg.norm(np.diff(feet[..., :2], axis=0), axis=-1)
    return step[np.arange(len(step)), feet[1:, :, 2].argmin(axis=1)]


def test_the_standing_foot_holds_through_a_seam():
    """Two steps of legs that really push off: the root is made so that the lowest foot stands."""

    def stepping(frames, reach):
        swing = reach * np.cos(np.linspace(0, np.pi, frames))
        rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
        for side, sign in (("left", 1), ("right", -1)):
            rotations[:, JOINT[f"{side}_hip"]] = quat.rotvec_to_quat(
                sign * swing[:, None] * np.array([1.0, 0, 0])
            )
        rotations[:, 0] = UPRIGHT
        rotations[:, JOINT["right_knee"]] = quat.rotvec_to_quat(
            np.array([1.2, 0, 0])
        )  # the left foot carries
        foot = Motion.from_pelvis(FPS, np.tile([0, 0, STANDING_PELVIS], (frames, 1)), rotations).joints()
        pelvis = np.array([0, 0, STANDING_PELVIS]) - (
            foot[:, JOINT["left_foot"]] - foot[0, JOINT["left_foot"]]
        )
        return Motion.from_pelvis(FPS, pelvis, rotations)

    first, second = stepping(30, 0.3), stepping(40, 0.1)
    assert max(slides(first).max(), slides(second).max()) < 0.01
    assert slides(concatenate(first, second)).max() < 0.009  # 0.0135 by a plain blend


def test_alike_clips_join_without_any_extra_movement():
    whole = made(80, 8)
    joined = concatenate(whole.slice(0, 45), whole.slice(35, 80).moved(yaw=2.0, offset=(5, 5, 0)))
    assert steps(joined).max() <= steps(whole).max() * 1.02
    assert turns(joined).max() <= turns(whole).max() * 1.02
    acceleration = np.abs(np.diff(joined.joints(), n=2, axis=0)).max()
    assert acceleration <= np.abs(np.diff(whole.joints(), n=2, axis=0)).max() * 1.5


def test_the_second_clip_goes_on_from_the_first():
    first, second = made(40, 1, 1.0), made(60, 1, 1.0, yaw=1.5)
    joined = concatenate(first, second)
    np.testing.assert_allclose(joined.trans[:10], first.trans[:10], atol=1e-6)
    travel = joined.pelvis[-1] - joined.pelvis[0]  # both walk at 1 m/s towards -Y once aligned
    assert travel[1] < -(len(joined) - 1) / FPS * 0.85 and abs(travel[0]) < 1.0
    lowest = joined.joints()[:, [JOINT["left_foot"], JOINT["right_foot"]], 2].min()
    assert (
        lowest
        >= min(m.joints()[:, [JOINT["left_foot"], JOINT["right_foot"]], 2].min() for m in (first, second))
        - 5e-3
    )


def test_concatenation_refuses_what_it_cannot_join():
    with pytest.raises(ValueError, match="resample"):
        concatenate(made(), made().resample(30))
    with pytest.raises(ValueError, match="at least four"):
        concatenate(made(3), made())


def standing(frames=60) -> Motion:
    rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    for side, sign in (("left", -1), ("right", 1)):
        rotations[:, JOINT[f"{side}_shoulder"]] = quat.rotvec_to_quat(np.array([0, 0, 1.4 * sign]))
    rotations[:, 0] = UPRIGHT
    return Motion.from_pelvis(FPS, np.tile([0, 0, STANDING_PELVIS], (frames, 1)), rotations)


def test_still_spans_are_standing_with_the_hands_down():
    stand = standing()
    assert still_spans(stand, 20) == [(0, 60)]
    assert still_spans(stand, 61) == []
    assert still_spans(made(60, speed=1.0, arms_down=True), 10) == []
    raised = stand.rotations.copy()
    raised[20:30, joint_indices(["left_arm"])] = [1, 0, 0, 0]  # a T-pose arm is not down
    spans = still_spans(replace(stand, rotations=raised), 10)
    assert len(spans) == 2 and spans[0][1] <= 20 and spans[1][0] >= 30


def test_swaying_goes_to_and_fro_without_a_jump():
    motion = made(20, 3, speed=0.0)
    long = swayed(motion, 100)
    assert len(long) == 100 and steps(long).max() <= steps(motion).max() + 1e-6
    np.testing.assert_allclose(long.trans[19 * 2], motion.trans[0], atol=1e-6)
    with pytest.raises(ValueError, match="does not sway"):
        swayed(motion.slice(0, 1), 5)


def test_parts_of_the_table_are_upper_body():
    from motion_core.data.phrases import contents

    for content in contents().values():
        assert not set(joint_indices(content.carries)) & set(LOWER)
    assert set(joint_indices(["arms", "head"])) < set(joint_indices(list(PARTS["upper_body"])))
