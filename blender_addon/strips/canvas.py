"""The motion of prompt strips while it is made, at the scene's rate. A step fills frames between known ones.

The step of a strip begins half its transition before the strip, so that the motion before it goes over into it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion, all_said
from motion_core.body.skeleton import JOINTS
from motion_core.catalog import find_card, sampling_of
from motion_core.tasks import MAX_SEED, Complete, Generate, Made, Request
from motion_core.tasks import Sequence as PromptSequence
from motion_core.tasks.pins_and_paths import Pin

from .plan import Step

CONTEXT = 1.5  # seconds of known motion that a model is shown at either side


class Clip(NamedTuple):
    """The frames of a step: those it makes, and the known ones around them that a model is shown."""

    start: int  # the first frame that is shown
    first: int  # the first frame that is made; behind `last` when there is nothing to make
    last: int  # the last frame that is made
    end: int  # the last frame that is shown


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

    def clip(self, step: Step) -> Clip:
        """The frames of a step: from half its transition before its start, up to what is known."""
        fps = self.motion.fps
        before = self.reach(step.start, -1, 10**6)
        back = min(round(step.strip.transition * fps / 2), before // 2) if step.uid and not step.part else 0
        first = step.start + 1 - back if before else step.start
        last = step.end - 1 if self.reach(step.end, 1, 1) else step.end
        shown = round(CONTEXT * fps)
        return Clip(
            first - self.reach(first - 1, -1, shown), first, last, last + self.reach(last + 1, 1, shown)
        )

    def take(self, step: Step, frame: int, motion: Motion, known: np.ndarray) -> None:
        """Puts in what `at_scene_rate` gave."""
        rows = np.flatnonzero(~known)
        self.put(frame + int(rows[0]), motion.slice(int(rows[0]), int(rows[-1]) + 1))
        self.changed[frame + rows - self.first] = True
        if step.uid:
            made = Made.from_meta(motion.meta)
            licence = all_said(self.meta.get("licence"), made.licence)
            self.meta = {"licence": licence, "version": made.version}


def request(canvas: Canvas, step: Step, pins: tuple[Pin, ...] = ()) -> Request:
    """What a step asks for. pins: in seconds from the first frame of its clip. Raises TaskError."""
    strip = step.strip
    seed = (strip.seed + step.part) % (MAX_SEED + 1)
    own = {"steps": strip.steps, "guidance": strip.guidance}
    sampling = sampling_of(find_card(strip.model), seed, own)
    clip = canvas.clip(step)
    if (clip.start, clip.end) == (clip.first, clip.last):
        return Request(_alone(step, canvas.motion.fps, pins), sampling, strip.model)
    motion = canvas.motion.slice(clip.start - canvas.first, clip.end + 1 - canvas.first)
    keep = [(0, clip.first - clip.start)] if clip.start < clip.first else []
    if clip.end > clip.last:
        keep.append((clip.last + 1 - clip.start, len(motion)))
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
    """(frame, motion, known): a step's result at the scene's rate, from that frame on; known (T,): what was given."""
    clip = canvas.clip(step)
    known = np.ones(clip.end + 1 - clip.start, dtype=bool)
    known[clip.first - clip.start : clip.last + 1 - clip.start] = False
    if known.any():  # it comes at the scene's rate, what is known included
        return clip.start, result.slice(0, len(known)), known
    fps = canvas.motion.fps
    return clip.start, replace(result.at_frames(np.arange(len(known)) * result.fps / fps), fps=fps), known
