"""The table of tasks: each kind by its name, with what it gives and who does it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import pytest

from motion_core.catalog import every_card
from motion_core.results import RESULTS
from motion_core.tasks import TASKS


@pytest.mark.parametrize("kind", TASKS.values(), ids=TASKS)
def test_a_kind_says_what_it_is(kind):
    assert TASKS[kind.name] is kind and is_dataclass(kind) and kind.__doc__
    assert kind.gives in RESULTS and kind.lane in ("motion", "search")
    names = kind.field_names()
    assert {*kind.motions, *kind.required, *kind.readers} <= names
    needed = {f.name for f in fields(kind) if f.default is f.default_factory}  # neither: both are MISSING
    assert needed == set(kind.required)


@pytest.mark.parametrize("name", TASKS)
def test_a_model_of_the_catalog_does_each_kind(name):
    assert any(name in card.tasks for card in every_card().values())
