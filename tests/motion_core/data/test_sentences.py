"""A corpus of sentences: written whole, opened, and dealt out by seed and step."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from labelled_clips import Words

from motion_core.data.sentences import ABOUT, TOKENS, Corpus, build_corpus
from motion_core.formats import FormatError

GROUPS = [
    (("a person kicks with the left leg", "someone kicks with his left leg", "a left kick"), "train"),
    (("a person kicks with the right leg", "someone kicks with his right leg"), "train"),
    (("a man walks forward then waves", "he walks ahead and then waves"), "train"),
    (("a person bows",), "train"),
    (("a woman sits down", "someone takes a seat"), "val"),
    (("a man runs", "a guy is running"), "val"),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    build_corpus(GROUPS, Words(), folder, report=lambda text: None)
    return Corpus(folder)


def test_the_sentences_of_a_group_stand_together(corpus):
    assert len(corpus) == 4 and len(corpus.val) == 2
    named = [[corpus.sentences[i] for i in corpus.members[row]] for row in range(len(GROUPS))]
    assert named == [list(sentences) for sentences, _ in GROUPS]
    wrong = [corpus.sentences[i] for i in corpus.exchanged[0]]
    assert "a person kicks with the right leg" in wrong


def test_states_are_those_of_the_encoder(corpus):
    numbers = [0, 3, 5]
    tokens, mask = corpus.token_states(numbers)
    expected = Words().encode([corpus.sentences[i] for i in numbers])
    assert torch.equal(mask, expected.mask)
    torch.testing.assert_close(tokens, expected.tokens, atol=1e-2, rtol=0)


def test_batches_follow_from_seed_and_step(corpus):
    one, two, other = (corpus.batch_at(3, 4, seed) for seed in (1, 1, 2))
    assert torch.equal(one.tokens, two.tokens) and torch.equal(one.owner, two.owner)
    assert one.tokens.shape != other.tokens.shape or not torch.equal(one.tokens, other.tokens)
    assert one.size == 4 and len(one.tokens) == 8 + len(one.owner)
    assert bool(one.same.diagonal().all())


def test_a_sentence_is_no_negative_of_itself(tmp_path):
    build_corpus(
        [(("a person bows",), "train"), (("a person bows",), "train"), (("a man runs",), "val")],
        Words(), tmp_path, report=lambda text: None,
    )  # fmt: skip
    batch = Corpus(tmp_path).batch(np.array([0, 1]), np.random.default_rng(0))
    assert bool(batch.same.all())


def test_broken_corpora_are_named(corpus, tmp_path):
    with pytest.raises(FileNotFoundError, match="prepare_sentences"):
        Corpus(tmp_path)
    with pytest.raises(ValueError, match="'val'"):
        build_corpus(GROUPS[:4], Words(), tmp_path, report=lambda text: None)
    assert not (tmp_path / ABOUT).exists()
    build_corpus(GROUPS, Words(), tmp_path, report=lambda text: None)
    (tmp_path / TOKENS).write_bytes((tmp_path / TOKENS).read_bytes()[:-2])
    with pytest.raises(FormatError, match=r"tokens\.f16"):
        Corpus(tmp_path)
