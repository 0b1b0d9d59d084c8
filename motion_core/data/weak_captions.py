"""Titles and one-line descriptions of recordings as captions: weak ones, since nobody wrote them for the clip."""

from __future__ import annotations

import re

from motion_core.data.actions import action_of, title_words

# Of no use to a model: what they say is not how the body moves.
_EMPTY = re.compile(
    r"(story|start|t[ -]?pose|random|lost marker|vignettes?|range of motion|digital \w+|conversation|signals?|static"
    r"|action|slope|[\w ]*sequ?e?nce( good)?|[a-z]{0,2}|[\d. ]*(lbs?)?)( ?\d+)?"
)
_REMARKS = re.compile(r"\([^)]*\)|\bcleaned ?(grs|gr s|gr)?\b|(?<=[a-z])\d{3}$", re.IGNORECASE)
_TWO_PEOPLE = re.compile(r"\b[AB]\b|\b(2|two) (subjects|people|person)\b")
_SEVERAL = re.compile(r"[,;/+]|\b(and|then|to|sequence|with)\b")
_ONE_BY_ONE = re.compile(r"\((opposite direction|repeated)\)")


def weak_caption(description: str) -> str | None:
    """The description as a caption; None where it names an action exactly, says nothing, or is about two people.

    "elephant (human subject)" -> "a person acts like an elephant"; "RegularWalkRightAngleTurns" -> "regular walk right
    angle turns".
    """
    said = _REMARKS.sub("", description)
    if _TWO_PEOPLE.search(said) and not said.istitle():  # "Peek A Boo" names nobody
        return None
    text = title_words(said).replace(" - ", ": ").strip(" :,")
    if _EMPTY.fullmatch(text) or text == action_of(description):
        return None
    if "(human subject)" in description:
        return f"a person acts like {'an' if text[0] in 'aeiou' else 'a'} {text}"
    return text


def names_one_thing(description: str) -> bool:
    """Whether every part of the recording shows what is described: "salsa dance", not "jump, balance"."""
    return _ONE_BY_ONE.search(description) is not None or not _SEVERAL.search(
        title_words(_REMARKS.sub("", description))
    )


_WALKS = (  # of SNU's labels: pattern, caption; the first match wins, None leaves it to the label "walk"
    (r"stop walk", "a person walks, stops and walks on"),
    (r"slope .*(left|right)\d? (up|down)", "a person walks {1} a slope and turns {0}"),
    (r"to slope", "a person walks onto a slope"),
    (r"low walk", "a person walks with bent knees, low to the ground"),
    (r"spiral f+ast (left|right)", "a person walks fast in a spiral to the {0}"),
    (r"(left|right)foot turn", "a person walks and turns on the {0} foot"),
    (r"(left|right) \d+", "a person walks and turns {0}"),
    (r"turn 180", "a person walks, turns around and walks back"),
    (r"wide ext", "a person walks with wide steps"),
    (r"style \d", "a person walks in a manner of their own"),
    (r"very fast", "a person walks very fast"), (r"very slow|s{2,}low", "a person walks very slowly"),
    (r"fast", "a person walks fast"), (r"slow", "a person walks slowly"),
)  # fmt: skip


def walk_caption(label: str) -> str | None:
    """A sentence for a label of the SNU walks; None for a plain walk."""
    for pattern, caption in _WALKS:
        if found := re.search(pattern, label):
            return caption.format(*found.groups())
    return None
