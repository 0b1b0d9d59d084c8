"""Other sentences for a motion prompt: the same in other words, and the same words with another meaning.

A text head learns from both (`train/sentences.py`): wording must not move a sentence, sides, order and opposites must.
"""

from __future__ import annotations

import re

import numpy as np

from motion_core.data.mirrored_text import mentions_side, mirror_text
from motion_core.wording.verbs import KNOWN, inflect

_SUBJECT = re.compile(
    r"^(?:(?:a|an|the|this|one)\s+)?(?:persons?|man|woman|guy|lady|figure|human|individual|character|someone|somebody|"
    r"he|she|they|male|female|boy|girl|people|subject|stick figure)\s+(?:(?:is|are|was|who is|who)\s+)?(?=\w)"
)
_SUBJECTS = (
    "a person",
    "someone",
    "a man",
    "a woman",
    "the character",
    "he",
    "she",
    "the figure",
    "a guy",
    "person",
)
_COMMANDS = ("", "", "", "please ", "make him ", "make the character ", "have her ")
_ORDERS = (" and then ", ", then ", " then ", " before ", " after ", ", and then ", "; then ")

# Each word against what it must not be taken for; read in both directions.
_OPPOSITES = (
    ("forward", "backward"), ("forwards", "backwards"), ("slowly", "quickly"), ("slow", "fast"),
    ("once", "twice"), ("twice", "three times"), ("one step", "two steps"), ("two steps", "four steps"),
    ("one hand", "both hands"), ("hand", "foot"), ("hands", "feet"), ("arm", "leg"), ("arms", "legs"),
    ("in front of", "behind"), ("raises", "lowers"), ("raise", "lower"), ("sits down", "stands up"),
    ("sit down", "stand up"), ("upwards", "downwards"), ("walks", "runs"), ("walk", "run"), ("walking", "running"),
    ("jumps", "crouches"), ("kicks", "punches"), ("standing", "sitting"), ("head", "knee"), ("up", "down"),
    ("left hand", "both hands"), ("right hand", "both hands"), ("right arm", "both arms"), ("left arm", "both arms"),
)  # fmt: skip
_OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair[::-1], pair)}
_OPPOSED = re.compile(r"\b(" + "|".join(sorted(_OPPOSITE, key=len, reverse=True)) + r")\b")


def reordered(text: str) -> str | None:
    """The sentence with its first two steps the other way round; None where it does not say an order.

    "walks, then waves" -> "waves, then walks"; the subject stays in front.
    """
    subject = _SUBJECT.match(text)
    start = subject.end() if subject else 0
    for order in _ORDERS:
        first, found, second = text[start:].partition(order)
        if found and first and second:
            pronoun = _SUBJECT.match(second)
            second = second[pronoun.end() :] if pronoun else second
            end = "." if second.endswith(".") else ""
            return f"{text[:start]}{second.rstrip('. ')}{order}{first.rstrip('., ')}{end}"
    return None


def exchanged(text: str) -> list[str]:
    """Sentences that look like this one and ask for something else: mirrored, reordered, one word turned around."""
    found = [mirror_text(text)] if mentions_side(text) else []
    if (turned := reordered(text)) is not None:
        found.append(turned)
    for match in _OPPOSED.finditer(text):
        found.append(text[: match.start()] + _OPPOSITE[match[0]] + text[match.end() :])
    return list(dict.fromkeys(sentence for sentence in found if sentence != text))


def _told(text: str, form: str) -> str:
    """A sentence without its subject, its finite verbs in another form: "walks and waves" -> "walk and wave"."""
    words, verb_next = text.split(), True
    for place, word in enumerate(words):
        plain = word.strip(",.;")
        base, found = KNOWN.get(plain, ("", ""))
        if verb_next and found in ("third", "gerund") and (new := inflect(base, form)):
            words[place] = word.replace(plain, new)
            verb_next = False
        elif plain in ("and", "then", "before", "after") or word.endswith((",", ";")):
            verb_next = True
        elif verb_next and not plain.endswith("ly"):
            verb_next = False
    return " ".join(words)


def retold(text: str, rng: np.random.Generator) -> str:
    """The same said as people type: a command, a fragment, another subject, without full stop."""
    subject = _SUBJECT.match(text)
    if subject is None:
        return text.rstrip(". ")
    rest = text[subject.end() :].rstrip(". ")
    kind = rng.integers(4)
    if kind == 0:
        return str(rng.choice(_COMMANDS)) + _told(rest, "base")
    if kind == 1:
        return _told(rest, "gerund")
    who = str(rng.choice(_SUBJECTS))
    return f"{who} {_told(rest, 'third')}" if kind == 2 else f"{who} is {_told(rest, 'gerund')}"
