"""Sentences of other languages become the plain English one that says the same, where the extra is installed."""

from __future__ import annotations

import pytest

from motion_core.hearing import languages
from motion_core.hearing.languages import installed, nearest_foreign, spoken, to_english

needs_extra = pytest.mark.skipif(not installed(), reason="laban[languages] is not installed")


@needs_extra
@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("una persona camina hacia adelante", "a person walks forward"),
        ("une personne marche en avant", "a person walks forward"),
        ("alguien baila salsa", "a person dances salsa"),
    ],
)
def test_it_is_read_as_what_it_says(text, sentence):
    assert to_english(text) == sentence
    assert len(nearest_foreign(text, 3)) == 3


@needs_extra
@pytest.mark.slow
def test_what_is_near_to_nothing_is_read_as_nothing():
    assert to_english("die Aktienkurse fielen gestern stark") is None


def test_without_the_extra_nothing_is_read(monkeypatch):
    monkeypatch.setattr(languages, "installed", lambda: False)
    languages._scores.cache_clear()
    assert to_english("una persona camina hacia adelante") is None
    assert nearest_foreign("una persona camina hacia adelante", 3) == ()
    languages._scores.cache_clear()


def test_scripts_have_the_names_of_languages():
    assert spoken("Cjk") == "Chinese or Japanese"
    assert spoken("German") == "German"
