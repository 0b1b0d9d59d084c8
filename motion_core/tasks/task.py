"""What every kind of task says of itself: its name, its fields, the motions handed in, and how it is said in JSON.

A kind of task is one module of this folder and one row of `TASKS` in its `__init__`. Nothing else lists the kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

from motion_core.tasks.checks import TaskError, check_prompt
from motion_core.tasks.motion_json import motion_from_json, motion_to_json
from motion_core.tasks.pins_and_paths import CleanUp, FollowPath, Pin

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

FieldReader = Callable[[Any], Any]


class Task:
    """The base of all tasks, which are frozen dataclasses. Each checks its fields when it is made."""

    # How JSON, command line and messages call this kind of task.
    name: ClassVar[str]
    # Fields that hold a motion handed in.
    motions: ClassVar[tuple[str, ...]] = ()
    # Fields without which the task makes no sense.
    required: ClassVar[tuple[str, ...]] = ()
    # Kind of the result: a key of `motion_core.results.RESULTS`.
    gives: ClassVar[str] = "motion"
    # Which of the service's workers carries it out. Those of one lane wait for each other.
    lane: ClassVar[str] = "motion"
    # Whether everything that a model's card requires must be said. Else its words may be left out.
    says_all: ClassVar[bool] = False
    # How fields that are objects in JSON are read.
    readers: ClassVar[Mapping[str, FieldReader]] = {}

    @property
    def told(self) -> frozenset[str]:
        """Which of "text" and "action" the task gives to a model."""
        return frozenset(name for name in ("text", "action") if getattr(self, name, None) is not None)

    @property
    def length(self) -> float | None:
        """Seconds of the result; None where that means nothing."""
        return None

    @property
    def given(self) -> tuple[Motion, ...]:
        """The motions handed in."""
        found = (getattr(self, name) for name in self.motions)
        return tuple(motion for motion in found if motion is not None)

    @classmethod
    def field_names(cls) -> set[str]:
        return {f.name for f in fields(cls)}  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        """Every field that is set, as JSON."""
        told = {name: _field_to_json(getattr(self, name)) for name in _names_in_order(self)}
        return {name: value for name, value in told.items() if value is not None}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Any:
        """The task of such an object. Raises TaskError."""
        for name in cls.required:
            if name not in entry:
                raise TaskError(f"{_article(cls.name)} {cls.name} task needs the field {name!r}")
        alive = {name: cls.readers[name](v) if name in cls.readers else v for name, v in entry.items()}
        for name in cls.motions:
            if isinstance(alive.get(name), Mapping):
                alive[name] = motion_from_json(alive[name])
        return cls(**alive)

    def facts(self) -> dict[str, Any]:
        """What a result tells of its task: every field that was set, as JSON, but for the motions handed in."""
        told = {}
        for f in fields(self):  # type: ignore[arg-type]
            value = getattr(self, f.name)
            if f.name not in self.motions and value is not None and value != f.default:
                told[f.name] = _field_to_json(value)
        return told

    def _set(self, name: str, value: Any) -> None:
        """A field of this frozen task, while it is being made."""
        object.__setattr__(self, name, value)

    def _check_text(self) -> None:
        if getattr(self, "text") is not None:  # noqa: B009 - a field of the kinds that have words
            self._set("text", check_prompt(getattr(self, "text")))  # noqa: B009


def pins_from_json(entries: Any) -> Any:
    """A list of pins, whose objects come to life."""
    if not isinstance(entries, list | tuple):
        return entries  # the task says what is wrong with it
    return tuple(pin if isinstance(pin, Pin) else _alive(Pin, pin) for pin in entries)


def path_from_json(entry: Any) -> Any:
    return _alive(FollowPath, entry) if isinstance(entry, Mapping) else entry


def clean_from_json(entry: Any) -> Any:
    return _alive(CleanUp, entry) if isinstance(entry, Mapping) else entry


def _alive(kind: type, entry: Any) -> Any:
    try:
        return kind(**entry)
    except TypeError as error:
        raise TaskError(
            f"a pin, the path or the clean-up of the task has a wrong field ({error}): see docs/editing.md"
        ) from None


def _field_to_json(value: Any) -> Any:
    if hasattr(value, "rotations"):
        return motion_to_json(value)
    if isinstance(value, Pin | FollowPath | CleanUp):
        return {f.name: v for f in fields(value) if (v := getattr(value, f.name)) is not None}
    if isinstance(value, tuple):
        return [_field_to_json(v) for v in value]
    return value


def _names_in_order(task: Task) -> list[str]:
    return [f.name for f in fields(task)]  # type: ignore[arg-type]


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
