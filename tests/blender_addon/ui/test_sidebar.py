"""The panels' draw code. Blender draws only with a window; here a layout that records stands in for its canvas, and
checks each name against Blender: properties, operators and their settings, icons."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest
from panel_recorder import Recorder

from blender_addon.backend.client import Job, Service
from blender_addon.session.heard import HEARING
from blender_addon.session.outcome import Outcome, Place, Run
from blender_addon.session.session import SESSION
from blender_addon.ui.sidebar import CLASSES, progress_text
from blender_addon.ui.wrapped_text import (
    columns_of,
    fits_field,
)


def draw(context) -> Recorder:
    """All our panels, one after another."""
    recorder = Recorder()
    for kind in CLASSES:
        if not hasattr(kind, "poll") or kind.poll(context):
            kind.draw(SimpleNamespace(layout=recorder), context)
    return recorder


@pytest.fixture
def nothing_done(preferences):
    SESSION.outcome = Outcome()
    yield
    SESSION.run, SESSION.outcome = None, Outcome()


def test_an_empty_scene_says_what_is_missing(context, nothing_done):
    drawn = draw(context)
    assert "No rig selected" in drawn.texts()
    assert "No backend yet" in drawn.texts()
    assert drawn.names("operator").count("laban.open_preferences") == 2
    assert {"model", "prompt", "seconds", "seed", "new_seed", "start"} <= set(drawn.names("prop"))
    assert "laban.cancel" not in drawn.names("operator")
    assert "non-commercial" in drawn.texts()


def test_with_all_at_hand_only_the_button_is_left(context, nothing_done, preferences):
    preferences.python = "/somewhere/python"
    bpy.ops.laban.add_rig()
    drawn = draw(context)
    assert "Laban" in drawn.names("label")
    assert "laban.generate" in drawn.names("operator")
    assert "o backend" not in drawn.texts()


def test_what_is_heard_of_a_prompt_stands_below_it(context, nothing_done, monkeypatch):
    context.scene.laban.prompt = "a persn"
    monkeypatch.setattr(HEARING, "line", lambda prompt, fragment=False: f"heard {prompt}")
    assert "Heard a persn" in draw(context).texts()
    context.scene.laban.model = "mdm-action"
    assert "a persn" not in draw(context).texts()


def test_a_model_of_actions_asks_for_one(context, nothing_done):
    context.scene.laban.model = "mdm-action"
    drawn = draw(context)
    assert "action" in drawn.names("prop")
    assert "prompt" not in drawn.names("prop")


def test_a_distilled_model_has_no_steps_to_set(context, nothing_done):
    settings = context.scene.laban
    settings.model, settings.steps, settings.guidance = "dit-adaln", 7, 1.5
    assert {"guidance", "steps"} <= set(draw(context).names("prop"))
    assert settings.request().sampling.settings["steps"] == 7
    settings.model = "dit-adaln-fast"
    drawn = draw(context)
    assert not {"steps", "guidance"} & set(drawn.names("prop")) and "built in" in drawn.texts()
    sampling = settings.request().sampling
    assert not sampling.settings and sampling.seed == settings.seed


def test_the_parts_of_a_prompt_are_shown_before_it_is_made(context, nothing_done):
    settings = context.scene.laban
    assert "split" not in draw(context).names("prop")
    settings.prompt, settings.seconds = "a person walks, then waves", 4.0
    drawn = draw(context)
    assert "split" in drawn.names("prop")
    assert "1.7 s a person walks" in " ".join(drawn.texts().split()) and "2.3 s" in drawn.texts()
    assert settings.request().task.split
    settings.split = False
    drawn = draw(context)
    assert "split" in drawn.names("prop") and "1.7 s" not in drawn.texts()
    assert not settings.request().task.split
    settings.split, settings.seconds = True, 2.0
    assert "too short for 2 parts" in draw(context).texts()
    settings.model = "mdm-action"  # makes no sequences
    assert "split" not in draw(context).names("prop")


def test_a_given_start_frame_can_be_set(context, nothing_done):
    assert "start_frame" not in draw(context).names("prop")
    context.scene.laban.start = "GIVEN"
    assert "start_frame" in draw(context).names("prop")


def test_the_shape_is_shown_with_the_user_s_own_body(context, nothing_done, preferences, tmp_path):
    assert "betas" not in draw(context).names("prop")
    preferences.smpl_model = str(tmp_path / "SMPLX_NEUTRAL.npz")
    assert "betas" in draw(context).names("prop")


def run_in_state(state: str, step: int = 0, steps: int = 0, left: float | None = None) -> Run:
    service = Service()
    service.state = "ready"
    job = Job(service, {})
    job.state, job.step, job.steps, job.seconds_left = state, step, steps, left
    run = Run(job, Place(1, 1, "Laban", 1, False), "a person waves", 0)
    run.look()
    return run


@pytest.mark.parametrize(
    ("run", "text", "share"),
    [
        (run_in_state("queued"), "Waiting for its turn", 0),
        (run_in_state("running", 0, 15), "Loading the model", 0),
        (run_in_state("running", 3, 15), "20 %", 0.2),
        (run_in_state("running", 3, 15, 7.6), "20 %, 8 s left", 0.2),
        (run_in_state("running", 15, 15, -0.2), "100 %, 0 s left", 1),
    ],
)
def test_progress_is_put_into_words(run, text, share):
    assert progress_text(run) == (text, pytest.approx(share))


def test_a_run_shows_progress_and_cancel_instead_of_the_button(context, nothing_done):
    SESSION.run = run_in_state("running", 3, 15, 2)
    drawn = draw(context)
    assert drawn.names("progress") == ["20 %, 2 s left"]
    assert "laban.cancel" in drawn.names("operator")
    assert "laban.generate" not in drawn.names("operator")
    SESSION.run.job.service.state = "starting"
    assert draw(context).names("progress") == ["Starting the service"]


def test_a_motion_without_a_rig_can_be_put_on_one(context, nothing_done, tmp_path):
    SESSION.outcome = Outcome("the rig is gone", True, tmp_path / "kept.npz")
    drawn = draw(context)
    assert "The rig is gone" in drawn.texts()
    buttons = [entry for entry in drawn.drawn if entry[:2] == ("operator", "laban.apply_motion")]
    assert str(tmp_path / "kept.npz") in {button[2].filepath for button in buttons}


def test_words_that_a_field_shows_whole_are_not_shown_again(context, nothing_done):
    settings = context.scene.laban
    width = columns_of(context)
    settings.prompt = "i" * (width + 5)
    assert fits_field(settings.prompt, width) and settings.prompt not in draw(context).names("label")
    settings.prompt = "a person walks " + "on and " * 20 + "on"
    assert not fits_field(settings.prompt, width)
    assert settings.prompt in draw(context).texts()


def test_drawing_is_quick(context, nothing_done, preferences):
    """A panel is drawn again at every move of the mouse."""
    import time

    preferences.python = "/somewhere/python"
    bpy.ops.laban.add_rig()
    draw(context)
    start = time.process_time()
    for _ in range(50):
        draw(context)
    assert (time.process_time() - start) / 50 < 0.005


def test_missing_bones_are_said_plainly_and_can_be_chosen_at_once(context, nothing_done, preferences):
    preferences.python = "/somewhere/python"
    thing = bpy.data.objects.new("Crate Rig", bpy.data.armatures.new("Crate"))
    context.collection.objects.link(thing)
    context.view_layer.objects.active = thing
    drawn = draw(context)
    assert "left hip" in drawn.texts() and "left_hip" not in drawn.texts()
    assert "laban.show_bones" in drawn.names("operator")


def test_other_rigs_and_hidden_ones_are_told(context, nothing_done):
    bpy.ops.laban.add_rig()
    first = context.object
    bpy.ops.laban.add_rig()
    second = context.object
    first.select_set(True)
    assert f"The same motion goes on {first.name}" in draw(context).texts()
    second.hide_set(True)
    context.view_layer.objects.active = second
    assert "Hidden: it is animated all the same" in draw(context).texts()


def test_seconds_that_a_model_cannot_make_are_refused_in_the_field(context, nothing_done):
    settings = context.scene.laban
    settings.seconds = 30.0
    assert settings.seconds == 30.0
    settings.model = "mdm-action"
    assert settings.seconds == pytest.approx(settings.longest) and settings.longest < 30
    settings.seconds = 30.0
    assert settings.seconds == pytest.approx(settings.longest)
