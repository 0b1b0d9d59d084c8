"""A motion made again. All that is needed is its action, or the action of an NLA strip."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import bpy

from motion_core import __version__
from motion_core.catalog import find_card
from motion_core.tasks import Generate, Request, Sampling, TaskError
from motion_core.tasks.pins_and_paths import Pin
from motion_core.tasks.sampling import OLD_FIELDS

from ..actions.actions import held, sign
from ..actions.records import Strip, records_of
from ..actions.remembered import REMEMBERED, RememberedRequest
from ..properties.preferences import service_settings
from ..rig.controls import pose_borrowed
from ..rig.fps import scene_fps
from ..session.chosen import place_on, tries_first
from ..session.delivery import find_by_uid, put
from ..session.outcome import Outcome, Results, Run
from ..session.session import SESSION
from ..strips.pins import pins_of_record
from ..trial import trial
from ..trial.nla_tracks import replace_action, strips_with
from .landing import Landing, landing_again
from .since import as_it_is_now, listed, moved_since

if TYPE_CHECKING:
    from motion_core.body.motion import Motion


def action_to_remake(context: Any, rig: Any, name: str = "") -> bpy.types.Action:
    """The action that is to be made again. Raises TaskError when there is none.

    It is the one of that name. Without a name it is the rig's active action, else that of the active NLA strip, else
    that of a strip under the playhead.
    """
    if name:
        if name not in bpy.data.actions:
            raise TaskError(f"there is no action {name!r} in this file")
        return bpy.data.actions[name]
    data = rig.animation_data
    if data is not None and data.action is not None:
        return data.action
    active = getattr(context, "active_nla_strip", None)
    if active is not None and active.action is not None:
        return active.action
    frame = context.scene.frame_current
    for track in data.nla_tracks if data is not None else ():
        for strip in track.strips:
            if strip.action is not None and strip.frame_start <= frame < strip.frame_end:
                return strip.action
    raise TaskError(f"{rig.name!r} plays no action at frame {frame}: choose an action, or an NLA strip")


def restore_strips(rig: Any, action: Any, seed: int | None = None) -> set[str]:
    """Puts the strips that an action was made by into the rig's list, as they were then. Returns their uids.

    Other strips of the list stay, even if they overlap these: that is reported when the strips are made. An action that
    was completed or edited since has no strips to restore. seed: another seed for all of them.
    """
    from ..strips.strip_list import add_strip

    if REMEMBERED in action:
        return set()
    records, kept = records_of(action), rig.laban_strips
    for uid, record in records.items():
        strip = next((strip for strip in kept.strips if strip.uid == uid), None)
        values = {name: getattr(record, name) for name in Strip.__dataclass_fields__}
        if seed is not None:
            values["seed"] = seed
        if strip is None:
            add_strip(kept, Strip(**values))
            continue
        for name, value in values.items():
            setattr(strip, name, value)
    return set(records)


def strip_pins_of(action: Any) -> dict[str, tuple[Pin, ...]]:
    """{uid: pins} that the strips of an action met, whatever the rig's list has now. Raises TaskError."""
    return {uid: pins_of_record(record) for uid, record in records_of(action).items()}


def remembered_of(action: Any) -> RememberedRequest | None:
    """The request that made an action out of another motion or along a curve; None when the action holds none.

    Raises TaskError for one that cannot be read.
    """
    text = action.get(REMEMBERED)
    return None if text is None else RememberedRequest.from_text(str(text))


def request_of(action: Any, seed: int | None = None) -> Request:
    """What made an action from one prompt. seed: another one.

    Raises TaskError for an action that does not say enough.
    """
    model = action.get("laban_model")
    if model is None:
        raise TaskError(f"the action {action.name!r} does not say what made it: it is none of Laban's")
    task = action.get("laban_task", "generate")
    if task != "generate":
        raise TaskError(
            f"the action {action.name!r} was made out of another motion ({task}), which it does not hold: it is longer "
            "than an action remembers, or an earlier version made it"
        )
    words = {name: action.get(f"laban_{name}") for name in find_card(model).requires}
    seconds = round(float(action.get("laban_seconds", 6.0)), 4)
    settings = {name: action.get(f"laban_{name}") for name in OLD_FIELDS}
    settings = {
        name: round(value, 4) if isinstance(value, float) else value for name, value in settings.items()
    }
    sampling = Sampling(int(action.get("laban_seed", 0)) if seed is None else seed, settings, old=OLD_FIELDS)
    split = bool(action.get("laban_split", True))
    return Request(Generate(seconds=seconds, split=split, **words), sampling, model)


def remake(context: Any, rig: Any, action: Any, seed: int | None = None, *, fresh: bool = False) -> None:
    """Asks for the motion of an action again, for the same frames. NLA strips that play the action will play the new
    one.

    A result on trial is taken back first. seed: another one. fresh: with curve, pins and keys as they are now. Raises
    TaskError, RigError.
    """
    moved = moved_since(context, rig, action)
    scene, uid, start = context.scene, action.session_uid, round(action.frame_range[0])
    kept, edit = remembered_of(action), scene.laban_edit
    try_first = tries_first(context) if kept is None else edit.trial
    place = place_on(rig, scene, start, try_first)
    landing = None
    if kept is None:
        request = request_of(action, seed)
        title = request.task.text or request.task.action or ""
    else:
        kept = (as_it_is_now(context, rig, kept) if fresh else kept).with_seed(seed)
        request = kept.asked
        find_card(request.model)
        landing = landing_again(kept, place, scene_fps(scene), uid)
        if moved:
            landing = replace(
                landing, note=f"With {listed(moved)} as {'now' if fresh else 'when it was first made'}"
            )
        title = kept.task.text or landing.task
    if trial.playing(rig):
        shown = rig.laban_preview
        if shown.replaced is not None and shown.shown == action:  # its NLA strips will play that one again
            if landing is not None and landing.again == uid:
                landing = replace(landing, again=shown.replaced.session_uid)
            uid = shown.replaced.session_uid
        trial.reject(scene, rig)
        if landing is not None and find_by_uid(bpy.data.actions, uid) is None:  # it was on trial itself
            landing = replace(landing, again=None)
    arrive = None if landing is None else landing.arrive
    former = find_by_uid(bpy.data.actions, uid)
    if former is not None and strips_with(rig, former):
        arrive = partial(_into_nla, uid, landing)
    SESSION.generate(service_settings(), request, place, title, arrive=arrive)


def _into_nla(former: int, landing: Landing | None, run: Run, results: Results) -> Outcome:
    """The end of a run whose motion takes the place of an action (its session number) in NLA strips."""
    from motion_core.formats import FormatError
    from motion_core.formats.npz import bytes_to_motion
    from motion_core.retarget import RigError

    place = run.place
    found = (
        find_by_uid(bpy.data.scenes, place.scene),
        find_by_uid(bpy.data.objects, place.rig),
        find_by_uid(bpy.data.actions, former),
    )
    try:
        if None in found:
            raise RigError(f"the rig {place.rig_name!r}, or its action, is not in this file any more")
        motion = bytes_to_motion(results[0].body, "the motion that the service sent")
        action = put(place, lambda context, rig: _swap(context, rig, motion, former, landing))
    except (RigError, FormatError) as error:
        return Outcome(str(error), True)
    return Outcome(f"{action.name}: made again, in the NLA")


def _swap(context: Any, rig: Any, motion: Motion, former: int, landing: Landing | None) -> bpy.types.Action:
    """Lets the NLA strips of the former action play the result, on trial. The rig's active action stays as it is."""
    from ..write.bake import bake

    data = rig.animation_data
    old = find_by_uid(bpy.data.actions, former)
    before, slot = data.action, getattr(data, "action_slot", None)
    with pose_borrowed(context, rig), held(before):
        try:
            if landing is None:
                new = bake(context, rig, motion, start_frame=round(old.frame_range[0]), name=old.name)
            else:
                new, _ = landing.make(context, rig, motion)
        finally:
            data.action = before
            if slot is not None:
                data.action_slot = slot
    new.name = old.name  # with a number, until it takes its place
    sign(new)
    rig.laban_preview.replaced = old
    trial.remember(rig, **{trial.REPLACED: replace_action(rig, old, new)})
    return new


def version_note(action: Any) -> str:
    """What to say of an action that another version made, "" of one of this version."""
    made = action.get("laban_version")
    if made in (None, __version__):
        return ""
    return f"{action.name!r} was made by version {made}, this is {__version__}: the motion may differ"
