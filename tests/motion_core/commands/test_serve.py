"""`laban serve` takes the options of the service and hands them on."""

from __future__ import annotations

import argparse

import pytest

from motion_core.cli import make_parser
from motion_core.commands import serve
from motion_core.service import options
from motion_core.service.options import parse_arguments


def test_its_options_are_those_of_the_service():
    words = ["--port", "8765", "--preload", "mdm", "--library", "a", "--library", "b", "--parent", "7"]
    ours = vars(make_parser().parse_args(["serve", *words]))
    assert vars(parse_arguments(words)).items() <= ours.items()
    assert (serve.add_arguments, serve.EXAMPLE) == (options.add_arguments, options.EXAMPLE)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--port", "70000"], "port is 70000"),
        (["--parent", "0"], "parent is 0: give a whole number from 1"),
        (["--parent", "-7"], "parent is -7"),
        (["--host", "0.0.0.0"], "needs a token of your own"),
        (["--preload", "gpt"], "unknown model 'gpt'"),
        (["--tls-cert", "x.pem"], "belong together"),
    ],
)
def test_what_cannot_be_served_is_said_with_status_2(laban, monkeypatch, words, told):
    monkeypatch.delenv("LABAN_TOKEN", raising=False)
    status, out, err = laban("serve", *words)
    assert status == 2 and not out and told in err and "Traceback" not in err


def test_a_device_that_is_not_there_has_status_1(laban):
    status, out, err = laban("serve", "--device", "cuda:99")
    assert (status, out) == (1, "") and "'cuda:99' is not there" in err


def test_the_service_is_started_with_what_was_parsed(monkeypatch):
    seen = []
    monkeypatch.setattr("motion_core.service.server.main", lambda args: seen.append(args) or 0)
    args = argparse.Namespace(port=1, parent=7)
    assert serve.run(args) == 0 and seen == [args]
