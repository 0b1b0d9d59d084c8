"""What happens to a motion that arrives: kept as a file, put on its rig, told in the panel."""

from __future__ import annotations

import time
from dataclasses import replace

import bpy
import pytest
from session_ticks import begin, kept_files, tick_to_end, tick_until

from blender_addon.properties.preferences import service_settings
from blender_addon.session.chosen import place_of, settings_of
from blender_addon.session.delivery import file_stem
from blender_addon.session.session import SESSION
from motion_core.formats.npz import read_npz
from motion_core.results import Words

pytestmark = pytest.mark.usefixtures("session")


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
    (told,) = deliver(None, [Response(200, {"content-type": Words.media_type}, words)])
    assert (told.text, told.failed) == ("a person waves", False)
    (odd,) = deliver(None, [Response(200, {"content-type": "image/png"}, b"PNG")])
    assert odd.failed and "update the extension" in odd.text


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


def test_a_result_arrives_in_steps_and_none_takes_long(context, rig):
    for _ in range(2):  # the first one loads what it needs
        settings_of(context).seconds = 9.8
        begin(context)
        tick_until(lambda: SESSION.run.job.done)
        longest = steps = 0
        while SESSION.run is not None:
            begun = time.thread_time()
            SESSION.tick()
            longest, steps = max(longest, time.thread_time() - begun), steps + 1
        assert not SESSION.outcome.failed and rig.animation_data.action is not None
    assert steps >= 4 and longest < 0.1  # the aim is 0.05


def test_cancelled_between_two_steps_it_never_arrives(context, rig):
    begin(context)
    tick_until(lambda: SESSION.run.job.done)
    SESSION.tick()
    SESSION.cancel()
    for _ in range(5):
        SESSION.tick()
    assert SESSION.run is None and SESSION.outcome.text == "Cancelled"
    assert rig.animation_data is None or rig.animation_data.action is None


def test_a_scene_that_changed_between_two_steps_gets_the_motion_at_its_rate(context, rig):
    begin(context)
    tick_until(lambda: SESSION.run.job.done)
    for _ in range(3):
        SESSION.tick()
    context.scene.render.fps = 48
    tick_to_end()
    assert not SESSION.outcome.failed
    assert rig.animation_data.action.frame_range[1] - rig.animation_data.action.frame_range[0] >= 46
