"""One motion from several prompts, each for its seconds, going over into each other."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from motion_core.commands.making import add_clean_arguments, add_sampling_arguments, clean_of, make
from motion_core.commands.reading import add_reading_arguments, read_given
from motion_core.formats.files import read_regular
from motion_core.tasks import MAX_JSON, Sequence, TaskError

EXAMPLE = """examples:
  laban sequence --prompt "a person walks forward=4" --prompt "a person sits down=3.5" --out story.npz
  laban sequence --file story.jsonl --start in.npz --out story.npz
    where each line of story.jsonl is {"text": "a person walks forward", "seconds": 4}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--prompt", action="append", metavar="TEXT=SECONDS", help="one prompt; repeat it")
    what.add_argument("--file", type=Path, metavar="FILE", help="the prompts, a JSON object a line")
    parser.add_argument(
        "--transition",
        type=float,
        default=0.5,
        help="seconds in which one goes over into the next (default 0.5)",
    )
    parser.add_argument(
        "--start", type=Path, metavar="FILE", help="a motion at whose end the first prompt begins"
    )
    add_clean_arguments(parser, "")
    add_sampling_arguments(parser)
    add_reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    prompts = [read_prompt(text) for text in args.prompt] if args.prompt else read_prompts(args.file)
    start = None if args.start is None else read_given(args, args.start)
    return make(args, Sequence(tuple(prompts), args.transition, start, clean_of(args)), "a sequence")


def read_prompt(text: str) -> tuple[str, float]:
    """`words=seconds`; the last = counts."""
    words, equals, seconds = text.rpartition("=")
    try:
        if equals:
            return words, float(seconds)
    except ValueError:
        pass
    raise TaskError(f'the prompt {text[:80]!r} has no seconds: write it as "a person walks=3.5"')


def read_prompts(path: Path) -> list[tuple[str, float]]:
    """The prompts of a file of JSON objects {"text", "seconds"}, one a line. Raises TaskError or OSError."""
    prompts = []
    for number, line in enumerate(read_regular(path, MAX_JSON).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise TaskError(f"{path}:{number}: not a JSON object ({error})") from None
        if not isinstance(entry, dict) or set(entry) != {"text", "seconds"}:
            raise TaskError(f'{path}:{number}: write {{"text": "a person walks", "seconds": 4}}')
        prompts.append((entry["text"], entry["seconds"]))
    if not prompts:
        raise TaskError(f"{path} has no prompts: write one JSON object a line")
    return prompts
