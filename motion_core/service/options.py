"""The options of `laban serve`. Apart from the server, so that the command line can list them without loading it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

EXAMPLE = "example: laban serve --port 8765 --preload mdm"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `laban serve`."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=0, help="port, 0 for a free one (default)")
    parser.add_argument("--token", help="password for clients (default: LABAN_TOKEN, or a random one)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:0, mps")
    parser.add_argument("--preload", default="", metavar="MODEL", help="load this model at once")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process ends")
    parser.add_argument("--tls-cert", metavar="FILE", help="certificate (PEM): serve https")
    parser.add_argument("--tls-key", metavar="FILE", help="its private key (PEM)")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="another name that clients call it by",
    )
    parser.add_argument(
        "--library",
        action="append",
        default=[],
        metavar="DIR",
        help="clients may search this folder of motions (default: any, on this machine only)",
    )


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="laban serve",
        description="Serve motion over HTTP to Blender on this machine, or to several artists.",
        epilog=EXAMPLE,
    )
    add_arguments(parser)
    return parser.parse_args(argv)
