"""The shape of the way that a sentence says: "walks in a circle to the right", "runs a figure eight", "zigzags".

Only what travels has a way: "moves the arm in a circle" and "spins in a circle" have none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from motion_core.wording.counts import NUMBERS
from motion_core.wording.grammar import BODY, verb_of, words_of
from motion_core.wording.verbs import TRAVEL

SHAPES = {  # pattern of the noun -> shape
    r"(?:semi|half)[- ]?circles?": "half circle",
    r"circles?": "circle",
    r"figures? (?:of )?(?:eights?|8s?)": "eight",
    r"squares?": "square",
    r"rectangles?": "square",
    r"triangles?": "triangle",
    r"zig[- ]?zags?": "zigzag",
    r"(?:s[- ])(?:shapes?|curves?)|slaloms?": "wave",
}
SIZES = {
    "small": 0.6,
    "tiny": 0.5,
    "tight": 0.6,
    "little": 0.6,
    "big": 1.7,
    "large": 1.7,
    "wide": 1.7,
    "huge": 2.2,
}
_NUMBER = "|".join(word for word in NUMBERS if word != "single")
_TURNING = r"(?:counter|anti)[- ]?clock[- ]?wise|clock[- ]?wise"
_SIDED = rf"(?:to|towards?|on)\s+(?:the|his|her|their|its)\s+(?:left|right)(?:\s+side)?|{_TURNING}|left|right"
_WAY = re.compile(
    r"(?:,?\s*\b(?:(?:around|round|about|along)\s+)?(?:in|on|along|around|round|through)\b)?"
    rf"\s*\b(?:(?P<number>an?|the|{_NUMBER}|\d)\s+)?"
    rf"(?P<said>(?:(?:{'|'.join(SIZES)}|full|complete|whole|single|perfect|{_TURNING}|left|right)[\s-]+)*)"
    rf"\b(?P<noun>{'|'.join(SHAPES)})\b"
    r"(?:\s+(?:path|pattern|shape|motion|way|line|fashion|formation)s?\b)?"
    rf"(?P<side>\s+(?:{_SIDED}))?",
    re.IGNORECASE,
)
_ROUNDS = re.compile(
    rf"\b(?:goes|go|going)?\s*(?P<said>once around|all the way around|(?:round and round|around and around))\b"
    rf"(?!\s+(?:the|an?|his|her|their)\b)(?P<side>\s+(?:{_SIDED}))?",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"(?P<side>\b(?:{_SIDED}))\s*,?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Way:
    """A way over the floor, and what goes along it."""

    # A value of SHAPES.
    shape: str
    # "left", "right", or "" where none is said.
    side: str
    # How large it is to be, against the usual; times how often it is gone, 0 where the sentence leaves it open.
    size: float
    rounds: int
    # The sentence without its way: "a person walks".
    plain: str


def way_of(text: str) -> Way | None:
    """The way that a sentence of one thing says; None where it says none, or nothing that travels."""
    found = _WAY.search(text)
    if found is None or verb_of(text) not in TRAVEL:
        return _round_and_round(text)
    if {word.low for word in words_of(text[: found.start()])} & BODY:
        return None
    noun = found["noun"].lower()
    shape = next(shape for pattern, shape in SHAPES.items() if re.fullmatch(pattern, noun))
    before = _BEFORE.search(text[: found.start()])
    said = f"{found['said']} {found['side'] or ''} {before['side'] if before else ''}"
    start = before.start() if before else found.start()
    number = (found["number"] or "").lower()
    many = noun.endswith("s") and shape != "wave"
    rounds = NUMBERS.get(number, int(number) if number.isdigit() else 0)
    if not rounds:
        rounds = 0 if many or shape in ("zigzag", "wave") else 1
    sizes = [size for word, size in SIZES.items() if re.search(rf"\b{word}\b", said.lower())]
    plain = _joined(text[:start], text[found.end() :])
    return Way(shape, _side(said), sizes[0] if sizes else 1.0, rounds, plain)


def _round_and_round(text: str) -> Way | None:
    found = _ROUNDS.search(text)
    if found is None or verb_of(text) not in TRAVEL or {word.low for word in words_of(text)} & BODY:
        return None
    rounds = 0 if " and " in found["said"] else 1
    plain = _joined(text[: found.start("said")], text[found.end() :])
    return Way("circle", _side(found["side"] or ""), 1.0, rounds, plain)


def _side(said: str) -> str:
    low = said.lower()
    if re.search(r"\b(?:counter|anti)", low) or "left" in low:
        return "left"
    return "right" if "right" in low or "clock" in low else ""


def _joined(before: str, after: str) -> str:
    return re.sub(r"\s+([,.;])", r"\1", " ".join(f"{before} {after}".split())).strip(" ,;")
