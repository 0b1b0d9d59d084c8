"""Keep models loaded and answer over HTTP; prints one JSON line with port and token, then serves until told to stop."""

from __future__ import annotations

import argparse

from motion_core.service.options import EXAMPLE, add_arguments
from motion_core.tasks import check_integer

__all__ = ["EXAMPLE", "add_arguments", "run"]

LARGEST_ID = 2**32 - 1  # of a process, on any system


def run(args: argparse.Namespace) -> int:
    if args.parent is not None:
        check_integer("parent", args.parent, 1, LARGEST_ID)

    from motion_core.service.server import main

    return main(args)
