"""Canonical action labels for captures that come with a title or a one-line description instead of a label."""

from __future__ import annotations

import re

# The whole description must match, so that "walk, jump, sit" is nobody's walk. First match wins.
_TABLE: tuple[tuple[str, str], ...] = tuple(
    (rf"(?:{pattern})(?: \d+)?", action)
    for pattern, action in (
        (r"(slow |brisk )?walk(/stride|, exaggerated stride)?|slow walk/stride", "walk"),
        (r"walk backwards?", "walk back"),
        (r"walk (to )?turn left", "walk turn left"),
        (r"walk (to )?turn right", "walk turn right"),
        (r"run(/jog)?", "run"),
        (r"run backwards?|run back", "run back"),
        (r"(quick )?side ?step left", "walk left"),
        (r"(quick )?side ?step right", "walk right"),
        (r"(forward )?jump|jump up and down, hop on one foot|run, leap", "jump"),
        (r"skip(ping)?", "skip"),
        (r"crawl", "crawl"),
        (r"crouch", "crouch"),
        (r"sway", "sway"),
        (r"stand", "stand"),
        (r"cartwheels?", "cartwheel"),
        (r"laugh", "laugh"),
        (r"dance .*", "dance"),
        (r"punch/strike|boxing", "punch"),
        (r"(body )?(jab|hook|cross|uppercut|backfist)( left| right)?", "punch"),
        (r"soccer - kick ball|front kick", "kick"),
        (r"(roundhouse|push kick|back kick|axe kick|double kick|side ?kick|c?resent|reverse spin cresent)"
         r"( leading| body)?( left| right)?", "kick"),
        (r"(unscrew bottlecap, )?drink soda(, screw on bottlecap)?", "drink"),
        (r"basketball - .*dribble.*", "dribble"),
        (r"swordplay", "swing sword"),
    )
)  # fmt: skip


def title_words(title: str) -> str:
    """ "Male1_B10_WalkTurnLeft45" -> "walk turn left 45"; "MA_E1_Jab_left" -> "jab left"."""
    text = re.sub(r"^(male\d|female\d|MA)_[A-Z]?\d*_?", "", title, flags=re.IGNORECASE).replace("_", " ")
    text = re.sub(r"( take \d+| t\d| working)$", "", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=\d)(?=[A-Za-z])", " ", text)
    return " ".join(text.lower().replace(" 2 ", " to ").replace("trun", "turn").split())


def action_of(description: str) -> str | None:
    """The action that a description names unambiguously, else None."""
    text = " ".join(description.lower().split())
    return next((action for pattern, action in _TABLE if re.fullmatch(pattern, text)), None)
