"""The many ways to say "then", said one way: numbered lists, arrows, "followed by", "once there", "ends with a bow".

What is said stays, word for word, but for the words that say the order.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from motion_core.wording.verbs import KNOWN, inflect

THEN = ", then "
NUMBERED = re.compile(
    r"(?:^|(?<=[\s,;.]))(?:step\s+(?P<step>\d)[.):]?|\(?(?P<n>\d)[.):])\s+(?=[^\W\d])", re.IGNORECASE
)
ORDINALS = ("second", "third", "fourth", "fifth")
ORDINAL = re.compile(rf"[,;.]\s*(?:and\s+)?(?:{'|'.join(ORDINALS)})(?:ly)?,?\s+(?=[^\W\d])", re.IGNORECASE)
ARROW = re.compile(r"\s*(?:-+>|=+>|→|➔|⇒|>>|(?<=\s)>(?=\s))\s*(?!\s*[\d.])")
UNFINISHED = re.compile(
    r"(?:,|\b(?:and|or|but|then|to|the|an?|with|of|his|her|their|while|before|after))$", re.IGNORECASE
)
DOTS = re.compile(r"(?<=\w)\s*(?:\.{2,}|…)\s*(?=\w)")
BULLET = re.compile(r"^\s*(?:[-*•]|\(?\d+[.):])\s+")

WHO = r"(?:he|she|they|it|you|the \w+)"
LATER = re.compile(
    r"\b(?:and\s+)?(?:"
    r"(?:immediately|right|straight|directly|soon|shortly|just)\s+(?:afterwards?|after(?:\s+(?:that|this|which))?)"
    r"|(?:\d+|a few|some|two|three|four|five)\s+(?:secs?|seconds?|moments?)\s+later"
    r"|a (?:moment|second|while|bit)\s+later|later(?:\s+on)?|eventually|at last|from there"
    r"|at the (?:very )?end|in the end|to (?:finish|end)(?:\s+(?:off|with))?"
    r"|(?:once|when)\s+(?:there|done|finished|that is done)"
    rf"|(?:once|when)\s+{WHO}\s+(?:is|are|has|have|gets?|got|arrives?)"
    r"(?:\s+(?:there|arrived|done|finished|in place))?"
    r"|(?:up)?on\s+(?:arriving|arrival)(?:\s+there)?"
    r"),?\s+(?=[^\W\d])",
    re.IGNORECASE,
)
AT_FIRST = re.compile(
    r"^(?:first of all|at first|to (?:start|begin)(?: with)?|in the beginning),?\s+", re.IGNORECASE
)
POLITE = re.compile(r"^(?:please|pls|ok|okay|now|so),?\s+(?=\w)", re.IGNORECASE)
FOLLOWED = re.compile(r",?\s+(?:and\s+)?(?:is\s+)?(?:then\s+)?followed\s+by\s+", re.IGNORECASE)
GOES_ON = re.compile(
    r",?\s+(?:and\s+)?(?:then\s+)?(?:proceed|go on|goes on|went on|continue on)(?P<form>s|ed|ing)?"
    r"\s+to\s+(?P<verb>[a-z]+)\b",
    re.IGNORECASE,
)
FORM_OF = {"": "base", "s": "third", "es": "third", "ed": "past", "ning": "gerund", "ing": "gerund"}
START = r"(?:start|begin)(?P<form>s|ed|ning|ing)?(?:\s+off)?"
END = r"(?:end|finish|conclude)(?P<form>s|es|ed|ing)?(?:\s+(?:off|up))?"
STARTS_BY = re.compile(rf"\b{START}\s+by\s+(?P<verb>\w+ing)\b", re.IGNORECASE)
STARTS_WITH = re.compile(rf"\b{START}\s+with\s+(?=(?:an?|one|two|three|\d)\s)", re.IGNORECASE)
ENDS_BY = re.compile(rf",?\s+(?:and\s+)?(?:then\s+)?{END}\s+(?:by\s+)?(?P<verb>\w+ing)\b", re.IGNORECASE)
ENDS_WITH = re.compile(
    rf",?\s+(?:and\s+)?(?:then\s+)?{END}\s+with\s+(?=(?:an?|one|two|three|\d)\s)", re.IGNORECASE
)


def one_line(text: str) -> str:
    """Lines as one, those that begin something new set off by a semicolon; no white space twice."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    whole = ""
    for line in lines:
        begun = _has_verb(whole.rsplit(";")[-1]) and not UNFINISHED.search(whole)
        joint = "; " if begun and _begins(line) else " "
        whole = (whole.rstrip(",;. ") if joint == "; " else whole) + joint
        whole += line if len(lines) < 2 or _numbered(line) else BULLET.sub("", line)
    return " ".join(whole.split())


def _has_verb(text: str) -> bool:
    return any(word in KNOWN for word in re.findall(r"[a-z']+", text.lower()))


def _numbered(line: str) -> bool:
    return bool(NUMBERED.match(line))


def _begins(line: str) -> bool:
    """Whether a line begins with a verb, a number of a list or somebody who acts."""
    if BULLET.match(line):
        return not _numbered(line)
    words = re.findall(r"[a-z']+", line.lower())[:4]
    if not words:
        return False
    bases = [word for word in words if KNOWN.get(word, ("", ""))[1] in ("third", "past", "gerund")]
    return (
        words[0] in KNOWN or words[0] in {"then", "finally", "first"} or bool(bases and words[0] in _SUBJECTS)
    )


_SUBJECTS = {"a", "an", "the", "he", "she", "they", "someone", "person"}


def said_plainly(text: str) -> str:
    """The sentence with every way to say "then" as "then"."""
    text = DOTS.sub(". ", _numbers(text))
    text = ARROW.sub(THEN, text) if len(ARROW.split(text)) > 1 else text
    text = POLITE.sub("", AT_FIRST.sub("first ", re.sub(r"\s&\s", " and ", text)))
    text = ORDINAL.sub(THEN, text) if text.lower().startswith("first") else text
    text = STARTS_BY.sub(_by, STARTS_WITH.sub(_with, text))
    text = GOES_ON.sub(_later(_by), ENDS_WITH.sub(_later(_with), ENDS_BY.sub(_later(_by), text)))
    text = LATER.sub("then ", FOLLOWED.sub(THEN, text))
    text = re.sub(r"\bthen,?\s+then\b", "then", re.sub(r";\s*", ", then ", text), flags=re.IGNORECASE)
    text = re.sub(r"\bthen\s+(and\s+)?then\b", "then", text, flags=re.IGNORECASE)
    return re.sub(r"[,;.]+\s*(?=, then\b)", "", text).strip(" ,;")


def _numbers(text: str) -> str:
    """ "1. walk 2. sit" -> "walk, then sit"; as it is where the numbers do not count from one."""
    found = list(NUMBERED.finditer(text))
    counted = [int(m["step"] or m["n"]) for m in found] == list(range(1, len(found) + 1))
    if len(found) < 2 or not counted or text[: found[0].start()].strip():
        return text
    edges = [*(m.start() for m in found[1:]), len(text)]
    return THEN.join(text[m.end() : edge].strip(" ,;.") for m, edge in zip(found, edges))


def _form(match: re.Match[str]) -> str:
    if "goes on" in match[0].lower() or "went on" in match[0].lower():
        return "third" if "goes" in match[0].lower() else "past"
    return FORM_OF.get((match["form"] or "").lower(), "base")


def _by(match: re.Match[str]) -> str:
    base = KNOWN.get(match["verb"].lower(), ("", ""))[0]
    return inflect(base, _form(match)) if base else match[0]


def _with(match: re.Match[str]) -> str:
    return inflect("do", _form(match)) + " "


def _later(say: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
    def said(match: re.Match[str]) -> str:
        words = say(match)
        return match[0] if words == match[0] else THEN + words

    return said
