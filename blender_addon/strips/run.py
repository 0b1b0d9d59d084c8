"""Prompt strips being made: one job after the other, at the end all of it onto the rig as one undo step.

Until then nothing in the file changes. When a job fails or is cancelled, everything is as it was. Between jobs no
Blender object is kept: scene and rig are found again by their session numbers.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import bpy

from motion_core.tasks import Made, TaskError

from ..actions.records import output_of, records_on
from ..properties.strips import redraw_timelines
from ..rig.fps import scene_fps
from ..session.chosen import place_on
from ..session.delivery import in_scene, keep, put, scene_and_rig
from ..session.outcome import Outcome, Place, Results, Run, Whole
from ..session.session import BUSY, SESSION
from ..trial import trial
from .pins import pins_between, pins_in_strips
from .strip_list import in_order, strips_fault

if TYPE_CHECKING:
    import numpy as np

    from motion_core.body.motion import Motion
    from motion_core.tasks.pins_and_paths import Pin

    from ..backend.service_settings import ServiceSettings
    from .canvas import Canvas
    from .plan import Step, StripPlan


@dataclass
class StripRun:
    """Prompt strips of one rig being made. It keeps no Blender object."""

    service: ServiceSettings
    place: Place
    output: str  # "ACTION" or "NLA"
    plan: StripPlan  # by the strips as they were when it began
    canvas: Canvas
    steps: list[Step]
    pins: dict[str, tuple[Pin, ...]]  # of each strip, in seconds from its start
    missed: list[str] = field(default_factory=list)  # what to say of pins that could not be met
    done: int = 0  # steps
    began: float = field(default_factory=time.monotonic)  # seconds

    def proceed(self) -> Outcome:
        """Asks for the next step's motion, or writes when there is no further one. Raises TaskError, RigError."""
        from .canvas import request

        while self.done < len(self.steps):
            step = self.steps[self.done]
            clip = self.canvas.clip(step)
            if clip.first <= clip.last:
                title = step.text or "between two strips"
                asked = request(self.canvas, step, self._pins(step))
                whole = Whole(self.done, len(self.steps), self.began)
                SESSION.generate(self.service, asked, self.place, title, self._arrive, whole)
                return Outcome(f"Step {self.done + 1} of {len(self.steps)}: {title}")
            self.done += 1
        return self._finish()

    def _arrive(self, run: Run, results: Results) -> Outcome:
        from motion_core.formats import FormatError
        from motion_core.formats.npz import bytes_to_motion
        from motion_core.retarget import RigError

        from .canvas import at_scene_rate

        step = self.steps[self.done]
        try:
            result = bytes_to_motion(results[0].body, "the motion that the service sent")
            frame, motion, known = at_scene_rate(self.canvas, step, result)
            if pins := self._pins(step):
                motion = self._settled(frame, motion, known, pins)
            self.missed += Made.from_meta(motion.meta).missed_pins
            self.canvas.take(step, frame, motion, known)
            self.done += 1
            return self.proceed()
        except RigError as error:
            return self._keep_file(run, str(error))
        except (TaskError, FormatError) as error:
            return Outcome(f"strip {run.title!r}: {error}; nothing was changed", True)

    def _pins(self, step: Step) -> tuple[Pin, ...]:
        """Those that hold in the frames a step makes."""
        clip, fps = self.canvas.clip(step), self.canvas.motion.fps
        return pins_between(self.plan.strips, self.pins, (clip.start, clip.first, clip.last), fps)

    def _settled(self, frame: int, motion: Motion, known: np.ndarray, pins: tuple[Pin, ...]) -> Motion:
        """The motion of a step, with pins met by the rig itself. Raises RigError."""
        from motion_core.body.joints import JOINTS

        from ..write.bake import baked_heads
        from ..write.change import Change
        from ..write.pin_settling import settle_pins

        scene, rig = scene_and_rig(self.place)
        change = Change(frame, motion, known, frozenset(JOINTS))
        with in_scene(scene) as context:
            return settle_pins(context, rig, change, pins, baked_heads).motion

    def _finish(self) -> Outcome:
        from .write import write

        parts, records = self.plan.pieces(), self.plan.new_records(self.pins)

        def make(context: Any, rig: Any) -> bpy.types.Action:
            action = write(context, rig, self.canvas, parts, records, self.output)
            if self.place.extend_range:
                context.scene.frame_end = max(context.scene.frame_end, parts[-1].end)
            return action

        put(self.place, make, f"{len(self.plan.strips)} prompt strips")
        redraw_timelines()
        count = len(self.plan.to_make)
        made = (
            f"{count} prompt strip{'s' if count != 1 else ''} made in {time.monotonic() - self.began:.1f} s"
        )
        missed = [f"Missed: {line}" for line in self.missed]
        said = made if count else "The prompt strips are where you wanted them"
        return Outcome(". ".join([said, *missed]), partly=bool(missed))

    def _keep_file(self, run: Run, fault: str) -> Outcome:
        """What was made as a motion file, since the rig cannot take it."""
        from motion_core.formats.npz import motion_to_bytes

        try:
            path = keep(motion_to_bytes(self.canvas.motion), run)
        except OSError as error:
            return Outcome(f"{fault} (not kept as a file: {error.strerror})", True)
        return Outcome(f"{fault}. The motion is kept as {path.name}", True, path)


def begin(
    context: bpy.types.Context,
    rig: Any,
    service: ServiceSettings,
    to_make: Collection[str],
    pins: Mapping[str, tuple[Pin, ...]] | None = None,
) -> None:
    """Starts making strips of a rig; `SESSION` carries it on. A result that is on trial is taken back first.

    to_make: uids of the strips. pins: of strips that do not meet those of the rig's list. Raises TaskError or RigError,
    with nothing begun.
    """
    from ..write.bake import check_writable
    from .plan import StripPlan, in_place

    scene: Any = context.scene
    fps, strips = scene_fps(scene), in_order(rig)
    if SESSION.run is not None:
        raise TaskError(BUSY)
    if trial.playing(rig):
        trial.reject(scene, rig)
    if fault := strips_fault(strips, fps):
        raise TaskError(fault)
    check_writable(rig)
    held = {**pins_in_strips(rig, strips, fps), **(pins or {})}
    records = in_place(strips, records_on(rig), fps)
    settings = rig.laban_strips
    convert = bool(records) and settings.output != output_of(rig)
    if not to_make and not convert:
        raise TaskError("all prompt strips are made and up to date: change one, or generate all")
    place = place_on(rig, scene, strips[0].start, scene.laban_edit.trial)
    plan = StripPlan(strips, records, frozenset(to_make), fps)
    canvas, steps = _canvas(context, rig, plan, everything=convert), plan.steps()
    SESSION.outcome = StripRun(service, place, settings.output, plan, canvas, steps, held).proceed()


def _canvas(
    context: bpy.types.Context, rig: bpy.types.Object, plan: StripPlan, *, everything: bool
) -> Canvas:
    """The frames of all strips, with the motion of those that stay: everything of it, or what lies near the steps."""
    from ..rig.capture import capture
    from .canvas import CONTEXT, Canvas

    strips, fps = plan.strips, plan.fps
    canvas = Canvas.empty(strips[0].start, strips[-1].end, fps)
    margin = round((CONTEXT + max(strip.transition for strip in strips)) * fps) + 2
    near = [(step.start - margin, step.end + margin) for step in plan.steps()]
    for start, end in plan.known_spans():
        for first, last in [(start, end)] if everything else near:
            first, last = max(first, start), min(last, end)
            if first <= last:
                stays = capture(context, rig, first, last + 1)
                canvas.put(first, stays)
                canvas.meta.update(stays.meta)
    return canvas
