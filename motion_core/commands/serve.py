"""Keep models loaded and answer over HTTP; prints one JSON line with port and token, then serves until told to stop."""

from __future__ import annotations

import argparse

from motion_core.service.options import EXAMPLE, add_arguments

__all__ = ["EXAMPLE", "add_arguments", "run"]


def run(args: argparse.Namespace) -> int:
    from motion_core.service.server import main

    return main(args)
