"""Which sentences contradict each other, and which pairs of a batch are no negatives."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.data.mirrored_text import mentions_side, mirror_text
from motion_core.train.negatives import FalseNegatives, contradict, decisive_words

OPPOSITES = [
    ("wave with the left hand", "wave with the right hand"),
    ("raises both hands", "raises the left hand"),
    ("turns clockwise", "turns counter-clockwise"),
    ("turns to the right", "turns counterclockwise"),
    ("walks forward", "walks backwards"),
    ("jumps once", "jumps twice"),
    ("hops two times", "hops four times"),
    ("walks slowly", "walks quickly"),
    ("turns left, then right", "turns right, then left"),
]
COMPATIBLE = [
    ("waves the left hand", "waves a hand"),
    ("turns clockwise", "turns to the right"),
    ("walks forward", "walks straight ahead"),
    ("walks backward", "steps back"),
    ("stands upright", "stands leftover from before"),
    ("bows", "waves twice"),
    ("runs fast", "runs at a rapid pace"),
    ("turns anticlockwise", "turns anti clockwise"),
]


@pytest.mark.parametrize(("one", "two"), OPPOSITES)
def test_opposites_contradict(one, two):
    assert contradict(decisive_words(one), decisive_words(two))
    assert contradict(decisive_words(two.upper()), decisive_words(one))


@pytest.mark.parametrize(("one", "two"), COMPATIBLE[:4] + COMPATIBLE[5:])
def test_what_only_says_less_does_not(one, two):
    assert not contradict(decisive_words(one), decisive_words(two))


@given(
    st.lists(
        st.sampled_from(["left", "right", "clockwise", "counterclockwise", "hand", "walks to the", "turns"]),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_a_sentence_contradicts_its_mirror_image_where_it_has_a_side(words):
    text = " ".join(words)
    assert contradict(decisive_words(text), decisive_words(mirror_text(text))) == mentions_side(text)


def unit(*rows):
    return torch.nn.functional.normalize(torch.tensor(rows), dim=-1)


def test_near_sentences_are_no_negatives_unless_they_contradict():
    # the second and third dimension tell nothing about motions
    judge = FalseNegatives(torch.zeros(3), torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]))
    captions = ("waves the left hand", "waving the left arm", "waves the right hand", "jumps")
    pooled = unit([1.0, 0.0, 0.1], [1.0, 2.0, 0.2], [1.0, 0.0, 0.1], [0.0, 1.0, 1.0])
    alike = judge.alike(pooled, captions)
    assert alike.tolist() == [
        [True, True, False, False],
        [True, True, False, False],
        [False, False, True, False],
        [False, False, False, True],
    ]


def test_the_same_sentence_is_no_negative_of_itself():
    judge = FalseNegatives(torch.zeros(2), torch.tensor([[1.0], [0.0]]))
    pooled = unit([0.0, 1.0], [0.0, 1.0], [0.6, 0.8])
    assert judge.alike(pooled, ("walks", "walks", "runs")).tolist()[0] == [True, True, False]
