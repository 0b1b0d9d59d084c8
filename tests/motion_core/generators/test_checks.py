"""Which model makes a task that names none."""

from __future__ import annotations

import pytest

from motion_core.catalog import CATALOG, DEFAULT_MODEL, find_card
from motion_core.generators.model_choice import default_model, takes
from motion_core.tasks import Generate, Sampling

WALK = Generate(text="a person walks", seconds=2)
STEPPED = "dit-adaln"  # takes any steps; DEFAULT_MODEL is distilled from it


def test_a_task_gets_the_model_that_needs_what_it_gives():
    assert default_model(WALK) == default_model(WALK, Sampling(seed=3)) == DEFAULT_MODEL
    assert default_model(Generate(action="walk", seconds=2)) == "mdm-action"


@pytest.mark.parametrize("asked", [{"steps": 30}, {"guidance": 1.0}, {"steps": 30, "guidance": 4.0}])
def test_steps_and_guidance_that_a_distilled_model_does_not_take_are_its_teachers(asked):
    assert default_model(WALK, Sampling(**asked)) == STEPPED
    assert default_model(Generate(action="walk", seconds=2), Sampling(**asked)) == "mdm-action"


@pytest.mark.parametrize("card", CATALOG.values(), ids=lambda card: card.id)
def test_a_model_takes_its_own_settings_and_a_distilled_one_no_others(card):
    assert takes(card, Sampling()) and takes(card, Sampling(steps=card.steps, guidance=card.guidance))
    assert takes(card, Sampling(steps=card.steps + 1)) is not card.fixed
    if card.teacher:
        teacher = find_card(card.teacher)
        assert (
            card.fixed and not teacher.fixed and teacher.tasks == card.tasks and teacher.needs == card.needs
        )
