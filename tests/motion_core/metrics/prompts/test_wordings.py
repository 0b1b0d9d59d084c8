"""Every prompt has its wordings, and a file with a fault is named."""

from __future__ import annotations

import re

import pytest

from motion_core.formats import FormatError
from motion_core.metrics.prompts.further import FURTHER
from motion_core.metrics.prompts.instructions import INSTRUCTIONS, Instruction
from motion_core.metrics.prompts.wordings import KINDS, PARAPHRASED, PLAIN, TYPED, load_wordings

RIGHT, LEFT = (Instruction(f"wave {side}", lambda seen: True, "wave") for side in ("right", "left"))


def write(path, text: str):
    path.write_text(text, encoding="utf-8")
    return path


def test_every_prompt_is_said_in_three_ways():
    worded = load_wordings()
    assert [w.instruction for w in worded] == [*INSTRUCTIONS, *FURTHER]
    for kind in KINDS:
        said = [w.wordings[kind] for w in worded]
        assert len(set(said)) == len(said), f"a {kind} wording stands for two prompts"
    assert all(w.wordings[TYPED] != w.wordings[PLAIN] != w.wordings[PARAPHRASED] for w in worded)


@pytest.mark.parametrize("worded", load_wordings(), ids=lambda w: w.instruction.prompt)
def test_the_side_is_the_same_in_all_wordings(worded):
    sides = {kind: re.findall(r"\b(left|right)\b", text) for kind, text in worded.wordings.items()}
    assert {frozenset(found) for found in sides.values()} == {frozenset(sides[PLAIN])}
    assert worded.sided == bool(sides[PLAIN])


def test_a_side_that_is_left_open_is_filled_in(tmp_path):
    path = write(
        tmp_path / "w.toml", '["wave {side}"]\nparaphrased = "greet, {side}"\ntyped = "wav {side}"\n'
    )
    right, left = load_wordings(path, [RIGHT, LEFT])
    assert right.wordings == {PLAIN: "wave right", PARAPHRASED: "greet, right", TYPED: "wav right"}
    assert left.wordings[TYPED] == "wav left" and left.sided


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('["wave right"]\nparaphrased = "greet"\n', "no typed wording of 'wave right'"),
        ("", "no paraphrased wording of 'wave right'"),
        ('["wav right"]\ntyped = "w"\n', "'wav right', which is no prompt"),
        ('["wave right"\n', r"w\.toml: "),
        ("a = 1\n[b]\n", r"is no prompt|w\.toml: "),
    ],
)
def test_faults_are_named(tmp_path, text, fault):
    with pytest.raises(FormatError, match=fault):
        load_wordings(write(tmp_path / "w.toml", text), [RIGHT])
