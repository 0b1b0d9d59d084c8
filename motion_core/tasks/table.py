"""The one table of the kinds of task. A new kind is a module beside this one and a row here."""

from __future__ import annotations

from motion_core.tasks.complete import Complete
from motion_core.tasks.edit import Edit
from motion_core.tasks.generate import Generate
from motion_core.tasks.search import Search
from motion_core.tasks.sequence import Sequence
from motion_core.tasks.task import Task

TASKS: dict[str, type[Task]] = {kind.name: kind for kind in (Generate, Complete, Edit, Sequence, Search)}
