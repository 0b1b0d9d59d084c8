"""Feet that stand are held, and nothing else: who runs, jumps, spins, lies or stands on the hands is left alone."""

from __future__ import annotations

import lzma
import tarfile
from dataclasses import replace

import numpy as np
import pytest
from editing_motions import standing, stepping, swaying

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, SOLE
from motion_core.data.mocap import calibrate_actor, clip_to_body, fit_to_motion
from motion_core.editing.planting import lock_feet
from motion_core.formats.bvh_text import read_bvh
from motion_core.formats.calibration import evidence
from motion_core.formats.humanoid import fit_body
from motion_core.metrics.measures.physical import physical_scores

LEGS = [JOINT[f"{side}_{name}"] for side in ("left", "right") for name in ("hip", "knee", "ankle")]
# Of the archive's clips, what feet do that is not walking
CAPTURES = (
    "Male1_B3_Walk", "Male1_C03_Run", "Male1_C17_RunTurnAround", "Male1_B17_Walk2Hop2Walk", "MA_G5_back_kick",
    "MA_G16_double_kick", "Male2_A11_Crawl", "Male1_B24_WalkToCrouch", "Male1_A1_Stand",
)  # fmt: skip


def bends(motion: Motion) -> np.ndarray:
    """Angular accelerations (T-2,6) of the legs' joints, rad/s^2."""
    q = motion.rotations[:, LEGS].astype(np.float64)
    turns = quat.quat_to_rotvec(quat.multiply(quat.conjugate(q[:-1]), q[1:]))
    return np.linalg.norm(np.diff(turns, axis=0), axis=-1) * motion.fps**2


def changes(before: Motion, after: Motion) -> np.ndarray:
    """(T,22) metres."""
    return np.linalg.norm(after.joints().astype(float) - before.joints(), axis=-1)


def turned(motion: Motion, axis: tuple[float, float, float], angles: np.ndarray, height: float) -> Motion:
    """The body turned about a world axis, its pelvis at a height."""
    rotations = motion.rotations.astype(float)
    turn = quat.rotvec_to_quat(angles[:, None] * np.array(axis))
    rotations[:, JOINT["pelvis"]] = quat.multiply(turn, rotations[:, JOINT["pelvis"]])
    pelvis = motion.pelvis.astype(float)
    pelvis[:, 2] = height
    return Motion.from_pelvis(motion.fps, pelvis, rotations)


def test_who_stands_does_not_drift_and_does_not_turn():
    still = standing(100)
    pelvis = still.pelvis.astype(float)
    pelvis[:, 0] += 0.02 * np.arange(100) / 20
    angles = np.radians(8) * np.arange(100) / 100
    locked = lock_feet(
        turned(Motion.from_pelvis(20.0, pelvis, still.rotations), (0, 0, 1), angles, pelvis[0, 2])
    )
    for name in ("left_foot", "right_foot", "left_ankle", "right_ankle"):
        assert np.ptp(locked.joints()[:, JOINT[name], :2], axis=0).max() < 0.004


def test_who_lies_or_is_upside_down_is_left_alone():
    limbs = swaying(2, 60)
    quarter, half = np.full(60, np.pi / 2), np.full(60, np.pi)
    for axis, angles, height in (
        ((1, 0, 0), quarter, 0.1),
        ((0, 1, 0), quarter, 0.15),
        ((1, 0, 0), half, 0.9),
    ):
        other = turned(limbs, axis, angles, height)
        assert changes(other, lock_feet(other)).max() < 0.01


def test_who_spins_on_one_foot_spins():
    spin = turned(standing(40), (0, 0, 1), 2 * np.pi * np.arange(40) / 20, float(standing().pelvis[0, 2]))
    locked = lock_feet(spin)
    assert np.abs(np.unwrap(locked.heading()) - np.unwrap(spin.heading())).max() < 1e-6
    assert bends(locked).max() < bends(spin).max() + 60


def test_who_hops_is_not_pulled_down():
    """Three hops a second, 6 cm high: no foot stands for long. Most of the height stays."""
    still = standing(60)
    pelvis = still.pelvis.astype(float)
    pelvis[:, 2] += 0.06 * np.abs(np.sin(3 * np.pi * np.arange(60) / 20))
    hop = Motion.from_pelvis(20.0, pelvis, still.rotations)
    locked = lock_feet(hop)
    high = hop.joints()[:, JOINT["left_foot"], 2] > SOLE + 0.045
    assert changes(hop, locked)[high].max() < 0.04 and high.sum() > 15


def test_a_heel_that_rises_is_let_go():
    """Rising onto the balls and back: knees stay straight, the pelvis is not held down."""
    still = standing(80)
    tilt = np.radians(40) * np.sin(np.pi * np.arange(80) / 80) ** 2
    rotations = still.rotations.astype(float)
    up = quat.rotvec_to_quat(tilt[:, None] * np.array([1.0, 0.0, 0.0]))
    for side in ("left", "right"):
        rotations[:, JOINT[f"{side}_ankle"]] = quat.multiply(rotations[:, JOINT[f"{side}_ankle"]], up)
    risen = replace(still, rotations=rotations)
    drop = risen.joints()[:, JOINT["left_foot"], 2] - SOLE
    trans = risen.trans.copy()
    trans[:, 2] -= drop
    risen = replace(risen, trans=trans)
    locked = lock_feet(risen)
    assert np.abs(locked.pelvis[:, 2] - risen.pelvis[:, 2]).max() < 0.03
    assert physical_scores(locked).sliding < 0.5


@pytest.mark.parametrize("slide", [0.05, 0.1, 0.15])
def test_knees_of_walkers_who_slide_do_not_pop(slide):
    walk = stepping(88, slide=slide)
    assert bends(lock_feet(walk)).max() < bends(walk).max() + 60


def test_an_hour_of_frames_is_no_matter():
    """Time grows with the length: a matrix of all frames by all frames would need gigabytes."""
    long = stepping(12000, slide=0.05)
    assert len(lock_feet(long)) == 12000


@pytest.fixture(scope="module")
def captures(shared_data) -> dict[str, Motion]:
    wanted, found = set(CAPTURES), {}
    with tarfile.open(fileobj=lzma.open(shared_data / "accad_bvh.tar.xz")) as archive:
        for member in archive:
            name = member.name.removesuffix(".bvh").split("/")[-1]
            if name in wanted:
                body = clip_to_body(read_bvh(archive.extractfile(member).read(), name))
                found[name] = fit_to_motion(*fit_body(body, calibrate_actor([evidence(body)])), body.fps)
    return found


@pytest.mark.shared_data
@pytest.mark.parametrize("name", CAPTURES)
def test_real_motion_hardly_changes(captures, name):
    motion = captures[name]
    locked = lock_feet(motion)
    before, after = physical_scores(motion), physical_scores(locked)
    assert changes(motion, locked).mean() < 0.03
    assert np.percentile(bends(locked), 99) < 1.15 * np.percentile(bends(motion), 99) + 5
    assert after.jerk < 1.05 * before.jerk and after.penetration <= before.penetration + 0.05
    assert (
        not after.sliding > 1.5 * before.sliding + 0.5
    )  # a swing that is nearer to the floor counts as sliding
