"""What an action remembers of a request: text and back, to the bit; bounded; nothing else is believed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from editing_motions import stepping, swaying

from blender_addon.actions.remembered import LONGEST, RememberedRequest, pack, unpack
from motion_core.body.motion import Motion
from motion_core.tasks import Complete, Edit, FollowPath, Pin, Request, Sampling, TaskError

SAMPLING = Sampling(7, {"steps": 10, "guidance": 2.5})


def same(first: Motion, second: Motion) -> bool:
    return (
        np.array_equal(first.trans, second.trans)
        and np.array_equal(first.rotations, second.rotations)
        and first.fps == second.fps
    )


@pytest.mark.parametrize(
    "motion", [swaying(3, frames=50), stepping(40), swaying(1).moved(1.0, (-250, 90, 3))]
)
def test_a_motion_comes_back_within_a_fiftieth_of_a_millimetre(motion):
    again = unpack(pack(motion))
    assert np.abs(again.joints() - motion.joints()).max() < 5e-5
    assert np.abs(again.trans - motion.trans).max() < 2e-5
    assert again.fps == motion.fps


def test_what_is_remembered_is_what_was_asked():
    task = Complete(
        swaying(frames=48), ((0, 5), (40, 48)), "a person waves", pins=(Pin("left_wrist", 0.5, 1.0, (0.1, 0.2, 1)),)
    )  # fmt: skip
    kept = RememberedRequest.of(Request(task, SAMPLING, "dit-adaln"), {"first": -3, "keep": [[0, 5]]})
    again = RememberedRequest.from_text(kept.to_text())
    assert same(kept.task.motion, again.task.motion)
    assert json.dumps(again.asked.to_json()) == json.dumps(kept.asked.to_json())
    assert again.about == kept.about
    assert again.to_text() == kept.to_text()
    assert again.with_seed(3).asked.sampling == Sampling(3, {"steps": 10, "guidance": 2.5})
    assert again.with_seed(None).asked.sampling == SAMPLING


def test_edits_and_paths_too():
    edit = Edit(swaying(frames=30), ("left_arm",), "a person points", (3, 20), 0.5)
    path = Complete(text="a person walks", seconds=4, path=FollowPath(((0, 0), (1, 2)), (0, 3.5), "free"))
    for task in (edit, path):
        again = RememberedRequest.from_text(
            RememberedRequest.of(Request(task, SAMPLING, "mdm"), {}).to_text()
        ).task
        assert type(again) is type(task)
        assert getattr(again, "path", None) == getattr(task, "path", None)
        assert getattr(again, "parts", None) == getattr(task, "parts", None)


def test_licence_and_words_of_what_was_given_are_kept():
    given = Motion(
        20, np.zeros((3, 3)), swaying(frames=3).rotations, meta={"licence": "CC BY 4.0", "text": "x"}
    )
    assert unpack(pack(given)).meta == {"licence": "CC BY 4.0", "text": "x"}


def test_the_size_is_bounded():
    size = len(RememberedRequest.of(Request(Edit(swaying(frames=240)), SAMPLING, "mdm"), {}).to_text())
    assert size < 240 * 300
    rng = np.random.default_rng(0)
    noise = Motion(24, rng.normal(size=(4000, 3)), rng.normal(size=(4000, 22, 4)))
    assert RememberedRequest.of(Request(Edit(noise), SAMPLING, "mdm"), {}).to_text() == ""
    assert LONGEST < 1_000_000  # what the meta of a file holds


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"request": {}}', '{"request": 3, "about": {}}'])
def test_what_is_no_request_is_named(text):
    with pytest.raises(TaskError, match="cannot be read any more"):
        RememberedRequest.from_text(text)


@pytest.mark.parametrize(
    "change",
    [{"frames": 10**9}, {"frames": 31}, {"packed": "####"}, {"packed": "AAAA"}, {"fps": "fast"}, {"fps": 0}],
)
def test_a_damaged_motion_is_named(change):
    entry = json.loads(RememberedRequest.of(Request(Edit(swaying(frames=30)), SAMPLING, "mdm"), {}).to_text())
    entry["request"]["motion"].update(change)
    with pytest.raises(TaskError):
        RememberedRequest.from_text(json.dumps(entry))


def test_a_motion_too_far_away_is_refused():
    with pytest.raises(TaskError, match="apply its location"):
        pack(swaying(frames=3).moved(offset=(40_000, 0, 0)))
