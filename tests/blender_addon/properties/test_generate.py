"""The settings of Text to Motion, and the request that they become."""

from __future__ import annotations

import pytest
from session_ticks import waving_rig

from motion_core.catalog import CATALOG
from motion_core.tasks import CleanUp

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return waving_rig(context)


@pytest.mark.parametrize(("seconds", "kept"), [(0.0, 0.5), (0.05, 0.5), (700.0, 600.0), (2.3, 2.3)])
def test_seconds_stay_in_their_range(context, rig, seconds, kept):
    settings = context.scene.laban
    settings.seconds = seconds
    assert settings.request().task.seconds == kept


def test_a_request_says_what_was_typed(context, rig):
    settings = context.scene.laban
    settings.seconds, settings.seed, settings.guidance = 2.3, 7, 2.1
    request = settings.request()
    assert (request.task.text, request.task.seconds, request.task.split) == ("a person waves", 2.3, True)
    assert request.task.action is None
    assert (request.model, request.sampling.seed) == (settings.model, 7)
    assert request.sampling.settings == {"steps": 2, "guidance": 2.1}
    assert settings.words == "a person waves"


def test_the_clean_up_is_said_where_it_is_not_that_of_all_new_motions(context, rig):
    settings = context.scene.laban
    assert settings.clean is None and settings.request().task.clean is None
    settings.lock_feet, settings.calm = False, 0.2
    assert settings.request().task.clean == CleanUp(feet=False, calm=0.2)


def test_a_model_of_actions_gets_one_and_not_the_prompt(context, rig):
    settings = context.scene.laban
    settings.action = "no such thing"
    settings.model = "mdm-action"
    assert settings.action == settings.card.actions[0]
    settings.action = settings.card.actions[1]
    settings.model = "dit-adaln"
    settings.model = "mdm-action"
    assert settings.action == settings.card.actions[1]  # one that it knows is kept
    task = settings.request().task
    assert (task.action, task.text, settings.words) == (settings.action, None, settings.action)


def test_every_model_of_the_catalog_can_be_chosen_and_tells_its_licence(context, rig):
    items = context.scene.laban.bl_rna.properties["model"].enum_items
    assert [item.identifier for item in items] == list(CATALOG)
    for item in items:
        assert CATALOG[item.identifier].licence in item.description
