"""The command line `laban`: one sub-command a file in `commands/`; errors are one line, exit status 0, 1, 2 or 130.

0 done; 1 failed; 2 bad arguments (what was asked for cannot exist); 130 interrupted. Nothing here imports torch:
each command imports what it needs when it runs.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import io
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from motion_core import __version__
from motion_core.formats.files import told
from motion_core.tasks import TaskError
from motion_core.threads import let_threads_sleep

COMMANDS = {
    "generate": "a motion from words or an action's name",
    "complete": "what is missing of a motion: gaps, a continuation, a loop, pins, a path",
    "edit": "other body parts, or variations of a motion",
    "sequence": "one motion from several prompts",
    "blend": "two motions mixed, or one leading into the other",
    "clean": "a motion tidied: feet, floor, smoothing, frame rate",
    "batch": "many tasks from a file, one a line",
    "preview": "draw a motion file as GIF, MP4 or a contact sheet",
    "knows": "whether a prompt is known, how it is read, and what is known",
    "models": "the models there are and what they can do",
    "convert": "an official checkpoint into Laban's format",
    "evaluate": "how good models are, beside real motion and retrieval",
    "search": "a folder of motions ranked by a sentence",
    "serve": "keep models loaded and answer over HTTP",
    "doctor": "what was found on this machine and what is missing",
}
FAILED, BAD_ARGUMENTS, INTERRUPTED = 1, 2, 130


class UsageError(Exception):
    """Arguments that argparse refuses."""


class Parser(argparse.ArgumentParser):
    """argparse, but errors travel up, so that every error of the program is reported in one place."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see `{self.prog} --help`)")


def make_parser() -> Parser:
    """The parser of `laban` with all its sub-commands; each stores its `run(args) -> int`."""
    parser = Parser(prog="laban", description="Words to human animation.")
    parser.add_argument("--version", action="version", version=f"laban {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")
    for name, summary in COMMANDS.items():
        module = import_module(f"motion_core.commands.{name}")
        command = commands.add_parser(
            name,
            help=summary,
            description=(module.__doc__ or "").strip(),
            epilog=module.EXAMPLE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(command)
        command.add_argument("--json", action="store_true", help="print one JSON object, for machines")
        command.add_argument("--debug", action="store_true", help="show the traceback of an error")
        command.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    argv = list(sys.argv[1:] if argv is None else argv)
    let_threads_sleep()
    # a process ends sooner that does not look once more through all that torch built
    atexit.register(gc.freeze)
    _write_any_text()
    try:
        args = make_parser().parse_args(argv)
        status = int(args.run(args))
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a closed pipe can still be told from success
        return status
    except SystemExit as stop:  # --help and --version
        return stop.code if isinstance(stop.code, int) else FAILED
    except KeyboardInterrupt:
        print("laban: interrupted, nothing half-written is left", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if "--debug" in argv:
            raise
        return _report(error, "--json" in argv)


def _write_any_text() -> None:
    """What an ASCII terminal cannot show is escaped: the file that a message is about is written all the same."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _report(error: Exception, as_json: bool) -> int:
    status = BAD_ARGUMENTS if isinstance(error, TaskError | UsageError) else FAILED
    message = str(error) if isinstance(error, UsageError) else told(error)
    if as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    print(f"laban: error: {message}", file=sys.stderr)
    return status
