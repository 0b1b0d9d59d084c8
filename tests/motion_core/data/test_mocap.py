"""Real captures of every source on our body, and the floor."""

from __future__ import annotations

import lzma
import tarfile

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.fitting import HINGES, rest_direction
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.data.mocap import (
    body_key,
    calibrate_actor,
    clip_to_body,
    contacts,
    downstairs,
    fit_errors,
    fit_to_motion,
    floor_slope,
    foot_soles,
    on_floor,
    sole_heights,
    source_of,
    tears,
    turned,
    uneven,
)
from motion_core.data.sources import SOURCES, find_source
from motion_core.formats.bvh_text import read_bvh
from motion_core.formats.calibration import evidence
from motion_core.formats.humanoid import fit_body

FILES = {
    "cmu31": ("cmu_bvh.tar.xz", ("02_01", "02_05", "09_01", "49_02")),
    "cmu_daz": ("cmu_bvh.tar.xz", ("10_01", "13_09")),
    "accad22": ("accad_bvh.tar.xz", ("Male1_B3_Walk", "Male1_C03_Run")),
    "accad24": ("accad_bvh.tar.xz", ("MA_E1_Jab_left", "MA_G5_back_kick")),
    "snu20": ("snu_walk/snu_walk_bvh.tar.xz", ("wd2_walk_straight_fast", "wd2_walk_turn_180")),
    "bandai": ("bandai/bandai_bvh.tar.xz", ("dataset-1_bow_active_001", "dataset-1_run_active_001")),
}  # fmt: skip


def walk(frames: int = 60) -> Motion:
    """Steps along -Y: one foot planted at a time, so that there are contacts to find."""
    from motion_core.body.skeleton import JOINTS, STANDING_PELVIS, UPRIGHT

    rotations = np.tile(quat.IDENTITY, (frames, len(JOINTS), 1))
    rotations[:, 0] = UPRIGHT
    step = np.arange(frames) // 10  # stands for half a second, then a quick step
    forward = np.minimum(np.arange(frames) - 10 * step, 3) / 3 + step
    pelvis = np.stack([0 * forward, -0.5 * forward, np.full(frames, STANDING_PELVIS)], axis=1)
    return Motion.from_pelvis(20.0, pelvis, rotations)


def test_a_level_floor_stays_level():
    motion = on_floor(walk())
    assert np.abs(floor_slope(contacts(foot_soles(motion), 20.0))).max() < 1e-3
    assert np.abs(sole_heights(motion)).max() < 0.01


@pytest.mark.parametrize(("tilt", "height"), [(0.025, 0.3), (-0.03, -1.0)])
def test_a_tilted_room_is_levelled(tilt, height):
    level = walk()
    tilted = turned(level, quat.rotvec_to_quat(np.array([tilt, 0.0, 0.0]))).moved(offset=(0, 0, height))
    assert np.ptp(sole_heights(tilted).min(axis=1)) > 0.05
    found = on_floor(tilted)
    assert np.abs(sole_heights(found)).max() < 0.015


def test_stairs_are_not_a_tilted_room():
    """A single step up in the middle of a walk keeps most of its height."""
    stepped = walk(40)
    trans = stepped.trans.copy()
    trans[20:, 2] += 0.3
    found = on_floor(Motion(20.0, trans, stepped.rotations))
    assert np.median(found.pelvis[30:, 2]) - np.median(found.pelvis[:10, 2]) > 0.2


def stepping(frames: int = 200, rise: float = 0.3) -> Motion:
    """Half of it on the floor, half on something."""
    low = walk(frames)
    trans = low.trans.copy()
    trans[frames // 2 :, 2] += rise
    return Motion(20.0, trans, low.rotations)


@pytest.mark.parametrize("height", [0.0, -0.7])
def test_feet_on_something_stay_above_the_floor(height):
    motion = stepping().moved(offset=(0, 0, height))
    assert uneven(contacts(foot_soles(motion), 20.0))
    lowest = sole_heights(on_floor(motion)).min(axis=1)
    assert np.abs(lowest[:90]).max() < 0.01 and np.abs(lowest[110:] - 0.3).max() < 0.01


def test_a_clip_that_is_wholly_upstairs_comes_down():
    upstairs = on_floor(stepping()).slice(110, 200)
    assert np.abs(sole_heights(downstairs(upstairs)).min(axis=1)).max() < 0.01
    whole = on_floor(stepping())
    assert downstairs(whole) is whole
    assert downstairs(whole.slice(0, 1)).trans[0, 2] == whole.trans[0, 2]


def test_a_level_walk_is_not_uneven():
    assert not uneven(contacts(foot_soles(walk()), 20.0)) and not uneven(np.zeros((3, 3)))


def test_a_jump_stays_above_the_floor():
    motion = walk(40)
    trans = motion.trans.copy()
    trans[15:25, 2] += 0.4
    lowest = sole_heights(on_floor(Motion(20.0, trans, motion.rotations))).min(axis=1)
    assert lowest[20] == pytest.approx(0.4, abs=0.02)
    assert abs(lowest[0]) < 0.02


def test_a_lost_limb_is_noticed():
    motion = walk(10)
    assert not tears(motion)
    rotations = motion.rotations.copy()
    rotations[5:, JOINT["left_hip"]] = quat.rotvec_to_quat(np.array([0.0, 3.0, 0.0]))
    assert tears(Motion(20.0, motion.trans, rotations))


@pytest.fixture(scope="module")
def captures(request) -> dict:
    """source -> clips, read from the archives of the data folder."""
    data = request.getfixturevalue("shared_data")
    found: dict = {}
    for place in {place for place, _ in FILES.values()}:
        wanted = {name: source for source, (p, names) in FILES.items() if p == place for name in names}
        with tarfile.open(fileobj=lzma.open(data / place)) as archive:
            for member in archive:
                name = member.name.removesuffix(".bvh").split("/")[-1]
                if name in wanted:
                    clip = read_bvh(archive.extractfile(member).read(), name)
                    found.setdefault(wanted.pop(name), []).append(clip)
                if not wanted:
                    break
    return found


@pytest.mark.shared_data
@pytest.mark.parametrize("source", sorted(FILES))
def test_real_captures_fit(captures, source):
    clips = captures[source]
    assert len(clips) == len(FILES[source][1])
    assert all(source_of(clip).id == source for clip in clips)
    bodies = [clip_to_body(clip) for clip in clips]
    turns = calibrate_actor([evidence(body) for body in bodies])
    for clip, body in zip(clips, bodies):
        fit = fit_body(body, turns)
        errors = fit_errors(body, *fit)
        assert errors["limbs and spine (deg)"] < 3, (clip.name, errors)
        assert errors["sides exchanged (%)"] == 0, (clip.name, errors)
        motion = fit_to_motion(*fit, body.fps)
        assert motion.fps == 20.0 and not tears(motion)
        lowest = sole_heights(motion).min(axis=1)
        assert np.mean(lowest < -0.03) < 0.1, clip.name
        assert -0.02 < np.percentile(lowest, 20) < 0.03, clip.name
        assert np.degrees(np.median(hand_turn(motion))) < 90, clip.name
        for joint in ("spine1", "spine2", "spine3"):  # nobody walks with a wrung back
            yaw = quat.quat_to_rotvec(motion.rotations[:, JOINT[joint]].astype(float))[:, 1]
            assert abs(np.degrees(np.mean(yaw))) < 12, (clip.name, joint)
        for joint, share in forward_bends(motion).items():
            assert share > 0.9, (clip.name, joint, share)


def forward_bends(motion: Motion) -> dict[str, float]:
    """Share of clearly bent frames in which knees and elbows turn the way joints go."""
    shares = {}
    for _, lower, axis in HINGES:
        local, rest = motion.rotations[:, JOINT[lower]].astype(float), rest_direction(lower)
        bone = quat.rotate(local, rest)  # in the upper bone's frame
        bent = bone @ rest < np.cos(np.radians(35))
        forward = quat.cross(rest, bone[bent]) @ np.array(axis)
        shares[lower] = float(np.mean(forward > 0)) if bent.any() else 1.0
    return shares


def hand_turn(motion: Motion) -> np.ndarray:
    hands = motion.rotations[:, [JOINT["left_wrist"], JOINT["right_wrist"]]]
    return quat.angle_between(hands.astype(float), quat.IDENTITY)


@pytest.mark.shared_data
def test_walkers_face_where_they_walk(captures):
    for source, name in (
        ("cmu31", "02_01"),
        ("accad22", "Male1_B3_Walk"),
        ("bandai", "dataset-1_run_active_001"),
    ):
        clip = next(clip for clip in captures[source] if clip.name == name)
        body = clip_to_body(clip)
        motion = fit_to_motion(*fit_body(body, calibrate_actor([evidence(body)])), body.fps).facing_front()
        way = motion.pelvis[-1] - motion.pelvis[0]
        forward = np.array([np.sin(motion.heading()), -np.cos(motion.heading())]).mean(axis=1)
        assert way[:2] @ forward > 0.9 * np.linalg.norm(way[:2]), name


@pytest.mark.shared_data
def test_actors_are_told_apart(captures):
    keys = [body_key(clip, source_of(clip)) for clip in captures["cmu31"]]
    assert len(set(keys)) == 3  # 02_01 and 02_05 are one actor


def test_kin_help_where_an_actor_says_nothing():
    silent, kin = np.zeros((22, 4, 4)), np.zeros((22, 4, 4))
    turn = quat.rotvec_to_quat(np.array([0.3, 0.2, 0.1]))
    kin[:] = 500 * np.outer(turn, turn)
    assert np.all(np.isnan(calibrate_actor([silent])))
    assert quat.angle_between(calibrate_actor([silent], [kin])[JOINT["left_knee"]], turn) < 1e-6
    other = 1e5 * np.outer(quat.IDENTITY, quat.IDENTITY) + np.zeros((22, 4, 4))
    assert quat.angle_between(calibrate_actor([other], [kin])[JOINT["left_knee"]], quat.IDENTITY) < 0.01


def test_known_skeletons_do_not_take_each_other():
    for source in SOURCES:
        joints = {name.removeprefix("tip:") for name in source.names.values()}
        assert find_source(sorted(joints)) is source
    assert find_source(["Hips", "Head"]) is None
