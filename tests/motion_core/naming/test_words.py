"""The table of names has what it says it has."""

from __future__ import annotations

import unicodedata

from motion_core.naming.words import (
    HEIGHT,
    KINDS,
    MIDDLE,
    NOISE,
    RARE_SIDES,
    SIDEKICKS,
    SIDES,
    STRANGERS,
    WORDS,
)


def test_words_are_written_as_names_are_compared():
    for word in WORDS:
        assert word == unicodedata.normalize("NFKC", word).casefold() and word.isalpha()


def test_weights_and_kinds():
    assert set(MIDDLE) < set(KINDS)
    for word, kinds in WORDS.items():
        assert set(kinds) <= set(KINDS), word
        assert all(0 < weight <= 1 for weight in kinds.values())
    assert set(HEIGHT) <= set(WORDS)


def test_no_word_says_two_things_that_exclude_each_other():
    assert not set(WORDS) & (STRANGERS - {"bust"})
    assert not NOISE & SIDEKICKS and not NOISE & STRANGERS and not SIDEKICKS & STRANGERS
    assert set(SIDES.values()) == {"left", "right"}
    assert all(sorted(rare.values()) == ["left", "right"] for rare in RARE_SIDES)
