"""The file of `laban batch`: lines become jobs or faults, never an exception for one bad line."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from motion_core.catalog import find_card
from motion_core.commands.console import result_paths
from motion_core.formats.files import explained, open_regular, told
from motion_core.generators.model_choice import default_model
from motion_core.tasks import MAX_JSON, TASKS, Request, Sampling, TaskError, seeds_from

if TYPE_CHECKING:
    from motion_core.body.motion import Motion
    from motion_core.formats.reading import Reading

# Separators, drive letters, wildcards and control characters: names that some system cannot store, or that leave DIR
FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')
MAX_ID = 120
MAX_BATCH = 2**33  # bytes of a whole batch file
WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Job:
    """One good line."""

    line: int
    id: str
    # With its model decided.
    request: Request
    # Its results, one a sample.
    paths: tuple[Path, ...]

    @cached_property
    def samplings(self) -> list[Sampling]:
        return seeds_from(self.request.sampling, len(self.paths))


@dataclass(frozen=True)
class Fault:
    """What is wrong with one line. `id` is None where the line does not tell."""

    line: int
    id: str | None
    error: str

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "id": self.id, "error": self.error}


def read_jobs(
    path: Path, out: Path, ending: str, reading: Reading | None = None
) -> tuple[list[Job], list[Fault]]:
    """Jobs and faults of a file, in its order; ending: of motions; reading: of those it names.

    Blank lines count. Raises OSError.
    """
    jobs: list[Job] = []
    faults: list[Fault] = []
    files: dict[Path, Motion] = {}
    taken: dict[str, int] = {}  # ids and file names in lower case: some systems do not tell case apart
    with open_regular(path, MAX_BATCH) as file:
        for line, content in enumerate(_lines(file), start=1):
            if not content.strip():
                continue
            name = None
            try:
                entry = _parse(content)
                name = _id(entry, taken)
                job = _job(with_motions(entry, path.parent, files, reading), line, out / name, ending)
                _claim(job, taken)
            except Exception as error:  # one line is never the end of a batch
                faults.append(Fault(line, name, told(error)))
                continue
            jobs.append(job)
    return jobs, faults


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines; of one that is too long no more than shows that it is."""
    while line := file.readline(MAX_JSON + 1):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(MAX_JSON)
        yield line


def with_motions(
    entry: dict[str, Any], folder: Path, files: dict[Path, Motion], reading: Reading | None = None
) -> dict[str, Any]:
    """The entry with motions in place of the names of their files, which count from `folder`; `files` are those read
    before. Only for files of the user's own: a service's clients name none. Raises TaskError.
    """
    from motion_core.formats.motion_file import READ_ENDINGS, read_motion

    found = dict(entry)
    for field in sorted({field for kind in TASKS.values() for field in kind.motions}):
        name = entry.get(field)
        if not isinstance(name, str):
            continue
        path = folder / name
        if path.suffix.lower() not in READ_ENDINGS:
            raise TaskError(
                f"{field} is {name[:200]!r}: name a file that ends in {' or '.join(READ_ENDINGS)}"
            )
        try:
            if path not in files:
                files[path] = read_motion(path, reading)
        except (OSError, ValueError) as error:
            raise TaskError(f"{field}: {explained(error)}") from None
        found[field] = files[path]
    return found


def _parse(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_JSON:
        raise TaskError(f"the line has more than {MAX_JSON} bytes: name the motion's file instead")
    try:
        entry = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise TaskError(f"not a JSON object ({' '.join(str(error).split())})") from None
    if not isinstance(entry, dict):
        raise TaskError(f"a task is a JSON object, not {type(entry).__name__}")
    return entry


def _id(entry: dict[str, Any], taken: dict[str, int]) -> str:
    name = entry.get("id")
    if not isinstance(name, str) or not name.strip():
        raise TaskError(
            f"id is {reprlib.repr(name)}: give each task a name of its own, it becomes the file's name"
        )
    if FORBIDDEN.search(name) or name.startswith(".") or name != name.strip() or name.endswith("."):
        raise TaskError(
            f"id {name!r} cannot be a file's name: use letters, digits, space, '-', '_' and '.' inside"
        )
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise TaskError(f"id {name[:40]!a} is not valid text: it cannot be a file's name") from None
    if len(name) > MAX_ID or WINDOWS_DEVICES.fullmatch(name):
        raise TaskError(
            f"id {name[:40]!r} cannot be a file's name on every system: choose another, shorter one"
        )
    if name.casefold() in taken:
        raise TaskError(f"id {name!r} is already used in line {taken[name.casefold()]}")
    return name


def _claim(job: Job, taken: dict[str, int]) -> None:
    """Ids differ, but "a" with a count and "a_000" would still write one file."""
    names = [path.name.casefold() for path in job.paths]
    if clash := [name for name in names if name in taken]:
        raise TaskError(f"id {job.id!r} would write {clash[0]}, which line {taken[clash[0]]} writes")
    taken.update(dict.fromkeys([job.id.casefold(), *names], job.line))


def _job(entry: dict[str, Any], line: int, out: Path, ending: str) -> Job:
    """The job of a line. out: its file without the ending, which is `ending` where a motion comes of it."""
    from motion_core.results import RESULTS  # numpy

    request = Request.from_json(entry)
    model = request.model or default_model(request.task, request.sampling)
    find_card(model)
    endings = RESULTS[request.task.gives].endings
    file = out.with_name(out.name + (ending if ending in endings else endings[0]))
    return Job(
        line, str(entry["id"]), replace(request, model=model), tuple(result_paths(file, request.count))
    )
