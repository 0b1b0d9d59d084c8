"""Verb forms: there and back, and the irregular ones."""

from __future__ import annotations

import re

import pytest

from motion_core.data.phrases import contents, gerund, third_person
from motion_core.wording.verbs import BASES, DOUBLED, FORMS, HALTING, KNOWN, PAST, SETTLING, TRAVEL, inflect


@pytest.mark.parametrize(
    ("base", "third", "doing", "past"),
    [
        ("walk", "walks", "walking", "walked"), ("wave", "waves", "waving", "waved"), ("sit", "sits", "sitting", "sat"),
        ("stop", "stops", "stopping", "stopped"), ("carry", "carries", "carrying", "carried"),
        ("punch", "punches", "punching", "punched"), ("go", "goes", "going", "went"), ("lie", "lies", "lying", "lay"),
        ("play", "plays", "playing", "played"), ("tiptoe", "tiptoes", "tiptoeing", "tiptoed"),
        ("flee", "flees", "fleeing", "fled"), ("sidestep", "sidesteps", "sidestepping", "sidestepped"),
        ("put", "puts", "putting", ""), ("toss", "tosses", "tossing", "tossed"),
    ],
)  # fmt: skip
def test_forms(base, third, doing, past):
    assert [inflect(base, form) for form in ("third", "gerund", "past")] == [third, doing, past]


def test_every_form_leads_back_to_its_verb():
    for base in BASES:
        for form in FORMS:
            word = inflect(base, form)
            if word:
                assert KNOWN[word][1] == form and inflect(KNOWN[word][0], form) == word


def test_the_tables_name_known_verbs_only():
    assert set(PAST) | DOUBLED <= BASES
    assert not TRAVEL & SETTLING and not TRAVEL & HALTING


def test_the_training_sentences_are_conjugated_alike():
    templates = " ".join(
        part for content in contents().values() for part in (*content.clause, *content.phrases)
    )
    verbs = set(re.findall(r"\[(\w+)\]", templates)) & BASES
    assert len(verbs) > 40
    for base in verbs:
        assert (inflect(base, "third"), inflect(base, "gerund")) == (third_person(base), gerund(base))
