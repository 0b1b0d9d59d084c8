"""What has to be made so that prompt strips become one motion, step after step.

The canvas is the rig's motion at the scene's rate. Some of its frames are known: those of strips that stay as they are.
A step fills frames between known ones. The step of a strip begins half its transition before the strip, so that the
motion before it goes over into it. A gap between two strips is made without words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion, all_said
from motion_core.body.skeleton import JOINTS
from motion_core.catalog import find_card, sampling_of
from motion_core.tasks import MAX_SEED, Complete, Generate, Request
from motion_core.tasks import Sequence as PromptSequence
from motion_core.tasks.pins_and_paths import Pin

from ..actions.records import Piece, Record, Strip, joined

CONTEXT = 1.5  # seconds of known motion that a model is shown at either side
PART, PART_FRAMES = 30.0, 1200  # seconds and frames of one step at most: what a request holds has its limits


@dataclass(frozen=True)
class Step:
    """Frames to make."""

    uid: str  # of the strip they are for, "" for a gap
    strip: Strip  # whose words, model and seed are taken; of a gap: model and seed alone
    text: str | None
    start: int
    end: int
    part: int = 0  # of a long strip that takes several steps


@dataclass
class Canvas:
    """The motion of all strips, as far as it is there."""

    first: int  # frame of the first pose
    motion: Motion  # (T) one pose a frame, at the scene's rate
    known: np.ndarray  # (T,) bool: the poses that mean something
    changed: np.ndarray  # (T,) bool: those that are made anew
    meta: dict[str, Any] = field(default_factory=dict)  # licences and version of what made it

    @classmethod
    def empty(cls, first: int, last: int, fps: float) -> Canvas:
        """Nothing known yet, bodies at rest in every frame."""
        count = last + 1 - first
        rotations = np.tile(quat.IDENTITY, (count, len(JOINTS), 1))
        nothing = np.zeros(count, dtype=bool)
        return cls(first, Motion(fps, np.zeros((count, 3)), rotations), nothing, nothing.copy())

    def put(self, start: int, part: Motion) -> None:
        """Writes frames from the frame `start` on."""
        row = start - self.first
        trans, rotations = self.motion.trans.copy(), self.motion.rotations.copy()
        span = slice(row, row + len(part))
        trans[span], rotations[span] = part.trans, part.rotations
        self.motion = replace(self.motion, trans=trans, rotations=rotations)
        self.known[span] = True

    def reach(self, frame: int, step: int, farthest: int) -> int:
        """How many known frames there are one after the other from `frame` on, forwards (1) or backwards (-1)."""
        count, row = 0, frame - self.first
        while count < farthest and 0 <= row < len(self.known) and self.known[row]:
            count, row = count + 1, row + step
        return count


def in_place(strips: Sequence[Strip], records: Mapping[str, Record], fps: float) -> dict[str, Record]:
    """The records of the strips whose motion lies where they are now."""
    found = {strip.uid: records[strip.uid] for strip in strips if strip.uid in records}
    at = {strip.uid: (strip.start, strip.end, fps) for strip in strips}
    return {uid: record for uid, record in found.items() if (record.start, record.end, record.fps) == at[uid]}


def gap_uid(before: Strip, after: Strip) -> str:
    return f"{before.uid}>{after.uid}"


def plan(
    strips: Sequence[Strip], records: Mapping[str, Record], to_make: Collection[str], fps: float
) -> list[Step]:
    """Steps in order of time for strips in order; the strips that are on the rig and not in `to_make` stay."""
    steps: list[Step] = []
    for before, strip in zip([None, *strips], strips):
        if before is not None and _needs_gap(before, strip, records, to_make):
            steps += _parts(Step("", strip, None, before.end, strip.start), fps)
        if strip.uid in to_make:
            steps += _parts(Step(strip.uid, strip, strip.prompt, strip.start, strip.end), fps)
    return steps


def _parts(step: Step, fps: float) -> list[Step]:
    """A step, or several of like length in place of a long one."""
    frames = step.end - step.start
    count = max(1, int(np.ceil(max(frames / fps / PART, frames / PART_FRAMES))))
    marks = np.linspace(step.start, step.end, count + 1).round().astype(int).tolist()
    return [replace(step, start=a, end=b, part=n) for n, (a, b) in enumerate(pairwise(marks))]


def present(strip: Strip, records: Mapping[str, Record], to_make: Collection[str]) -> bool:
    """Whether the strip's motion will be on the rig."""
    return strip.uid in to_make or strip.uid in records


def _needs_gap(before: Strip, after: Strip, records: Mapping[str, Record], to_make: Collection[str]) -> bool:
    if after.start <= before.end or not ({before.uid, after.uid} & set(to_make)):
        return False
    both = present(before, records, to_make) and present(after, records, to_make)
    return both and not _gap_stays(before, after, records, to_make)


def _gap_stays(before: Strip, after: Strip, records: Mapping[str, Record], to_make: Collection[str]) -> bool:
    """Whether the motion of a gap is there, and belongs to one of its neighbours that stays."""
    first, second = records.get(before.uid), records.get(after.uid)
    if first is None or second is None or not joined(first, second):
        return False
    return not {before.uid, after.uid} <= set(to_make)


def pieces(strips: Sequence[Strip], records: Mapping[str, Record], to_make: Collection[str]) -> list[Piece]:
    """What the rig's motion will consist of."""
    found: list[Piece] = []
    last: Strip | None = None
    for strip in strips:
        if not present(strip, records, to_make):
            last = None
            continue
        if last is not None and strip.start > last.end:
            found.append(Piece(gap_uid(last, strip), "(between)", last.end, strip.start))
        found.append(Piece(strip.uid, strip.prompt, strip.start, strip.end))
        last = strip
    return found


def known_spans(
    strips: Sequence[Strip], records: Mapping[str, Record], to_make: Collection[str]
) -> list[tuple[int, int]]:
    """Frames (first, last) of what stays."""
    spans, last = [], None
    for strip in strips:
        if strip.uid in records and strip.uid not in to_make:
            spans.append((strip.start, strip.end))
        if last is not None and strip.start > last.end and _gap_stays(last, strip, records, to_make):
            spans.append((last.end, strip.start))
        last = strip
    return sorted(spans)


def free_frames(canvas: Canvas, step: Step) -> tuple[int, int]:
    """(first, last) frame that a step makes: from half its transition before its start, up to what is known."""
    fps = canvas.motion.fps
    before = canvas.reach(step.start, -1, 10**6)
    back = min(round(step.strip.transition * fps / 2), before // 2) if step.uid and not step.part else 0
    first = step.start + 1 - back if before else step.start
    after = canvas.reach(step.end, 1, 1)
    return first, step.end - 1 if after else step.end


def clip_frames(canvas: Canvas, step: Step) -> tuple[int, int, int, int]:
    """(clip, first, last, end): the frames that a step makes, and the known ones it is shown around them."""
    first, last = free_frames(canvas, step)
    shown = round(CONTEXT * canvas.motion.fps)
    return first - canvas.reach(first - 1, -1, shown), first, last, last + canvas.reach(last + 1, 1, shown)


def request(canvas: Canvas, step: Step, pins: tuple[Pin, ...] = ()) -> Request:
    """What a step asks for. pins: in seconds from the first frame of its clip. Raises TaskError."""
    strip = step.strip
    seed = (strip.seed + step.part) % (MAX_SEED + 1)
    own = {"steps": strip.steps, "guidance": strip.guidance}
    sampling = sampling_of(find_card(strip.model), seed, own)
    clip, first, last, end = clip_frames(canvas, step)
    if (clip, end) == (first, last):
        return Request(_alone(step, canvas.motion.fps, pins), sampling, strip.model)
    motion = canvas.motion.slice(clip - canvas.first, end + 1 - canvas.first)
    keep = [(0, first - clip)] if clip < first else []
    if end > last:
        keep.append((last + 1 - clip, len(motion)))
    task = Complete(replace(motion, meta={}), tuple(keep), step.text, pins=pins)
    return Request(task, sampling, strip.model)


def _alone(step: Step, fps: float, pins: tuple[Pin, ...]) -> Generate | PromptSequence | Complete:
    """A motion with nothing around it; one too long for a clip is made of several."""
    card = find_card(step.strip.model)
    seconds = (step.end - step.start) / fps + 1 / card.fps
    if pins:
        return Complete(text=step.text, seconds=seconds, pins=pins)
    if seconds <= card.max_seconds:
        return Generate(text=step.text, seconds=seconds, split=False)  # as beside other strips
    return PromptSequence(((step.strip.prompt, seconds),), max(step.strip.transition, 0.1))


def at_scene_rate(canvas: Canvas, step: Step, result: Motion) -> tuple[int, Motion, np.ndarray]:
    """(frame, motion, known): a step's result at the scene's rate, from that frame on. known (T,): poses that were
    given.
    """
    clip, first, last, end = clip_frames(canvas, step)
    known = np.ones(end + 1 - clip, dtype=bool)
    known[first - clip : last + 1 - clip] = False
    if known.any():  # it comes at the scene's rate, what is known included
        return clip, result.slice(0, len(known)), known
    fps = canvas.motion.fps
    return clip, replace(result.at_frames(np.arange(len(known)) * result.fps / fps), fps=fps), known


def take(canvas: Canvas, step: Step, frame: int, motion: Motion, known: np.ndarray) -> None:
    """Puts what `at_scene_rate` gave onto the canvas."""
    rows = np.flatnonzero(~known)
    canvas.put(frame + int(rows[0]), motion.slice(int(rows[0]), int(rows[-1]) + 1))
    canvas.changed[frame + rows - canvas.first] = True
    if step.uid:
        licence = all_said(canvas.meta.get("licence"), motion.meta.get("licence"))
        canvas.meta = {"licence": licence, "version": motion.meta.get("version", "")}
