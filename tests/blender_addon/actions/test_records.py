"""Records of prompt strips: in actions as JSON, heard where their motion plays."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import bpy
import pytest

from blender_addon.actions.records import (
    PIECE,
    RECORDS,
    Record,
    Strip,
    joined,
    nla_pieces,
    output_of,
    records_of,
    records_on,
)

WALK = Strip("a", "a person walks", 1, 25, 7, "mdm", 0.5, 0, 2.5)
PIN = {"joint": "left_wrist", "start": 1, "position": [0.5, 1.0, 1.5]}


def recorded(strip: Strip = WALK, entry: str = "") -> Record:
    return Record.of(strip, 29.97, entry, "", "1.0", [PIN])


def action_of(*records: Record, piece: str = ""):
    action = bpy.data.actions.new("walk")
    action[RECORDS] = json.dumps([asdict(record) for record in records])
    if piece:
        action[PIECE] = piece
    return action


@pytest.fixture
def rig(context):
    rig = bpy.data.objects.new("Actor", None)
    context.collection.objects.link(rig)
    return rig


def test_records_come_back_from_an_action(context):
    walk, wave = recorded(), recorded(replace(WALK, uid="b", prompt="wäve ☺", start=25, end=40))
    assert records_of(action_of(walk, wave)) == {"a": walk, "b": wave}


def test_fields_of_a_later_version_are_passed_over(context):
    action = bpy.data.actions.new("walk")
    action[RECORDS] = json.dumps([{**asdict(recorded()), "mood": "merry"}])
    assert records_of(action) == {"a": recorded()}


@pytest.mark.parametrize("kept", [None, 3, "", "{", "3", "[3]", '[{"uid": "a"}]'])
def test_what_holds_no_records_has_none(context, kept):
    action = bpy.data.actions.new("walk")
    if kept is not None:
        action[RECORDS] = kept
    assert records_of(action) == records_of(None) == {}


def test_an_id_changes_with_whatever_made_the_motion():
    ids = {recorded().id, recorded(replace(WALK, seed=8)).id, recorded(entry="x").id,
           Record.of(WALK, 24, "", "", "1.0", [PIN]).id, Record.of(WALK, 29.97, "", "", "1.0", []).id}  # fmt: skip
    assert len(ids) == 5
    assert recorded().id == recorded().id and len(recorded().id) == 12


def test_motions_are_joined_where_one_goes_on_from_the_other():
    first = recorded()
    after = recorded(replace(WALK, uid="b"), entry=first.id)
    assert joined(first, after)
    assert not joined(after, first)
    assert joined(replace(first, into=after.id), replace(after, entry=""))


def test_records_of_the_played_action_are_heard(rig):
    assert output_of(rig) == "" and records_on(rig) == {}
    rig.animation_data_create().action = action_of(recorded())
    assert output_of(rig) == "ACTION"
    assert records_on(rig) == {"a": recorded()}


def test_records_of_nla_strips_count_where_their_motion_was_put(rig):
    action = action_of(recorded(), piece="a")
    track = rig.animation_data_create().nla_tracks.new()
    strip = track.strips.new("a", 1, action)
    strip.frame_end = 25
    track.strips.new("own", 60, bpy.data.actions.new("own"))
    assert list(nla_pieces(rig)) == [(track, strip)]
    assert output_of(rig) == "NLA"
    assert records_on(rig) == {"a": recorded()}
    strip.frame_end = 30
    assert records_on(rig) == {}
    strip.frame_end = 25
    track.mute = True
    assert records_on(rig) == {} and output_of(rig) == "NLA"
