"""Tokens of captions into rows and tags, as HumanML3D's vectoriser does."""

import pytest

from motion_core.metrics.humanml3d.words import KEY_WORDS, token_places
from motion_core.models.t2m_evaluator import TAGS

PLACES = {word: row for row, word in enumerate(["sos", "eos", "unk", "a", "person", "walk", "left", "feet"])}


def read(*tokens):
    rows, tags = token_places(tokens, PLACES)
    words = {row: word for word, row in PLACES.items()}
    return [(words[row], TAGS[tag]) for row, tag in zip(rows, tags)]


def test_start_and_end_stand_around_it():
    assert read("a/DET") == [("sos", "OTHER"), ("a", "DET"), ("eos", "OTHER")]


def test_key_words_have_their_own_tag():
    assert read("walk/NOUN", "left/ADJ", "feet/NOUN")[1:-1] == [
        ("walk", "Act_VIP"),
        ("left", "Loc_VIP"),
        ("feet", "Body_VIP"),
    ]


def test_unknown_words_and_tags():
    # a key word without a vector of its own is unknown like any other
    assert read("jump/VERB", "zebra/NOUN", "a/PUNCT")[1:-1] == [
        ("unk", "OTHER"),
        ("unk", "OTHER"),
        ("a", "OTHER"),
    ]


def test_long_captions_are_cut_to_20_words():
    rows, tags = token_places([f"{'a' if i < 20 else 'person'}/DET" for i in range(30)], PLACES)
    assert len(rows) == len(tags) == 22 and rows[1:-1] == [PLACES["a"]] * 20


def test_a_slash_in_a_word():
    assert read("and/or/CCONJ")[1] == ("unk", "OTHER")


def test_no_word_has_two_kinds():
    words = [word for words in KEY_WORDS.values() for word in words.split()]
    assert len(set(words)) == len(words) == 81 and set(KEY_WORDS) < set(TAGS)


def test_bad_tokens_are_named():
    with pytest.raises(ValueError, match="'walk' has no part of speech"):
        token_places(["walk"], PLACES)
    with pytest.raises(ValueError, match="no tokens"):
        token_places([], PLACES)
