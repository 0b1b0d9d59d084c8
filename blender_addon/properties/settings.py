"""The settings of models' cards as Blender's properties, and drawn: what a model has, users see, without a list here.

In a property 0 means the model's own value.
"""

from __future__ import annotations

from typing import Any

from bpy.props import FloatProperty, IntProperty

from motion_core.catalog import ModelCard, Setting, all_settings

OWN = "0: the model's own value"


def setting_properties(**more: Any) -> dict[str, Any]:
    """{name: property} of every setting that panels show. more: options that all of them get."""
    return {setting.name: _property(setting, more) for setting in all_settings().values() if setting.shown}


def values_of(group: Any) -> dict[str, int | float]:
    """The values that a property group has of all settings; as typed: Blender keeps 2.3 as 2.2999999523."""
    values = {name: getattr(group, name) for name in setting_properties() if hasattr(group, name)}
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def draw_settings(layout: Any, group: Any, card: ModelCard) -> list[str]:
    """A field for each setting that the model lets one choose; returns those that it does not, as words."""
    told = []
    for setting in card.settings:
        if not setting.shown:
            continue
        if setting.fixed:
            told.append(f"{setting.label.lower()} {setting.default:g}")
            continue
        own = f" ({setting.default:g})" if not getattr(group, setting.name) else ""
        layout.prop(group, setting.name, text=setting.label + own)
    return told


def has_choice(card: ModelCard) -> bool:
    """Whether the model lets one choose any setting that panels show."""
    return any(setting.shown and not setting.fixed for setting in card.settings)


def _property(setting: Setting, more: dict[str, Any]) -> Any:
    usual = setting.usual or setting.high
    options: dict[str, Any] = {
        "name": setting.label, "min": 0, "max": setting.kind(setting.high), "soft_max": setting.kind(usual),
        "description": f"{setting.help}. {OWN}", **more,
    }  # fmt: skip
    return IntProperty(**options) if setting.kind is int else FloatProperty(precision=1, **options)
