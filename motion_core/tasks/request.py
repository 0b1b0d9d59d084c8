"""A task with everything that is asked of it: how to sample, with which model, how many. One JSON object."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from motion_core.tasks.checks import TaskError, check_integer
from motion_core.tasks.sampling import MAX_COUNT, Sampling, check_seeds
from motion_core.tasks.table import TASKS
from motion_core.tasks.task import Task


@dataclass(frozen=True)
class Request:
    """What is asked, as batch files, HTTP and saved actions carry it."""

    task: Any
    sampling: Sampling = field(default_factory=Sampling)
    # Id of the model; "" leaves the choice to `model_choice.default_model`.
    model: str = ""
    # How many results, with seeds one after the other.
    count: int = 1

    def __post_init__(self) -> None:
        check_seeds(self.sampling.seed, self.count)

    def to_json(self) -> dict[str, Any]:
        """One flat JSON object: the line of a batch file and the body of a request."""
        pairs = {"task": self.task.name, "model": self.model, "count": self.count}
        return {**pairs, **self.sampling.to_json(), **self.task.to_json()}

    @classmethod
    def from_json(cls, entry: Any) -> Request:
        """The inverse; a missing model gives "", a missing task "generate". Raises TaskError."""
        if not isinstance(entry, Mapping):
            raise TaskError(f"a task is a JSON object, not {type(entry).__name__}")
        rest = {key: value for key, value in entry.items() if key != "id"}
        kind = _kind(rest.pop("task", "generate"))
        names = kind.field_names()
        model = rest.pop("model", "")
        if not isinstance(model, str):
            raise TaskError(f"model is {model!r}: give its id as text")
        count = 1 if "count" in names else check_integer("count", rest.pop("count", 1), 1, MAX_COUNT)
        told = {key: rest.pop(key) for key in list(rest) if key in names}
        sampling = Sampling.taken_from(rest)
        if rest:
            known = ", ".join(sorted(names | {"seed", "settings", "model", "count"}))
            raise TaskError(f"unknown field {min(rest)!r} in a {kind.name} task; use {known}")
        return cls(kind.from_json(told), sampling, model, count)


def _kind(name: Any) -> type[Task]:
    if not isinstance(name, str) or name not in TASKS:
        raise TaskError(f"unknown task {reprlib.repr(name)}; use one of {', '.join(TASKS)}")
    return TASKS[name]
