"""What made a result: there and back as JSON, with what other programs wrote beside it."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.tasks import Made

WORDS = st.text(max_size=12)
PARTS = st.lists(st.tuples(WORDS, st.floats(0.5, 60)), max_size=3).map(tuple)
TEXTS = ("task", "text", "action", "model", "licence", "given_licence", "version", "note")
NAMES = {f.name for f in fields(Made)} - {"more"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
MADE = st.builds(
    Made,
    **dict.fromkeys(TEXTS, WORDS),
    prompts=PARTS,
    seed=st.none() | st.integers(0, 2**31 - 1),
    seconds=st.none() | st.floats(0.5, 600),
    missed_pins=st.lists(WORDS, max_size=2).map(tuple),
    more=st.dictionaries(WORDS.filter(lambda name: name not in NAMES), JSON, max_size=3),
)


@given(MADE)
@settings(max_examples=80, derandomize=True, deadline=None)
def test_there_and_back_as_json(made):
    assert Made.from_meta(json.loads(json.dumps(made.to_meta()))) == made


@given(st.dictionaries(st.sampled_from(sorted(NAMES)) | WORDS, JSON, max_size=6))
@settings(max_examples=80, derandomize=True, deadline=None)
def test_any_meta_is_read_and_nothing_of_it_is_lost(meta):
    """What has another type than ours is kept as it was; what is ours may only be empty, or its numbers text."""
    made = Made.from_meta(meta)
    kept = made.to_meta()
    for name, value in made.more.items():
        assert kept[name] == meta[name] == value
    for name in meta.keys() - made.more.keys():
        assert name in NAMES and (name in kept or meta[name] in ("", []))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", ["walk"]),
        ("seed", "3"),
        ("seed", True),
        ("seconds", None),
        ("prompts", "walk"),
        ("prompts", [["walk", 1.0, 2]]),
        ("prompts", [3]),
        ("missed_pins", "left_wrist"),
        ("more", {"a": 1}),
        ("licence", {"name": "CC0"}),
    ],
)
def test_a_foreign_value_under_our_name_is_kept_apart(name, value):
    made = Made.from_meta({name: value, "model": "mdm"})
    assert made.model == "mdm" and made.more == {name: value}
    assert made.to_meta() == {name: value, "model": "mdm"}


def test_what_is_empty_is_not_written_and_nought_is_not_empty():
    assert Made().to_meta() == {} and Made(seed=0, text="").to_meta() == {"seed": 0}


def test_its_title_and_its_parts():
    prompts = (("walk", 1.0), ("run", 2.0))
    assert Made(text="walk, then run").title == "walk, then run" and Made(action="bow").title == "bow"
    assert Made(task="generate", prompts=prompts).parts == prompts
    assert Made(task="sequence", prompts=prompts).parts == ()  # they are the prompts of the task itself
