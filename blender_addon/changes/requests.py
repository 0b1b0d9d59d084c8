"""The panel's settings become a task of the library, and a landing: the way its result comes back onto the rig.

Everything is read from the scene here, once. What is returned holds no Blender object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from motion_core.body.joints import JOINTS, PARTS
from motion_core.rig_maps import BoneMap, RigError
from motion_core.tasks import Complete, Edit, Request, Sampling, TaskError

from ..actions.remembered import RememberedRequest
from ..rig.bone_map import bones_of
from ..rig.capture import capture
from ..rig.fps import scene_fps
from ..rig.pins_and_paths import follow_path, pace_note, path_length, path_of, pins_of
from ..rig.rig import check_armature
from ..session.outcome import Place
from ..trial.trial import playing
from ..write.put_change import change_fault
from .kept_keys import check_kept, frame_range, kept_frames, spans_of
from .landing import Landing

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

CONTEXT = 1.5  # seconds of known motion that a model is shown beside what it makes
ALL = frozenset(JOINTS)
# What is done, in words
DONE = {"BETWEEN": "in-between", "CONTINUE": "continued", "LEAD_IN": "led in", "LOOP": "loop"}
OF_ALL = {"BODY": "variation", "SELECTED": "some bones anew"}
TOO_LONG = "The action is too long to remember what made it: keep the original, Regenerate will not work"


@dataclass(frozen=True, eq=False)
class RigTask:
    """A task for a rig, and where its result goes."""

    task: Complete | Edit
    landing: Landing
    title: str


@dataclass(frozen=True)
class TaskSettings:
    """The panel's settings as plain values: those of `scene.laban_edit` by name, and the place of the rig."""

    place: Place
    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


def complete_span(
    context: bpy.types.Context, rig: bpy.types.Object, settings: TaskSettings, *, lately: bool = False
) -> tuple[int, int, list[int]]:
    """(first frame, last frame, frames to keep) of the motion that is given to the model.

    lately: for a panel, which may get what was read a moment ago. Raises RigError for settings that fit no key.
    """
    scene: Any = context.scene
    keys = kept_frames(
        scene, rig, settings.keys, settings.spans, made=settings.way != "BETWEEN", lately=lately
    )
    first, last = frame_range(scene, settings.range, keys)
    if settings.way == "BETWEEN":
        check_kept(settings.keys, keys, first, last)
        return first, last, keys
    if settings.way == "LOOP":
        if last - first + 1 < 4:
            raise RigError(f"frames {first} to {last} are too few for a loop: choose a longer range")
        return first, last, list(range(first, last + 1))
    inside = [frame for frame in keys if first <= frame <= last]
    return (min(inside), max(inside), inside) if inside else (first, last, [])


def complete(context: bpy.types.Context, rig: bpy.types.Object, settings: TaskSettings) -> RigTask:
    """In-between, continue, lead in, loop. Raises RigError or TaskError that names what is wrong."""
    check_armature(rig)
    scene: Any = context.scene
    fps = scene_fps(scene)
    first, last, keys = complete_span(context, rig, settings)
    made = round(settings.seconds * fps)
    shown = max(1, round(CONTEXT * fps))
    if settings.way == "CONTINUE":
        first = max(first, last - shown + 1)
        given = _longer(capture(context, rig, first, last + 1), 0, made)
        keys = list(range(first, last + 1))
    elif settings.way == "LEAD_IN":
        last = min(last, first + shown - 1)
        given = _longer(capture(context, rig, first, last + 1), made, 0)
        keys, first = list(range(first, last + 1)), first - made
    else:
        given = capture(context, rig, first, last + 1)
    frames = len(given)
    keep = spans_of(keys, first, first + frames - 1)
    pins = pins_of(rig, first, first + frames - 1, fps) if settings.use_pins else ()
    loop = settings.way == "LOOP"
    task = Complete(given, keep, settings.text, loop=loop, travel=settings.travel, pins=pins)
    landing = Landing(
        settings.place, "complete", first, frames, () if loop else keep, (), pins, given if loop else None,
        name=DONE[settings.way],
    )  # fmt: skip
    return RigTask(task, landing, settings.text or f"{settings.way.lower()} {rig.name}")


def _longer(motion: Motion, before: int, after: int) -> Motion:
    """The motion with its first pose held for so many frames before it, and its last one behind."""
    rows = np.concatenate(
        [np.zeros(before, int), np.arange(len(motion)), np.full(after, len(motion) - 1, int)]
    )
    return replace(motion, trans=motion.trans[rows], rotations=motion.rotations[rows])


def edit(context: bpy.types.Context, rig: bpy.types.Object, settings: TaskSettings) -> RigTask:
    """Some joints made anew, or the whole motion varied. Raises RigError or TaskError."""
    check_armature(rig)
    scene: Any = context.scene
    fps = scene_fps(scene)
    parts = edited_parts(context, rig, settings.part)
    first, last = edit_span(context, rig, settings)
    low, high = _with_context(rig, first, last, round(CONTEXT * fps))
    given = capture(context, rig, low, high + 1)
    span = (first - low, last + 1 - low)
    task = Edit(given, parts, settings.text, span, _rounded(settings.strength))
    keep = [piece for piece in ((0, span[0]), (span[1], len(given))) if piece[1] > piece[0]]
    joints = tuple(JOINTS[index] for index in task.joints)
    done = (
        f"other {settings.part.lower().replace('_', ' ')}"
        if settings.part not in OF_ALL
        else OF_ALL[settings.part]
    )
    landing = Landing(settings.place, "edit", low, len(given), tuple(keep), joints, name=done)
    return RigTask(task, landing, settings.text or f"variation of {rig.name}")


def edit_span(
    context: bpy.types.Context, rig: bpy.types.Object, settings: TaskSettings, *, lately: bool = False
) -> tuple[int, int]:
    """First and last frame that may change; lately: for a panel. Raises RigError when there is no motion."""
    scene: Any = context.scene
    keys: Sequence[int] = ()
    if settings.range == "KEYS":
        keys = kept_frames(scene, rig, settings.keys, settings.spans, made=True, lately=lately)
    first, last = frame_range(scene, settings.range, keys)
    if last <= first:
        raise RigError(f"no motion from frame {first} to {last}: animate the rig, or choose another range")
    return first, last


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _with_context(rig: bpy.types.Object, first: int, last: int, more: int) -> tuple[int, int]:
    """The range with what the action has beside it, at most so many frames."""
    data: Any = rig.animation_data
    if data is None or data.action is None:
        return first, last
    start, end = (round(edge) for edge in data.action.frame_range)
    return min(first, max(start, first - more)), max(last, min(end, last + more))


def edited_parts(context: bpy.types.Context, rig: bpy.types.Object, part: str) -> tuple[str, ...]:
    """Joints and body parts to make anew; () for the whole body. Raises RigError when no bone of this rig is chosen."""
    if part == "BODY":
        return ()
    if part != "SELECTED":
        return (part.lower(),)
    chosen = context.selected_pose_bones_from_active_object or ()
    every = context.selected_pose_bones or ()
    others = {bone.id_data.name for bone in every if bone.id_data != rig}
    own = [bone.name for bone in (*chosen, *every) if bone.id_data == rig]
    if rig.mode != "POSE":
        own = [bone.name for bone in rig.data.bones if _selected(rig, bone)]
    if not own and others:
        raise RigError(f"the selected bones belong to {', '.join(sorted(others))}, not to {rig.name!r}")
    if not own:
        raise RigError("no bones are selected: select some in Pose Mode, or choose a body part")
    named = {joint_of_bone(rig, bones_of(rig), name) for name in own}
    joints = [joint for joint in JOINTS if joint in named]
    if not joints:
        raise RigError(
            f"none of the selected bones ({', '.join(own[:3])}) is a joint of the body: select others"
        )
    return tuple(joints)


def _selected(rig: Any, bone: Any) -> bool:
    """Blender 5 keeps the selection on the pose bone."""
    pose = rig.pose.bones[bone.name]
    return bool(pose.select if hasattr(pose, "select") else bone.select)


def joint_of_bone(rig: bpy.types.Object, bone_map: BoneMap, name: str) -> str | None:
    """The joint that a bone stands for; None for other bones.

    That is the joint of its name, or the one whose place it has at rest: so controls for IK and bones that deform
    count.
    """
    for joint, bone in (*bone_map.bones.items(), *bone_map.shown.items()):
        if bone == name:
            return joint
    bones = rig.data.bones
    head = bones[name].head_local
    size = (bones[bone_map.bones["head"]].head_local - bones[bone_map.bones["left_ankle"]].head_local).length
    near = {joint: (bones[bone].head_local - head).length for joint, bone in bone_map.bones.items()}
    joint = min(near, key=lambda key: near[key])
    return joint if near[joint] < 0.01 * size else None


def follow(context: bpy.types.Context, rig: bpy.types.Object, settings: TaskSettings) -> RigTask:
    """A new motion along a curve, from the place's frame on. Raises RigError or TaskError."""
    check_armature(rig)
    scene: Any = context.scene
    fps = scene_fps(scene)
    points = path_of(context, rig, settings.curve)
    length = path_length(points)
    seconds = settings.way_seconds if settings.pace == "SECONDS" else length / settings.speed
    if not 0.5 <= seconds <= 60:
        raise TaskError(
            f"the curve is {length:.2f} m long for this rig: at {settings.speed:.2f} m/s that takes {seconds:.1f} s; "
            "choose a speed that makes it 0.5 to 60 s"
        )
    first, frames = settings.place.start_frame, max(2, round(seconds * fps) + 1)
    pins = pins_of(rig, first, first + frames - 1, fps) if settings.use_pins else ()
    path = follow_path(points, seconds, settings.along)
    task = Complete(text=settings.text, seconds=_rounded(max(seconds, frames / fps)), pins=pins, path=path)
    note = pace_note(length, seconds)
    done = f"along {settings.curve.name}"
    landing = Landing(
        settings.place, "follow", first, frames, pins=pins, note=note, name=done, curve=settings.curve.name
    )
    return RigTask(task, landing, settings.text or done)


def with_request(
    context: bpy.types.Context, asked: RigTask, model: str, sampling: Sampling
) -> tuple[RigTask, Request]:
    """The task, whose result will say what made it, and the request for it."""
    scene: Any = context.scene
    about = {**asked.landing.facts(), "fps": scene_fps(scene)}
    kept = RememberedRequest.of(Request(asked.task, sampling, model), about)
    text = kept.to_text()
    notes = [asked.landing.note] if asked.landing.note else []
    if not text:
        notes.append(TOO_LONG)
    given = kept.task.motion if asked.landing.given is not None else None
    landing = replace(asked.landing, given=given, request=text, note=". ".join(notes))
    return RigTask(kept.task, landing, asked.title), kept.asked


# What reads the rig for a mode of the panel
READ_TASK = {"COMPLETE": complete, "EDIT": edit, "FOLLOW": follow}


def task_fault(context: bpy.types.Context, rig: bpy.types.Object, settings: TaskSettings, mode: str) -> str:
    """Why a task of this mode cannot be asked for, "" when it can. A panel may ask: only keys and settings are read.

    While a result is on trial its keys say nothing: it is taken back before the rig is read.
    """
    on_trial = playing(rig)
    joints: Sequence[str] = JOINTS
    try:
        if mode == "FOLLOW":
            return "no curve is chosen: draw one on the floor and choose it" if settings.curve is None else ""
        if mode == "EDIT":
            parts = edited_parts(context, rig, settings.part)
            joints = [joint for part in parts for joint in PARTS.get(part, (part,))] or JOINTS
            if not on_trial:
                edit_span(context, rig, settings, lately=True)
        elif not on_trial:
            complete_span(context, rig, settings, lately=True)
        return change_fault(rig, frozenset(joints))
    except (RigError, TaskError) as error:
        return str(error)
