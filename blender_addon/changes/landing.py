"""How a result comes onto an animated rig: at which frames, for which bones, and what stays."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from motion_core.body.joints import JOINTS
from motion_core.formats import FormatError
from motion_core.formats.npz import bytes_to_motion, motion_to_bytes
from motion_core.retarget import RigError
from motion_core.tasks import Made, TaskError
from motion_core.tasks.pins_and_paths import Pin

from ..actions.about import forget_meta
from ..actions.actions import held
from ..actions.remembered import REQUEST, RememberedRequest
from ..properties.preferences import results_folder
from ..session.delivery import find_by_uid, keep, keep_all, more_kept, put
from ..session.outcome import Outcome, Place, Results, Run
from ..write.change import Change
from ..write.pin_settling import settle_pins
from ..write.put_change import put_change

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

# what an action is called that a task made out of another, behind the former's name; and Blender's number
NUMBERED = re.compile(r"(?: \([^()]*\))?(?:\.\d{3})?$")
MISSED = "Missed: "
NOTHING = 0  # no action has this session number
META = "blender"  # entry of a kept motion's meta: where it belongs
SAME = 1e-3  # metres, and radians, within which a frame is still the given one


@dataclass(frozen=True, eq=False)
class Landing:
    """How a result comes onto an animated rig."""

    place: Place
    task: str
    first: int  # frame of the result's first pose
    frames: int  # how many the rig gets
    keep: tuple[tuple[int, int], ...] = ()  # spans (start, stop) of rows that stay as they are
    joints: tuple[str, ...] = ()  # whose bones are keyed; () for all
    pins: tuple[Pin, ...] = ()
    given: Motion | None = None  # the motion that a loop began with
    note: str = ""  # what to say beside the result
    request: str = ""  # the request that made it, as text (`remembered.py`)
    name: str = ""  # what is done, in words, for the name of an action whose task has no words
    curve: str = ""  # the curve object that is followed
    again: int | None = (
        None  # session number of the action that is made again; NOTHING: it is gone, build on none
    )

    def arrive(self, run: Run, results: Results) -> Outcome:
        """What `Session` calls with the result."""
        path, more, trouble = None, "", ""
        try:
            motion = bytes_to_motion(results[0].body, "the motion that the service sent")
            motion = replace(motion, meta={**motion.meta, META: self._about()})
            path = keep(motion_to_bytes(motion), run)
            others, trouble = keep_all(results[1:], run)
            more = more_kept([path, *others])
        except FormatError as error:
            return Outcome(str(error), True)
        except OSError as error:
            trouble = f" (not kept as a file: {error.strerror} in {results_folder()})"
        try:
            action, notes = self.put(motion)
        except (RigError, TaskError) as error:
            kept = f". The motion is kept as {path.name}" if path else trouble
            return Outcome(f"{error}{kept}", True, path)
        took = f"{action.name}: {self.frames} frames, made in {time.monotonic() - run.began:.1f} s"
        return Outcome(". ".join([took + more + trouble, *notes]), partly=is_missed(notes))

    def put(self, motion: Motion) -> tuple[bpy.types.Action, list[str]]:
        """Puts the result on the rig. Returns its action, and what there is to say about it. Raises RigError."""
        said: list[str] = []

        def make(context: Any, rig: Any) -> bpy.types.Action:
            action, notes = self.make(context, rig, motion)
            said.extend(notes)
            return action

        return put(self.place, make, f"{self.task} {self.place.rig_name}"), said

    def make(
        self, context: bpy.types.Context, rig: Any, motion: Motion
    ) -> tuple[bpy.types.Action, list[str]]:
        """The result as the rig's active action, and what there is to say about it. Raises RigError."""
        with _built_on(rig, self.again):
            title = self._title(rig, Made.from_meta(motion.meta).text)
            change = settle_pins(context, rig, self._change(context, motion), self.pins)
            if self.again is not None:
                change = _as_remembered(context, rig, change)
            action, fault = put_change(context, rig, change, title, self.place.extend_range)
        forget_meta(action, change.motion.meta)
        missed = [MISSED + line for line in Made.from_meta(change.motion.meta).missed_pins]
        return action, [note for note in (fault, self.note, *missed) if note]

    def _title(self, rig: Any, words: str) -> str:
        """What the action is called: what was asked, or the former one's name and what was done with it."""
        data = rig.animation_data
        before = data.action if data is not None else None
        if before is not None and self.again is not None:
            return before.name
        done = self.name or self.task
        return words or (done if before is None else f"{NUMBERED.sub('', before.name)} ({done})")

    def _change(self, context: bpy.types.Context, motion: Motion) -> Change:
        from ..rig.fps import scene_fps

        scene: Any = context.scene
        fps = scene_fps(scene)
        if len(motion) != self.frames or abs(motion.fps - fps) > 1e-6:
            motion = replace(motion.at_frames(np.arange(self.frames) * motion.fps / fps), fps=fps)
        kept = np.zeros(self.frames, dtype=bool)
        for start, stop in self.keep:
            kept[start:stop] = True
        if self.given is not None:
            kept |= _same_start(motion, self.given)
        meta = {key: value for key, value in motion.meta.items() if key != META}
        if self.request:
            meta[REQUEST] = self.request
        joints, loop = frozenset(self.joints or JOINTS), self.given is not None
        return Change(self.first, replace(motion, meta=meta), kept, joints, loop)

    def _about(self) -> dict[str, Any]:
        pins = [asdict(pin) for pin in self.pins]
        return {**self.facts(), "pins": pins, "request": self.request}

    def facts(self) -> dict[str, Any]:
        """Where the result belongs, as plain values; pins are told by the request."""
        return {
            "task": self.task, "first": self.first, "frames": self.frames, "keep": self.keep,
            "joints": self.joints, "loop": self.given is not None, "name": self.name, "curve": self.curve,
        }  # fmt: skip


def is_missed(notes: list[str]) -> bool:
    """Whether one of the notes says that something is missed."""
    return any(note.startswith(MISSED) for note in notes)


@contextmanager
def _built_on(rig: Any, again: int | None) -> Iterator[None]:
    """Inside, the rig plays the action that is made again, or none when that is gone. again None: nothing changes."""
    if again is None:
        yield
        return
    former = find_by_uid(bpy.data.actions, again)
    data = rig.animation_data or rig.animation_data_create()
    with held(former), held(data.action):
        data.action = former
        if former is not None and hasattr(data, "action_slot") and data.action_slot is None:
            data.action_slot = next(iter(former.slots), None)
        yield


def _as_remembered(context: bpy.types.Context, rig: Any, change: Change) -> Change:
    """The change keeps a frame only if the rig still shows there what it showed when the motion was first made.

    When bones that the change leaves alone have moved, all bones are keyed, in all frames.
    """
    from ..rig.capture import capture

    try:
        now = capture(context, rig, change.first, change.last + 1)
    except RigError:  # no such frames any more
        return replace(change, kept=np.zeros_like(change.kept), joints=frozenset(JOINTS))
    turns, moved = _apart(now, change.motion)
    others = [number for number, joint in enumerate(JOINTS) if joint not in change.joints]
    if others and (turns[:, others].max() > SAME or ("pelvis" not in change.joints and moved.max() > SAME)):
        return replace(change, kept=np.zeros_like(change.kept), joints=frozenset(JOINTS))
    same = (turns.max(axis=1) < SAME) & (moved < SAME)
    return replace(change, kept=change.kept & same)


def _apart(first: Motion, second: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Radians (T,22) and metres (T,) between the frames of two motions, of as many as both have."""
    from motion_core.body import quaternions as quat

    count = min(len(first), len(second))
    turns = quat.angle_between(first.rotations[:count].astype(float), second.rotations[:count].astype(float))
    return turns, np.abs(first.trans[:count] - second.trans[:count]).max(axis=1)


def _same_start(motion: Motion, given: Motion) -> np.ndarray:
    """(T,) bool: the frames from the first on that are still those of `given`, but for the rounding of a file."""
    turns, moved = _apart(motion, given)
    same = (turns.max(axis=1) < SAME) & (moved < SAME)
    count = len(same)
    kept = np.zeros(len(motion), dtype=bool)
    kept[: int(np.argmin(same)) if not same.all() else count] = True
    return kept


def landing_again(kept: RememberedRequest, place: Place, fps: float, again: int) -> Landing:
    """Where the result of a remembered request belongs in a scene of this rate.

    again: session number of the action that it once became. Raises TaskError for facts that make no sense.
    """
    about, task = kept.about, kept.task
    try:
        landing = Landing(
            place, str(about["task"]), int(about["first"]), int(about["frames"]),
            tuple((int(a), int(b)) for a, b in about["keep"]), tuple(map(str, about["joints"])),
            tuple(getattr(task, "pins", ())), task.motion if about["loop"] else None,
            request=kept.to_text(), again=again, name=str(about.get("name", "")), curve=str(about.get("curve", "")),
        )  # fmt: skip
        rate = float(about["fps"])
    except (KeyError, TypeError, ValueError) as error:
        raise TaskError(f"the action does not say rightly where its motion belongs ({error!r})") from None
    if abs(rate - fps) < 1e-6:
        return landing
    frames = round((landing.frames - 1) * fps / rate) + 1
    return replace(landing, frames=frames, keep=(), joints=(), given=None, again=NOTHING)


def landing_of(path: Path, motion: Motion, place: Place) -> Landing | None:
    """Where a kept result belongs, by what its file says; None for a motion that was made for no frames."""
    about = motion.meta.get(META)
    if not isinstance(about, dict):
        return None
    try:
        return Landing(
            place, str(about["task"]), int(about["first"]), int(about["frames"]),
            tuple((int(a), int(b)) for a, b in about["keep"]), tuple(map(str, about["joints"])),
            tuple(_pin(entry) for entry in about.get("pins", ())),
            request=str(about.get("request", "")), name=str(about.get("name", "")), curve=str(about.get("curve", "")),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise RigError(f"{path.name} does not say rightly where it belongs ({error!r})") from None


def _pin(entry: dict[str, Any]) -> Pin:
    position = entry.get("position")
    return Pin(**{**entry, "position": None if position is None else tuple(position)})
