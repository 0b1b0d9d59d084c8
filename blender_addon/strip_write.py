"""The motion of prompt strips on the rig: as one action, or as an NLA strip for each.

Only frames that were made anew are written; what an animator changed in others stays. Each action says in its custom
properties what its strips were made by.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import bpy
import numpy as np

from .actions import Channel, action_name, curves_of, make_action, put_action, slot_of
from .bake import pose_channels, switch_channels, write_meta
from .continued_keys import put_keys, take_keys
from .controls import set_switches
from .mapping import bones_of
from .strip_plan import Canvas, Piece
from .strips import PIECE, RECORDS, Record, nla_pieces, output_of, records_of

TRACK = "Prompt Strips"


@dataclass(frozen=True)
class Segment:
    """Known frames one after the other, from `first` on, as channels (T,n); changed: the frames that are written."""

    first: int
    last: int
    channels: list[Channel]
    changed: np.ndarray


def write(
    context: bpy.types.Context,
    rig: bpy.types.Object,
    canvas: Canvas,
    pieces: Sequence[Piece],
    records: Mapping[str, Record],
    output: str,
) -> list[bpy.types.Action]:
    """Puts a canvas on the rig; returns the actions that hold it. records: of all its strips, as they are now."""
    bone_map = bones_of(rig)
    again = output != output_of(rig)
    segments = list(_segments(context, rig, canvas, again))
    set_switches(rig, bone_map.switches)
    switches = switch_channels(rig, bone_map)
    if output == "ACTION":
        actions = [_write_action(rig, segments, switches, pieces, records)]
        for track, strip in list(nla_pieces(rig)):
            _remove_piece(rig, track, strip)
    else:
        if again:
            _clear_action(rig)
        actions = _write_nla(rig, segments, switches, pieces, records)
    for action in actions:
        write_meta(action, canvas.meta)
    return actions


def _segments(
    context: bpy.types.Context, rig: bpy.types.Object, canvas: Canvas, everything: bool
) -> Iterator[Segment]:
    """The stretches of known frames that have something to write."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], canvas.known, [False]]).astype(np.int8)))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist()):
        changed = np.arange(start, stop) if everything else start + np.flatnonzero(canvas.changed[start:stop])
        if len(changed):
            channels = pose_channels(context, rig, canvas.motion.slice(start, stop))
            yield Segment(canvas.first + start, canvas.first + stop - 1, channels, canvas.first + changed)


def _write_action(
    rig: Any,
    segments: Sequence[Segment],
    switches: list[Channel],
    pieces: Sequence[Piece],
    records: Mapping[str, Record],
) -> bpy.types.Action:
    data = rig.animation_data or rig.animation_data_create()
    prompts = [records[piece.uid].prompt for piece in pieces if piece.uid in records]
    action, former = data.action, records_of(data.action)
    if not former:
        action, slot = make_action(rig, action_name(" / ".join(prompts)), switches, pieces[0].start)
        put_action(rig, action, slot)
    elif _shared(action):
        data.action = action = action.copy()
    slot = slot_of(action) if getattr(data, "action_slot", None) is None else data.action_slot
    curves, word = curves_of(action, slot)
    for segment in segments:
        put_keys(curves, segment.channels, segment.first, segment.changed, word)
    _vacate(curves, segments, pieces, former)
    _tell(action, [records[piece.uid] for piece in pieces if piece.uid in records])
    return action


def _vacate(
    curves: Any, segments: Sequence[Segment], pieces: Sequence[Piece], former: Mapping[str, Record]
) -> None:
    """Takes the keys away that strips left behind which were moved, shortened or removed."""
    if not former or not segments:
        return
    frames = np.arange(min(r.start for r in former.values()), max(r.end for r in former.values()) + 1)
    held = np.zeros(len(frames), dtype=bool)
    for piece in pieces:
        held |= (frames >= piece.start) & (frames <= piece.end)
    if held.all():
        return
    paths = {channel.path for channel in segments[0].channels}
    take_keys([curve for curve in curves if curve.data_path in paths], frames[~held])


def _write_nla(
    rig: Any,
    segments: Sequence[Segment],
    switches: list[Channel],
    pieces: Sequence[Piece],
    records: Mapping[str, Record],
) -> list[bpy.types.Action]:
    """One NLA strip for each piece; those of pieces that are gone, or elsewhere now, are removed."""
    wanted = {(piece.uid, piece.start, piece.end): piece for piece in pieces}
    kept: dict[str, Any] = {}
    for track, strip in list(nla_pieces(rig)):
        place = (strip.action[PIECE], round(strip.frame_start), round(strip.frame_end))
        if place in wanted and place[0] not in kept:
            kept[place[0]] = strip
        else:
            _remove_piece(rig, track, strip)
    actions = []
    for piece in pieces:
        strip = kept.get(piece.uid)
        action = _piece_action(rig, piece, strip, segments, switches)
        _tell(action, [records[piece.uid]] if piece.uid in records else [])
        if strip is None:
            strip = _add_strip(rig, piece, action)
        strip.name = action_name(piece.name)
        actions.append(action)
    return actions


def _piece_action(
    rig: bpy.types.Object, piece: Piece, strip: Any, segments: Sequence[Segment], switches: list[Channel]
) -> bpy.types.Action:
    """The action of a piece with its changed frames in it. A new one is given all its frames."""
    if strip is None:
        action, slot = make_action(rig, action_name(piece.name), switches, piece.start)
        action[PIECE] = piece.uid
    else:
        if _shared(strip.action):
            strip.action = strip.action.copy()
        action, slot = strip.action, getattr(strip, "action_slot", None)
    curves, word = curves_of(action, slot)
    for segment in segments:
        frames = (
            np.arange(max(piece.start, segment.first), min(piece.end, segment.last) + 1)
            if strip is None
            else segment.changed[(segment.changed >= piece.start) & (segment.changed <= piece.end)]
        )
        if len(frames):
            put_keys(curves, segment.channels, segment.first, frames, word)
    return action


def _shared(action: bpy.types.Action) -> bool:
    """Whether something else plays the action too: a copy of the rig, say."""
    return action.users - action.use_fake_user > 1


def _add_strip(rig: Any, piece: Piece, action: bpy.types.Action) -> Any:
    data = rig.animation_data or rig.animation_data_create()
    tracks = [track for track, _ in nla_pieces(rig)]
    track = tracks[0] if tracks else data.nla_tracks.new()
    if not tracks:
        track.name = TRACK
    try:
        strip = track.strips.new(action_name(piece.name), piece.start, action)
    except RuntimeError:  # something else lies there
        track = data.nla_tracks.new()
        track.name = TRACK
        strip = track.strips.new(action_name(piece.name), piece.start, action)
    if hasattr(strip, "action_slot"):
        strip.action_slot = slot_of(action)
    strip.extrapolation = "HOLD_FORWARD"
    return strip


def _remove_piece(rig: Any, track: Any, strip: Any) -> None:
    action = strip.action
    track.strips.remove(strip)
    if len(track.strips) == 0:
        rig.animation_data.nla_tracks.remove(track)
    if action.users == 0:
        bpy.data.actions.remove(action)


def _clear_action(rig: Any) -> None:
    """No active action any more, so that the NLA is seen. One of the strips goes, any other stays in the file."""
    data = rig.animation_data or rig.animation_data_create()
    before, data.action = data.action, None
    if before is None or before.users > 0 or before.library is not None:
        return
    if records_of(before):
        bpy.data.actions.remove(before)
    else:
        before.use_fake_user = True


def _tell(action: Any, records: Sequence[Record]) -> None:
    """What made the action, as custom properties."""
    if not records:
        return
    action[RECORDS] = json.dumps([asdict(record) for record in records])
    first = records[0]
    seconds = sum((record.end - record.start) / record.fps for record in records)
    told = {
        "task": "strips", "text": "; ".join(record.prompt for record in records), "model": first.model,
        "seed": first.seed, "seconds": round(seconds, 4), "version": first.version,
    }  # fmt: skip
    write_meta(action, told)
