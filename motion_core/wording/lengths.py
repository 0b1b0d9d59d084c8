"""How long a thing lasts that is done: some go on for as long as one likes, some are over, some leave a posture."""

from __future__ import annotations

import re

from motion_core.wording.counts import Count
from motion_core.wording.verbs import HALTING, TRAVEL, word_set

GOES_ON = (
    TRAVEL
    | HALTING
    | word_set("""
    dance wait remain stay hold talk speak eat drink fight box spar shadowbox play dribble stir wash wipe scratch rub
    sleep rest exercise warm practise practice sway rock tremble shiver balance search look stare watch juggle drum
    laugh cry cough conduct skate ski row type mop sweep dig paint cook brush exercise move continue keep pretend
    imitate act meditate pray listen sing scream guard groove wiggle swing
""")
)
# What leaves the body as it is then.
HELD = word_set(
    "sit lie kneel fall collapse crouch squat lean bend raise lift lower land point pose cross fold faint"
)
SECONDS = {  # of one time
    "bow": 3.0, "wave": 3.0, "jump": 2.0, "hop": 2.0, "leap": 2.0, "kick": 2.0, "punch": 2.0, "nod": 2.0, "clap": 3.0,
    "turn": 2.5, "spin": 2.5, "lie": 4.0, "throw": 2.5, "catch": 2.0, "shrug": 2.0, "drop": 2.0, "cartwheel": 3.0,
    "raise": 3.0, "squat": 3.0, "sit": 3.0, "stand": 3.0, "get": 3.0, "rise": 3.0, "pick": 3.5,
}  # fmt: skip
EACH = {  # of one of several, by `Count.kind`
    "jump": 1.2, "step": 0.55, "wave": 0.9, "clap": 0.7, "squat": 2.2, "kick": 1.4, "punch": 1.0, "bow": 3.0,
    "nod": 0.9, "raise": 2.2, "jack": 1.2, "turn": 1.6, "spin": 2.0,
}  # fmt: skip
LEAD = 1.0  # before the first one
USUAL = 3.5  # of what is in no table
UP = re.compile(r"\b(?:stands?|gets?|standing|getting|stood|got)\s+(?:back\s+)?up\b|\brise", re.IGNORECASE)
DOING = {"do", "perform", "practise", "practice"}
ONE = re.compile(r"\b(?:do|does|doing|perform|performs|performing) (?:an?|one|the)\b", re.IGNORECASE)
AT_IT = re.compile(
    r"\b(?:keeps?|continues?|goes on|around|repeatedly|over and over|again and again)\b", re.IGNORECASE
)


def goes_on(verb: str, text: str) -> bool:
    """Whether it can be done for as long as one likes. verb: base of the first one in the text; "": none is known."""
    if UP.search(text):
        return False
    if verb in DOING:
        return ONE.search(text) is None
    return not verb or verb == "stand" or verb in GOES_ON or AT_IT.search(text) is not None


def is_held(verb: str) -> bool:
    """Whether it leaves a posture; else it is over and can be done again."""
    return verb in HELD


def seconds_of(verb: str) -> float:
    """How long it takes once, about."""
    return SECONDS.get(verb, USUAL)


def times_seconds(count: Count) -> float:
    """How long it takes to do it so often, about."""
    return LEAD + EACH[count.kind] * count.number


# What leaves the body low, and what is done from there or brings it up by itself.
LOW = word_set("sit lie kneel fall collapse crouch squat crawl sleep faint hide")
FROM_LOW = LOW | word_set("stand get rise roll rest wait stay remain hold stop straighten recover turn")
# What nobody does sitting.
ON_FEET = (TRAVEL - word_set("crawl creep back")) | word_set("""
    jump hop leap dance bow kick spin twirl cartwheel lunge flip fight box dodge pivot squat
""")


def starts_upright(verb: str, text: str) -> bool:
    """Whether it is begun standing: not what brings the body up or down from where it is."""
    return verb not in FROM_LOW and not UP.search(text)


def needs_feet(verb: str) -> bool:
    """Whether nobody does it sitting."""
    return verb in ON_FEET
