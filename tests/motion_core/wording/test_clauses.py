"""Sentences that are split, and those that stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from said_sentences import sentences

from motion_core.data.joins import Clause as Joined
from motion_core.data.joins import then_text, while_text
from motion_core.data.phrases import Subject
from motion_core.metrics.prompts.instructions import INSTRUCTIONS
from motion_core.tasks.checks import check_prompt
from motion_core.wording.clauses import MAX_CLAUSES, Clause, split_clauses


def texts(prompt: str) -> list[str]:
    return [clause.text for clause in split_clauses(prompt)]


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("a person walks forward, then sits down", ["a person walks forward", "a person sits down"]),
        ("a person walks forward and then sits down.", ["a person walks forward", "a person sits down"]),
        ("person walks then sits then stands up", ["person walks", "person sits", "person stands up"]),
        (
            "a tired person walks forward, stops and waves",
            ["a tired person walks forward", "a tired person stands still", "a tired person waves"],
        ),
        (
            "a person walks forward, stops, turns around and walks back",
            ["a person walks forward", "a person stands still", "a person turns around", "a person walks back"],
        ),
        ("a person runs, jumps, and rolls", ["a person runs", "a person jumps", "a person rolls"]),
        ("a person runs forward and stops", ["a person runs forward", "a person stands still"]),
        ("a person runs forward and suddenly stops", ["a person runs forward", "a person stands still"]),
        ("the robot walks, then comes to a stop", ["the robot walks", "the robot stands still"]),
        ("a man walks to a chair and sits down", ["a man walks to a chair", "a man sits down"]),
        ("walk forward, then sit down", ["walk forward", "sit down"]),
        ("Walk forward. Then jump!", ["Walk forward", "jump"]),
        ("run forward and stop", ["run forward", "stand still"]),
        ("walking forward, then jumping", ["walking forward", "jumping"]),
        ("running forward and then stopping", ["running forward", "standing still"]),
        ("first a person walks forward, then he sits", ["a person walks forward", "a person sits"]),
        ("a person first walks and then sits", ["a person walks", "a person sits"]),
        ("a person walks forward. Then she waves.", ["a person walks forward", "a person waves"]),
        ("a person walks forward. He then jumps", ["a person walks forward", "a person jumps"]),
        ("a man walks, then the man jumps", ["a man walks", "a man jumps"]),
        ("a man walks. After that, they jump", ["a man walks", "a man jumps"]),
        ("a person walks, then jumps, and finally waves", ["a person walks", "a person jumps", "a person waves"]),
        ("a person walks forward before sitting down", ["a person walks forward", "a person sits down"]),
        ("a person walks before she sits", ["a person walks", "a person sits"]),
        ("after walking forward, a person bows", ["a person walks forward", "a person bows"]),
        ("an old man sits down after jogging", ["an old man jogs", "an old man sits down"]),
        ("a person is walking and then sits", ["a person is walking", "a person sits"]),
        ("a person is walking, then waving", ["a person is walking", "a person is waving"]),
        ("two people walk and then dance", ["two people walk", "two people dance"]),
        ("a man walked forward, then sat down", ["a man walked forward", "a man sat down"]),
        ("slowly, a person walks, then jumps", ["slowly, a person walks", "slowly, a person jumps"]),
        (
            "someone slowly walks forward and then quickly jumps",
            ["someone slowly walks forward", "someone quickly jumps"],
        ),
        (
            "a person walks while waving and then sits down",
            ["a person walks while waving", "a person sits down"],
        ),
        (
            "an old man walks forward and bows, then waves",
            ["an old man walks forward and bows", "an old man waves"],
        ),
        ("a person waves left, then right, then sits", ["a person waves left, then right", "a person sits"]),
        ("A PERSON WALKS, THEN SITS", ["A PERSON WALKS", "A PERSON SITS"]),
        ("a person walks next to a wall and then kneels", ["a person walks next to a wall", "a person kneels"]),
        ("the ninja crawls, then leaps", ["the ninja crawls", "the ninja leaps"]),
    ],
)  # fmt: skip
def test_one_after_the_other(prompt, parts):
    assert texts(prompt) == parts


@pytest.mark.parametrize(
    "prompt",
    [
        # at once, or not surely after each other
        "a person walks and waves", "walks forward while waving", "a person walks forward and turns left",
        "a person walks, waves and nods at the same time", "a person jumps up and down", "he walks back and forth",
        "a person walks, waving", "a person walks forward, arms swinging", "stir the pot with the right hand",
        # means nothing without what goes before
        "a person raises the right hand, then lowers it", "a person steps left and then right",
        "a person waves the left hand, then the other", "a person jumps, then does the same again",
        # negations, conditions, repetitions
        "a person doesn't walk, then sits", "a person does not stop and then wave", "a person walks, never stops",
        "a person walks or runs, then sits", "when he walks, then he sits", "a person walks until he falls",
        "a person repeatedly sits down and then stands up",
        # others act; or nobody can be said again
        "a person walks, then another person waves", "his arm rises, then falls", "the left arm rises and then falls",
        "a person who walks slowly stops and waves", "it is raining and then a man walks",
        # no verb that is known, or none at all
        "a person bows before the king", "a person flurbs, then snarfs", "then", "walks, then", "then a person walks",
        "a person walks next to a wall", "a person gets up, then down", "stop", "a person stops", "...then",
        # odd text
        'a person says "walk, then sit"', "walk (then sit)", "step: walk, then sit", "2. walk 1. sit",
        "walk/then/sit", "walks_then_sits", "人が歩く、そして座る", "il marche, puis s'assoit", "walk 🙂 then sit",
    ],
)  # fmt: skip
def test_whole(prompt):
    assert split_clauses(check_prompt(prompt)) == (Clause(prompt),)


@pytest.mark.parametrize(
    "row", [row for row in INSTRUCTIONS if row.group == "together"], ids=lambda row: row.prompt
)
def test_what_the_evaluation_asks_for_at_once_stays_whole(row):
    assert len(split_clauses(row.prompt)) == 1


@pytest.mark.parametrize(
    "row", [row for row in INSTRUCTIONS if row.group == "in turn"], ids=lambda row: row.prompt
)
def test_what_the_evaluation_asks_for_in_turn_is_split(row):
    assert len(split_clauses(row.prompt)) > 1


def test_what_is_known_of_a_clause():
    first, stop, last = split_clauses("a person walks for 3 seconds, stops for two seconds and waves")
    assert first == Clause("a person walks", "walk", False, 3.0)
    assert stop == Clause("a person stands still", "stop", True, 2.0)
    assert last == Clause("a person waves", "wave")
    assert split_clauses("run for 1.5 s, then jump for a second")[0].seconds == 1.5
    kept = split_clauses("a person walks, then stops to tie a shoe")
    assert kept[1] == Clause("a person stops to tie a shoe", "stop")


@pytest.mark.parametrize(("prompt", "parts"), sentences())
def test_as_people_type_it(prompt, parts):
    assert texts(check_prompt(prompt)) == parts


THINGS = (
    "walks forward",
    "sits down",
    "waves with the left hand",
    "kicks",
    "jumps twice",
    "turns around",
    "bows",
)
JOINTS = (
    ", then {}", " and then {}", " then {}", "; {}", " -> {}", ". Then he {}", ". He {}", ", after which he {}",
    ", and afterwards {}", " and finally {}", ". Once he is there, he {}", ", 3 seconds later he {}", "\n{}",
    " and eventually {}", ", right after that he {}", ". In the end he {}",
)  # fmt: skip


@given(st.data(), st.lists(st.sampled_from(THINGS), min_size=2, max_size=4, unique=True))
def test_no_word_is_lost_and_the_order_is_kept(data, things):
    prompt = f"a man {things[0]}"
    for thing in things[1:]:
        prompt += data.draw(st.sampled_from(JOINTS)).format(thing)
    assert texts(check_prompt(prompt)) == [f"a man {thing}" for thing in things]


@given(
    st.permutations(["walk forward", "sit down", "jump twice", "bow"]),
    st.sampled_from([", ", "; ", " > ", ". "]),
)
def test_commands_in_a_row(things, joint):
    assert texts(check_prompt(joint.join(things))) == things


CLAUSES = [
    Joined("walks forward", "walking forward", "walk forward"), Joined("sits down", "sitting down", "sit down"),
    Joined("waves with the left hand", "waving with the left hand", "wave with the left hand"),
    Joined("kicks", "kicking", "kick"), Joined("raises both hands", "raising both hands", "raise both hands"),
]  # fmt: skip
WHO = st.sampled_from(
    [Subject("a person", "their"), Subject("an old man", "his"), Subject("someone", "their", "slowly")]
)


@given(
    WHO, st.lists(st.sampled_from(CLAUSES), min_size=2, max_size=3, unique=True), st.integers(0, 2**32 - 1)
)
def test_every_sentence_of_the_training_data_is_read_as_it_was_made(subject, clauses, seed):
    import numpy as np

    text = then_text(subject, clauses, np.random.default_rng(seed))
    found = texts(text)
    if len(found) == 1:  # "walks forward and waves": says no order
        assert "then" not in text and "before" not in text and "after" not in text
        return
    if len(found) < len(clauses):
        assert len(found) == 2 and ", then" in text and " and " in found[-1]  # "walks, then sits and waves"
    for part, clause in zip(found, clauses):
        assert any(form in part for form in (clause.third, clause.doing, clause.base))


@given(WHO, st.lists(st.sampled_from(CLAUSES[1:]), min_size=1, max_size=1), st.integers(0, 2**32 - 1))
def test_no_sentence_about_things_done_at_once_is_split(subject, arms, seed):
    import numpy as np

    walk = CLAUSES[0]
    text = while_text(subject, walk, arms[0], np.random.default_rng(seed))
    if arms[0].third != "sits down":  # nobody walks and sits at once
        assert len(texts(text)) == 1


WORDS = (
    "a person the he his then and before after first , . ; walks sits sit stops stop waving is are while not it hands "
    "slowly for 3 seconds 'then' to forward , and"
)


@given(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=25).map(" ".join))
def test_any_jumble_of_these_words_gives_sentences(text):
    found = split_clauses(text)
    assert 1 <= len(found) <= MAX_CLAUSES
    assert found == split_clauses(text)
    if len(found) > 1:
        assert all(check_prompt(clause.text) == clause.text and clause.verb for clause in found)


@given(st.text(max_size=200))
def test_any_text_is_taken(text):
    found = split_clauses(" ".join(text.split()))
    assert found and all(isinstance(clause.text, str) for clause in found)


def test_a_long_text_takes_no_time():
    import time

    started = time.process_time()
    split_clauses(("a person walks, then sits and " * 40)[:1000])
    split_clauses("and then " * 110)
    split_clauses("slowly " * 140)
    assert time.process_time() - started < 0.5
