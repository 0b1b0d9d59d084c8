"""What a sentence of one thing says that kinematics can decide: that somebody goes, sits, jumps, turns, raises a hand.

Only what is said without doubt is read. "does not walk", "walks on the spot", "turns the head" and "pretends to sit"
are none of it.
"""

from __future__ import annotations

import re

from motion_core.wording.grammar import verb_at, words_of
from motion_core.wording.verbs import word_set

# The deeds, as `editing.deeds.DEEDS` finds them, and as the user is told that one is not there.
DEEDS = {
    "go": "it does not go anywhere",
    "sit": "nobody sits down",
    "lie": "nobody lies down",
    "jump": "nobody jumps",
    "kick": "nobody kicks",
    "bow": "nobody bows",
    "wave": "nobody waves",
    "turn": "it does not turn",
    "turn left": "it does not turn to the left",
    "turn right": "it does not turn to the right",
    "punch": "nobody punches",
    "squat": "nobody squats",
    "kneel": "nobody kneels",
    "crawl": "nobody crawls",
    "pick up": "no hand goes down to the floor",
    "get up": "nobody gets up",
    "raise": "no hand is raised",
    "raise left": "the left hand is not raised",
    "raise right": "the right hand is not raised",
}
GOING = word_set("walk run jog sprint stroll stride march hurry strut amble saunter limp")
PLAIN = {
    "sit": "sit",
    "jump": "jump",
    "leap": "jump",
    "hop": "jump",
    "kick": "kick",
    "bow": "bow",
    "wave": "wave",
    "punch": "punch",
    "jab": "punch",
    "box": "punch",
    "squat": "squat",
    "crouch": "squat",
    "kneel": "kneel",
    "crawl": "crawl",
}
DOUBT = re.compile(
    r"\b(?:not|never|no|cannot|without|or|if|pretend\w*|mim\w+|tr(?:y|ies|ying)|almost|about to|attempt\w*|wants?"
    r"|imitat\w+|like|stops?|sitting|seated|lying|kneeling|crouching|crouched)\b|n['’]t\b",
    re.IGNORECASE,
)
ON_THE_SPOT = re.compile(
    r"\b(?:in place|on the spot|on (?:a|the) treadmill|stationary|steps?|into|back and forth|up to)\b"
)
TURNS = re.compile(
    r"\bturn(?:s|ing)? (?:(?:around|about) )?(?:to (?:the|his|her|their|its) )?(?P<way>left|right)\b"
    r"(?! (?:hand|arm|foot|leg))"
    r"|\bturn(?:s|ing)? (?P<round>around|round|about)\b",
    re.IGNORECASE,
)
BODY_TURNS = re.compile(
    r"\b(?:head|face|torso|upper body|waist|wrists?|hands?|arms?|shoulders?|hips?)\b", re.IGNORECASE
)
RAISES = re.compile(
    r"\b(?:rais(?:es|ing)|lift(?:s|ing)) (?:up )?(?:(?:his|her|their|its|the|a|an|one|both) )*"
    r"(?:(?P<way>left|right) )?(?:hand|arm)s?\b",
    re.IGNORECASE,
)


FROM_FLOOR = re.compile(
    r"\bpick(?:s|ing)? (?:\w+ ){0,3}?up (?:\w+ ){0,4}?(?:from|off) (?:of )?the (?:floor|ground)\b",
    re.IGNORECASE,
)
GETS_UP = re.compile(
    r"\b(?:gets?|getting|stands?|standing|rises?|rising) (?:back )?(?:up )?from "
    r"(?:a|an|the|his|her|their|lying|sitting)\b"
    r"|\b(?:gets?|getting) up\b",
    re.IGNORECASE,
)
LIES = re.compile(r"\b(?:lies?|lays?) down\b", re.IGNORECASE)


def deeds_of(text: str) -> tuple[str, ...]:
    """Rows of DEEDS that a sentence says; () where it is in doubt."""
    if DOUBT.search(text):
        return ()
    found = list(dict.fromkeys(_by_verbs(text)))
    turn, lift = TURNS.search(text), RAISES.search(text)
    if LIES.search(text):
        found.append("lie")
    if FROM_FLOOR.search(text):
        found.append("pick up")
    if GETS_UP.search(text):
        found.append("get up")
    if turn and not BODY_TURNS.search(text):
        found.append(f"turn {turn['way']}".lower() if turn["way"] else "turn")
    if lift:
        found.append(f"raise {lift['way']}".lower() if lift["way"] else "raise")
    return tuple(found)


def _by_verbs(text: str) -> list[str]:
    """What the verbs alone say; "a walk" and "the wave" are none."""
    words = words_of(text)
    verbs = [verb_at(words, at) for at in range(len(words))]
    bases = {verb.base for verb in verbs if verb.form in ("third", "gerund", "progressive")}
    bases |= {verbs[0].base} if verbs and verbs[0].form == "base" else set()  # "walk forward"
    found = ["go"] if bases & GOING and not ON_THE_SPOT.search(text) else []
    return found + [deed for base, deed in PLAIN.items() if base in bases]
