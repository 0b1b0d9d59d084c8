"""What an action says of its motion: written as custom properties, forgotten when the motion is changed."""

from __future__ import annotations

import bpy
import pytest

from blender_addon.actions.about import MAX_PROPERTY, forget_meta, write_meta
from blender_addon.actions.actions import KEYS, OURS, sign
from blender_addon.actions.records import PIECE, RECORDS


@pytest.fixture
def action(context):
    return bpy.data.actions.new("walk")


def test_plain_values_are_kept_as_they_are_and_all_others_as_json(action):
    write_meta(action, {"text": "a person bows", "seed": 7, "seconds": 1.25, "loop": True})
    assert dict(action.items()) == {
        "laban_text": "a person bows", "laban_seed": 7, "laban_seconds": 1.25, "laban_loop": True,
    }  # fmt: skip
    write_meta(action, {"big": 2**40, "parts": ["head"], "nothing": None})
    assert action["laban_big"] == str(2**40)
    assert action["laban_parts"] == '["head"]'
    assert action["laban_nothing"] == "null"


def test_a_name_is_cut_to_what_blender_takes(action):
    write_meta(action, {"x" * 100: 1})
    (name,) = action.keys()
    assert name == "laban_" + "x" * (MAX_PROPERTY - len("laban_"))


def test_what_was_said_before_is_forgotten_but_for_what_is_said_anew(action):
    write_meta(action, {"text": "old", "seed": 7, "licence": "CC0"})
    action[RECORDS], action[PIECE], action["rigger"] = "[]", "piece", "somebody's own"
    sign(action)
    forget_meta(action, {"licence": "CC0", "text": "new"})
    assert set(action.keys()) == {"laban_text", "laban_licence", RECORDS, PIECE, OURS, KEYS, "rigger"}
