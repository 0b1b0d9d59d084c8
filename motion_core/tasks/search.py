"""The motions of a folder that a sentence describes best."""

from __future__ import annotations

from dataclasses import dataclass

from motion_core.tasks.checks import TaskError, check_integer, check_prompt
from motion_core.tasks.task import Task

MAX_HITS = 1000


@dataclass(frozen=True)
class Search(Task):
    """A folder to rank. Raises TaskError for a field that makes no sense."""

    name = "search"
    gives = "hits"
    lane = "search"
    says_all = True
    required = ("text", "library")

    text: str
    # The folder; an absolute path where a service is asked.
    library: str
    # How many hits are listed.
    count: int = 10

    def __post_init__(self) -> None:
        self._set("text", check_prompt(self.text))
        if not isinstance(self.library, str) or not self.library.strip() or "\0" in self.library:
            raise TaskError(f"the library is {self.library!r:.80}: name the folder of your motions")
        check_integer("count", self.count, 1, MAX_HITS)
