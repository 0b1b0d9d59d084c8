"""Which sides a sentence says, and of what: "kicks with the left leg" says left, of a leg."""

from __future__ import annotations

import re
from dataclasses import dataclass

from motion_core.wording.grammar import words_of
from motion_core.wording.verbs import KNOWN, word_set

NONE, LEFT, RIGHT, BOTH = 0, 1, 2, 3
_SIDE = re.compile(r"\b(left|right)(?:s|wards?|most|[- ]?hand(?:ed)?)?\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(counter|anti)?[- ]?clock[- ]?wise\b", re.IGNORECASE)
_NO_SIDE = re.compile(
    r"\b(?:right (?:now|away|angles?)|all right|has left|left (?:the|a|an) \w+$)\b", re.IGNORECASE
)
_PART = re.compile(
    r"\b(?:left|right)[- ]?"
    r"(?P<hand>hand(?:ed)?s?|arms?|fists?|elbows?|wrists?|palms?|fingers?|hook|jab|uppercut|punch)\b"
    r"|\b(?:left|right)[- ]?(?P<knee>knees?)\b"
    r"|\b(?:left|right)[- ]?(?P<leg>legs?|foot|feet|heels?|toes?|kick)\b"
    r"|\b(?P<turn>(?:counter|anti)?[- ]?clock[- ]?wise)\b|\b(?:left|right)[- ]?(?P<bend>turns?|spins?)\b",
    re.IGNORECASE,
)
TURNING = word_set("turn spin rotate pivot twirl whirl twist swivel")
SUPPORT = word_set("stand balance hop stay remain rest")  # on a leg, which is then not the one that moves
KNEELING = word_set("kneel propose")
LEANING = word_set("lean bend sway tilt")
LOOKING = word_set("look glance stare peek peer")  # nobody measures where


@dataclass(frozen=True)
class SidedDeed:
    """side: "left" or "right". of: "hand", "leg", "support", "knee", "turn", "lean" or "way"."""

    side: str
    of: str


def sides_said(text: str) -> int:
    """NONE, LEFT, RIGHT or BOTH: "kicks with the left leg" says LEFT, and "turns clockwise" RIGHT."""
    text = _NO_SIDE.sub(" ", text)
    said = {found.lower() for found in _SIDE.findall(text)}
    said |= {"left" if found else "right" for found in _CLOCK.findall(text)}
    return LEFT * ("left" in said) + RIGHT * ("right" in said)


def sided_deed(text: str) -> SidedDeed | None:
    """What is to be done on which side; None where no side is said, or both, or sides of several things."""
    said = sides_said(text)
    if said not in (LEFT, RIGHT):
        return None
    bases = {KNOWN.get(word.low, ("", ""))[0] for word in words_of(text)}
    parts = {name for match in _PART.finditer(text) for name, found in match.groupdict().items() if found}
    if len(parts) > 1 or (not parts and bases & LOOKING):
        return None
    of = next(iter(parts), "")
    if of == "leg" and bases & KNEELING:
        of = "knee"
    elif of == "leg" and bases & SUPPORT:
        of = "support"
    elif of == "bend":
        of = "turn"
    elif not of:
        of = "turn" if bases & TURNING else "lean" if bases & LEANING else "way"
    return SidedDeed("left" if said == LEFT else "right", of)
