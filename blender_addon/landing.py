"""How a result comes onto an animated rig: at which frames, what stays, for which bones, on trial or for good."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from motion_core.constraints import Pin
from motion_core.formats import FormatError
from motion_core.formats.npz import bytes_to_motion, motion_to_bytes
from motion_core.joints import JOINTS
from motion_core.retarget import RigError
from motion_core.tasks import TaskError

from . import preview
from .delivery import find_by_uid, in_scene, keep, push_undo
from .pin_settling import settle_pins
from .preferences import results_folder
from .rig import check_armature
from .rig_edit import Change, put_change
from .session import Outcome, Place, Run

if TYPE_CHECKING:
    from motion_core.motion import Motion

META = "blender"  # entry of a kept motion's meta: where it belongs
SAME = 1e-3  # metres, and radians, within which a frame is still the given one


@dataclass(frozen=True, eq=False)
class Landing:
    """first: frame of the result's first pose; frames: how many the rig gets. keep: spans of them that stay. joints:
    whose bones are keyed, () for all. given: the motion that a loop began with. note: what to say beside the result.
    """

    place: Place
    task: str
    first: int
    frames: int
    keep: tuple[tuple[int, int], ...] = ()
    joints: tuple[str, ...] = ()
    pins: tuple[Pin, ...] = ()
    given: Motion | None = None
    trial: bool = True
    note: str = ""

    def arrive(self, run: Run, results: list[bytes]) -> Outcome:
        """What `Session` calls with the result."""
        path, trouble = None, ""
        try:
            motion = bytes_to_motion(results[0], "the motion that the service sent")
            motion = replace(motion, meta={**motion.meta, META: self._about()})
            path = keep(motion_to_bytes(motion), run)
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
        return Outcome(". ".join([took + trouble, *notes]))

    def put(self, motion: Motion) -> tuple[bpy.types.Action, list[str]]:
        """The result on the rig, as one undo step, and what there is to say about it. Raises RigError."""
        scene = find_by_uid(bpy.data.scenes, self.place.scene)
        rig = find_by_uid(bpy.data.objects, self.place.rig)
        if scene is None or rig is None:
            raise RigError(f"the rig {self.place.rig_name!r} is not in this file any more")
        check_armature(rig)
        with in_scene(scene) as context:
            change = self._change(context, motion)
            with preview.on_trial(scene, rig, self.trial) as shown:
                change = settle_pins(context, rig, change, self.pins)
                title = motion.meta.get("text") or self.task
                action, fault = put_change(context, rig, change, title, self.place.extend_range)
                shown(action)
            push_undo(f"Laban: {self.task} {rig.name}")
        missed = [f"Missed: {line}" for line in motion.meta.get("missed_pins", ())]
        return action, [note for note in (fault, self.note, *missed) if note]

    def _change(self, context: bpy.types.Context, motion: Motion) -> Change:
        from .fps import scene_fps

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
        return Change(self.first, replace(motion, meta=meta), kept, frozenset(self.joints or JOINTS))

    def _about(self) -> dict[str, Any]:
        pins = [asdict(pin) for pin in self.pins]
        return {
            "task": self.task, "first": self.first, "frames": self.frames, "keep": self.keep,
            "joints": self.joints, "pins": pins,
        }  # fmt: skip


def _same_start(motion: Motion, given: Motion) -> np.ndarray:
    """(T,) the frames from the first on that are still those of `given`, but for the last bits of a file."""
    from motion_core import quaternions as quat

    count = min(len(motion), len(given))
    turns = quat.angle_between(motion.rotations[:count].astype(float), given.rotations[:count].astype(float))
    same = (turns.max(axis=1) < SAME) & (np.abs(motion.trans - given.trans)[:count].max(axis=1) < SAME)
    kept = np.zeros(len(motion), dtype=bool)
    kept[: int(np.argmin(same)) if not same.all() else count] = True
    return kept


def landing_of(path: Path, motion: Motion, place: Place, trial: bool) -> Landing | None:
    """Where a kept result belongs, by what its file says; None for a motion that was made for no frames."""
    about = motion.meta.get(META)
    if not isinstance(about, dict):
        return None
    try:
        return Landing(
            place, str(about["task"]), int(about["first"]), int(about["frames"]),
            tuple((int(a), int(b)) for a, b in about["keep"]), tuple(map(str, about["joints"])),
            tuple(_pin(entry) for entry in about.get("pins", ())), trial=trial,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise RigError(f"{path.name} does not say rightly where it belongs ({error!r})") from None


def _pin(entry: dict[str, Any]) -> Pin:
    position = entry.get("position")
    return Pin(**{**entry, "position": None if position is None else tuple(position)})
