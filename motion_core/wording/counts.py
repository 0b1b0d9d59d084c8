"""How often a sentence says that something is done: "jumps three times", "takes four steps", "one punch", "kicks once".

Only numbers that say how often are read: "two hands", "at once", "several times" and "climbs three steps" are none.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from motion_core.wording.grammar import head_of, words_of
from motion_core.wording.verbs import BASES, HALTING, KNOWN, TRAVEL, inflect, word_set

COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
MOST = 50  # more is a paste by mistake, or no count of motions
NUMBERS = {word: number for number, word in enumerate(COUNTED, 1)} | {"single": 1, "couple": 2, "pair": 2}
KINDS = {  # base of a verb -> what is counted: a row of `editing.repetitions.KINDS`
    "jump": "jump", "hop": "jump", "leap": "jump", "wave": "wave", "clap": "clap", "squat": "squat", "kick": "kick",
    "punch": "punch", "jab": "punch", "bow": "bow", "nod": "nod", "step": "step", "spin": "spin", "twirl": "spin",
    "rotate": "spin", "pivot": "spin", "turn": "turn", "raise": "raise", "lift": "raise",
}  # fmt: skip
NOUNS = {
    "jump": "jump", "hop": "jump", "leap": "jump", "wave": "wave", "clap": "clap", "squat": "squat", "kick": "kick",
    "punch": "punch", "jab": "punch", "hook": "punch", "uppercut": "punch", "bow": "bow", "nod": "nod", "step": "step",
    "spin": "spin", "twirl": "spin", "pirouette": "spin", "rotation": "spin", "turn": "turn", "jumping jack": "jack",
}  # fmt: skip
ROUND_VERBS = word_set("turn spin rotate pivot twirl whirl")
GOING = TRAVEL  # what steps are taken in
FRO = {"down", "back", "out"}  # "up and down"
NOUNS_TOO = {f"{noun}s" for noun in NOUNS}  # "of two jumps"
HELPERS = word_set("do take throw make perform give stand start begin face look")  # beside what is counted
UNCOUNTED = re.compile(
    r"\b(?:climb\w*|stairs?|staircase|ladder|ledge|(?:up|down) (?:\w+ ){0,2}steps|degrees?)\b"
)
NUMBER = rf"\d{{1,2}}|{'|'.join(NUMBERS)}"
TIMES = re.compile(
    rf"(?:\b(?:exactly|just|only|about)\s+)?\b(?:(?P<word>once|twice|thrice)"
    rf"|(?:a\s+)?(?P<n>{NUMBER})(?:\s+of)?\s*(?:(?:more|single|separate|consecutive)\s+)?(?:times|time|x)\b)\b",
    re.IGNORECASE,
)
NOT_ONCE = re.compile(r"\b(?:at|all at)\s+$", re.IGNORECASE)
AFTER_ONCE = re.compile(
    r"\s+(?:he|she|they|it|the|a|an|there|in position|more|again|done|up|down)\b", re.IGNORECASE
)
THINGS = re.compile(
    rf"\b(?:exactly |just |only )?(?:an?\s+)?(?P<n>{NUMBER})(?:\s+of)?\s+"
    r"(?:(?!(?:and|or|to|hands?|legs?|arms?|feet)\b)[\w-]+\s+){0,3}?"
    rf"(?P<noun>{'|'.join(NOUNS)})(?P<many>e?s)?\b(?!-)",
    re.IGNORECASE,
)
STEPS = re.compile(
    r"(?P<verb>\b(?:take|make|do|walk|go)(?:s|es|ing)?\s+|\btaking\s+|^)(?:[\w-]+\s+)?steps\b", re.IGNORECASE
)
WHOLE_TURN = re.compile(
    r"\b(?:an?|one|1)\s+(?:(?:single|quick|slow)\s+)?(?:full|complete|whole|360(?:[- ]?degrees?)?)[- ]+"
    r"(?:turn|spin|rotation|twirl|pirouette)\b(?:\s+(?:around|round)\b)?"
    r"|\b(?:turn|spin|rotat|pivot|twirl)(?:s|es|e|ing|ning)?\s+(?:(?:around|round|about|by)\s+){0,2}360(?:\s*degrees?)?\b"
    r"|\b360(?:[- ]?degrees?)?[- ]+(?:\w+\s+)?(?:turn|spin|rotation)\b",
    re.IGNORECASE,
)
WORDS = {"once": 1, "twice": 2, "thrice": 3}
ROUND = re.compile(r"\b(?:around|round|about|circles?|full|complete(?:ly)?|on the spot)\b", re.IGNORECASE)
BARRIER = re.compile(
    r"[,;.]|\b(?:then|before|after|while)\b|\band\b(?! (?:down|forth|fro|back|out)\b)", re.IGNORECASE
)


@dataclass(frozen=True)
class Count:
    """kind: what is counted, a row of `editing.repetitions.KINDS`. number: how often it is said to be done. alone:
    nothing else is done. plain: the sentence without its number.
    """

    kind: str
    number: int
    alone: bool
    plain: str


def count_of(text: str) -> Count | None:
    """What a sentence of one thing says of how often; None where it says nothing that can be counted surely."""
    if UNCOUNTED.search(text):
        return _whole_turn(text)
    found = [count for count in (_times(text), _things(text)) if count is not None]
    if not found:
        return _whole_turn(text)
    return found[0] if len(found) == 1 or found[0] == found[1] else None


def _whole_turn(text: str) -> Count | None:
    """ "makes a full turn", "turns by 360 degrees": one spin. What is said beside it stays."""
    match = WHOLE_TURN.search(text)
    beside = text if match is None else text[: match.start()] + " " + text[match.end() :]
    if match is None or TIMES.search(beside) or THINGS.search(beside):
        return None
    return Count("spin", 1, _is_alone(beside, ROUND_VERBS), text)


def _times(text: str) -> Count | None:
    """ "jumps three times"."""
    matches = [m for m in TIMES.finditer(text) if not _is_no_count(text, m)]
    if len(matches) != 1:
        return None
    match = matches[0]
    verb = _verb_before(text, match.start())
    number = WORDS[match["word"].lower()] if match["word"] else _number(match["n"])
    kind = _kind(verb, text)
    if not kind or not 0 < number <= MOST:
        return None
    plain = _tidy(text[: match.start()] + " " + text[match.end() :])
    return Count(kind, number, _is_alone(text, {verb}), plain)


def _is_no_count(text: str, match: re.Match[str]) -> bool:
    once = (match["word"] or "").lower() == "once"
    return once and bool(NOT_ONCE.search(text[: match.start()]) or AFTER_ONCE.match(text, match.end()))


def _verb_before(text: str, end: int) -> str:
    """The base of the last countable verb before a place, with no other clause between; else ""."""
    barriers = [m.end() for m in BARRIER.finditer(text, 0, end)]
    start = max(barriers, default=0)
    bases = [KNOWN.get(word.low, ("", ""))[0] for word in words_of(text[start:end])]
    countable = [base for base in bases if base in KINDS]
    if any(
        base and base not in KINDS and base not in HELPERS | HALTING for base in bases[:2] if not countable
    ):
        return ""
    return countable[-1] if countable else ""


def _things(text: str) -> Count | None:
    """ "takes four steps"."""
    matches = [m for m in THINGS.finditer(text) if _fits(text, m)]
    if len(matches) != 1:
        return None
    match = matches[0]
    noun, number = match["noun"].lower(), _number(match["n"])
    kind = NOUNS[noun] if noun != "turn" else _kind("turn", text)
    if not kind or not 0 < number <= MOST:
        return None
    some = "" if number > 1 else "a "
    start, stop = match.span("n")
    before = re.sub(r"\b(?:exactly|just|only|an?)\s+$", "", text[:start], flags=re.IGNORECASE)
    plain = _tidy(before + some + re.sub(r"^\s+of\b", "", text[stop:]))
    plain = STEPS.sub(_walk, plain) if kind == "step" and number > 1 else plain
    beside = text[: match.start()] + text[match.end() :]
    return Count(kind, number, _is_alone(beside, GOING if kind == "step" else frozenset()), plain)


def _walk(match: re.Match[str]) -> str:
    """ "takes small steps" -> "walks"."""
    form = KNOWN.get((match["verb"] or "").strip().lower(), ("", "base"))[1]
    return inflect("walk", form or "base")


def _fits(text: str, match: re.Match[str]) -> bool:
    """ "two jumps", not "one jumps" (a person) nor "2 jump"."""
    number = _number(match["n"])
    return (number > 1) == bool(match["many"]) and not text[: match.start("n")].lower().endswith("step ")


def _kind(verb: str, text: str) -> str:
    if verb == "turn":
        whole = re.search(r"\b(?:full|complete|circles?|360)\b", text, re.IGNORECASE)
        return "spin" if whole else "turn" if ROUND.search(text) else ""
    return KINDS.get(verb, "")


def _is_alone(text: str, counted: Collection[str]) -> bool:
    """Whether no other verb is there than helpers, a stop, and what is counted."""
    words = words_of(text)
    head = head_of(text, words)
    others = BASES - {*counted, *HELPERS, *HALTING}
    for place, word in enumerate(words):
        base, form = KNOWN.get(word.low, ("", ""))
        first = head is not None and word.start == head.begin
        joined = place > 0 and words[place - 1].low in {"and", "while", ","} and word.low not in FRO
        if base in others and word.low not in NOUNS_TOO and (form != "base" or first or joined):
            return False
    return True


def _number(word: str) -> int:
    return NUMBERS[word.lower()] if word.lower() in NUMBERS else int(word)


def _tidy(text: str) -> str:
    return re.sub(r"\s+([,.;])", r"\1", " ".join(text.split())).strip(" ,;")
