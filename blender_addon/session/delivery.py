"""What happens to a motion that arrives: kept as a file first, then put on the rig, as one undo step."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write

from ..properties.preferences import results_folder
from ..trial import trial as preview
from .outcome import Outcome, Place, Run

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

MAX_STEM = 50  # characters of the words in a file's name


def file_stem(text: str) -> str:
    """Words as a file name on every system: "a person waves" -> "a_person_waves"; never empty."""
    return re.sub(r"\W+", "_", text.lower())[:MAX_STEM].strip("_") or "motion"


def keep(content: bytes, run: Run) -> Path:
    """Writes a result to the folder of results; returns the file."""
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}_{file_stem(run.title)}_{run.seed}"
    folder = results_folder()
    path, number = folder / f"{stem}.npz", 1
    while path.exists():
        path, number = folder / f"{stem}_{number}.npz", number + 1
    with atomic_write(path) as file:
        file.write(content)
    return path


def find_by_uid(things: bpy.types.bpy_prop_collection, uid: int) -> Any:
    """The data-block with this `session_uid`, whatever its name is now; None when it is gone."""
    return next((thing for thing in things if thing.session_uid == uid), None)


@contextmanager
def in_scene(scene: bpy.types.Scene) -> Iterator[bpy.types.Context]:
    """A context whose scene is this one; a timer has no window of its own, so one that shows the scene is taken."""
    windows = bpy.context.window_manager.windows
    window = next((window for window in windows if window.scene == scene), None)
    if window is None:
        with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
            yield bpy.context
    else:
        with bpy.context.temp_override(window=window):
            yield bpy.context


def put_on_rig(motion: Motion, place: Place, name: str | None = None) -> bpy.types.Action:
    """Bakes and makes one undo step of it; `name` of the action as in `bake`.

    Raises RigError when the rig or its scene are gone or refuse.
    """
    from motion_core.retarget import RigError

    from ..rig.rig import check_armature
    from ..write.bake import bake

    scene, rig = find_by_uid(bpy.data.scenes, place.scene), find_by_uid(bpy.data.objects, place.rig)
    if scene is None or rig is None:
        raise RigError(f"the rig {place.rig_name!r} is not in this file any more")
    check_armature(rig)
    with in_scene(scene) as context, preview.on_trial(scene, rig, place.trial) as shown:
        action = bake(
            context, rig, motion, start_frame=place.start_frame, name=name, extend_range=place.extend_range
        )
        shown(action)
    with in_scene(scene):
        push_undo(f"Laban: {action.name}")
    return action


def push_undo(message: str) -> None:
    """One step in Blender's history, where there is one."""
    if history_is_kept():
        bpy.ops.ed.undo_push(message=message)


def history_is_kept() -> bool:
    """Not in the background: there the first step would begin one, which takes memory and time in batches."""
    return not bpy.app.background


def deliver(run: Run, results: list[bytes]) -> Outcome:
    """The end of a run: what the panel says, and the kept file where the motion is on no rig."""
    try:
        path, trouble = keep(results[0], run), ""
    except OSError as error:
        path, trouble = None, f" (not kept as a file: {error.strerror} in {results_folder()})"
    outcome = _apply(results[0], run)
    if not outcome.failed:
        return Outcome(outcome.text + trouble)
    kept = f". The motion is kept as {path.name}" if path else trouble
    return Outcome(outcome.text + kept, True, path)


def _apply(content: bytes, run: Run) -> Outcome:
    from motion_core.formats.npz import bytes_to_motion
    from motion_core.retarget import RigError

    try:
        motion = bytes_to_motion(content, "the motion that the service sent")
        action = put_on_rig(motion, run.place)
    except (FormatError, RigError) as error:
        return Outcome(str(error), True)
    seconds = time.monotonic() - run.began
    parts = len(motion.meta.get("prompts", ())) if motion.meta.get("task") == "generate" else 0
    of = f" in {parts} parts" if parts else ""
    note = f"; {motion.meta['note']}" if "note" in motion.meta else ""
    return Outcome(f"{action.name}: {motion.seconds:.1f} s of motion{of}, made in {seconds:.1f} s{note}")
