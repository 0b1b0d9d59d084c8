"""Complete, edit, sequences on an untrained network: whatever it says, what is kept is kept and lengths are right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_mdm import save_tiny_dit

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT, joint_indices
from motion_core.generators import load_generator
from motion_core.generators.completing import known_frames, layout
from motion_core.generators.windows import fill
from motion_core.tasks import CleanUp, Complete, Edit, Generate, Sampling, Sequence, TaskError
from motion_core.tasks.pins_and_paths import FollowPath, Pin

FEW = Sampling(4, {"steps": 3})


def walk(frames: int, fps: float) -> Motion:
    """Straight ahead, swinging, turned and away from the origin."""
    seconds = np.arange(frames) / fps
    vectors = np.zeros((frames, 22, 3))
    for name, sign in (("left_hip", 1), ("right_hip", -1), ("left_shoulder", -0.5), ("right_shoulder", 0.5)):
        vectors[:, JOINT[name], 0] = 0.4 * sign * np.sin(2 * np.pi * seconds)
    rotations = quat.rotvec_to_quat(vectors)
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    path = np.stack([0 * seconds, -seconds, np.full(frames, STANDING_PELVIS)], 1)
    return Motion.from_pelvis(fps, path, rotations).moved(yaw=0.8).moved(offset=(2.0, -1.0, 0.0))


def same(a: Motion, b: Motion, frames) -> None:
    np.testing.assert_array_equal(a.trans[frames], b.trans[frames])
    np.testing.assert_array_equal(a.rotations[frames], b.rotations[frames])


def test_the_licence_of_a_motion_handed_in_is_told_too(generator):
    """Beside that of the weights, where the two differ; what else its meta says is not the result's."""
    given = replace(walk(40, 20.0), meta={"licence": "CC BY-SA 4.0", "text": "of before", "seed": 99})
    weights = generator.card.licence
    tasks = (
        Complete(given, keep=((0, 8), (30, 40)), loop=False),
        Complete(given, loop=True),
        Edit(given, parts=("left_arm",)),
        Sequence((("run", 1.0),), start=given),
    )
    for task in tasks:
        meta = generator.run(task, FEW).meta
        assert (meta["licence"], meta["given_licence"]) == (f"{weights}; CC BY-SA 4.0", "CC BY-SA 4.0")
        assert meta["seed"] == 4 and meta.get("text") in (None, "run")
        again = generator.run(Edit(replace(given, meta=meta)), FEW).meta
        assert again["licence"] == meta["licence"]  # said once
    for licence in (weights, None):
        meta = generator.run(Edit(replace(given, meta={"licence": licence} if licence else {})), FEW).meta
        assert meta["licence"] == weights and meta.get("given_licence") == licence
    assert "given_licence" not in generator.run(Generate("run", seconds=1.0), FEW).meta


@pytest.mark.parametrize("fps", [20.0, 24.0, 29.97, 60.0])
def test_kept_frames_are_kept_bit_for_bit_at_any_rate(generator, fps):
    given = walk(round(4 * fps), fps)
    end = len(given)
    task = Complete(given, keep=((0, 8), (end // 2, end // 2 + 1), (end - 3, end)), text="a person walks")
    made = generator.run(task, FEW)
    kept = np.r_[0:8, end // 2, end - 3 : end]
    assert made.fps == fps and len(made) == end
    same(made, given, kept)
    free = np.setdiff1d(np.arange(end), kept)
    assert not np.array_equal(made.rotations[free], given.rotations[free])
    assert made.meta["kept"] == len(kept) and made.meta["task"] == "complete"


SHORT = [(60.0, 1, 1), (60.0, 31, 3), (60.0, 58, 2), (120.0, 0, 1), (120.0, 31, 1)]


@pytest.mark.parametrize(("fps", "start", "frames"), SHORT)
def test_gaps_shorter_than_a_frame_of_the_model_are_filled(generator, fps, start, frames):
    """At its start, its end and inside: of such a gap the model may see nothing. Then it is a cubic."""
    given = walk(60, fps)
    hurt = given.rotations.copy()
    hurt[start : start + frames, JOINT["neck"]] = quat.rotvec_to_quat(np.array([0.0, 0.0, 2.0]))
    given = replace(given, rotations=hurt)
    keep = tuple(span for span in ((0, start), (start + frames, 60)) if span[0] < span[1])
    gap = slice(start, start + frames)
    made = generator.run_batch(
        [(Complete(given, keep=keep), FEW), (Edit(given, span=(start, start + frames)), FEW)]
    )
    for motion in made:
        same(motion, given, np.setdiff1d(np.arange(60), np.arange(60)[gap]))
        assert motion.fps == fps and len(motion) == 60
        assert np.abs(np.diff(motion.trans, axis=0)).max() < 0.1
    if frames == 1 and start % (fps / generator.card.fps):
        np.testing.assert_allclose(made[0].rotations[gap, JOINT["neck"]], [[1, 0, 0, 0]], atol=1e-5)
        np.testing.assert_allclose(made[1].rotations[gap, JOINT["neck"]], [[1, 0, 0, 0]], atol=1e-5)


@pytest.mark.parametrize("frames", [1, 3, 6])
@pytest.mark.parametrize("parts", [(), ("left_arm",)])
def test_words_for_very_few_frames_end_well(generator, frames, parts):
    given = walk(60, 60.0)
    made = generator.run(Edit(given, parts, "a person waves", (20, 20 + frames)), FEW)
    same(made, given, np.r_[0:20, 20 + frames : 60])
    joints = np.setdiff1d(np.arange(22), joint_indices(parts) if parts else np.arange(22))
    np.testing.assert_array_equal(made.rotations[:, joints], given.rotations[:, joints])


def test_nothing_behind_the_end_is_nothing_to_make(generator):
    """122 frames at 120 Hz end between two frames of the model."""
    given = walk(122, 120.0)
    made = generator.run(Complete(given, keep=((0, 121),)), FEW)
    same(made, given, slice(0, 121))


def test_a_motion_goes_on_from_its_end(generator):
    given = walk(40, 20.0)
    made = generator.run(Complete(given, keep=((0, 40),), seconds=5.0), FEW)
    assert len(made) == 100
    same(made.slice(0, 40), given, slice(None))
    step = np.linalg.norm(np.diff(made.pelvis[38:44], axis=0), axis=1)
    assert step.max() < 0.6  # untrained as it is, it begins where the motion ends


def test_a_long_motion_is_filled_in_windows(generator):
    given = walk(700, 20.0)
    made = generator.run(Complete(given, keep=((0, 50), (300, 330), (690, 700))), FEW)
    assert len(made) == 700
    same(made, given, np.r_[0:50, 300:330, 690:700])


def test_the_same_seed_gives_the_same_in_any_batch(generator):
    task = Complete(walk(60, 20.0), keep=((0, 10), (50, 60)), text="a person walks")
    other = Complete(walk(90, 30.0), keep=((0, 20),), loop=True)
    alone = generator.run(task, FEW)
    beside = generator.run_batch([(other, FEW), (task, FEW), (Sequence((("walk", 3.0), ("run", 2.0))), FEW)])[
        1
    ]
    np.testing.assert_allclose(alone.joints(), beside.joints(), atol=1e-4)


def test_a_loop_ends_in_the_pose_it_begins_with(generator):
    for travel, clean in ((True, None), (False, None), (True, CleanUp(True, True)), (False, CleanUp(True))):
        task = Complete(None, text="walk", seconds=4.0, loop=True, travel=travel, clean=clean)
        made = generator.run(task, FEW)
        assert len(made) == 80 and made.meta["kept"] == 0
        first, last = made.slice(0, 1), made.slice(79)
        turn = float(first.heading()[0] - last.heading()[0])
        back = last.moved(yaw=turn)
        back = back.moved(offset=tuple(np.append((first.pelvis - back.pelvis)[0, :2], 0.0)))
        np.testing.assert_allclose(back.joints(), first.joints(), atol=1e-3)
        if not travel:
            np.testing.assert_allclose(last.pelvis[0], first.pelvis[0], atol=1e-3)
        home = made.moved(
            yaw=turn
        )  # the end laid over the beginning; velocities just before and after the seam
        home = home.moved(offset=tuple((made.pelvis[0] - home.pelvis[-1]).astype(float)))
        ends, begins = (
            home.at_frames(np.array([78.99, 79.0])).joints(),
            made.at_frames(np.array([0, 0.01])).joints(),
        )
        before, after = ends[1] - ends[0], begins[1] - begins[0]
        assert np.abs(after - before).max() < 0.02 * np.abs(after).max() + 1e-5


def test_an_edit_looks_at_no_more_than_lies_near_it(generator, monkeypatch):
    """What is further away than some seconds is neither encoded nor posed, and is there bit for bit."""
    import motion_core.generators.completing as completing

    seen = []
    monkeypatch.setattr(completing, "fill", lambda brief, studio: _seen(seen, brief, studio))
    given = walk(2000, 20.0)
    for parts in (("left_arm",), ("legs", "pelvis")):
        made = generator.run(Edit(given, parts, None, (1000, 1040)), FEW)
        same(made, given, np.r_[0:1000, 1040:2000])
        assert np.abs(made.rotations[1000:1040] - given.rotations[1000:1040]).max() > 1e-3
    assert seen == [40 + 2 * 5 * 20] * 2


def _seen(seen, brief, studio):
    seen.append(len(brief.motion))
    return fill(brief, studio)


def test_a_loop_in_place_is_the_travelling_one_over_a_belt(generator):
    goes, stays = (
        generator.run(Complete(None, text="walk", seconds=4.0, loop=True, travel=travel), FEW)
        for travel in (True, False)
    )
    inner = [joint for joint in range(22) if joint != JOINT["pelvis"]]
    apart = quat.angle_between(
        goes.rotations[:, inner].astype(float), stays.rotations[:, inner].astype(float)
    )
    assert apart.max() < 0.02
    np.testing.assert_allclose(stays.pelvis[-1], stays.pelvis[0], atol=1e-4)


def test_other_joints_stay_bit_for_bit(generator):
    given = walk(90, 30.0)
    arm = joint_indices(["left_arm"])
    others = np.setdiff1d(np.arange(22), arm)
    made = generator.run(Edit(given, parts=("left_arm",), text="waves", span=(20, 70)), FEW)
    np.testing.assert_array_equal(made.trans, given.trans)
    np.testing.assert_array_equal(made.rotations[:, others], given.rotations[:, others])
    same(made, given, np.r_[0:20, 70:90])
    assert np.abs(made.rotations[30:60, arm] - given.rotations[30:60, arm]).max() > 0.01


def test_a_weak_variation_stays_nearer_than_a_strong_one(monkeypatch):
    monkeypatch.delenv("LABAN_WEIGHTS", raising=False)
    trained = load_generator("dit-adaln", device="cpu")
    trained.card = replace(trained.card, tasks=("generate", "edit"))
    given = trained.run(Generate(text="a person walks forward", seconds=3.0), Sampling(2, {"steps": 8}))

    def off(strength: float) -> float:
        made = trained.run(Edit(given, strength=strength), Sampling(1, {"steps": 8}))
        assert len(made) == 60
        return float(np.abs(made.joints() - given.joints()).mean())

    assert off(0.1) < 0.5 * off(1.0)


def test_pins_and_paths_are_led_to(generator):
    path = FollowPath(((0, 0), (0, -2), (1, -3)))
    made = generator.run(Complete(None, text="walk", seconds=5.0, path=path), FEW)
    assert np.linalg.norm(made.pelvis[0, :2]) < 0.05 and np.linalg.norm(made.pelvis[-1, :2] - [1, -3]) < 0.15
    pin = Pin("pelvis", 3.0, 3.0, (0.5, -1.0, STANDING_PELVIS))
    pinned = generator.run(Complete(None, text="walk", seconds=5.0, pins=(pin,)), FEW)
    assert np.linalg.norm(pinned.pelvis[60] - pin.position) < 0.01


def test_frames_of_two_rates(generator):
    kept = np.array([True, True, True, False, False, False, True, False, True, True])
    assert known_frames(kept, 20.0, 10, 20.0).tolist() == kept.tolist()
    at_half = known_frames(kept, 20.0, 19, 40.0)
    assert at_half[:5].all() and not at_half[5:12].any() and at_half[12] and at_half[16:].all()
    target, layout_kept = layout(Complete(walk(30, 30.0), keep=((0, 30),), seconds=2.0), 20.0)
    assert len(target) == 60 and layout_kept.sum() == 30


def test_models_that_only_generate_say_so(generator, tmp_path):
    save_tiny_dit(tmp_path / "d.safetensors", "adaln")
    plain = load_generator("mdm", checkpoint=tmp_path / "d.safetensors", device="cpu")
    plain.card = replace(plain.card, tasks=("generate",))
    with pytest.raises(TaskError, match="cannot complete"):
        plain.run(Complete(walk(30, 20.0), keep=((0, 5),)), FEW)
