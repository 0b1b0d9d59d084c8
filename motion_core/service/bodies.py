"""What the bodies of requests ask. All raise HTTPException 400 that says what is wrong, in time linear in the bytes.

None of it belongs on the server's loop: a long motion takes its time to be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.exceptions import HTTPException

from motion_core.catalog import ModelCard, find_card
from motion_core.formats.reading import Reading
from motion_core.generators.model_choice import check_task, default_model
from motion_core.tasks import Generate, Request, Task, TaskError

MAX_VALUES = 250_000  # numbers, texts, lists and objects of a body; arrays of motions are one text each
VALUE_BYTES = 100  # memory of a value, about
MAX_JOINTS = 100  # names of joints that are told


def read_request(body: bytes, cards: Mapping[str, ModelCard], kind: str | None = None) -> Request:
    """The request in a body, its model decided. Raises HTTPException 400 that says what is wrong.

    cards: of the loaded models, which know their checkpoint. kind: of a task whose JSON does not name its kind.
    """
    entry = read_json(body)
    try:
        if kind is not None and isinstance(entry, Mapping):
            entry = {"task": kind, **entry}
        request = Request.from_json(entry)
        model = request.model or default_model(request.task, request.sampling)
        card = cards.get(model) or _unread_card(model, request.task)
        check_task(card, request.task)
        card.settled(request.sampling)
    except TaskError as fault:
        raise HTTPException(400, str(fault)) from fault
    return replace(request, model=model)


def values_in(body: bytes) -> int:
    """How many values a JSON text has at most; commas in its texts count too."""
    return 1 + sum(map(body.count, (b",", b"[", b"{")))


def weight_of(body: bytes) -> int:
    """Bytes of memory that what it asks takes while it waits, about."""
    return len(body) + VALUE_BYTES * values_in(body)


def read_json(body: bytes) -> Any:
    """What is no JSON is refused, and what has so many values that reading it would hold everybody up."""
    if (values := values_in(body)) > MAX_VALUES:
        raise HTTPException(400, f"the request has {values} values: send at most {MAX_VALUES}")
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise HTTPException(400, f"the request is not JSON: {str(fault)[:200]}") from fault


def read_text(entry: Any) -> tuple[str, bool]:
    """(prompt, fragment) of a question. Raises HTTPException 400."""
    question = entry if isinstance(entry, Mapping) else {}
    text, fragment = question.get("text"), question.get("fragment", False)
    known = set(question) <= {"text", "fragment"}
    if not isinstance(text, str) or not isinstance(fragment, bool) or not known:
        raise HTTPException(400, 'send a JSON object with the prompt: {"text": "a person waves"}')
    return text, fragment


@dataclass(frozen=True)
class Wanted:
    """A file of a library, and what it does not say itself."""

    library: str
    path: str
    reading: Reading | None = None


def read_place(entry: Any) -> Wanted:
    """The motion that is wanted: a place as a search gives it, and the options of reading, each of them optional."""
    place = dict(entry) if isinstance(entry, Mapping) else {}
    library, path = place.pop("library", None), place.pop("path", None)
    if not isinstance(library, str) or not isinstance(path, str) or "\0" in library + path:
        raise HTTPException(400, "send a JSON object with library and path, as a search's result gives them")
    if unknown := sorted(set(place) - {"up", "unit", "fps", "names"}):
        raise HTTPException(
            400, f"unknown field {unknown[0]!r:.80}: beside library and path up, unit, fps, names"
        )
    told = {name: value for name, value in place.items() if value is not None}
    return Wanted(library, path, _reading(told) if told else None)


def _reading(told: dict[str, Any]) -> Reading:
    fps, names = told.get("fps"), told.get("names", {})
    if not isinstance(told.get("up", ""), str):
        raise HTTPException(400, f"up is {told['up']!r:.80}: give the name of an axis")
    if not _is_number(told.get("unit", 1)) and not isinstance(told.get("unit"), str):
        raise HTTPException(400, f"unit is {told['unit']!r:.80}: give its name, or its metres as a number")
    if fps is not None and not _is_number(fps):
        raise HTTPException(400, f"fps is {fps!r:.80}: give a number of Hz")
    texts = (
        isinstance(names, dict)
        and len(names) <= MAX_JOINTS
        and all(isinstance(v, str) for v in names.values())
    )
    if not texts:
        raise HTTPException(400, 'names is no object of texts: send {"left_knee": "their name", ...}')
    try:
        return Reading(**told)
    except ValueError as fault:
        raise HTTPException(400, str(fault)) from fault


def _is_number(value: Any) -> bool:
    """Of a size that a float can have."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 1e9


def _unread_card(model: str, task: Task) -> ModelCard:
    """The catalog's card; which actions there are is for the checkpoint to say, once it is loaded."""
    card = find_card(model)
    action = task.action if isinstance(task, Generate) else None
    return card if action is None else replace(card, actions=(action,))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")
