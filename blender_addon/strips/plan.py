"""Which motion has to be made so that prompt strips become one, and what of the rig's motion stays.

The motion of a strip is a step, or several for a long one. A gap between two strips is a step without words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from motion_core import __version__
from motion_core.tasks.pins_and_paths import Pin

from ..actions.records import Piece, Record, Strip, joined
from .pins import told

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


@dataclass(frozen=True)
class StripPlan:
    """The prompt strips of a rig, and which of them are made anew. The others stay, as far as they are on the rig."""

    strips: Sequence[Strip]  # in order
    records: Mapping[str, Record]  # by uid: of the strips whose motion is on the rig, where they are now
    to_make: frozenset[str]  # uids
    fps: float  # the scene's

    def steps(self) -> list[Step]:
        """What has to be made, in order of time."""
        steps: list[Step] = []
        for before, strip in zip([None, *self.strips], self.strips):
            if before is not None and self._needs_gap(before, strip):
                steps += _parts(Step("", strip, None, before.end, strip.start), self.fps)
            if strip.uid in self.to_make:
                steps += _parts(Step(strip.uid, strip, strip.prompt, strip.start, strip.end), self.fps)
        return steps

    def present(self, strip: Strip | None) -> bool:
        """Whether the strip's motion will be on the rig."""
        return strip is not None and (strip.uid in self.to_make or strip.uid in self.records)

    def pieces(self) -> list[Piece]:
        """What the rig's motion will consist of: strips, and the gaps between them."""
        found: list[Piece] = []
        last: Strip | None = None
        for strip in self.strips:
            if not self.present(strip):
                last = None
                continue
            if last is not None and strip.start > last.end:
                found.append(Piece(f"{last.uid}>{strip.uid}", "(between)", last.end, strip.start))
            found.append(Piece(strip.uid, strip.prompt, strip.start, strip.end))
            last = strip
        return found

    def known_spans(self) -> list[tuple[int, int]]:
        """Frames (first, last) of what stays."""
        spans = [(s.start, s.end) for s in self.strips if s.uid in self.records and s.uid not in self.to_make]
        for before, after in pairwise(self.strips):
            if after.start > before.end and self._gap_stays(before, after):
                spans.append((before.end, after.start))
        return sorted(spans)

    def new_records(self, pins: Mapping[str, Sequence[Pin]]) -> dict[str, Record]:
        """{uid: record} of the strips that will be on the rig. pins: of each strip, in seconds from its start."""
        found: dict[str, Record] = {}
        for before, strip, after in zip([None, *self.strips], self.strips, [*self.strips[1:], None]):
            if not self.present(strip):
                continue
            if strip.uid not in self.to_make:
                found[strip.uid] = self.records[strip.uid]
                continue
            entry = found[before.uid].id if before is not None and self.present(before) else ""
            stays = after is not None and self.present(after) and after.uid not in self.to_make
            into = self.records[after.uid].id if stays and after is not None else ""
            met = told(pins.get(strip.uid, ()))
            found[strip.uid] = Record.of(strip, self.fps, entry, into, __version__, met)
        return found

    def _needs_gap(self, before: Strip, after: Strip) -> bool:
        if after.start <= before.end or not {before.uid, after.uid} & self.to_make:
            return False
        return self.present(before) and self.present(after) and not self._gap_stays(before, after)

    def _gap_stays(self, before: Strip, after: Strip) -> bool:
        """Whether the motion of a gap is there, and belongs to one of its neighbours that stays."""
        first, second = self.records.get(before.uid), self.records.get(after.uid)
        if first is None or second is None or not joined(first, second):
            return False
        return not {before.uid, after.uid} <= self.to_make


def in_place(strips: Sequence[Strip], records: Mapping[str, Record], fps: float) -> dict[str, Record]:
    """The records of the strips whose motion lies where they are now."""
    found = {strip.uid: records[strip.uid] for strip in strips if strip.uid in records}
    at = {strip.uid: (strip.start, strip.end, fps) for strip in strips}
    return {uid: record for uid, record in found.items() if (record.start, record.end, record.fps) == at[uid]}


def _parts(step: Step, fps: float) -> list[Step]:
    """A step, or several of like length in place of a long one."""
    frames = step.end - step.start
    count = max(1, int(np.ceil(max(frames / fps / PART, frames / PART_FRAMES))))
    marks = np.linspace(step.start, step.end, count + 1).round().astype(int).tolist()
    return [replace(step, start=a, end=b, part=n) for n, (a, b) in enumerate(pairwise(marks))]
