"""What the operators share that have a motion made: faults are reported, shown, and nothing is left running."""

from __future__ import annotations

import os

import bpy
import pytest
from session_ticks import waving_rig

from blender_addon.operators.generate import generate_fault
from blender_addon.session.session import SESSION

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return waving_rig(context)


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


def test_seconds_beyond_a_clip_of_the_model_are_made_of_several(context, rig):
    context.scene.laban.seconds = 20.0
    assert bpy.ops.laban.generate() == {"FINISHED"}
    first, last = rig.animation_data.action.frame_range
    assert (last - first) / context.scene.render.fps == pytest.approx(20.0, abs=0.2)


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
