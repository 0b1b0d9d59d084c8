"""What an action says of the motion it holds: the words, the seed, the licence ... as custom properties."""

from __future__ import annotations

import json
from typing import Any

import bpy

from .actions import KEYS, OURS
from .records import PIECE, RECORDS

MAX_PROPERTY = 60  # bytes that Blender gives the name of a custom property


def write_meta(action: bpy.types.Action, meta: dict[str, Any]) -> None:
    """What made the motion, as custom properties: laban_text, laban_seed, laban_licence and so on."""
    for key, value in meta.items():
        fits = isinstance(value, str | bool | float) or (isinstance(value, int) and abs(value) < 2**31)
        action[f"laban_{key}"[:MAX_PROPERTY]] = value if fits else json.dumps(value, default=str)


def forget_meta(action: bpy.types.Action, meta: dict[str, Any]) -> None:
    """Removes what the action said of the motion before it was changed, except what `meta` says anew.

    The records of prompt strips and the signature stay.
    """
    owner: Any = action
    stay = {f"laban_{key}"[:MAX_PROPERTY] for key in meta} | {OURS, KEYS, RECORDS, PIECE}
    for key in [key for key in owner.keys() if key.startswith("laban_") and key not in stay]:  # noqa: SIM118
        del owner[key]
