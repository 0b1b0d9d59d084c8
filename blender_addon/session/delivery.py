"""What happens to a motion that arrives: it is kept as a file, then put on the rig as one undo step."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write

from ..backend.http_client import ProtocolError
from ..properties.preferences import results_folder
from ..trial import trial
from .outcome import Outcome, Place, Results, Run

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

    from ..write.bake import Ready

UNDONE = "undone"  # entry of a motion's meta: what was asked and is not there
MOTION = "application/octet-stream"  # media type of a motion
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
    """A context of this scene, for a timer, which has none of its own. A window that shows the scene is taken."""
    windows = bpy.context.window_manager.windows
    window = next((window for window in windows if window.scene == scene), None)
    if window is None:
        with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
            yield bpy.context
    else:
        with bpy.context.temp_override(window=window):
            yield bpy.context


def scene_and_rig(place: Place) -> tuple[Any, Any]:
    """The scene and the rig of a place. Raises RigError when one of them is gone."""
    from motion_core.rig_maps import RigError

    scene, rig = find_by_uid(bpy.data.scenes, place.scene), find_by_uid(bpy.data.objects, place.rig)
    if scene is None or rig is None:
        raise RigError(f"the rig {place.rig_name!r} is not in this file any more")
    if scene.objects.get(rig.name) != rig:
        raise RigError(
            f"the rig {place.rig_name!r} is not in the scene {scene.name!r} any more: link it again"
        )
    return scene, rig


def put(
    place: Place, make: Callable[[Any, Any], bpy.types.Action], step: str = "", *, push: bool = True
) -> bpy.types.Action:
    """Puts a result on the rig of a place, on trial if the place says so: the one way onto a rig.

    make: (context, rig) -> the rig's new action. When it fails, what was there comes back. step: the name of the undo
    step, the action's by default. push: false for an operator that makes its own undo step. Raises RigError.
    """
    from ..write.bake import check_writable

    scene, rig = scene_and_rig(place)
    check_writable(rig)
    with in_scene(scene) as context:
        with trial.on_trial(scene, rig, place.trial) as shown:
            action = make(context, rig)
            shown(action)
        if push:
            push_undo(f"Laban: {step or action.name}")
    return action


def put_on_rig(
    motion: Motion | Ready, place: Place, name: str | None = None, *, push: bool = True
) -> bpy.types.Action:
    """Bakes a motion on the rig of a place. name: of the action, as in `bake`; push: as in `put`. Raises RigError."""
    from ..write.bake import bake

    def make(context: Any, rig: Any) -> bpy.types.Action:
        first, extend = place.start_frame, place.extend_range
        return bake(context, rig, motion, start_frame=first, name=name, extend_range=extend)

    return put(place, make, push=push)


def push_undo(message: str) -> None:
    """One step in Blender's history, where there is one."""
    if history_is_kept():
        bpy.ops.ed.undo_push(message=message)


def history_is_kept() -> bool:
    """Not in the background: there the first step would begin one, which takes memory and time in batches."""
    return not bpy.app.background


def deliver(run: Run, results: Results) -> Iterator[Outcome | None]:
    """The end of a run in steps, each short enough for a window; the last is what the panel says.

    Where the motion is on no rig, it names the kept file.
    """
    if any(result.media_type != MOTION for result in results):
        yield _told(results)
        return
    paths, trouble = keep_all(results, run)
    yield None
    outcome = yield from _apply(results[0].body, run)
    if not outcome.failed:
        yield replace(outcome, text=outcome.text + more_kept(paths) + trouble)
        return
    kept = f". The motion is kept as {paths[0].name}" if paths else trouble
    yield Outcome(outcome.text + kept, True, paths[0] if paths else None)


def keep_all(results: Results, run: Run) -> tuple[list[Path], str]:
    """The files of all results, and what to say where one could not be written."""
    paths = []
    try:
        for result in results:
            paths.append(keep(result.body, run))
    except OSError as error:
        return paths, f" (not kept as a file: {error.strerror} in {results_folder()})"
    return paths, ""


def more_kept(paths: list[Path]) -> str:
    """What to say of the results behind the first, which alone is on the rig."""
    more = len(paths) - 1
    return f"; {more} more in the list of results" if more > 0 else ""


def _told(results: Results) -> Outcome:
    """Words are told in the panel: the best sentence of each result."""
    try:
        return Outcome("; ".join(str(result.json()["texts"][0]) for result in results))
    except (ProtocolError, KeyError, IndexError, TypeError):
        return Outcome("the service gave a result that this version cannot show: update the extension", True)


def _apply(content: bytes, run: Run) -> Generator[None, None, Outcome]:
    """Reads a motion, works it out and puts it on its rig, a step each; gives the outcome."""
    from motion_core.formats.npz import bytes_to_motion
    from motion_core.retarget import RigError
    from motion_core.tasks import Made

    from ..write.bake import work_out

    yield
    try:
        motion = bytes_to_motion(content, "the motion that the service sent")
        yield
        scene, rig = scene_and_rig(run.place)
        with in_scene(scene) as context:
            ready = work_out(context, rig, motion)
        yield
        action = put_on_rig(ready, run.place, push=not run.place.also)
        others = _on_others(motion, run.place)
        if run.place.also:
            push_undo(f"Laban: {action.name}")
    except (FormatError, RigError) as error:
        return Outcome(str(error), True)
    seconds, made = time.monotonic() - run.began, Made.from_meta(motion.meta)
    of = f" in {len(made.parts)} parts" if made.parts else ""
    note = f"; {made.note}" if made.note else ""
    text = f"{action.name}: {motion.seconds:.1f} s of motion{of}, made in {seconds:.1f} s{note}"
    return Outcome(". ".join([text, *others]), partly=bool(made.more.get(UNDONE) or others))


def _on_others(motion: Motion, place: Place) -> list[str]:
    """Puts the motion on the other rigs of a place; returns why some have not taken it."""
    from motion_core.retarget import RigError

    faults = []
    for uid, name in place.also:
        try:
            put_on_rig(motion, replace(place, rig=uid, rig_name=name, also=()), push=False)
        except RigError as error:
            faults.append(f"Not on {name!r}: {error}")
    return faults
