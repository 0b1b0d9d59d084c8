"""A sentence in which one thing comes after the other, cut into sentences of one thing each.

"a tired person walks forward, then stops and waves" -> "a tired person walks forward", "a tired person stands still",
"a tired person waves". A cut is made only where the words leave no doubt: at "then", "after that", "before sitting", in
a list of three verbs, beside a halt. What is done at once ("walks while waving", "walks and waves") stays whole. So
does what cannot be read: a sentence left whole does less harm than one torn apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from motion_core.wording.counts import count_of
from motion_core.wording.grammar import Head, Start, head_of, reformed, starts_of, verb_at, words_of
from motion_core.wording.joints import said_plainly
from motion_core.wording.verbs import GESTURES, HALTING, RISING, SETTLING, STATES, TRAVEL, inflect


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


MAX_CLAUSES = 50
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
    _any("it|them|this|again|same|another|others?|likewise|twice more|repeats?|opposite|reverses?"),
    re.IGNORECASE,
)
GERUND_TOO = re.compile(r"\.|\band \w+ing\b")
GOES_ON = re.compile(r"\s+(?:to|\w+ing)\b")  # "stops waving", "stops to look"
STILL_HALTS = re.compile(
    r"(?:(?:abruptly|suddenly|briefly|completely|there|still|short|dead|in place|walking|running|moving|jogging|"
    r"for a (?:moment|while|bit|short time))\s*)*$",
    re.IGNORECASE,
)
TO_A_HALT = re.compile(r"to a (?:sudden |full |complete )?(?:stop|halt|standstill)\b", re.IGNORECASE)
GOAL = re.compile(r"\b(?:to|over|up to) (?:an?|the|his|her|their|that|this) \w+", re.IGNORECASE)
UP = re.compile(r"\b(?:up|rises?)\b", re.IGNORECASE)
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
    body = said_plainly(text.rstrip(" .!"))
    if ODD.search(body) or DOUBT.search(body):
        return (Clause(text),)
    return _before(body) or _after(body) or _things(body) or _in_order(body) or (Clause(text),)


# --- "after walking, a person sits", "before he sits, a person waves" ----------------------------------------------

AFTER_FRONT = re.compile(r"^after (?P<other>[\w' ’-]+?),\s*(?P<main>.+)$", re.IGNORECASE)
AFTER_BACK = re.compile(r"^(?P<main>.+?),? after (?P<other>[\w' ’-]+)$", re.IGNORECASE)
BEFORE_FRONT = re.compile(r"^before (?P<other>[\w' ’-]+?),\s*(?P<main>.+)$", re.IGNORECASE)
THING = re.compile(r"(?:an?|one|two|three|four|five|\d+) [\w -]+", re.IGNORECASE)
ANYBODY = re.compile(r"(?:he|she|they|it|the \w+) ", re.IGNORECASE)


def _after(body: str) -> tuple[Clause, ...]:
    """() where it is no such sentence."""
    found = _main_and_other(body, AFTER_FRONT) or _main_and_other(body, AFTER_BACK)
    return found[::-1] if found else ()


def _before(body: str) -> tuple[Clause, ...]:
    return _main_and_other(body, BEFORE_FRONT)


def _main_and_other(body: str, pattern: re.Pattern[str]) -> tuple[Clause, ...]:
    """The clause of who acts, and that of what he does at another time; () where it is no such sentence."""
    match = pattern.match(body)
    if match is None or AT_ONCE.search(body):
        return ()
    main, other = match["main"], match["other"]
    head = head_of(main, words_of(main))
    if head is None or head.verb.form == "progressive" or ELSEWHERE.search(main[head.begin :]):
        return ()
    said = _other(head, other, pattern is not AFTER_BACK)
    if said is None or _in_order(main):
        return ()
    return (_clause(head, main[head.begin :], head.verb.base), said)


def _other(head: Head, other: str, in_front: bool) -> Clause | None:
    """What is done before or after, with the subject of the main clause."""
    who = ANYBODY.match(other)
    verb = verb_at(words_of(other), 0)
    if who is not None and in_front:
        other = other[who.end() :]
        verb = verb_at(words_of(other), 0)
        if verb.form not in (head.verb.form, "third"):
            return None
    elif in_front and not verb.base and THING.fullmatch(other):
        if any(verb_at(words_of(word), 0).base for word in other.split()):
            return _clause(head, f"{inflect('do', head.verb.form)} {other}", "do")
        return None
    elif verb.form != "gerund" or GERUND_TOO.search(other):
        return None
    return _clause(head, reformed(other, 0, verb, head.verb.form) + other[verb.end :], verb.base)


# --- "a walk, then a jump" -----------------------------------------------------------------------------------------


def _things(body: str) -> tuple[Clause, ...]:
    """() where it is not a row of things to do, each a noun."""
    pieces = [
        piece.strip(" ,") for piece in re.split(r",?\s*\b(?:and )?(?:then|finally|next|lastly)\b", body)
    ]
    pieces[0] = re.sub(r"^first(?:ly)?,?\s+", "", pieces[0], flags=re.IGNORECASE)
    if len(pieces) < 2 or not all(THING.fullmatch(piece) for piece in pieces):
        return ()
    found = [[verb_at(words_of(word), 0) for word in piece.split()[1:]] for piece in pieces]
    done = [next((v.base for v in verbs if v.form in ("base", "third")), "") for verbs in found]
    if not all(done) or any(v.form not in ("base", "") for v in found[0]):
        return ()
    return tuple(Clause(piece, base) for piece, base in zip(pieces, done))


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
    if form == "thing":
        return inflect("do", "third" if first == "progressive" else first) + " "
    if (
        first == "progressive"
        and form == "gerund"
        and not body[start.cut : start.begin].strip().endswith("before")
    ):
        return f"{'are' if ' are ' in f' {body[: head.verb.end]} ' else 'is'} {body[start.begin : start.verb.end]}"
    if form in (first, "progressive", "third", "past"):
        return body[start.begin : start.verb.end]
    return reformed(body, start.begin, start.verb, first)


def _chosen(body: str, head: Head, starts: list[Start]) -> list[Start]:
    """The starts at which the text is cut."""
    while True:
        chosen: list[Start] = []
        for start in starts:
            if start.marked or _is_sentence(start) or _is_listed(body, head, starts, chosen, start):
                chosen.append(start)
        torn = [s for s in chosen if not _stands_alone(head, s, body, chosen)]
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
    said = body[since : start.cut]
    if _is_command(head, start, before) or _leads_to(before, start, said):
        return True
    if start.verb.base not in STATES and count_of(said) is not None:
        return True
    return _halts(before, start.verb.base, body[start.verb.end :], said)


def _is_sentence(start: Start) -> bool:
    """Whether it is a sentence of its own that says what is done next, not how somebody is."""
    return start.sentence and start.verb.base not in STATES | {"go", "do", "make"}


def _is_command(head: Head, start: Start, before: str) -> bool:
    """ "jump, bow": commands one after the other; "walk, wave" can be done at once."""
    bare = not head.who and head.verb.form == "base" == start.verb.form
    at_once = before in TRAVEL | STATES and start.verb.base in GESTURES | STATES
    return bare and start.comma and not start.listed and not at_once


def _leads_to(before: str, start: Start, said: str) -> bool:
    """ "goes over to the table and lifts the box", "stands up and walks away"."""
    if not start.listed or start.verb.form == "thing":
        return False
    if before in RISING and start.verb.base in TRAVEL and UP.search(said):
        return True
    return before in TRAVEL and start.verb.base not in TRAVEL | STATES and GOAL.search(said) is not None


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


def _stands_alone(head: Head, start: Start, body: str, chosen: list[Start]) -> bool:
    """Whether a later clause means something without what goes before, and can be said with the first one's subject."""
    said = body[start.begin : _until(chosen, start, body)]
    turned = start.verb.form == "gerund" != head.verb.form
    at = ELSEWHERE.search(said)
    if at is not None and at[0].lower() in ("it", "them"):  # "walks to the ball and kicks it" is clear enough
        earlier = [s for s in chosen if s.begin < start.begin]
        verb, since = (earlier[-1].verb.base, earlier[-1].begin) if earlier else (head.verb.base, head.begin)
        at = None if verb in TRAVEL and GOAL.search(body[since : start.cut]) else at
    return at is None and not (turned and GERUND_TOO.search(said))


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
