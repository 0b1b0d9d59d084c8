"""The losses of a text head on hand-made vectors, and a training that learns to tell sides apart."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from labelled_clips import Words

from motion_core.checkpoint import load_checkpoint
from motion_core.data.sentences import Corpus, SentenceBatch, build_corpus
from motion_core.train.config import ConfigError, LoopConfig, read_config
from motion_core.train.distributed import join_group
from motion_core.train.loop import train
from motion_core.train.sentences import SentenceConfig, SentenceTraining, contrast

TOML = Path(__file__).resolve().parents[3] / "training" / "configs" / "sentence.toml"


def batch(size: int, owner: list[int]) -> SentenceBatch:
    empty = torch.zeros(0)
    return SentenceBatch(
        empty, empty, torch.tensor(owner, dtype=torch.long), torch.eye(size, dtype=torch.bool)
    )


def test_the_loss_of_hand_made_vectors():
    own = torch.eye(3)
    apart = contrast(own, own, own[:0], batch(3, []), 0.05)
    assert apart["loss"].item() < 1e-6 and apart["r1"].item() == 1 and apart["fooled"].item() == 0
    alike = contrast(own[[0, 0]], own[[0, 0]], own[:0], batch(2, []), 0.1)
    assert alike["loss"].item() == pytest.approx(math.log(2), rel=1e-4)


def test_a_look_alike_costs_as_much_as_another_sentence():
    own = torch.eye(2)
    fooled = contrast(own, own, own[:1], batch(2, [0]), 0.05)
    assert fooled["loss"].item() == pytest.approx(math.log(2) / 2, rel=1e-4)
    assert contrast(own, own, -own[:1], batch(2, [0]), 0.05)["loss"].item() < 1e-6


def test_sentences_that_are_the_same_are_no_negatives():
    own = torch.eye(2)
    both = replace(batch(2, []), same=torch.ones(2, 2, dtype=torch.bool))
    assert contrast(own[[0, 0]], own[[0, 0]], own[:0], both, 0.1)["loss"].item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"batch_size": 1}, "InfoNCE needs at least 2"),
        ({"temperature": 0.0}, "temperature is 0.0"),
        ({"family": "dit"}, "this is the configuration of 'sentence'"),
        ({"model": {"widht": 4}}, "widht"),
    ],
)
def test_what_makes_no_sense_is_refused(change, words):
    with pytest.raises(ConfigError, match=words):
        SentenceConfig(loop=LoopConfig(steps=1), **change)


def test_a_head_learns_to_tell_sides_apart(tmp_path):
    splits = {"man": "val", "boy": "train", "girl": "train"}
    sides = [
        ((f"a {who} {what} with the {side} leg", f"the {side} leg of a {who} {what}"), splits[who])
        for who in splits for what in ("kicks", "steps", "hops") for side in ("left", "right")
    ]  # fmt: skip
    build_corpus(sides, Words(), tmp_path / "corpus", report=lambda text: None)
    changes = [
        "model.width=32", "model.outputs=16", "model.layers=1", "model.feedforward=32", "model.text_scale=1",
        "model.dropout=0", "loop.steps=60", "loop.learning_rate=3e-3", "loop.warmup=5", "loop.val_every=0",
        "loop.ema_decay=0.5", "loop.save_every=60", "loop.precision=fp32", "batch_size=12",
    ]  # fmt: skip
    config = read_config(TOML, SentenceConfig, changes)
    training = SentenceTraining(config, Corpus(tmp_path / "corpus"), torch.device("cpu"))
    found = next(training.val_batches())
    before = training.loss(training.model, found, None)
    with join_group(torch.device("cpu")) as group:
        train(config.loop, training.recipe(), tmp_path / "run", group)
    after = training.loss(training.model.eval(), found, None)
    assert after["loss"] < 0.6 * before["loss"] and after["fooled"] < 0.2
    _, info = load_checkpoint(tmp_path / "run" / "ema.safetensors", family="sentence")
    assert info.text_encoder == Words().name and info.training["corpus"]["groups"] == len(sides)
