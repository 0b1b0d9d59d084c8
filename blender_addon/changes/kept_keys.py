"""What the timeline says: which frames of a rig are keys that stay, and in which range something is made."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from motion_core.rig_maps import RigError
from motion_core.tasks import MAX_FRAMES

from ..actions.actions import active_curves
from ..actions.merge import JITTER
from ..actions.read_poses import bone_path
from ..rig.bone_map import bones_of
from ..rig.influences import posing_bones

QUICK, PATIENCE = (
    0.02,
    20,
)  # seconds of reading that nobody feels; how many times what took longer is kept for
NO_KEYS = {
    "KEYED": "the rig has no keys {where}: pose it and press I, or choose other keys or another range",
    "SELECTED": "no selected keys {where}: select some in the timeline",
    "MARKERS": "no markers {where}: press M in the timeline at the frames to keep",
    "SPANS": "no frames to keep {where}: write them, for example 1:10, 24, 40:60",
}


def keyed_frames(armature: bpy.types.Object, *, selected: bool = False, made: bool = False) -> list[int]:
    """Whole frames at which a bone that poses the body has a key (a selected one), in order. Fingers do not count.

    made: keys that were made by a task (of type "jitter") count like an artist's own.
    """
    bones = posing_bones(armature, bones_of(armature)) | set(bones_of(armature).bones.values())
    found: dict[bytes, np.ndarray] = {}  # most curves of a rig have keys at the same frames: sorted once
    for curve in active_curves(armature):
        place = bone_path(curve.data_path)
        if place is None or place[0] not in bones or curve.mute:
            continue
        points = curve.keyframe_points
        at = np.empty(len(points) * 2, dtype=np.float32)
        points.foreach_get("co", at)
        frames = at[::2]
        if selected:
            marks = np.empty(len(points), dtype=bool)
            points.foreach_get("select_control_point", marks)
            frames = frames[marks]
        elif not made:
            kinds = np.empty(len(points), dtype=np.int32)
            points.foreach_get("type", kinds)
            frames = frames[kinds != JITTER]
        found.setdefault(frames.tobytes(), frames)
    return np.unique(np.round(np.concatenate([[], *found.values()])).astype(int)).tolist()


def lately_keyed_frames(armature: bpy.types.Object, *, selected: bool, made: bool) -> list[int]:
    """`keyed_frames` for a panel, which asks at every redraw: where reading takes long, what was read before."""
    data: Any = armature.animation_data
    action = data.action if data is not None else None
    asked = (armature.session_uid, action and action.session_uid, selected, made)
    now = time.monotonic()
    if asked == _lately.asked and now < _lately.until:
        return _lately.frames
    frames = keyed_frames(armature, selected=selected, made=made)
    cost = time.monotonic() - now
    _lately.asked, _lately.frames = asked, frames
    _lately.until = now + cost * PATIENCE if cost > QUICK else 0.0
    return frames


@dataclass
class _Lately:
    asked: tuple[Any, ...] = ()
    frames: list[int] = field(default_factory=list)
    until: float = 0.0


_lately = _Lately()


def marked_frames(scene: Any, armature: bpy.types.Object) -> list[int]:
    """Frames of the timeline's markers and of the action's pose markers."""
    data: Any = armature.animation_data
    action = data.action if data is not None else None
    poses = [] if action is None else [marker.frame for marker in action.pose_markers]
    return sorted({*poses, *(marker.frame for marker in scene.timeline_markers)})


def parse_spans(text: str) -> list[int]:
    """Frames of "1:10, 24, 40:60", both ends included. Raises RigError that names what is no span."""
    found: set[int] = set()
    for part in filter(None, re.split(r"[,;\s]+", text)):
        ends = re.fullmatch(r"(-?\d+)(?::(-?\d+))?", part)
        first = int(ends[1]) if ends else 0
        last = first if ends is None or ends[2] is None else int(ends[2])
        if ends is None or last < first or last - first > MAX_FRAMES:
            raise RigError(f"{part!r} is no span of frames: write them like 1:10, 24, 40:60")
        found.update(range(first, last + 1))
    return sorted(found)


def kept_frames(
    scene: Any,
    armature: bpy.types.Object,
    which: str,
    spans: str = "",
    *,
    made: bool = False,
    lately: bool = False,
) -> list[int]:
    """The frames that stay: KEYED, SELECTED, MARKERS or SPANS; made: as in `keyed_frames`; lately: for a panel."""
    if which == "SPANS":
        return parse_spans(spans)
    if which == "MARKERS":
        return marked_frames(scene, armature)
    read = lately_keyed_frames if lately else keyed_frames
    return read(armature, selected=which == "SELECTED", made=made)


def frame_range(scene: Any, which: str, keys: Iterable[int]) -> tuple[int, int]:
    """First and last frame: of the KEYS, of the PREVIEW range or of the SCENE. Raises RigError when there is none."""
    if which == "SCENE":
        return scene.frame_start, scene.frame_end
    if which == "PREVIEW":
        if not scene.use_preview_range:
            raise RigError(
                "no preview range is set: press P in the timeline and drag, or choose another range"
            )
        return scene.frame_preview_start, scene.frame_preview_end
    keys = list(keys)
    return (min(keys), max(keys)) if keys else (scene.frame_current, scene.frame_current)


def spans_of(frames: Iterable[int], first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Frames between first and last as spans (start, stop excluded) of rows from `first` on."""
    rows = sorted({frame - first for frame in frames if first <= frame <= last})
    spans: list[tuple[int, int]] = []
    for row in rows:
        if spans and spans[-1][1] == row:
            spans[-1] = spans[-1][0], row + 1
        else:
            spans.append((row, row + 1))
    return tuple(spans)


def check_kept(which: str, frames: Iterable[int], first: int, last: int) -> None:
    """Raises RigError unless some frames of the range are kept and some are not."""
    inside = {frame for frame in frames if first <= frame <= last}
    where = f"in frames {first} to {last}"
    if not inside:
        raise RigError(NO_KEYS[which].format(where=where))
    if len(inside) == last - first + 1:
        raise RigError(
            f"all frames are kept {where}: nothing is left to make. Choose fewer keys (selected ones, markers, spans)"
        )
