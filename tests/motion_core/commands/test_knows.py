"""`laban knows`: how a prompt is heard, and what there is to be known."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.slow


def test_a_prompt_with_a_mistake_and_a_stranger(laban):
    status, stdout, _ = laban("knows", "a persn wlaks foward, then the cat jumps onto the sofa and sits")
    assert status == 0
    assert stdout.startswith("read as 'a person walks forward")
    assert "only a human body is made" in stdout and "nearest known: " in stdout


def test_a_known_one_is_one_line(laban):
    assert laban("knows", "a person walks forward")[1] == "known: a person walks forward\n"


def test_for_machines(laban):
    facts = json.loads(laban("knows", "a persn jumps", "--json")[1])
    assert facts["read"] == "a person jumps" and facts["known"] and facts["nearest"] == []
    assert [part["text"] for part in facts["parts"]] == ["a person jumps"]


def test_alone_it_lists_what_is_known(laban):
    status, stdout, _ = laban("knows")
    assert status == 0 and "walk forward (" in stdout
    groups = json.loads(laban("knows", "--json")[1])["groups"]
    assert {"text", "clips"} == set(groups["going"][0])


def test_an_empty_prompt_is_a_bad_argument(laban):
    assert laban("knows", " ")[0] == 2
