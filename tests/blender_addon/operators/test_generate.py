"""From the button to the keyframes, with a real backend that runs a tiny network."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from session_ticks import kept_files, tick_to_end, tick_until

from blender_addon.actions.actions import fcurves
from blender_addon.operators.generate import generate_fault
from blender_addon.properties.preferences import service_settings
from blender_addon.session.chosen import place_of, settings_of
from blender_addon.session.delivery import file_stem
from blender_addon.session.session import BUSY, SESSION
from motion_core.formats.npz import read_npz, write_npz
from motion_core.results import Words

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    bpy.ops.laban.add_rig()
    settings = context.scene.laban
    settings.prompt, settings.seconds, settings.steps = "a person waves", 1.0, 2
    return context.object


def begin(context) -> None:
    """What the button does where timers run: hand over and return."""
    settings = settings_of(context)
    SESSION.generate(service_settings(), settings.request(), place_of(context), settings.words)


def test_words_become_keyframes(context, rig):
    context.scene.frame_set(11)
    assert bpy.ops.laban.generate() == {"FINISHED"}
    action = rig.animation_data.action
    assert action.name == "a person waves"
    assert tuple(action.frame_range) == (11, 11 + 23)  # 20 poses at 20 Hz span 0.95 s: 23 steps at 24 Hz
    assert len(fcurves(action)) == 22 * 4 + 3
    assert (action["laban_text"], action["laban_seed"], action["laban_steps"]) == ("a person waves", 0, 2)
    assert SESSION.outcome.text.startswith("a person waves: 1.0 s of motion")
    (path,) = kept_files()
    assert "a_person_waves_0" in path.name
    assert read_npz(path).meta["text"] == "a person waves"


def test_of_several_results_the_first_is_on_the_rig_and_all_are_kept(context, rig):
    settings = settings_of(context)
    request = replace(settings.request(), count=3)
    SESSION.generate(service_settings(), request, place_of(context), settings.words)
    SESSION.wait()
    assert "2 more in the list of results" in SESSION.outcome.text and not SESSION.outcome.failed
    seeds = [read_npz(path).meta["seed"] for path in kept_files()]
    assert sorted(seeds) == [0, 1, 2] and rig.animation_data.action["laban_seed"] == 0


def test_words_are_told_in_the_panel(context, rig):
    from blender_addon.backend.http_response import Response
    from blender_addon.session.delivery import deliver

    words = Words(("a person waves", "somebody greets")).to_bytes()
    told = deliver(None, [Response(200, {"content-type": Words.media_type}, words)])
    assert (told.text, told.failed) == ("a person waves", False)
    odd = deliver(None, [Response(200, {"content-type": "image/png"}, b"PNG")])
    assert odd.failed and "update the extension" in odd.text


def test_first_this_then_that_is_made_in_parts_and_again_so(context, rig):
    from blender_addon.changes.remake import request_of

    settings = context.scene.laban
    settings.model, settings.prompt, settings.seconds = "mdm", "a person walks, then waves", 4.0
    bpy.ops.laban.generate()
    action = rig.animation_data.action
    assert "4.0 s of motion in 2 parts" in SESSION.outcome.text
    assert "a person walks" in action["laban_prompts"] and request_of(action).task == settings.request().task
    settings.split = False
    bpy.ops.laban.generate()
    action = rig.animation_data.action
    assert "parts" not in SESSION.outcome.text and "laban_prompts" not in action
    assert request_of(action).task == settings.request().task and not request_of(action).task.split


def test_the_same_seed_gives_the_same_motion_and_another_another(context, rig):
    heads = []
    for seed in (3, 3, 4):
        context.scene.laban.seed = seed
        bpy.ops.laban.generate()
        heads.append([k.co[1] for c in fcurves(rig.animation_data.action) for k in c.keyframe_points])
    np.testing.assert_array_equal(heads[0], heads[1])
    assert np.abs(np.subtract(heads[0], heads[2])).max() > 1e-3


def test_a_new_seed_each_time_is_shown_and_used(context, rig):
    settings = context.scene.laban
    settings.new_seed = True
    seeds = []
    for _ in range(2):
        bpy.ops.laban.generate()
        seeds.append(settings.seed)
        assert rig.animation_data.action["laban_seed"] == settings.seed
    assert len(set(seeds)) == 2
    bpy.ops.laban.random_seed()
    assert settings.seed not in seeds


def test_many_runs_leave_one_action(context, rig):
    for seed in range(5):
        context.scene.laban.seed = seed
        bpy.ops.laban.generate()
    assert [action.name for action in bpy.data.actions] == ["a person waves"]
    assert (len(bpy.data.armatures), len(bpy.data.objects)) == (1, 2)


def test_start_frame_scene_end_and_frame_rate(context, rig):
    settings, scene = context.scene.laban, context.scene
    scene.render.fps, scene.render.fps_base, scene.frame_end = 30, 1.001, 40
    settings.start, settings.start_frame = "GIVEN", 100
    bpy.ops.laban.generate()
    last = 100 + round(0.95 * 30 / 1.001)
    assert tuple(rig.animation_data.action.frame_range) == (100, last)
    assert scene.frame_end == last
    settings.extend_range, settings.start_frame = False, 500
    bpy.ops.laban.generate()
    assert scene.frame_end == last


def test_the_body_stands_for_its_rig(context, rig):
    context.view_layer.objects.active = rig.children[0]
    assert generate_fault(context) == ""
    bpy.ops.laban.generate()
    assert rig.animation_data.action is not None


def test_actions_for_the_model_that_wants_them(context, rig):
    settings = context.scene.laban
    settings.model = "mdm-action"
    settings.action = ""
    assert generate_fault(context) == "choose an action"
    settings.action = "no such thing"
    with pytest.raises(RuntimeError, match=r"no such thing"):
        bpy.ops.laban.generate()


def test_an_action_becomes_keyframes(context, rig):
    settings = context.scene.laban
    settings.model = "mdm-action"
    known = sorted({"walk", "wave"} & set(settings.card.actions))  # those of the tiny checkpoint
    if not known:
        pytest.skip("the catalog knows no actions yet: mdm-action is not trained")
    settings.action = known[0]
    assert bpy.ops.laban.generate() == {"FINISHED"}
    assert rig.animation_data.action.name == known[0]


def test_progress_is_seen_while_it_runs(context, rig):
    context.scene.laban.steps, context.scene.laban.seconds = 1000, 9.0  # long enough for a quick machine too
    begin(context)
    seen = set()

    def over() -> bool:
        if SESSION.run is not None and SESSION.run.job.state == "running":
            seen.add(SESSION.run.job.step)
        return SESSION.run is None

    tick_until(over)
    assert not SESSION.outcome.failed
    assert len(seen) >= 2
    assert SESSION.run is None


def test_a_second_one_waits(context, rig):
    context.scene.laban.steps = 1000
    begin(context)
    assert generate_fault(context) == BUSY
    assert not bpy.ops.laban.generate.poll()
    with pytest.raises(ValueError, match="a motion is being made"):
        begin(context)
    SESSION.cancel()
    assert bpy.ops.laban.generate.poll()


def test_a_cancelled_motion_never_arrives(context, rig):
    settings = context.scene.laban
    settings.steps = 1000
    begin(context)
    tick_until(lambda: SESSION.run.job.step > 0)
    assert bpy.ops.laban.cancel.poll()
    bpy.ops.laban.cancel()
    assert SESSION.outcome.text == "Cancelled"
    assert not bpy.ops.laban.cancel.poll()
    settings.steps, settings.prompt = 2, "the next one"
    bpy.ops.laban.generate()
    assert rig.animation_data.action.name == "the next one"
    assert len(kept_files()) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of Unix")
def test_a_backend_that_dies_in_the_middle_is_told_and_the_next_one_works(context, rig):
    context.scene.laban.steps = 1000
    begin(context)
    tick_until(lambda: SESSION.run.job.step > 0)
    os.kill(SESSION.service._child.process.pid, signal.SIGKILL)
    tick_to_end()
    assert SESSION.outcome.failed
    assert "signal 9" in SESSION.outcome.text
    context.scene.laban.steps = 2
    assert bpy.ops.laban.generate() == {"FINISHED"}


def test_a_rig_deleted_meanwhile_loses_nothing(context, rig):
    begin(context)
    bpy.data.objects.remove(rig)
    tick_to_end()
    assert SESSION.outcome.failed
    assert "'Laban' is not in this file any more" in SESSION.outcome.text
    assert kept_files() == [SESSION.outcome.file]
    bpy.ops.laban.add_rig()
    bpy.ops.laban.apply_motion(filepath=str(SESSION.outcome.file))
    assert bpy.context.object.animation_data.action.name == "a person waves"
    assert not SESSION.outcome.failed


def test_another_file_opened_meanwhile_is_left_alone(context, rig):
    begin(context)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.laban.add_rig()  # of the same name
    tick_to_end()
    assert "not in this file any more" in SESSION.outcome.text
    assert bpy.context.object.animation_data is None
    assert len(kept_files()) == 1


def test_a_rig_renamed_meanwhile_gets_its_motion(context, rig):
    begin(context)
    rig.name = "Somebody else"
    bpy.data.scenes[0].name = "Another"
    tick_to_end()
    assert rig.animation_data.action.name == "a person waves"


def test_edit_mode_at_the_end_keeps_the_motion(context, rig):
    begin(context)
    bpy.ops.object.mode_set(mode="EDIT")
    tick_to_end()
    assert "Edit Mode" in SESSION.outcome.text
    assert SESSION.outcome.file is not None


def test_the_scene_of_the_click_counts(context, rig):
    """Its frame rate and its end, whatever scene is shown when the motion arrives."""
    first = context.scene
    first.render.fps = 60
    begin(context)
    other = bpy.data.scenes.new("Other")
    context.window.scene = other
    tick_to_end()
    assert tuple(rig.animation_data.action.frame_range) == (1, 1 + 57)
    assert other.frame_end == 250


def test_a_folder_that_cannot_be_written_still_gives_the_motion(context, rig, preferences, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    preferences.results = str(tmp_path / "file")
    bpy.ops.laban.generate()
    assert rig.animation_data.action is not None
    assert "not kept as a file" in SESSION.outcome.text


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("", "write what the person shall do"),
        ("   ", "write what the person shall do"),
        ("x" * 10_000, "10000 characters"),
        ("🕺🕺", "has no words"),
    ],
    ids=["empty", "blank", "long", "emoji"],
)
def test_prompts_that_say_nothing_are_refused(context, rig, prompt, words):
    context.scene.laban.prompt = prompt
    with pytest.raises(RuntimeError, match=words if prompt.strip() else "failed|poll"):
        bpy.ops.laban.generate()
    if not prompt.strip():
        assert generate_fault(context) == words
    assert rig.animation_data is None


@pytest.mark.parametrize(("seconds", "kept"), [(0.0, 0.5), (0.05, 0.5), (600.0, 60.0), (2.3, 2.3)])
def test_seconds_stay_in_their_range(context, rig, seconds, kept):
    settings = context.scene.laban
    settings.seconds = seconds
    assert settings.request().task.seconds == kept


def test_seconds_beyond_the_model_are_the_model_s_to_refuse(context, rig):
    context.scene.laban.seconds = 60.0
    with pytest.raises(RuntimeError, match=r"seconds"):
        bpy.ops.laban.generate()


def test_no_rig_no_button(context, session):
    context.scene.laban.prompt = "a person waves"
    assert generate_fault(context) == "no armature is selected: select one, or add a Laban rig"
    data = bpy.data.armatures.new("Dog")
    dog = bpy.data.objects.new("Dog", data)
    context.collection.objects.link(dog)
    context.view_layer.objects.active = dog
    assert "no bone for pelvis" in generate_fault(context)
    assert not bpy.ops.laban.generate.poll()


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("/no/such/python", "there is no Python at /no/such/python"),
        (os.path.dirname(__file__), "is a folder"),
    ],
)
def test_a_wrong_backend_path_is_named(context, rig, preferences, python, words):
    preferences.python = python
    with pytest.raises(RuntimeError, match=words):
        bpy.ops.laban.generate()
    assert words in SESSION.outcome.text
    assert SESSION.run is None


def test_a_backend_that_lacks_laban_says_so(context, rig, preferences, tmp_path):
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {preferences.python} -S "$@"\n')
    bare.chmod(0o755)
    preferences.python = str(bare)
    with pytest.raises(RuntimeError, match="has no motion_core: install it there"):
        bpy.ops.laban.generate()


def test_no_backend_at_all(context, rig, preferences, monkeypatch):
    preferences.python = ""
    assert generate_fault(context) == "no backend yet: make its environment in the preferences of Laban"
    monkeypatch.setenv("LABAN_BACKEND_PYTHON", "/from/the/pipeline")
    assert service_settings().python == "/from/the/pipeline"


def test_the_service_can_be_stopped_and_started(context, rig):
    SESSION.ensure_service(service_settings())
    child = SESSION.service._child.process
    assert not bpy.ops.laban.start_service.poll()
    bpy.ops.laban.stop_service()
    assert child.poll() is not None
    assert not bpy.ops.laban.stop_service.poll()
    bpy.ops.laban.start_service()
    assert SESSION.service.state == "ready"


def test_other_preferences_start_another_service(context, rig, preferences):
    SESSION.ensure_service(service_settings())
    first = SESSION.service._child.process
    SESSION.ensure_service(service_settings())
    assert SESSION.service._child.process is first
    preferences.device = "cpu"
    SESSION.ensure_service(service_settings())
    assert first.poll() is not None
    assert SESSION.service._child.process is not first


def test_any_motion_file_can_be_applied(context, rig, walking_motion, tmp_path):
    path = tmp_path / "from elsewhere.npz"
    write_npz(path, walking_motion)
    bpy.ops.laban.apply_motion(filepath=str(path))
    assert rig.animation_data.action.name == "from elsewhere"
    path.write_bytes(b"PK nothing")
    with pytest.raises(RuntimeError, match=r"from elsewhere\.npz"):
        bpy.ops.laban.apply_motion(filepath=str(path))


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("a person waves!", "a_person_waves"),
        ("../../etc", "etc"),
        ("🕺", "motion"),
        ("", "motion"),
        ("é", "é"),
    ],
)
def test_file_names_are_made_of_words(text, stem):
    assert file_stem(text) == stem


def write_smpl_model(path: Path) -> float:
    """Every 20th vertex of our mannequin as an SMPL file; its first beta makes the body larger by half. Returns the
    height of the unshaped body."""
    from motion_core.body.mesh import mannequin
    from motion_core.body.skeleton import JOINT, PARENTS, REST_JOINTS, TIPS

    body = mannequin()
    template = body.vertices[::20]
    hands = [REST_JOINTS[JOINT[joint]] + offset for joint, offset in (TIPS["left_hand"], TIPS["right_hand"])]
    joints = np.vstack([REST_JOINTS, hands])
    regressor = np.zeros((24, len(template)))
    for row, place in zip(regressor, joints):
        row[np.argsort(np.linalg.norm(template - place, axis=1))[:6]] = 1 / 6
    shapes = np.zeros((len(template), 3, 10))
    shapes[:, :, 0] = template / 2
    parents = [2**32 - 1, *PARENTS[1:], JOINT["left_wrist"], JOINT["right_wrist"]]
    numbers = np.arange(len(template) - 2)
    np.savez(
        path, v_template=template, shapedirs=shapes, J_regressor=regressor,
        f=np.stack([numbers, numbers + 1, numbers + 2], axis=1).astype(np.uint32),
        weights=np.hstack([body.weights[::20], np.zeros((len(template), 2))]),
        posedirs=np.zeros((len(template), 3, 207)), kintree_table=np.array([parents, range(24)], dtype=np.int64),
    )  # fmt: skip
    return float(np.ptp(template[:, 1]))


@pytest.mark.parametrize("beta", [0.0, -1.0])
def test_the_user_s_own_body_gives_the_rig_its_shape(context, preferences, tmp_path, beta):
    height = write_smpl_model(tmp_path / "SMPL_NEUTRAL.npz")
    preferences.smpl_model = str(tmp_path / "SMPL_NEUTRAL.npz")
    context.scene.laban.betas[0] = beta
    assert bpy.ops.laban.add_rig() == {"FINISHED"}
    rig = context.object
    heights = [vertex.co.z for vertex in rig.children[0].data.vertices]
    assert max(heights) - min(heights) == pytest.approx(height * (1 + beta / 2), abs=1e-3)
    assert min(heights) == pytest.approx(0, abs=0.02)
    context.scene.laban.steps, context.scene.laban.seconds = 2, 1.0
    assert generate_fault(context) == ""


def test_a_body_file_that_is_none_is_named(context, preferences, tmp_path):
    (tmp_path / "mine.npz").write_bytes(b"nothing")
    preferences.smpl_model = str(tmp_path / "mine.npz")
    with pytest.raises(RuntimeError, match=r"mine\.npz"):
        bpy.ops.laban.add_rig()
    assert len(bpy.data.armatures) == 0
