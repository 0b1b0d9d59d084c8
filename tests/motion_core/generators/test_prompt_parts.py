"""Prompts of several parts through the generator: which are split, what the result tells, the same in any batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion_core.body.skeleton import JOINT, SOLE
from motion_core.catalog import CATALOG, find_card
from motion_core.generators.prompt_parts import Reading, read_words
from motion_core.tasks import Generate, Sampling
from motion_core.wording.counts import Count

THEN = "a tired person walks forward, stops and waves"
FEW = Sampling(4, {"steps": 3})


@pytest.mark.parametrize("card", CATALOG.values(), ids=lambda card: card.id)
def test_models_that_make_sequences_split(card):
    reading = read_words(card, Generate(text=THEN, seconds=6.0))
    task, note = reading.sequence, reading.note
    if "sequence" in card.tasks:
        assert [text for text, _ in task.prompts][1] == "a tired person stands still" and not note
        assert task.seconds == pytest.approx(6.0)
    else:
        assert task is None and card.id in note


def test_what_stays_whole_and_why():
    card = find_card("dit-adaln")
    assert read_words(card, Generate(text=THEN, split=False)) == Reading()
    assert read_words(card, Generate(text="a person walks and waves")) == Reading()
    assert read_words(card, Generate()) == Reading()
    short = read_words(card, Generate(text=THEN, seconds=2.0))
    assert short == Reading(note="made as one: 2 s are too short for 3 parts, which need 3.75 s")
    single = replace(card, tasks=("generate",))
    assert read_words(single, Generate(text="a person walks")) == Reading()
    assert read_words(single, Generate(text=THEN)) == Reading(
        note=f"made as one: model {card.id!r} makes no sequences"
    )


def test_one_thing_for_longer_than_a_clip():
    card = find_card("dit-adaln")
    walk = read_words(card, Generate(text="a person walks", seconds=30))
    assert walk.sequence.prompts == (("a person walks", 30.0),) and not walk.note
    whole = read_words(card, Generate(text=THEN, seconds=30, split=False))
    assert whole.sequence.prompts == ((THEN, 30.0),)
    again = read_words(card, Generate(text="a person bows", seconds=30))
    assert [text for text, _ in again.sequence.prompts] == ["a person bows"] * 10 and not again.held
    assert again.sequence.seconds == pytest.approx(30) and "'bow' is done 10 times" in again.note
    held = read_words(card, Generate(text="a person sits down", seconds=30))
    assert held.held and held.sequence.seconds == 3.0 and "done once and then held" in held.note


def test_counts_are_read():
    card = find_card("dit-adaln")
    assert read_words(card, Generate(text="a person jumps twice")).count == Count(
        "jump", 2, True, "a person jumps"
    )
    assert read_words(card, Generate(text="a person jumps twice", split=False)) == Reading()
    assert (
        "makes no sequences"
        in read_words(replace(card, tasks=("generate",)), Generate(text="jump twice")).note
    )


def test_counts_through_the_generator(generator):
    made = generator.run(Generate(text="a person bows twice", seconds=4.0), FEW)
    assert made.meta["seconds"] == 4.0 and len(made) == 80 and "prompts" not in made.meta
    assert made.meta["note"].startswith("bow: ")  # an untrained model cannot bow
    parts = generator.run(Generate(text="a person bows twice, then walks", seconds=6.0), FEW)
    assert len(parts) == 120 and parts.meta["note"].startswith("bow: ")


@pytest.mark.parametrize("text", ["a person walks", "a person bows", "a person sits down"])
def test_longer_than_a_clip_through_the_generator(generator, text):
    made = generator.run(Generate(text=text, seconds=20.0), FEW)
    assert len(made) == 400 and made.meta["seconds"] == 20.0 and made.meta["text"] == text


@pytest.mark.parametrize("seconds", [3.75, 4.0, 6.0, 7.125, 9.8])
def test_the_result_tells_its_parts_and_is_as_long_as_asked(generator, seconds):
    motion = generator.run(Generate(text=THEN, seconds=seconds), FEW)
    assert len(motion) == round(seconds * 20 + 1e-6)
    facts = {"task": "generate", "text": THEN, "seconds": seconds, "seed": 4}
    assert facts.items() <= motion.meta.items() and "split" not in motion.meta
    assert "made as one" not in motion.meta.get("note", "")  # an untrained model may well do nothing of it
    prompts = motion.meta["prompts"]
    assert [text for text, _ in prompts] == [
        "a tired person walks forward",
        "a tired person stands still",
        "a tired person waves",
    ]
    assert sum(part for _, part in prompts) == pytest.approx(seconds)
    assert np.allclose(motion.pelvis[0, :2], 0, atol=0.3)
    balls = motion.joints()[:, [JOINT["left_foot"], JOINT["right_foot"]], 2]
    assert balls.min() > SOLE - 1e-4  # the clean-up of any new motion


def test_whole_is_another_motion_and_says_so(generator):
    split = generator.run(Generate(text=THEN, seconds=6.0), FEW)
    whole = generator.run(Generate(text=THEN, seconds=6.0, split=False), FEW)
    assert "prompts" not in whole.meta and whole.meta["split"] is False
    assert not np.allclose(split.rotations, whole.rotations, atol=1e-3)
    short = generator.run(Generate(text=THEN, seconds=2.0), FEW)
    assert "prompts" not in short.meta and "too short for 3 parts" in short.meta["note"]


def test_the_same_in_any_batch(generator):
    jobs = [
        (Generate(text=THEN), FEW),
        (Generate(text="a person bows", seconds=2.0), Sampling(5, {"steps": 3})),
        (Generate(text="run, then sit", seconds=5.0), Sampling(6, {"steps": 3})),
        (Generate(text=THEN, split=False), FEW),
        (Generate(text=THEN), Sampling(5, {"steps": 3})),
    ]
    steps = []
    together = generator.run_batch(jobs, lambda k, n: steps.append((k, n)))
    assert steps[-1][0] == steps[-1][1]
    for job, motion in zip(jobs, together):
        alone = generator.run(*job)
        assert np.abs(motion.joints() - alone.joints()).max() < 1e-3
