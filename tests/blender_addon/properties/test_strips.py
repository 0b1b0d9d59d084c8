"""The list of prompt strips that a rig keeps: its fields are those of a plain strip, and all can be overridden."""

from __future__ import annotations

from dataclasses import fields, replace

import bpy
import pytest

from blender_addon.actions.records import Strip
from blender_addon.properties.strips import OUTPUTS, models
from motion_core.catalog import CATALOG, DEFAULT_MODEL
from motion_core.tasks import MAX_SEED, Complete


@pytest.fixture
def strip(context, preferences):
    bpy.ops.laban.add_rig()
    return context.object.laban_strips.strips.add()


def test_models_are_those_that_carry_on_a_motion_from_words(monkeypatch):
    assert DEFAULT_MODEL in models() and "mdm-action" not in models()
    card = CATALOG[DEFAULT_MODEL]
    others = tuple(task for task in card.tasks if task != Complete.name)
    monkeypatch.setitem(CATALOG, "no-complete", replace(card, id="no-complete", tasks=others))
    monkeypatch.setitem(CATALOG, "another", replace(card, id="another"))
    assert "another" in models() and "no-complete" not in models()


def test_a_strip_of_the_list_has_every_field_of_a_plain_one(strip):
    names = {name for name in strip.bl_rna.properties.keys() if name not in ("rna_type", "name")}  # noqa: SIM118
    assert names == {field.name for field in fields(Strip)}
    assert (strip.model, strip.seed, strip.steps) == (DEFAULT_MODEL, 0, 0)
    assert strip.transition == pytest.approx(0.5)


def test_values_stay_in_their_bounds(strip):
    strip.seed, strip.transition = -4, 9.0
    assert (strip.seed, strip.transition) == (0, 3.0)
    strip.seed = MAX_SEED
    assert strip.seed == MAX_SEED


def test_all_of_it_can_be_overridden_and_is_described(context, strip):
    kept = context.object.laban_strips
    for group in (strip, kept):
        for made in group.bl_rna.properties:
            if made.identifier in ("rna_type", "name"):
                continue
            assert made.description, made.identifier
            assert made.is_overridable, made.identifier


def test_the_outcome_is_one_of_two(context, strip):
    kept = context.object.laban_strips
    assert kept.output == "ACTION" and kept.use_pins
    for name, *_ in OUTPUTS:
        kept.output = name
        assert kept.output == name
    with pytest.raises(TypeError):
        kept.output = "FILE"
