"""Search a folder of motions by a sentence, give up, put a found motion on the rig."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty

from motion_core.formats import FormatError
from motion_core.tasks import Made, TaskError, check_prompt

from ..backend.client import FoundMotion, Job, found_by
from ..paths import absolute
from ..properties.generate import LabanHits
from ..properties.preferences import service_settings
from ..session.chosen import hits_of, place_of, rig_fault, settings_of
from ..session.delivery import put_on_rig
from ..session.outcome import Outcome, Place
from ..session.session import SESSION
from . import OperatorReturn

SEARCHING = "a search is under way: wait for it or cancel it"
FETCHING = "a found motion is on its way"


def search_fault(context: bpy.types.Context) -> str:
    """Why Search is greyed out, "" when it is not."""
    settings = settings_of(context)
    if "search" in SESSION.background:
        return SEARCHING
    if fault := service_settings().fault:
        return fault
    if not settings.library.strip():
        return "choose the folder of your motions"
    return "" if settings.search_text.strip() else "write what the person does in the motion you look for"


def found_fault(context: bpy.types.Context) -> str:
    """Why a found motion cannot be put on the rig now, "" when it can."""
    if "found" in SESSION.background:
        return FETCHING
    if not hits_of(context).hits:
        return "search for a motion first"
    return service_settings().fault or rig_fault(context)


def show_hits(job: Job) -> None:
    """The end of a search: the list and what the panel says."""
    if job.state != "done":
        SESSION.search_outcome = _ended(job)
        return
    try:
        answer = found_by(job)
        _fill(hits_of(bpy.context), answer)
        SESSION.search_outcome = Outcome(_summary(answer))
    except (ValueError, TypeError, KeyError) as error:
        SESSION.search_outcome = Outcome(f"the service gave an answer that makes no sense: {error}", True)


def _fill(found: LabanHits, answer: dict[str, Any]) -> None:
    rows = [(str(hit["path"]), float(hit["score"]), float(hit["seconds"])) for hit in answer["hits"]]
    found.hits.clear()
    found.library, found.chosen = str(answer["library"]), 0
    for path, score, seconds in rows:
        hit = found.hits.add()
        hit.name, hit.path, hit.score, hit.seconds = path, path, score, seconds


def _summary(answer: dict[str, Any]) -> str:
    broken, listed = int(answer["broken_count"]), answer["broken"]
    text = f"the best {len(answer['hits'])} of {int(answer['files']) - broken} motions"
    if broken:
        more = "" if broken == 1 else f" and {broken - 1} more"
        text += f". Not readable: {listed[0]['path']} ({listed[0]['error']}){more}"
    return f"{text}. {answer['note']}" if answer.get("note") else text


def apply_found(job: FoundMotion, path: str, place: Place) -> None:
    """A found motion has arrived: onto the rig, as one undo step."""
    from motion_core.formats.npz import bytes_to_motion
    from motion_core.retarget import RigError

    if job.state != "done":
        SESSION.search_outcome = _ended(job)
        return
    try:
        motion = bytes_to_motion(job.results[0].body, path)
        known = Made.from_meta(motion.meta).title
        action = put_on_rig(motion, place, None if known else PurePosixPath(path).stem)
    except (FormatError, RigError) as error:
        SESSION.search_outcome = Outcome(str(error), True)
    else:
        SESSION.search_outcome = Outcome(f"{action.name}: {motion.seconds:.1f} s of motion, from {path}")


def _ended(job: Job) -> Outcome:
    """What is said of one that did not succeed."""
    if job.state == "cancelled":
        return Outcome("Cancelled")
    return Outcome(job.message or f"the search was {job.state}", True)


class SearchOperator:
    """Hands a question to the service and lets the timer see to the answer."""

    report: Any

    wait: BoolProperty(
        name="Wait", options={"HIDDEN", "SKIP_SAVE"},
        description="Return only when the answer is there; always so without a window",
    )  # fmt: skip

    def start(self, context: bpy.types.Context) -> None:
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        SESSION.search_outcome = Outcome()
        try:
            SESSION.ensure_service(service_settings())
            self.start(context)
        except TaskError as error:
            SESSION.search_outcome = Outcome(str(error), True)
        else:
            if not self.wait and not bpy.app.background:
                return {"FINISHED"}
            SESSION.wait()
        outcome = SESSION.search_outcome
        self.report({"ERROR" if outcome.failed else "INFO"}, outcome.text)
        return {"CANCELLED"} if outcome.failed else {"FINISHED"}


class LABAN_OT_search(SearchOperator, bpy.types.Operator):
    """Look for a motion in your library by words. The first search of a folder reads its files; Blender stays usable"""

    bl_idname = "laban.search"
    bl_label = "Search"
    bl_options = {"REGISTER"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = search_fault(context)
        cls.poll_message_set(fault)
        return not fault

    def start(self, context: bpy.types.Context) -> None:
        settings = settings_of(context)
        # a folder of another machine is not to be made one of this
        library = settings.library.strip() if service_settings().server else absolute(settings.library)
        text = check_prompt(settings.search_text)
        job = SESSION.service.search(text, library, settings.search_count)
        SESSION.run_in_background("search", job, show_hits)


class LABAN_OT_cancel_search(bpy.types.Operator):
    """Give up the search; what was read of the library is kept, the next search goes on from there"""

    bl_idname = "laban.cancel_search"
    bl_label = "Cancel Search"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("there is no search under way")
        return "search" in SESSION.background

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        SESSION.background["search"].stop()
        SESSION.wake()
        return {"FINISHED"}


class LABAN_OT_use_found(SearchOperator, bpy.types.Operator):
    """Put the chosen motion of the list on the selected rig"""

    bl_idname = "laban.use_found"
    bl_label = "Put on Rig"
    bl_options = {"REGISTER"}  # noqa: RUF012 - the undo step is made when the motion arrives

    index: IntProperty(
        name="Number", default=-1, min=-1, options={"HIDDEN", "SKIP_SAVE"},
        description="Which motion of the list, 0 for the first; -1 for the chosen one",
    )  # fmt: skip

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = found_fault(context)
        cls.poll_message_set(fault)
        return not fault

    def start(self, context: bpy.types.Context) -> None:
        found, place = hits_of(context), place_of(context)
        number = found.chosen if self.index < 0 else self.index
        if not 0 <= number < len(found.hits):
            raise TaskError(f"there is no motion number {number} in the list: it has {len(found.hits)}")
        path = found.hits[number].path
        job = SESSION.service.fetch_found(found.library, path)
        SESSION.run_in_background("found", job, lambda done: apply_found(done, path, place))


CLASSES = (LABAN_OT_search, LABAN_OT_cancel_search, LABAN_OT_use_found)
