"""Prompt strips: what a rig shall do from which frame to which, one prompt after the other. Kept on the rig.

A strip goes from `start` to `end`; the pose of its end is the pose its neighbour starts with. What a strip's motion was
made by is written into the action that holds the motion (`Record`), so that a strip knows whether it is up to date:
whatever action the rig plays, after undo, and years later.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha1
from itertools import pairwise
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    StringProperty,
)

from motion_core.catalog import CATALOG, DEFAULT_MODEL
from motion_core.tasks import (
    LONGEST,
    MAX_GUIDANCE,
    MAX_SEED,
    MAX_STEPS,
    MIN_SECONDS,
    TaskError,
    check_prompt,
)
from motion_core.tasks.pins_and_paths import Pin

from ..rig.fps import scene_fps

RECORDS = "laban_strips"  # custom property of an action: JSON list of the strips whose motion it holds
PIECE = "laban_piece"  # custom property of an action that is one NLA strip of ours: which
TRIAL = "Prompt Strips (on trial)"  # the NLA track of results that are neither accepted nor rejected
OUTPUTS = (
    ("ACTION", "One action", "All strips in one action of the rig"),
    ("NLA", "NLA strips", "An action for each strip, in an NLA track of the rig, named after its prompt"),
)
EDITABLE: Any = {"LIBRARY_OVERRIDABLE"}


def models() -> list[str]:
    """Ids of the models that can carry on a motion from words."""
    return [card.id for card in CATALOG.values() if card.needs == "text" and "complete" in card.tasks]


def redraw_timelines() -> None:
    """Have the timelines and dope sheets drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "DOPESHEET_EDITOR":
                area.tag_redraw()


def _changed(self: Any, context: bpy.types.Context) -> None:
    redraw_timelines()


def _search_models(self: Any, context: bpy.types.Context, typed: str) -> list[str]:
    return [model for model in models() if typed.lower() in model]


class LabanStrip(bpy.types.PropertyGroup):
    """One prompt and its frames."""

    uid: StringProperty(
        name="Identity",
        options={"HIDDEN"},
        override=EDITABLE,
        description="By which its motion knows the strip",
    )
    prompt: StringProperty(
        name="Prompt", update=_changed, override=EDITABLE,
        description="What the person does meanwhile, in a sentence",
    )  # fmt: skip
    start: IntProperty(
        name="Start", update=_changed, override=EDITABLE, description="Frame of the first pose"
    )
    end: IntProperty(
        name="End", update=_changed, override=EDITABLE,
        description="Frame of the last pose, which is the first one of a strip that follows at once",
    )  # fmt: skip
    seed: IntProperty(
        name="Seed", min=0, max=MAX_SEED, update=_changed, override=EDITABLE,
        description="The same words with another seed give another motion; with the same seed the same one",
    )  # fmt: skip
    model: StringProperty(
        name="Model", default=DEFAULT_MODEL, search=_search_models, update=_changed, override=EDITABLE,
        description="Who moves: the id of a model that can carry on a motion",
    )  # fmt: skip
    transition: FloatProperty(
        name="Transition", default=0.5, min=0.0, max=3.0, precision=2, update=_changed, override=EDITABLE,
        description="Seconds in which the strip before goes over into this one: half of them are taken from its end",
    )  # fmt: skip
    steps: IntProperty(
        name="Steps", min=0, max=MAX_STEPS, update=_changed, override=EDITABLE,
        description="More steps cost more time and gain little. 0: the model's own number",
    )  # fmt: skip
    guidance: FloatProperty(
        name="Guidance", min=0.0, max=MAX_GUIDANCE, precision=1, update=_changed, override=EDITABLE,
        description="How closely the motion follows the words. 0: the model's own value",
    )  # fmt: skip


class LabanStrips(bpy.types.PropertyGroup):
    """`object.laban_strips`"""

    strips: CollectionProperty(
        type=LabanStrip, override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"},
        description="Prompts one after the other",
    )  # fmt: skip
    chosen: IntProperty(
        name="Chosen strip",
        update=_changed,
        override=EDITABLE,
        description="The strip that is shown and changed",
    )
    output: EnumProperty(
        name="Result", items=OUTPUTS, override=EDITABLE, description="What the strips become on the rig"
    )
    use_pins: BoolProperty(
        name="Use pins", default=True, override=EDITABLE,
        description="Meet the pins of the rig's list whose frames lie in the strips",
    )  # fmt: skip


@dataclass(frozen=True)
class Strip:
    """A strip's settings as plain values. frames: both ends have a pose; guidance and steps 0: the model's own."""

    uid: str
    prompt: str
    start: int
    end: int
    seed: int
    model: str
    transition: float
    steps: int
    guidance: float


@dataclass(frozen=True)
class Record(Strip):
    """What a strip's motion was made by. fps: of the scene. id: of this motion. entry: the id of the motion before it
    that it was carried on from, "" for none. into: the id of the one behind it that it was led into, "" for none.
    pins: that it met, plain values (`strip_pins.told`).
    """

    fps: float = 0.0
    id: str = ""
    entry: str = ""
    into: str = ""
    version: str = ""
    pins: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(
        cls, strip: Strip, fps: float, entry: str, into: str, version: str, pins: list[dict[str, Any]]
    ) -> Record:
        made = {
            **asdict(strip), "fps": fps, "entry": entry, "into": into, "version": version, "pins": pins,
        }  # fmt: skip
        return cls(**made, id=sha1(json.dumps(made, sort_keys=True).encode()).hexdigest()[:12])


def settings(strip: LabanStrip) -> Strip:
    """A strip of the list as plain values."""
    values = {field.name: getattr(strip, field.name) for field in fields(Strip)}
    for name in ("transition", "guidance"):  # Blender keeps 0.3 as 0.30000001
        values[name] = round(values[name], 4)
    return Strip(**values)


def in_order(rig: Any) -> list[Strip]:
    """The strips of a rig as they follow each other."""
    return sorted(map(settings, rig.laban_strips.strips), key=lambda strip: (strip.start, strip.end))


def new_uid() -> str:
    return uuid.uuid4().hex[:12]


def fault_of(strip: Strip, fps: float) -> str:
    """Why this strip alone cannot be made, "" when it can."""
    title = f"strip {strip.prompt[:30]!r} (frames {strip.start} to {strip.end})"
    seconds = (strip.end - strip.start) / fps
    if strip.end <= strip.start:
        return f"{title} has no length: move its end behind its start"
    if not MIN_SECONDS - 1e-6 <= seconds <= LONGEST:
        return f"{title} lasts {seconds:.2f} s: make it {MIN_SECONDS:g} to {LONGEST:g} seconds long"
    if strip.model not in CATALOG:
        return f"{title} wants the model {strip.model!r}, unknown to this version: choose {' or '.join(models())}"
    if strip.model not in models():
        return f"{title}: the model {strip.model!r} carries on no motion: choose {' or '.join(models())}"
    try:
        check_prompt(strip.prompt)
    except TaskError as error:
        return f"{title}: {error}"
    return ""


def strips_fault(strips: Sequence[Strip], fps: float) -> str:
    """Why strips in order cannot be made, "" when they can."""
    if not strips:
        return "there are no prompt strips: add one"
    for strip in strips:
        if fault := fault_of(strip, fps):
            return fault
    for first, second in pairwise(strips):
        if second.start < first.end:
            return (
                f"strips {first.prompt[:30]!r} and {second.prompt[:30]!r} overlap by {first.end - second.start} "
                "frames: move one, or snap them to each other"
            )
    return ""


def records_of(action: Any) -> dict[str, Record]:
    """{uid: record} of the strips whose motion an action holds; {} for any other action. What a later version may have
    added is passed over.
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


def stale(
    strips: Sequence[Strip],
    records: Mapping[str, Record],
    fps: float,
    pins: Mapping[str, Sequence[Pin]] | None = None,
) -> dict[str, str]:
    """{uid: why} of the strips whose motion on the rig is not, or no longer, what they say. pins: of each, in seconds
    from its start; None does not look at them.
    """
    from .pins import pins_moved

    reasons: dict[str, str] = {}
    before: Record | None = None
    for strip in strips:
        record = records.get(strip.uid)
        if record is None:
            reasons[strip.uid] = "not made"
            before = None
            continue
        changed = [f.name for f in fields(Strip) if getattr(strip, f.name) != getattr(record, f.name)]
        if record.fps != fps:
            changed.append("frame rate")
        if pins is not None and pins_moved(record, pins.get(strip.uid, ())):
            changed.append("pins")
        if changed:
            reasons[strip.uid] = f"changed: {', '.join(changed)}"
        elif before is not None and not joined(before, record):
            reasons[strip.uid] = "the strip before changed"
        before = record
    return reasons


def stale_on(context: bpy.types.Context, rig: Any) -> dict[str, str]:
    """{uid: why} of a rig's strips that are to be made; {} without strips. Cheap enough for a panel."""
    from motion_core.rig_maps import RigError  # needs numpy, which is not loaded with the extension

    from .pins import pins_in_strips

    if not len(rig.laban_strips.strips):
        return {}
    scene: Any = context.scene
    fps, strips = scene_fps(scene), in_order(rig)
    try:
        pins = pins_in_strips(rig, strips, fps)
    except RigError:  # told by the button
        pins = None
    return stale(strips, records_on(rig), fps, pins)
