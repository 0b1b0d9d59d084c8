"""`laban serve`: one line of JSON on standard output (port and token), then HTTP until it is told to stop.

Standard output carries nothing but that line; everything else goes to standard error.
"""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import json
import logging
import os
import re
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import uvicorn

from motion_core import __version__
from motion_core.catalog import find_card
from motion_core.service.app import create_app
from motion_core.service.guard import LOOPBACK_NAMES, MAX_HEAD, Guard
from motion_core.service.jobs import JobTable
from motion_core.service.options import parse_arguments
from motion_core.service.parent import end_with_parent
from motion_core.service.patience import PatientProtocol
from motion_core.service.runner import Runner
from motion_core.service.searcher import Searcher
from motion_core.service.shelf import Shelf, sweep
from motion_core.tasks import TaskError
from motion_core.threads import let_threads_sleep

log = logging.getLogger("laban.service")

MIN_TOKEN = 16  # characters, where others can reach the port
STOP_SECONDS = 1.0  # for answers under way, then for the step under way


class ServeError(Exception):
    """The service cannot start; the message says why and what to do."""


def main(arguments: argparse.Namespace | Sequence[str] | None = None) -> int:
    """Serve until stopped, which ends the process with status 0; returns 1 (could not start) or 2 (bad options)."""
    args = arguments if isinstance(arguments, argparse.Namespace) else parse_arguments(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    try:
        token = check_options(args)
    except (ServeError, TaskError) as fault:
        print(f"laban serve: {fault}", file=sys.stderr)
        return 2
    try:
        check_device(args.device)
        listener = listen(args.host, args.port)
    except (ServeError, ValueError) as fault:
        print(f"laban serve: {fault}", file=sys.stderr)
        return 1
    return serve(args, token, listener)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_options(args: argparse.Namespace) -> str:
    """The token to use. Raises ServeError for options that would not be safe or cannot work."""
    token = os.environ.get("LABAN_TOKEN") if args.token is None else args.token
    if token is not None and not re.fullmatch(r"[!-~]+", token):
        raise ServeError("the token is empty or has blanks: use letters, digits and signs only")
    if not is_loopback(args.host):
        check_exposure(args.host, token, bool(args.tls_cert))
    if bool(args.tls_cert) != bool(args.tls_key):
        raise ServeError("--tls-cert and --tls-key belong together: give both files")
    for folder in args.library:
        if not os.path.isdir(folder):
            raise ServeError(f"there is no folder {folder}: --library names a folder of motions")
    for path in filter(None, (args.tls_cert, args.tls_key)):
        if not os.path.isfile(path):
            raise ServeError(f"there is no file {path}: give the PEM file of the certificate and of its key")
    if not 0 <= args.port <= 65535:
        raise ServeError(f"port is {args.port}: choose 0 (any free one) or 1 to 65535")
    if args.parent is not None and args.parent < 1:
        raise ServeError(f"--parent is {args.parent}: give the number of the process that it shall end with")
    if args.preload:
        find_card(args.preload)
    return token or secrets.token_urlsafe(32)


def check_exposure(host: str, token: str | None, encrypted: bool) -> None:
    """Other machines can reach this host: that needs a token, and should be encrypted."""
    fix = (
        f"for example --token {secrets.token_urlsafe(24)} with --tls-cert and --tls-key, "
        "or keep 127.0.0.1 and let artists in by an SSH tunnel (docs/service.md)"
    )
    if token is None:
        raise ServeError(f"--host {host} lets other machines in, and that needs a token of your own: {fix}")
    if len(token) < MIN_TOKEN:
        raise ServeError(f"the token has {len(token)} characters, --host {host} needs {MIN_TOKEN}: {fix}")
    if not encrypted:
        log.warning("without TLS everybody on the network can read the token and the prompts: %s", fix)


def open_folders(args: argparse.Namespace) -> list[Path] | None:
    """The libraries that clients may search: those named; without names any, but none where others can reach us."""
    if args.library or not is_loopback(args.host):
        return [Path(folder) for folder in args.library]
    return None


def check_device(device: str) -> None:
    """A device asked for by name must be there; raises ValueError. Torch is loaded only for that question."""
    if device not in ("auto", "cpu"):
        from motion_core.generators.device import pick_device

        pick_device(device)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises ServeError where the address is taken or not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            if sys.platform == "win32":  # there, "reuse" would share the port with another program
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:  # a restart may follow at once
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except OSError as fault:
        raise ServeError(
            f"cannot listen on {host} port {port} ({fault.strerror or fault}): "
            "choose another --port, or 0 for a free one"
        ) from fault
    return listener


class Server(uvicorn.Server):
    """uvicorn that says where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, first_line: str) -> None:
        super().__init__(config)
        self._first_line = first_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._first_line, flush=True)

    def stop(self) -> None:
        self.should_exit = True


def serve(args: argparse.Namespace, token: str, listener: socket.socket) -> NoReturn:
    """Run table, runner and server until a signal, /shutdown or the parent's end stops them; then leave."""
    let_threads_sleep()
    shelf = Shelf()
    table = JobTable(shelf=shelf)
    runner = Runner(table, device=args.device, preload=args.preload)
    searcher = Searcher(table, device=args.device, folders=open_folders(args))
    names = [*LOOPBACK_NAMES, *args.allow_host] if is_loopback(args.host) else None
    config = uvicorn.Config(
        Guard(create_app(table, runner, searcher, lambda: server.stop()), token, names),
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=int(STOP_SECONDS),
        h11_max_incomplete_event_size=MAX_HEAD,
        ssl_certfile=args.tls_cert,
        ssl_keyfile=args.tls_key,
    )
    port = listener.getsockname()[1]
    line = {"laban": __version__, "port": port, "token": token, "pid": os.getpid()}
    server = Server(config, json.dumps(line))
    if args.parent is not None:
        end_with_parent(args.parent, server.stop, grace=2 * STOP_SECONDS)
    # uvicorn sends itself the signal again after a clean stop: for us that stop is the end
    signal.signal(signal.SIGTERM, lambda *_: None)
    runner.start()
    searcher.start()
    threading.Thread(target=sweep, name="laban-sweep", daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    table.close()
    runner.join(STOP_SECONDS)
    searcher.join(STOP_SECONDS)
    shelf.close()
    leave()


def leave() -> NoReturn:
    """End the process at once: taking an interpreter full of torch apart lasts seconds, and may hang on its threads."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody reads any more
            stream.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
