"""What actions remember of the prompt strips whose motion they hold, so that a strip knows whether it is up to date.

The records lie in the actions themselves: they are right whatever action the rig plays, after undo, and years later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha1
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import bpy

RECORDS = "laban_strips"  # custom property of an action: JSON list of the strips whose motion it holds
PIECE = "laban_piece"  # custom property of an action that is one NLA strip of ours: which
TRIAL_TRACK = "Prompt Strips (on trial)"  # the NLA track of results that are neither accepted nor rejected


@dataclass(frozen=True)
class Strip:
    """A prompt strip's settings as plain values."""

    uid: str
    prompt: str
    start: int  # frame of its first pose
    end: int  # frame of its last pose, which is the first one of a strip that follows at once
    seed: int
    model: str
    transition: float  # seconds
    steps: int  # 0: the model's own number
    guidance: float  # 0: the model's own value


@dataclass(frozen=True)
class Record(Strip):
    """What the motion of a strip was made by."""

    fps: float = 0.0  # the scene's
    id: str = ""  # of this motion
    entry: str = ""  # id of the motion that this one goes on from, "" for none
    into: str = ""  # id of the motion that this one was led into, "" for none
    version: str = ""  # of the library that made it
    pins: list[dict[str, Any]] = field(
        default_factory=list
    )  # those it met, as `strips/pins.py: told` gives them

    @classmethod
    def of(
        cls, strip: Strip, fps: float, entry: str, into: str, version: str, pins: list[dict[str, Any]]
    ) -> Record:
        made = {
            **asdict(strip), "fps": fps, "entry": entry, "into": into, "version": version, "pins": pins,
        }  # fmt: skip
        return cls(**made, id=sha1(json.dumps(made, sort_keys=True).encode()).hexdigest()[:12])


@dataclass(frozen=True)
class Piece:
    """A stretch of the result with an action of its own in the NLA: a strip, or the gap between two."""

    uid: str  # the strip's, or both strips' for a gap
    name: str
    start: int  # frame of its first pose
    end: int  # frame of its last pose


def records_of(action: Any) -> dict[str, Record]:
    """{uid: record} of the strips whose motion an action holds; {} for any other action.

    Fields that a later version has added are passed over.
    """
    kept = None if action is None else action.get(RECORDS)
    if not isinstance(kept, str):
        return {}
    known = {field.name for field in fields(Record)}
    try:
        entries = [Record(**{k: v for k, v in entry.items() if k in known}) for entry in json.loads(kept)]
    except (ValueError, TypeError, AttributeError):
        return {}
    return {record.uid: record for record in entries}


def nla_pieces(rig: bpy.types.Object) -> Iterator[tuple[Any, Any]]:
    """(track, NLA strip) of ours."""
    data: Any = rig.animation_data
    for track in data.nla_tracks if data is not None else ():
        for strip in track.strips:
            if strip.action is not None and PIECE in strip.action:
                yield track, strip


def output_of(rig: bpy.types.Object) -> str:
    """How the strips' motion is on the rig now: "ACTION", "NLA", or "" when it is not."""
    data: Any = rig.animation_data
    if data is None:
        return ""
    if records_of(data.action):
        return "ACTION"
    return "NLA" if data.action is None and any(True for _ in nla_pieces(rig)) else ""


def records_on(rig: bpy.types.Object) -> dict[str, Record]:
    """{uid: record} of the strips whose motion the rig plays now, where it was put."""
    data: Any = rig.animation_data
    if data is None:
        return {}
    if data.action is not None:
        return records_of(data.action)
    found: dict[str, Record] = {}
    for track, strip in nla_pieces(rig):
        if not (track.mute or strip.mute):
            for uid, record in records_of(strip.action).items():
                if abs(strip.frame_start - record.start) < 0.5 and abs(strip.frame_end - record.end) < 0.5:
                    found[uid] = record
    return found


def joined(first: Record, second: Record) -> bool:
    """Whether the second motion goes on from the first, or the first was led into the second."""
    return second.entry == first.id or first.into == second.id
