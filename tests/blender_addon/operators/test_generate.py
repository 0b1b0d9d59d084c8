"""From the button to the keyframes, with a real backend that runs a tiny network."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from foreign_bvh import foreign_text, march
from session_ticks import kept_files, waving_rig

from blender_addon.actions.actions import fcurves
from blender_addon.operators.generate import generate_fault
from blender_addon.properties.preferences import service_settings
from blender_addon.session.session import SESSION
from motion_core.formats.bvh import write_bvh
from motion_core.formats.npz import read_npz, write_npz

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return waving_rig(context)


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


def test_no_rig_no_button(context, session):
    context.scene.laban.prompt = "a person waves"
    assert generate_fault(context) == "no armature is selected: select one, or add a Laban rig"
    data = bpy.data.armatures.new("Dog")
    dog = bpy.data.objects.new("Dog", data)
    context.collection.objects.link(dog)
    context.view_layer.objects.active = dog
    assert "no bone for pelvis" in generate_fault(context)
    assert not bpy.ops.laban.generate.poll()


def test_no_backend_at_all(context, rig, preferences, monkeypatch):
    preferences.python = ""
    assert generate_fault(context) == "no backend yet: make its environment in the preferences of Laban"
    monkeypatch.setenv("LABAN_BACKEND_PYTHON", "/from/the/pipeline")
    assert service_settings().python == "/from/the/pipeline"


def test_any_motion_file_can_be_applied(context, rig, walking_motion, tmp_path):
    path = tmp_path / "from elsewhere.npz"
    write_npz(path, walking_motion)
    bpy.ops.laban.apply_motion(filepath=str(path))
    assert rig.animation_data.action.name == "from elsewhere"
    write_bvh(tmp_path / "a walk.bvh", walking_motion)
    bpy.ops.laban.apply_motion(filepath=str(tmp_path / "a walk.bvh"))
    assert rig.animation_data.action.name == "a walk"
    np.save(tmp_path / "joints.npy", walking_motion.joints())
    bpy.ops.laban.apply_motion(filepath=str(tmp_path / "joints.npy"), fps=25.0, up="z", unit="m")
    assert rig.animation_data.action.name == "joints" and "Z up; m; 25 Hz" in SESSION.outcome.text
    for wrong in ({"joints": "pelvis"}, {"joints": "absent.json"}):
        with pytest.raises(RuntimeError, match=r"pelvis|absent"):
            bpy.ops.laban.apply_motion(filepath=str(path), **wrong)
    (tmp_path / "posed.bvh").write_text(foreign_text(march(30), 1))
    with pytest.raises(RuntimeError, match=r"frame 25 is no T-pose"):
        bpy.ops.laban.apply_motion(filepath=str(tmp_path / "posed.bvh"), t_pose=25)
    bpy.ops.laban.apply_motion(filepath=str(tmp_path / "posed.bvh"))
    assert rig.animation_data.action.name == "posed"
    path.write_bytes(b"PK nothing")
    with pytest.raises(RuntimeError, match=r"from elsewhere\.npz"):
        bpy.ops.laban.apply_motion(filepath=str(path))
