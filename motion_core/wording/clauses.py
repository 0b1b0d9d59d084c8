"""A sentence in which one thing comes after the other, cut into sentences of one thing each.

"a tired person walks forward, then stops and waves" -> "a tired person walks forward", "a tired person stands still",
"a tired person waves". A cut is made only where the words leave no doubt: at "then", "after that", "before sitting", in
a list of three verbs, beside a halt. What is done at once ("walks while waving", "walks and waves") stays whole. So
does what cannot be read: a sentence left whole does less harm than one torn apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from motion_core.wording.grammar import Head, Start, head_of, reformed, starts_of, verb_at, words_of
from motion_core.wording.verbs import HALTING, SETTLING, TRAVEL


@dataclass(frozen=True)
class Clause:
    """One thing done. text: a sentence of its own, with its subject. verb: its base form. halts: it is a mere stop, and
    the text says "stands still". seconds: how long the words say it lasts.
    """

    text: str
    verb: str = ""
    halts: bool = False
    seconds: float | None = None


def _any(words: str) -> str:
    return rf"\b(?:{words})\b"


MAX_CLAUSES = 8
ODD = re.compile(r"[^\w\s,.;'’-]|_|\.\.|\d[.)](?:\s|$)")  # quotes, brackets, colons, numbered lists
# The order depends on something else, or it is said what is not done, or the whole is done over and over
DOUBT = re.compile(
    _any(
        r"not|never|no|cannot|neither|nor|instead|or|if|unless|whether|either|when|whenever|because|until|till|"
        r"repeatedly|alternate(?:s|ly)?|alternating|each|every|cycles?|loops?|over and over|as soon as"
    )
    + r"|n['’]t\b",
    re.IGNORECASE,
)
AT_ONCE = re.compile(
    _any(
        "while|whilst|as|simultaneously|meanwhile|during|at once|together|at the same time|same time|in sync"
    ),
    re.IGNORECASE,
)
ELSEWHERE = re.compile(  # means nothing without what went before
    _any("it|them|again|same|another|others?|likewise|twice more|repeats?|opposite|reverses?"), re.IGNORECASE
)
GERUND_TOO = re.compile(r"\.|\band \w+ing\b")
GOES_ON = re.compile(r"\s+(?:to|\w+ing)\b")  # "stops waving", "stops to look"
STILL_HALTS = re.compile(
    r"(?:(?:abruptly|suddenly|briefly|completely|there|still|short|dead|in place|walking|running|moving|jogging|"
    r"for a (?:moment|while|bit|short time))\s*)*$",
    re.IGNORECASE,
)
TO_A_HALT = re.compile(r"to a (?:sudden |full |complete )?(?:stop|halt|standstill)\b", re.IGNORECASE)
ONE_CLAUSE = re.compile(r"(?:\w+ly\s+)*(?:(?:is|are)\s+)?[\w'’]+\s*(?P<rest>.*)$")
STANDS = {"third": "stands still", "past": "stood still", "base": "stand still", "gerund": "standing still"}
COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {"a": 1} | {word: n for n, word in enumerate(COUNTED, 1)}
FOR_SECONDS = re.compile(
    rf"[, ]*\bfor (?:about |around )?(?P<n>\d+(?:\.\d+)?|{'|'.join(NUMBERS)})[ -]?(?:s|secs?|seconds?)\b",
    re.IGNORECASE,
)


def split_clauses(text: str) -> tuple[Clause, ...]:
    """The things that a prompt says are done one after the other, in order; one clause, the text itself, where it says
    nothing of the kind or nothing that can be told surely. `text` as `check_prompt` leaves it.
    """
    body = text.rstrip(" .!")
    if ODD.search(body) or DOUBT.search(body):
        return (Clause(text),)
    return _after(body) or _in_order(body) or (Clause(text),)


# --- "after walking, a person sits", "a person sits after walking" -------------------------------------------------

AFTER_FRONT = re.compile(r"^after (?P<first>[\w' ’-]+?),\s*(?P<main>.+)$", re.IGNORECASE)
AFTER_BACK = re.compile(r"^(?P<main>.+?),? after (?P<first>[\w' ’-]+)$", re.IGNORECASE)


def _after(body: str) -> tuple[Clause, ...]:
    """() where it is no such sentence."""
    match = AFTER_FRONT.match(body) or AFTER_BACK.match(body)
    if match is None or AT_ONCE.search(body):
        return ()
    main, first = match["main"], match["first"]
    verb, head = verb_at(words_of(first), 0), head_of(main, words_of(main))
    if head is None or verb.form != "gerund" or head.verb.form == "progressive":
        return ()
    if _in_order(main) or GERUND_TOO.search(first) or ELSEWHERE.search(main[head.begin :]):
        return ()
    return (
        _clause(head, reformed(first, 0, verb, head.verb.form) + first[verb.end :], verb.base),
        _clause(head, main[head.begin :], head.verb.base),
    )


# --- "walks, then sits", "walks, stops and waves" ------------------------------------------------------------------


def _in_order(body: str) -> tuple[Clause, ...]:
    """() where there is nothing to cut."""
    words = words_of(body)
    head = head_of(body, words)
    starts = [] if head is None else _chosen(body, head, starts_of(words, head))
    if head is None or not 0 < len(starts) < MAX_CLAUSES:
        return ()
    clauses = [_clause(head, body[head.begin : starts[0].cut], head.verb.base)]
    for start in starts:
        said = _lead(head, start, body) + body[start.verb.end : _until(starts, start, body)]
        clauses.append(_clause(head, said, start.verb.base))
    return tuple(clauses)


def _lead(head: Head, start: Start, body: str) -> str:
    """The words of a later clause up to its verb, in a form that the subject of the first can have."""
    first, form = head.verb.form, start.verb.form
    if (
        first == "progressive"
        and form == "gerund"
        and not body[start.cut : start.begin].strip().endswith("before")
    ):
        return f"{'are' if ' are ' in f' {body[: head.verb.end]} ' else 'is'} {body[start.begin : start.verb.end]}"
    if form in (first, "progressive", "third"):
        return body[start.begin : start.verb.end]
    return reformed(body, start.begin, start.verb, first)


def _chosen(body: str, head: Head, starts: list[Start]) -> list[Start]:
    """The starts at which the text is cut."""
    while True:
        chosen: list[Start] = []
        for start in starts:
            if start.marked or _is_listed(body, head, starts, chosen, start):
                chosen.append(start)
        torn = [s for s in chosen if not _stands_alone(head, s, body[s.begin : _until(chosen, s, body)])]
        if not torn:
            return chosen
        starts = [s for s in starts if s not in torn]  # they belong to what goes before


def _is_listed(body: str, head: Head, starts: list[Start], chosen: list[Start], start: Start) -> bool:
    """Whether a comma or an "and" alone says that something comes after: in a list of three, or beside a halt."""
    place = starts.index(start)
    last = starts[place - 1] if place else None
    since = max([head.begin, *(s.begin for s in chosen)])
    if AT_ONCE.search(body, since, _until(starts, start, body)):
        return False
    ends_list = start.listed and last in chosen and last is not None and last.comma and not last.marked
    if len(starts) > 1 and (start.comma or ends_list):
        return True
    before = last.verb.base if last is not None else head.verb.base
    return _halts(before, start.verb.base, body[start.verb.end :], body[since : start.cut])


def _halts(before: str, verb: str, rest: str, last: str) -> bool:
    """Whether one of two clauses, the last one and that of `verb` and `rest`, is a halt or settles who was going."""
    if verb in HALTING and (not GOES_ON.match(rest) or STILL_HALTS.match(rest.strip())):
        return True
    if verb == "come" and TO_A_HALT.match(rest.strip()):
        return True
    return (before in TRAVEL and verb in SETTLING) or _bare(before, last)


def _bare(verb: str, words: str) -> bool:
    """Whether a clause, subject left out, is no more than a halt: "suddenly stops for a moment"."""
    match = ONE_CLAUSE.match(words.strip(" ,;."))
    rest = match["rest"] if match else words
    if verb == "come":
        return TO_A_HALT.fullmatch(rest.strip()) is not None
    return verb in HALTING and STILL_HALTS.match(rest) is not None


def _stands_alone(head: Head, start: Start, said: str) -> bool:
    """Whether a later clause means something without what goes before, and can be said with the first one's subject."""
    turned = start.verb.form == "gerund" != head.verb.form
    return not ELSEWHERE.search(said) and not (turned and GERUND_TOO.search(said))


def _until(starts: list[Start], start: Start, body: str) -> int:
    return min([s.cut for s in starts if s.cut > start.cut], default=len(body))


def _clause(head: Head, said: str, verb: str) -> Clause:
    """A clause with the subject before it."""
    wish = FOR_SECONDS.search(said)
    said = FOR_SECONDS.sub("", said).strip(" ,;.")
    halts = _bare(verb, said)
    if halts and head.verb.form == "progressive":
        said = "is standing still"
    elif halts:
        said = STANDS[head.verb.form]
    return Clause(f"{head.who} {said}".strip(), verb, halts, _seconds(wish["n"]) if wish else None)


def _seconds(word: str) -> float:
    return float(NUMBERS.get(word.lower(), 0) or word)
