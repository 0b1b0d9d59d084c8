"""The session moved on as Blender's timer does it, and the files it keeps. For tests in Blender."""

from __future__ import annotations

import time
from pathlib import Path

import bpy

from blender_addon.properties.preferences import service_settings
from blender_addon.session.chosen import place_of, settings_of
from blender_addon.session.session import SESSION


def waving_rig(context):
    """Our rig, and a prompt that takes the tiny network two steps for one second."""
    bpy.ops.laban.add_rig()
    settings = context.scene.laban
    settings.prompt, settings.seconds, settings.steps = "a person waves", 1.0, 2
    return context.object


def begin(context) -> None:
    """What the button Generate does where timers run: hand over and return."""
    settings = settings_of(context)
    SESSION.generate(service_settings(), settings.request(), place_of(context), settings.words)


def tick_until(condition, seconds: float = 240.0) -> None:
    """What the timer does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, (SESSION.service.state, SESSION.outcome)
        SESSION.tick()
        time.sleep(0.01)


def tick_to_end() -> None:
    tick_until(lambda: SESSION.run is None)


def kept_files() -> list[Path]:
    from blender_addon.properties.preferences import results_folder

    return sorted(results_folder().glob("*.npz"))
