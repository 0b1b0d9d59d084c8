"""The options of `laban serve`."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from motion_core.service.options import EXAMPLE, add_arguments, parse_arguments


def test_what_is_meant_where_nothing_is_said():
    assert vars(parse_arguments([])) == {
        "host": "127.0.0.1", "port": 0, "token": None, "device": "auto", "preload": "", "parent": None,
        "tls_cert": None, "tls_key": None, "allow_host": [], "library": [],
    }  # fmt: skip


def test_names_and_folders_may_be_repeated():
    args = parse_arguments(["--library", "a", "--library", "b", "--allow-host", "studio"])
    assert args.library == ["a", "b"] and args.allow_host == ["studio"]
    assert parse_arguments([]).library == []  # the lists of one call are not those of the next


@pytest.mark.parametrize("argv", [["--port", "http"], ["--parent", "me"], ["--speed", "2"]])
def test_what_makes_no_sense_ends_with_status_2(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        parse_arguments(argv)
    assert stop.value.code == 2 and argv[0] in capsys.readouterr().err


def test_the_example_can_be_parsed():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = EXAMPLE.partition("laban serve ")[2].split()
    assert parser.parse_args(words).preload == "mdm"


def test_the_options_are_listed_without_loading_the_server():
    code = "import sys; from motion_core.service import options; print('uvicorn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
