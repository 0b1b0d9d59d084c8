"""What every maker promises, asked of those there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion_core.generators.makers.maker import Clip
from motion_core.generators.plan import Plan
from motion_core.tasks import Sampling


@pytest.fixture(params=["tiny", "action_model"])
def generator(request):
    return request.getfixturevalue(request.param)


def clips(generator, count=5) -> list[Clip]:
    """Of several lengths, with the card's own settings but for quick steps."""
    card = generator.card
    settings = card.settled(Sampling(settings={card.settings[0].name: 2}))[0]
    said = {"action": "walk"} if "action" in card.takes else {"text": "walk"}
    return [Clip(key, Plan(10 + key, Sampling(key), **said), settings) for key in range(count)]


def test_every_clip_is_in_one_batch(generator):
    asked = clips(generator)
    batches = generator.maker.batches(asked)
    assert sorted(clip.key for batch in batches for clip in batch) == [0, 1, 2, 3, 4]
    assert generator.maker.batches([]) == []


def test_settings_are_not_mixed_in_a_batch(generator):
    name = generator.card.settings[0].name
    one, *rest = clips(generator)
    other = replace(one, key=9, settings={**one.settings, name: 3})
    for batch in generator.maker.batches([one, other, *rest]):
        assert len({clip.settings[name] for clip in batch}) == 1


def test_features_have_the_plans_lengths_and_steps_are_reported(generator):
    for batch in generator.maker.batches(clips(generator)):
        seen = []
        made = generator.maker.make(batch, lambda k, n, seen=seen: seen.append((k, n)))
        steps = generator.maker.steps_of(batch)
        assert seen == [(k, steps) for k in range(1, steps + 1)]
        for clip, x0 in zip(batch, made, strict=True):
            assert x0.shape == (clip.plan.frames, len(generator.maker.stats.mean)) and x0.dtype == np.float32


def test_a_clip_does_not_depend_on_the_others(generator):
    (first, *_), quiet = clips(generator), lambda k, n: None
    (alone,) = generator.maker.make([first], quiet)
    batch = next(b for b in generator.maker.batches(clips(generator)) if b[0].key == 0)
    np.testing.assert_allclose(generator.maker.make(batch, quiet)[0], alone, atol=1e-4)
