"""Which sides a sentence says."""

from __future__ import annotations

import re

NONE, LEFT, RIGHT, BOTH = 0, 1, 2, 3
_SIDE = re.compile(r"\b(left|right)(?:s|wards?|most|[- ]?hand(?:ed)?)?\b", re.IGNORECASE)


def sides_said(text: str) -> int:
    """NONE, LEFT, RIGHT or BOTH: "kicks with the left leg" says LEFT."""
    said = {found.lower() for found in _SIDE.findall(text)}
    return LEFT * ("left" in said) + RIGHT * ("right" in said)
