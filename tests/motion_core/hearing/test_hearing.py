"""A prompt as it is heard: corrected, judged, and nothing said where all is well."""

from __future__ import annotations

import pytest

from motion_core.hearing import hearing
from motion_core.hearing.hearing import (
    FAR,
    NO_MOVEMENT,
    hear,
    hear_task,
    judge,
    knows,
    remarks_on,
    with_subject,
)
from motion_core.tasks import Generate, Sequence, TaskError

pytestmark = pytest.mark.slow  # the frozen text encoder


@pytest.fixture(autouse=True)
def _without_the_extra(monkeypatch):
    """What is said where only English is understood."""
    monkeypatch.setattr(hearing, "to_english", lambda text: None)
    monkeypatch.setattr(hearing, "installed", lambda: False)
    monkeypatch.setattr(hearing, "nearest_foreign", lambda text, count: ())
    for cached in (hear, judge):
        cached.cache_clear()
    yield
    for cached in (hear, judge):
        cached.cache_clear()


@pytest.mark.parametrize(
    "text",
    [
        "a person walks forward",
        "someone sits down on a chair",
        "jumping jacks",
        "walk",
        "look around",  # far as a command, near with somebody who does it
        "a man dances happily",
        "a person walks forward and waves with the right hand",
        "an old man limps",
        "pick something up from the floor",
    ],
)
def test_nothing_is_said_of_what_is_known(text):
    found = knows(text)
    assert found.known and found.note == ""


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("a cat jumps onto the sofa", "only a human body is made"),
        ("two people shake hands", "one person is made at a time"),
        ("she winks at the camera", "faces do not move"),
        ("a person wiggles their fingers", "fingers do not move"),
        ("der Mann hebt beide Arme", "this seems to be German"),
        ("человек идёт вперёд", "Russian"),
        ("a person", NO_MOVEMENT),
        ("quarterly revenue exceeded expectations", NO_MOVEMENT),
        ("stock prices fell sharply yesterday", FAR),
        ("blorp the fizzlewick and walk zxcvb", "unknown words: blorp, fizzlewick"),
    ],
)
def test_what_is_not_known_is_said(text, remark):
    found = knows(text)
    assert not found.known
    assert remark in found.note
    assert "nearest known: " in found.note or "this seems to be" in found.note


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("look around", "a person looks around"),
        ("waving goodbye", "a person is waving goodbye"),
        ("sits down", "a person sits down"),
        ("a man sits", ""),
    ],
)
def test_a_command_is_tried_with_somebody_who_does_it(text, sentence):
    assert with_subject(text) == sentence


def test_another_language_says_how_to_have_it_understood():
    assert "pip install laban[languages]" in judge("der Mann hebt beide Arme").note


def test_another_language_is_read_where_the_extra_is_there(monkeypatch):
    monkeypatch.setattr(hearing, "to_english", lambda text: "a person raises both arms")
    heard = hear("der Mann hebt beide Arme")
    assert heard.text == "a person raises both arms"
    assert heard.note == "read as 'a person raises both arms' (typed in German: 'der Mann hebt beide Arme')"
    assert hear("a person walks").note == ""


def test_each_part_is_judged_and_named():
    found = knows("walk, then fly", lambda text: ("a person walks", "a cat jumps onto the sofa"))
    assert [judged.known for _, judged in found.parts] == [True, False]
    assert found.note.startswith("'a cat jumps onto the sofa': only a human body is made")
    assert found.to_json()["nearest"] and not found.to_json()["known"]


def test_an_edit_may_say_a_manner_alone():
    assert remarks_on(["old and hunched"], fragment=True) == ""
    assert remarks_on(["happier"], fragment=True) == ""
    assert remarks_on(["quarterly revenue exceeded expectations"], fragment=True) != ""


def test_tasks_are_told_what_was_heard():
    task, note = hear_task(Generate(text="a persn wlaks", seconds=2.0))
    assert (task.text, task.seconds) == ("a person walks", 2.0)
    assert note == "read as 'a person walks' (typed 'a persn wlaks')"
    task, note = hear_task(Sequence((("a persn wlaks", 2.0), ("a person sits", 3.0))))
    assert task.prompts == (("a person walks", 2.0), ("a person sits", 3.0))
    assert "read as 'a person walks'" in note
    right = Generate(text="a person walks")
    assert hear_task(right) == (right, "")
    assert hear_task(Generate(action="walk"))[1] == ""


def test_without_the_text_encoder_the_words_alone_are_judged(monkeypatch):
    monkeypatch.setattr(hearing, "_vector", lambda text: None)
    assert judge("a person walks").known
    told = judge("a cat jumps onto the sofa")
    assert told.note == "only a human body is made" and told.closeness is None


def test_without_what_was_learnt_nothing_is_said(monkeypatch):
    def absent():
        raise FileNotFoundError("gone")

    monkeypatch.setattr(hearing, "load_known", absent)
    assert remarks_on(["a cat jumps"]) == ""


def test_an_empty_prompt_is_refused():
    with pytest.raises(TaskError, match="empty"):
        knows("  ")
