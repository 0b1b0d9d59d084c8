"""`laban sequence`: prompts in a row, from options or a file."""

from __future__ import annotations

import pytest
from command_files import FAST
from one_line import assert_one_line

from motion_core.formats.npz import read_npz


def test_prompts_of_a_file_or_of_options(laban, tiny_weights, given, tmp_path):
    out = tmp_path / "out.npz"
    story = tmp_path / "story.jsonl"
    story.write_text('{"text": "walk", "seconds": 1}\n\n{"text": "run", "seconds": 1.5}\n')
    assert laban("sequence", "--file", story, "--start", given, "--out", out, *FAST)[0] == 0
    assert len(read_npz(out)) == 50
    assert laban("sequence", "--prompt", "a=b walks=1", "--prompt", "runs=1", "--out", out, *FAST)[0] == 0
    assert read_npz(out).meta["prompts"] == [["a=b walks", 1.0], ["runs", 1.0]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no prompts"),
        ("walk", ":1: not a JSON object"),
        ('\n{"text": "walk"}', ':2: write {"text": "a person walks", "seconds": 4}'),
        ("[1]", ":1: write"),
    ],
)
def test_files_that_are_no_story(laban, tmp_path, text, words):
    story = tmp_path / "story.jsonl"
    story.write_text(text)
    status, _, err = laban("sequence", "--file", story, "--out", tmp_path / "x.npz")
    assert status == 2
    assert_one_line(err, str(story), words)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["sequence", "--prompt", "walk"], "has no seconds"),
        (["sequence", "--prompt", "walk=0"], "seconds of prompt 0"),
        (["sequence"], "required"),
    ],
)  # fmt: skip
def test_bad_arguments_are_one_line(laban, given, tmp_path, argv, words):
    out = tmp_path / "x.npz"
    status, stdout, err = laban(*(given if word == "IN" else word for word in argv), "--out", out)
    assert status == 2 and not stdout and not out.exists()
    assert_one_line(err, words)
