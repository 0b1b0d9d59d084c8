"""The settings of the models' cards as Blender's properties: what a card says is what a user sees and may choose."""

from __future__ import annotations

import bpy
import pytest
from panel_recorder import Recorder

from blender_addon.properties.settings import OWN, draw_settings, has_choice, setting_properties, values_of
from motion_core.catalog import CATALOG, all_settings

SHOWN = [setting for setting in all_settings().values() if setting.shown]


class Labels(Recorder):
    """Keeps the words beside a field too."""

    def prop(self, data, name, icon="NONE", text="", **more):
        super().prop(data, name, icon)
        self.drawn.append(("label", text))

    def texts_of_fields(self) -> list[str]:
        return self.names("label")


@pytest.fixture
def group(context, preferences):
    return context.scene.laban


def card_that(condition):
    return next(card for card in CATALOG.values() if condition(card))


def test_every_shown_setting_is_a_property_of_the_panel_and_of_a_strip(context, group):
    assert len(SHOWN) >= 2
    assert set(setting_properties()) == {setting.name for setting in SHOWN}
    bpy.ops.laban.add_rig()
    for kind in (group, context.object.laban_strips.strips.add()):
        assert all(setting.name in kind.bl_rna.properties for setting in SHOWN)


@pytest.mark.parametrize("setting", SHOWN, ids=lambda setting: setting.name)
def test_a_property_has_the_kind_words_and_bounds_of_its_setting(group, setting):
    made = group.bl_rna.properties[setting.name]
    assert made.type == {int: "INT", float: "FLOAT"}[setting.kind]
    assert made.name == setting.label
    assert setting.help in made.description and OWN in made.description
    assert (made.hard_min, made.default) == (0, 0)
    assert made.hard_max == pytest.approx(setting.high)
    assert made.soft_max == pytest.approx(setting.usual or setting.high)
    setattr(group, setting.name, setting.kind(setting.high + 1))
    assert getattr(group, setting.name) == pytest.approx(setting.high)


def test_values_are_as_typed(group):
    group.steps, group.guidance = 7, 2.3
    assert values_of(group) == {**{setting.name: 0 for setting in SHOWN}, "steps": 7, "guidance": 2.3}
    assert group.guidance != 2.3  # which Blender keeps otherwise
    assert values_of(object()) == {}


def test_a_field_says_the_model_s_own_value_until_another_is_set(group):
    card = card_that(lambda card: any(s.shown and not s.fixed and s.name == "steps" for s in card.settings))
    setting = next(setting for setting in card.settings if setting.name == "steps")
    group.steps = 0
    drawn = Labels()
    told = draw_settings(drawn, group, card)
    assert "steps" in drawn.names("prop") and not any(word.startswith("steps") for word in told)
    assert f"{setting.label} ({setting.default:g})" in drawn.texts_of_fields()
    group.steps = 3
    drawn = Labels()
    draw_settings(drawn, group, card)
    assert setting.label in drawn.texts_of_fields()


def test_a_fixed_setting_is_told_and_not_asked(group):
    card = card_that(lambda card: any(s.shown and s.fixed for s in card.settings))
    fixed = [setting for setting in card.settings if setting.shown and setting.fixed]
    drawn = Recorder()
    assert draw_settings(drawn, group, card) == [f"{s.label.lower()} {s.default:g}" for s in fixed]
    assert not {setting.name for setting in fixed} & set(drawn.names("prop"))


def test_a_model_without_a_choice_is_known():
    for card in CATALOG.values():
        drawn = [setting for setting in card.settings if setting.shown and not setting.fixed]
        assert has_choice(card) == bool(drawn), card.id
    assert {has_choice(card) for card in CATALOG.values()} == {True, False}
