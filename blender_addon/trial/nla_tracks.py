"""The NLA tracks of prompt strips. On trial they lie in a track of their own, which is then settled or removed.

During a trial the former strips are muted, and nothing else of them changes. So the way back needs no copy of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ..actions.actions import action_name, let_go, slot_of, succeed
from ..actions.records import PIECE, TRIAL_TRACK, Piece, nla_pieces, records_of

TRACK = "Prompt Strips"
EXTENT = ("action_frame_start", "action_frame_end", "scale", "repeat", "frame_start", "frame_end")
Placed = tuple[Piece, Any]  # where an action plays


def strips_heard(rig: bpy.types.Object) -> list[str]:
    """Names of the NLA strips of ours that are not muted; a name is there once on a rig."""
    return [strip.name for _, strip in nla_pieces(rig) if not strip.mute]


def lay_on_trial(rig: Any, placed: Sequence[Placed]) -> None:
    """The actions play in a track right above that of the strips of before, which are muted."""
    data = rig.animation_data or rig.animation_data_create()
    former = list(nla_pieces(rig))
    for _, strip in former:
        strip.mute = True
    track = data.nla_tracks.new(prev=former[-1][0]) if former else data.nla_tracks.new()
    track.name = TRIAL_TRACK
    for piece, action in placed:
        _new_strip(track, piece, action)


def take_back(rig: Any, state: Mapping[str, Any]) -> None:
    """The strips of before play again; those on trial are gone, and so are the actions that only they played."""
    tried = {action for _, action in _lift(rig, state)}
    for action in tried:
        if action.users == 0:
            bpy.data.actions.remove(action)


def settle(rig: Any, state: Mapping[str, Any]) -> None:
    """What was on trial stays: NLA strips take the places of those of before, or one action takes that of all."""
    placed = _lift(rig, state)
    if state["output"] == "ACTION":
        for track, strip in list(nla_pieces(rig)):
            _remove_piece(rig, track, strip)
    else:
        _place(rig, placed)


def _lift(rig: Any, state: Mapping[str, Any]) -> list[Placed]:
    """Takes the track on trial away, unmutes what it stood for, and says what was in it."""
    data = rig.animation_data
    placed: list[Placed] = []
    for track in [
        track for track in (data.nla_tracks if data is not None else ()) if track.name == TRIAL_TRACK
    ]:
        for strip in track.strips:
            if strip.action is not None and PIECE in strip.action:
                placed.append((_piece_of(strip), strip.action))
        data.nla_tracks.remove(track)
    for _, strip in nla_pieces(rig):
        if strip.name in state["heard"]:
            strip.mute = False
    return placed


def _piece_of(strip: Any) -> Piece:
    uid = strip.action[PIECE]
    record = records_of(strip.action).get(uid)
    name = record.prompt if record is not None else "(between)"
    return Piece(uid, name, round(strip.frame_start), round(strip.frame_end))


def _place(rig: Any, placed: Sequence[Placed]) -> None:
    """NLA strips of pieces that stay where they are play their new action; those of pieces that are gone go."""
    wanted = {(piece.uid, piece.start, piece.end): action for piece, action in placed}
    kept: dict[str, Any] = {}
    for track, strip in list(nla_pieces(rig)):
        place = (strip.action[PIECE], round(strip.frame_start), round(strip.frame_end))
        if place in wanted and place[0] not in kept:
            kept[place[0]] = strip
        else:
            _remove_piece(rig, track, strip)
    for piece, action in placed:
        strip = kept.get(piece.uid)
        if strip is None:
            strip = _add_strip(rig, piece, action)
        elif strip.action != action:
            former, strip.action = strip.action, action
            _choose_slot(strip, action)
            succeed(former, action)
        strip.name = action_name(piece.name)


def _add_strip(rig: Any, piece: Piece, action: bpy.types.Action) -> Any:
    data = rig.animation_data or rig.animation_data_create()
    for track, _ in nla_pieces(rig):
        try:
            return _new_strip(track, piece, action)
        except RuntimeError:  # something else lies there
            continue
    track = data.nla_tracks.new()
    track.name = TRACK
    return _new_strip(track, piece, action)


def _new_strip(track: Any, piece: Piece, action: bpy.types.Action) -> Any:
    strip = track.strips.new(action_name(piece.name), piece.start, action)
    _choose_slot(strip, action)
    strip.extrapolation = "HOLD_FORWARD"
    return strip


# --- any NLA strips, with another action ------------------------------------------------------------------------------


def strips_with(rig: Any, action: bpy.types.Action) -> list[tuple[Any, Any]]:
    """(track, NLA strip) of those that play an action."""
    data = rig.animation_data
    tracks = data.nla_tracks if data is not None else ()
    return [(track, strip) for track in tracks for strip in track.strips if strip.action == action]


def replace_action(rig: Any, old: bpy.types.Action, new: bpy.types.Action) -> list[list[Any]]:
    """NLA strips that play one action play another, where they are; returns what `put_back` needs."""
    state = []
    for track, strip in strips_with(rig, old):
        slot = getattr(strip, "action_slot", None)
        state.append([track.name, strip.name, None if slot is None else slot.identifier, _extent(strip)])
        extent = _extent(strip)
        strip.action = new
        _choose_slot(strip, new)
        strip.frame_start, strip.frame_end = extent["frame_start"], extent["frame_end"]
    return state


def put_back(rig: Any, new: bpy.types.Action, old: bpy.types.Action, state: Sequence[Sequence[Any]]) -> None:
    """The inverse of `replace_action`."""
    known = {(track, name): (slot, extent) for track, name, slot, extent in state}
    for track, strip in strips_with(rig, new):
        slot, extent = known.get((track.name, strip.name), (None, {}))
        strip.action = old
        if slot is not None and slot in old.slots:
            strip.action_slot = old.slots[slot]
        for name, value in extent.items():
            setattr(strip, name, value)


def _extent(strip: Any) -> dict[str, float]:
    """What a change of its action may change."""
    return {name: getattr(strip, name) for name in EXTENT}


def _choose_slot(strip: Any, action: bpy.types.Action) -> None:
    if hasattr(strip, "action_slot"):
        strip.action_slot = slot_of(action)


def _remove_piece(rig: Any, track: Any, strip: Any) -> None:
    action = strip.action
    track.strips.remove(strip)
    if len(track.strips) == 0:
        rig.animation_data.nla_tracks.remove(track)
    let_go(action)
