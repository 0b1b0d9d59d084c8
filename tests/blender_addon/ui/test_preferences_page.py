"""The preferences page, drawn in its states."""

from __future__ import annotations

from panel_recorder import Recorder

from blender_addon.ui.preferences_page import draw_preferences


def test_the_preferences_page_draws_in_every_state(context, preferences):
    recorder = Recorder()
    draw_preferences(recorder, preferences)
    names = set(recorder.names("prop"))
    assert {"backend", "python", "device", "variant", "base_python", "results", "smpl_model"} <= names
    assert "There is no environment yet" in recorder.texts()
    preferences.backend = "SERVER"
    recorder = Recorder()
    draw_preferences(recorder, preferences)
    assert {"address", "token", "certificate"} <= set(recorder.names("prop"))
    assert "python" not in recorder.names("prop")
