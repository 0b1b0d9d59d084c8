"""Left and right in English: the sentence of a mirrored motion.

Captions of motions nearly always mean a side ("steps right before turning left"), so a left or right is kept only in
the few phrases below that never do. They are judged by the words around it, whichever of the two it is: so mirroring
twice gives the text back.
"""

from __future__ import annotations

import re

_PAIRS = (
    ("left", "right"),
    ("lefts", "rights"),
    ("leftward", "rightward"),
    ("leftwards", "rightwards"),
    ("lefthand", "righthand"),
    ("lefthanded", "righthanded"),
    ("leftmost", "rightmost"),
    ("clockwise", "counterclockwise"),
)
_OTHER = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
_WORD = re.compile(r"\b(" + "|".join(sorted(_OTHER, key=len, reverse=True)) + r")\b", re.IGNORECASE)
# anti-clockwise, counter clock wise ...: one spelling each, so that every one has one opposite
_CLOCKWISE = re.compile(r"\b(counter|anti)?([- ]?)(clock[- ]?wise)\b", re.IGNORECASE)

_NO_SIDE_BEFORE = re.compile(
    r"\b(all|what is|what's|nothing|no (strength|energy|time|space|room))\s+$", re.IGNORECASE
)
_NO_SIDE_AFTER = re.compile(
    r"^(\s+(now|alone|away(?!\s+from))\b"
    r"|\s+angles\b|-angle"
    r"|\s+(the|a|his|her|their)\s+(room|place|house|building|scene|stage|area|spot|chair)\b)",
    re.IGNORECASE,
)
_GONE = re.compile(r"\b(has|have|had|having)\s+$", re.IGNORECASE)  # "he has left.", not "he has left hand up"
_END = re.compile(r"^\s*([.,;]|$)")


def _is_side(before: str, after: str) -> bool:
    if _NO_SIDE_BEFORE.search(before) or _NO_SIDE_AFTER.search(after):
        return False
    return not (_GONE.search(before) and _END.search(after))


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[0].isupper() else word


def _one_spelling(match: re.Match[str]) -> str:
    if match[1]:
        return _cased("counterclockwise", match[0])
    return match[2] + _cased("clockwise", match[3])


def mirror_text(text: str) -> str:
    """The text with its sides exchanged, left and right, clockwise and counterclockwise; case is kept.

    Twice gives the text back, with one spelling of counterclockwise for all there are.
    """
    text = _CLOCKWISE.sub(_one_spelling, text)
    parts, done = [], 0
    for match in _WORD.finditer(text):
        word, side = match[0], _is_side(text[: match.start()], text[match.end() :])
        parts += [text[done : match.start()], _cased(_OTHER[word.lower()], word) if side else word]
        done = match.end()
    return "".join([*parts, text[done:]])


def mentions_side(text: str) -> bool:
    """Whether mirroring the motion would make this text untrue."""
    return mirror_text(text) != mirror_text(mirror_text(text))
