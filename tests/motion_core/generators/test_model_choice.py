"""Which model makes a task that names none."""

from __future__ import annotations

import pytest

from motion_core.catalog import CATALOG, DEFAULT_MODEL, find_card
from motion_core.generators.model_choice import default_model
from motion_core.tasks import Generate, Sampling, TaskError

WALK = Generate(text="a person walks", seconds=2)
STEPPED = "dit-adaln"  # takes any steps; DEFAULT_MODEL is distilled from it


def test_a_task_gets_the_model_that_needs_what_it_gives():
    assert default_model(WALK) == default_model(WALK, Sampling(seed=3)) == DEFAULT_MODEL
    assert default_model(Generate(action="walk", seconds=2)) == "mdm-action"


@pytest.mark.parametrize("asked", [{"steps": 30}, {"guidance": 1.0}, {"steps": 30, "guidance": 4.0}])
def test_steps_and_guidance_that_a_distilled_model_does_not_take_are_its_teachers(asked):
    assert default_model(WALK, Sampling(settings=asked)) == STEPPED
    assert default_model(Generate(action="walk", seconds=2), Sampling(settings=asked)) == "mdm-action"


@pytest.mark.parametrize("card", CATALOG.values(), ids=lambda card: card.id)
def test_a_model_takes_its_own_settings_and_a_distilled_one_no_others(card):
    own = {setting.name: setting.default for setting in card.settings}
    assert card.settled(Sampling(settings=own)) == card.settled(Sampling()) == (own, "")
    for setting in card.settings:
        if not setting.fixed:
            continue
        with pytest.raises(TaskError, match=f"takes no other; leave it out, or use {setting.elsewhere}"):
            card.settled(Sampling(settings={setting.name: setting.default + 1}))
        other = find_card(setting.elsewhere)
        assert not other.setting(setting.name).fixed
        assert (other.tasks, other.takes, other.requires) == (card.tasks, card.takes, card.requires)
