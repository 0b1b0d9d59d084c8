"""The motion of prompt strips on the rig: as one action, or as an NLA strip for each.

Only frames that were made anew are written. What an animator changed in others stays. Each action says in its custom
properties what its strips were made by. Everything is on trial: what was there before is not touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import bpy
import numpy as np

from ..actions.about import write_meta
from ..actions.actions import Channel, action_name, curves_of, make_action, put_action, sign, slot_of
from ..actions.continue_keys import put_keys, take_keys
from ..actions.records import PIECE, RECORDS, Piece, Record, nla_pieces, output_of, records_of
from ..actions.remembered import REMEMBERED
from ..trial import trial
from ..trial.nla_tracks import Placed, lay_on_trial, strips_heard
from ..write.bake import pose_channels
from ..write.held_channels import Held, held_channels, let_show
from .canvas import Canvas


@dataclass(frozen=True)
class Segment:
    """A stretch of known frames, and what the rig's channels hold there."""

    first: int
    last: int
    channels: list[Channel]  # values (T,n), one row a frame
    changed: np.ndarray  # (N,) the frames that are written


def write(
    context: bpy.types.Context,
    rig: Any,
    canvas: Canvas,
    pieces: Sequence[Piece],
    records: Mapping[str, Record],
    output: str,
) -> bpy.types.Action:
    """Puts a canvas on a rig on which a trial has begun. Actions of before are not changed.

    records: of all strips that will be on the rig. Returns the action, or that of the first NLA strip.
    """
    segments = list(_segments(context, rig, canvas, output != output_of(rig)))
    trial.remember(rig, **{trial.STRIPS: {"output": output, "heard": strips_heard(rig)}})
    held = held_channels(context, rig)
    held.put(rig)
    if output == "ACTION":
        action = _write_action(rig, segments, held, pieces, records)
        _finish(action, canvas)
        return action
    placed = _piece_actions(rig, segments, held, pieces, records)
    for _, action in placed:
        if action.users == 0:
            _finish(action, canvas)
    if rig.animation_data is not None:
        rig.animation_data.action = None  # so that the NLA is seen
    lay_on_trial(rig, placed)
    return placed[0][1]


def _finish(action: Any, canvas: Canvas) -> None:
    if REMEMBERED in action:  # it was completed or edited, and now strips made it anew
        del action[REMEMBERED]
    write_meta(action, canvas.meta)
    sign(action)


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
    held: Held,
    pieces: Sequence[Piece],
    records: Mapping[str, Record],
) -> bpy.types.Action:
    data = rig.animation_data or rig.animation_data_create()
    prompts = [records[piece.uid].prompt for piece in pieces if piece.uid in records]
    action, former = data.action, records_of(data.action)
    if not former:
        action, slot = make_action(rig, action_name(" / ".join(prompts)), held.channels, pieces[0].start)
        put_action(rig, action, slot)
    else:
        data.action = action = _copy_of(action)
    slot = slot_of(action) if getattr(data, "action_slot", None) is None else data.action_slot
    curves, word = curves_of(action, slot)
    for segment in segments:
        put_keys(curves, segment.channels, segment.first, segment.changed, word)
        let_show(curves, word, held.toggles, segment.changed)
    _vacate(curves, segments, pieces, former)
    _tell(action, [records[piece.uid] for piece in pieces if piece.uid in records])
    return action


def _vacate(
    curves: Any, segments: Sequence[Segment], pieces: Sequence[Piece], former: Mapping[str, Record]
) -> None:
    """Removes the keys that strips left behind when they were moved, shortened or removed."""
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


def _piece_actions(
    rig: bpy.types.Object,
    segments: Sequence[Segment],
    held: Held,
    pieces: Sequence[Piece],
    records: Mapping[str, Record],
) -> list[Placed]:
    """The action of each piece: a new one, a copy with its changed frames in it, or the one there is."""
    former = {
        (strip.action[PIECE], round(strip.frame_start), round(strip.frame_end)): strip
        for _, strip in reversed(list(nla_pieces(rig)))
    }
    placed: list[Placed] = []
    for piece in pieces:
        strip = former.get((piece.uid, piece.start, piece.end))
        changed = any(len(_inside(segment, piece)) for segment in segments)
        if strip is not None and not changed:
            placed.append((piece, strip.action))
            continue
        action = _piece_action(rig, piece, strip, segments, held)
        _tell(action, [records[piece.uid]] if piece.uid in records else [])
        placed.append((piece, action))
    return placed


def _piece_action(
    rig: bpy.types.Object, piece: Piece, strip: Any, segments: Sequence[Segment], held: Held
) -> bpy.types.Action:
    """A copy of a piece's action with its changed frames in it. A new one is given all its frames."""
    if strip is None:
        action, slot = make_action(rig, action_name(piece.name), held.channels, piece.start)
        action[PIECE] = piece.uid
    else:
        action, slot = _copy_of(strip.action), getattr(strip, "action_slot", None)
        if slot is not None:
            slot = action.slots[slot.identifier]
    curves, word = curves_of(action, slot)
    for segment in segments:
        frames = (
            np.arange(max(piece.start, segment.first), min(piece.end, segment.last) + 1)
            if strip is None
            else _inside(segment, piece)
        )
        if len(frames):
            put_keys(curves, segment.channels, segment.first, frames, word)
            let_show(curves, word, held.toggles, frames)
    return action


def _inside(segment: Segment, piece: Piece) -> np.ndarray:
    """The changed frames of a segment that are a piece's."""
    return segment.changed[(segment.changed >= piece.start) & (segment.changed <= piece.end)]


def _copy_of(action: Any) -> Any:
    copy = action.copy()
    copy.use_fake_user = False
    return copy


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
