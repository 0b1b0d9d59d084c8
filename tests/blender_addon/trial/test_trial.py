"""Undo and redo around a trial: landing, Accept and Reject are one step each, and each way back is whole.

Without a window a result pushes no step, so it is told here that there is a history; Accept and Reject push their own,
as operators do.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import pytest
from rig_animation import key_pose
from rig_states import KEYS, state_of
from strip_lists import WALK, WAVE, lay_strips, make

from blender_addon.session import delivery
from blender_addon.session.session import SESSION
from motion_core.body.skeleton import JOINTS

pytestmark = pytest.mark.usefixtures("session")


def rig():
    """After undo every reference is another one."""
    return bpy.data.objects["Laban"]


def seen(frame: int = 13) -> dict:
    """The state of rig and file as a user finds it at a frame."""
    bpy.context.scene.frame_set(frame)
    return {**state_of(rig()), "trial": rig().laban_preview.playing}


def complete() -> Iterator[None]:
    for number, frame in enumerate(KEYS):
        key_pose(rig(), list(JOINTS), frame, seed=number)
    yield
    bpy.ops.laban.complete()


def strips(output: str) -> Iterator[None]:
    lay_strips(rig(), WALK, WAVE)
    rig().laban_strips.output = output
    make()
    bpy.ops.laban.accept()
    rig().laban_strips.strips[1].seed = 5
    yield
    make()


def generate() -> Iterator[None]:
    bpy.context.scene.laban.prompt, bpy.context.scene.laban.seconds = "a person walks", 1.0
    bpy.context.scene.laban_edit.trial = True
    yield
    bpy.ops.laban.generate()


def in_the_nla() -> Iterator[None]:
    """A generated motion that was pushed down is made again in its strip."""
    for _ in generate():
        pass
    bpy.ops.laban.accept()
    data = rig().animation_data
    data.nla_tracks.new().strips.new("walk", 1, data.action)
    if hasattr(data, "action_slot"):
        data.nla_tracks[0].strips[0].action_slot = data.action_slot
    data.action = None
    yield
    bpy.ops.laban.regenerate(seed=5)


MAKERS = {
    "complete": complete,
    "generate": generate,
    "one action": lambda: strips("ACTION"),
    "NLA strips": lambda: strips("NLA"),
    "in the NLA": in_the_nla,
}


@pytest.fixture(params=MAKERS)
def landed(request, context, session, monkeypatch) -> list[dict]:
    """States before and after a result landed on trial, an undo step each."""
    monkeypatch.setattr(delivery, "history_is_kept", lambda: True)
    bpy.ops.laban.add_rig()
    context.scene.laban.steps, context.scene.laban_edit.trial = 2, True
    states = []
    for _ in MAKERS[request.param]():
        states.append(seen())
        bpy.ops.ed.undo_push(message="before")
    states.append(seen())
    assert states[1]["trial"] and not states[0]["trial"]
    assert states[0] != states[1]
    return states


@pytest.mark.parametrize("decide", ["accept", "reject"])
def test_a_decision_is_one_step_back_and_forth(landed, decide):
    before, tried = landed
    assert getattr(bpy.ops.laban, decide)("EXEC_DEFAULT", True) == {"FINISHED"}
    decided = seen()
    assert not decided["trial"] and SESSION.outcome.text
    if decide == "reject":
        assert decided == before
    bpy.ops.ed.undo()
    assert seen() == tried
    assert not SESSION.outcome.text  # "Accepted" would not be true
    bpy.ops.ed.redo()
    assert seen() == decided
    bpy.ops.ed.undo()
    bpy.ops.ed.undo()
    assert seen() == before


@pytest.mark.parametrize("decide", ["accept", "reject"])
def test_after_undo_the_other_decision_is_still_open(landed, decide):
    before, tried = landed
    other = {"accept": "reject", "reject": "accept"}[decide]
    getattr(bpy.ops.laban, decide)("EXEC_DEFAULT", True)
    bpy.ops.ed.undo()
    assert seen() == tried
    assert getattr(bpy.ops.laban, other)("EXEC_DEFAULT", True) == {"FINISHED"}
    if other == "reject":
        assert seen() == before
    else:
        assert not seen()["trial"]
        assert seen()["poses"] == tried["poses"]
