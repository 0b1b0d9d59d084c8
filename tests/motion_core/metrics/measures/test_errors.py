"""APE and AVE: shifts and turns that must not matter, hand-made errors that must, a literal restatement."""

import numpy as np
import pytest

from motion_core.body.skeleton import JOINT, JOINTS
from motion_core.metrics.measures.errors import PARTS, ape_ave, body_heading, mean_ape_ave


@pytest.fixture
def joints(walking_motion):
    return walking_motion.joints()


def test_the_same_motion_elsewhere_has_no_error(walking_motion, joints):
    moved = walking_motion.moved(yaw=2.1, offset=(3, -4, 0)).joints()
    assert set(ape_ave(joints, moved)) == {f"{kind}_{part}" for kind in ("ape", "ave") for part in PARTS}
    assert all(value == pytest.approx(0, abs=1e-5) for value in ape_ave(joints, moved).values())


def test_heading_is_that_of_the_body(walking_motion, joints):
    turned = walking_motion.moved(yaw=0.7).joints()
    assert np.allclose(np.unwrap(body_heading(turned) - body_heading(joints)), 0.7, atol=1e-5)
    at_rest = np.zeros((1, 22, 3))
    for side, x in (("left", 0.1), ("right", -0.1)):
        at_rest[0, [JOINT[f"{side}_hip"], JOINT[f"{side}_shoulder"]], 0] = x  # left at +X faces -Y
    assert body_heading(at_rest) == pytest.approx([0.0])


def test_height_is_an_error_of_everything_but_the_trajectory(joints):
    raised = joints + np.array([0, 0, 0.25])
    scores = ape_ave(raised, joints)
    for part in ("root", "mean_local", "mean_global"):
        assert scores[f"ape_{part}"] == pytest.approx(0.25, abs=1e-6)
    assert scores["ape_trajectory"] == pytest.approx(0, abs=1e-9)
    assert all(scores[f"ave_{part}"] == pytest.approx(0, abs=1e-6) for part in PARTS)


def test_drift_is_an_error_of_the_root_and_what_hangs_on_it(joints):
    """0, 1, 2 ... cm further forward with each frame: mean 19.5 cm, variance of 0..39 cm squared."""
    still = np.repeat(joints[:1], 40, axis=0)
    drift = np.arange(40) * 0.01
    forward = np.array([np.sin(body_heading(joints[:1])[0]), -np.cos(body_heading(joints[:1])[0]), 0])
    scores = ape_ave(still + drift[:, None, None] * forward, still)
    for part in ("root", "trajectory", "mean_global"):
        assert scores[f"ape_{part}"] == pytest.approx(0.195, abs=1e-5)
        assert scores[f"ave_{part}"] == pytest.approx(np.var(drift, ddof=1), abs=1e-6)
    assert scores["ape_mean_local"] == pytest.approx(0, abs=1e-6)


def test_one_hand_of_21_joints(joints):
    wrong = joints.copy()
    wrong[:, JOINT["left_wrist"], 2] += 0.42
    scores = ape_ave(wrong, joints)
    assert scores["ape_mean_local"] == pytest.approx(0.42 / 21, abs=1e-6)
    assert scores["ape_mean_global"] == pytest.approx(0.42 / 22, abs=1e-6)
    assert scores["ape_root"] == pytest.approx(0, abs=1e-9)


def literal_local(joints):
    """Frame by frame with plane rotations written out."""
    out = np.zeros((len(joints), 21, 3))
    for t, frame in enumerate(joints):
        left = frame[JOINT["left_hip"]] + frame[JOINT["left_shoulder"]]
        right = frame[JOINT["right_hip"]] + frame[JOINT["right_shoulder"]]
        side = (left - right)[:2] / np.linalg.norm((left - right)[:2])  # where the left side points: new +X
        others = [n for n in range(len(JOINTS)) if n != JOINT["pelvis"]]
        for k, n in enumerate(others):
            x, y = frame[n, :2] - frame[JOINT["pelvis"], :2]
            out[t, k] = side[0] * x + side[1] * y, -side[1] * x + side[0] * y, frame[n, 2]
    return out


def test_local_errors_agree_with_a_literal_restatement(joints):
    rng = np.random.default_rng(0)
    other = joints + rng.normal(0, 0.05, joints.shape)
    a, b = literal_local(joints.astype(float)), literal_local(other)
    scores = ape_ave(joints, other)
    assert scores["ape_mean_local"] == pytest.approx(np.linalg.norm(a - b, axis=-1).mean(), rel=1e-5)
    spread = np.linalg.norm(a.var(0, ddof=1) - b.var(0, ddof=1), axis=-1).mean()
    assert scores["ave_mean_local"] == pytest.approx(spread, rel=1e-4)


def test_frames_count_alike_for_ape_and_motions_for_ave(joints):
    """30 frames 1 m too high and 10 frames right: 0.75 m; AVE is a mean over the two motions."""
    long, short = joints[:30], joints[:10]
    means = mean_ape_ave([long + np.array([0, 0, 1]), short], [long, short])
    assert means["ape_root"] == pytest.approx(0.75, abs=1e-6)
    apart = [ape_ave(part[::-1], part)["ave_mean_global"] for part in (long, short)]
    both = mean_ape_ave([long[::-1], short[::-1]], [long, short])
    assert both["ave_mean_global"] == pytest.approx(np.mean(apart))


def test_a_single_frame_has_no_variance(joints):
    one = joints[:1]
    scores = ape_ave(one, one)
    assert scores["ape_root"] == 0 and all(np.isnan(scores[f"ave_{part}"]) for part in PARTS)
    assert np.isnan(mean_ape_ave([one], [one])["ave_root"])
    beside = mean_ape_ave([one, joints[::-1]], [one, joints])
    assert beside["ave_root"] == ape_ave(joints[::-1], joints)["ave_root"]


def test_bad_input_is_named(joints):
    with pytest.raises(ValueError, match="2 motions against 1"):
        mean_ape_ave([joints, joints], [joints])
    with pytest.raises(ValueError, match="at least one"):
        mean_ape_ave([], [])
    with pytest.raises(ValueError, match="40 and 12 frames: cut the longer one"):
        ape_ave(joints, joints[:12])
    with pytest.raises(ValueError, match="not finite"):
        ape_ave(joints * np.nan, joints)
