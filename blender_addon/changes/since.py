"""What has moved since a motion was made: its curve, its pins, the keys it was made between.

A motion that is made again uses what it was asked with, which its action remembers, or these as they are now.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from motion_core.rig_maps import RigError
from motion_core.tasks import Complete, TaskError
from motion_core.tasks.pins_and_paths import ALONG, Pin

from ..actions.actions import keys_changed
from ..actions.remembered import REMEMBERED, RememberedRequest
from ..rig.capture import capture
from ..rig.fps import scene_fps
from ..rig.pins_and_paths import follow_path, path_of, pins_of

SAME = 1e-3  # metres and radians
PATIENCE, AT_LEAST = 20, 0.3  # how many times of what it took an answer is kept for a panel; seconds


def moved_since(context: bpy.types.Context, rig: Any, action: Any) -> tuple[str, ...]:
    """What has moved since this action was made: "the curve", "the pins", "the keys"; () where it cannot be said."""
    try:
        kept = RememberedRequest.from_text(str(action[REMEMBERED]))
        first, frames = int(kept.about["first"]), int(kept.about["frames"])
    except (TaskError, KeyError, TypeError, ValueError):
        return ()
    checks = (
        ("the curve", lambda: _curve_moved(context, rig, kept)),
        ("the pins", lambda: _pins_moved(context, rig, kept.task, first, frames)),
        ("the keys", lambda: _can_recapture(kept) and keys_changed(action)),
    )
    found = []
    for what, moved in checks:
        try:
            found += [what] if moved() else []
        except RigError:  # the curve or an empty is gone: what was asked is all there is
            continue
    return tuple(found)


def listed(things: Sequence[str]) -> str:
    """ "the curve, the pins and the keys"."""
    return " and ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)


def as_it_is_now(context: bpy.types.Context, rig: Any, kept: RememberedRequest) -> RememberedRequest:
    """The request with curve, pins and kept frames of the scene. Raises RigError, TaskError."""
    task, first, frames = kept.task, int(kept.about["first"]), int(kept.about["frames"])
    changes: dict[str, Any] = {}
    if curve := _curve_of(kept):
        path = task.path
        changes["path"] = follow_path(path_of(context, rig, curve), path.seconds[-1], path.heading == ALONG)
    if getattr(task, "pins", ()):
        scene: Any = context.scene
        changes["pins"] = pins_of(rig, first, first + frames - 1, scene_fps(scene))
    if _can_recapture(kept):
        changes["motion"] = capture(context, rig, first, first + frames)
    asked = replace(kept.asked, task=replace(task, **changes))
    return RememberedRequest.of(asked, kept.about)


def _can_recapture(kept: RememberedRequest) -> bool:
    """Whether the rig still shows what the motion was made from: frames that were kept, beside free ones."""
    task = kept.task
    return isinstance(task, Complete) and task.motion is not None and bool(task.keep) and not task.loop


def _curve_of(kept: RememberedRequest) -> Any:
    """The curve that was followed; None where none was, or it is gone."""
    path, name = getattr(kept.task, "path", None), kept.about.get("curve", "")
    thing = bpy.data.objects.get(name) if path is not None and path.seconds and name else None
    return thing if thing is not None and thing.type == "CURVE" else None


def _curve_moved(context: bpy.types.Context, rig: Any, kept: RememberedRequest) -> bool:
    curve = _curve_of(kept)
    if curve is None:
        return False
    now, before = path_of(context, rig, curve), np.array(kept.task.path.points)
    return now.shape != before.shape or float(np.abs(now - before).max()) > SAME


def _pins_moved(context: bpy.types.Context, rig: Any, task: Any, first: int, frames: int) -> bool:
    """Pins that were not asked for then are none that moved."""
    before: Sequence[Pin] = getattr(task, "pins", ())
    if not before:
        return False
    scene: Any = context.scene
    now = pins_of(rig, first, first + frames - 1, scene_fps(scene))
    return len(now) != len(before) or any(not _alike(a, b) for a, b in zip(now, before))


def _alike(first: Pin, second: Pin) -> bool:
    if first.joint != second.joint:
        return False
    before, after = (
        [pin.start, pin.stop, *(pin.position or ()), *(() if pin.heading is None else (pin.heading,))]
        for pin in (first, second)
    )
    return len(before) == len(after) and bool(np.allclose(before, after, atol=SAME))


@dataclass
class _Lately:
    asked: Any = None
    moved: tuple[str, ...] = ()
    until: float = 0.0


_lately = _Lately()


def moved_lately(context: bpy.types.Context, rig: Any) -> tuple[str, ...]:
    """`moved_since` of the rig's action for a panel, which asks at every redraw: now, or a moment ago."""
    data = rig.animation_data if rig is not None else None
    action = data.action if data is not None else None
    if action is None or REMEMBERED not in action:
        return ()
    now, asked = time.monotonic(), (rig.session_uid, action.session_uid)
    if asked != _lately.asked or now >= _lately.until:
        _lately.asked, _lately.moved = asked, moved_since(context, rig, action)
        _lately.until = now + max(AT_LEAST, PATIENCE * (time.monotonic() - now))
    return _lately.moved
