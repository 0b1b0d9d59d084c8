"""What a user asks for: a task, how to sample it, with which model. Frozen, checked once, here; safe inside Blender.

Numpy and what is made of it are imported where a motion comes in: Blender draws panels with this room alone.
"""

from motion_core.tasks.checks import (
    LONGEST,
    MAX_FRAMES,
    MAX_PROMPT,
    MAX_SECONDS,
    MIN_SECONDS,
    TaskError,
    check_integer,
    check_number,
    check_prompt,
)
from motion_core.tasks.complete import Complete
from motion_core.tasks.edit import Edit
from motion_core.tasks.generate import Generate
from motion_core.tasks.made import Made
from motion_core.tasks.motion_json import motion_from_json, motion_to_json
from motion_core.tasks.pins_and_paths import CleanUp, FollowPath, Pin
from motion_core.tasks.request import Request
from motion_core.tasks.sampling import MAX_COUNT, MAX_SEED, Sampling, seeds_from
from motion_core.tasks.search import Search
from motion_core.tasks.sequence import Sequence
from motion_core.tasks.table import TASKS
from motion_core.tasks.task import Task

MAX_JSON = 64 * 1024 * 1024  # bytes of a task; ten minutes of motion at 120 fps have 35 MB

__all__ = [
    "LONGEST", "MAX_COUNT", "MAX_FRAMES", "MAX_JSON", "MAX_PROMPT", "MAX_SECONDS", "MAX_SEED", "MIN_SECONDS", "TASKS",
    "CleanUp", "Complete", "Edit", "FollowPath", "Generate", "Made", "Pin", "Request", "Sampling", "Search", "Sequence",
    "Task", "TaskError", "check_integer", "check_number", "check_prompt", "motion_from_json", "motion_to_json",
    "seeds_from",
]  # fmt: skip
