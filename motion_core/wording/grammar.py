"""As much grammar as it takes to see who acts, and where the next thing begins that is done."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from motion_core.wording.verbs import KNOWN, inflect, word_set

WORD = re.compile(r"[^\W_][\w'’-]*|[,.;]")
MARKERS = (
    ("after", "that"), ("after", "this"), ("after", "which"), ("then",), ("afterwards",), ("afterward",), ("next",),
    ("finally",), ("lastly",), ("subsequently",), ("thereafter",),
)  # fmt: skip
FIRST = {"first", "firstly", "initially"}
JOINTS = {",", ";", ".", "and", "but"}
PRONOUNS = {"he", "she", "they"}
PEOPLE = word_set("""
    person man woman someone somebody human figure character guy girl boy lady child kid individual he she they people
    men women dancer zombie robot soldier actor player athlete adult teenager gentleman fighter boxer runner i you we
""")
PLURAL = {"they", "we", "i", "you", "people", "men", "women"}
BODY = word_set("""
    arm arms hand hands leg legs foot feet head knee knees elbow elbows shoulder shoulders body torso hip hips wrist
    wrists finger fingers palm palms fist fists back chest
""")
BEING = {"is", "are", "was", "were"}
SOME = {"a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "some"}
ARTICLES = {"a", "an", "the", "this", "that", "one"}
NO_HEAD = {
    "who", "that", "which", "while", "as", "after", "before", "to", "of", "then", "and", "his", "her", "their", "its",
}  # fmt: skip
ADVERBS = {"also", "just", "even", "soon", "now", "once"}
FARTHEST = 14  # words before the first verb
LONGEST_HEAD = 10
SHORT_HEAD = 2  # words of a subject that need be no person


@dataclass(frozen=True)
class Word:
    """A word or a mark, in lower case, and its place in the text."""

    low: str
    start: int
    end: int


@dataclass(frozen=True)
class Verb:
    """base: as in the dictionary, "" where there is no verb. form: one of `verbs.FORMS`, or "progressive"."""

    base: str = ""
    form: str = ""
    end: int = 0


@dataclass(frozen=True)
class Head:
    """The subject and the first verb. begin: place in the text where the first clause's own words begin."""

    who: str
    begin: int
    verb: Verb


@dataclass(frozen=True)
class Start:
    """Where a later clause begins. cut: place in the text where what goes before ends. begin: where the clause's own
    words begin, marker and subject left out. marked: words of time say that it comes later. listed: behind an "and".
    """

    cut: int
    begin: int
    verb: Verb
    marked: bool
    comma: bool
    listed: bool
    sentence: bool = False


def words_of(text: str) -> list[Word]:
    return [Word(m[0].lower(), m.start(), m.end()) for m in WORD.finditer(text)]


def _marker(words: list[Word], at: int) -> int:
    """How many words the marker of time at a word has, 0 for none."""
    for marker in MARKERS:
        if tuple(w.low for w in words[at : at + len(marker)]) == marker:
            return len(marker)
    return 0


def _is_adverb(word: str) -> bool:
    return (word.endswith("ly") and len(word) > 3) or word in ADVERBS


def verb_at(words: list[Word], at: int) -> Verb:
    if at >= len(words):
        return Verb()
    if words[at].low in BEING:
        later = next((n for n in (at + 1, at + 2) if n < len(words) and not _is_adverb(words[n].low)), at)
        base, form = KNOWN.get(words[later].low, ("", ""))
        return Verb(base, "progressive", words[later].end) if form == "gerund" else Verb()
    base, form = KNOWN.get(words[at].low, ("", ""))
    return Verb(base, form, words[at].end)


def head_of(text: str, words: list[Word]) -> Head | None:
    """None where nobody acts who can be said again, or nothing is done that is known."""
    for number in range(min(len(words), FARTHEST)):
        verb = verb_at(words, number)
        before = {word.low for word in words[:number]}
        bare = all(low in FIRST or low == "," or _is_adverb(low) for low in before)
        if not verb.base or (verb.form == "base" and not bare and not before & PLURAL):  # "a walk": no verb
            continue
        begin = number
        while begin and (_is_adverb(words[begin - 1].low) or words[begin - 1].low in FIRST):
            begin -= 1
        who = [w.low for w in words[:begin] if w.low not in FIRST and w.low not in ",;"]
        while begin < number and words[begin].low in FIRST:
            begin += 1
        place = words[begin].start
        return Head(_without_first(text[:place]), place, verb) if _may_act(who, verb.form) else None
    return None


def _may_act(who: list[str], form: str) -> bool:
    """Whether these words before the verb name somebody, or nobody (an imperative)."""
    if not who:
        return True
    if set(who) & (NO_HEAD | BODY) or len(who) > LONGEST_HEAD or "." in who:
        return False
    if form == "gerund" and who[-1] not in PEOPLE and len(who) > SHORT_HEAD:  # "a man in a fighting pose"
        return False
    return bool(set(who) & PEOPLE) or (form == "third" and who[0] in ARTICLES)


def _without_first(head: str) -> str:
    """ "first, a person" -> "a person"."""
    return " ".join(word for word in head.split() if word.strip(",").lower() not in FIRST).strip(" ,;")


def verb_of(text: str) -> str:
    """The base of the first verb of who acts; "" where none is known."""
    head = head_of(text, words_of(text))
    return "" if head is None else head.verb.base


def starts_of(words: list[Word], head: Head) -> list[Start]:
    """Everywhere that a clause may begin whose verb is like the first one's, whether the text is to be cut there or
    not.
    """
    found = []
    number = next(n for n, word in enumerate(words) if word.start >= head.begin) + 1
    while number < len(words):
        start, number = _start(words, number, head)
        if start is not None:
            found.append(start)
    return found


def _start(words: list[Word], number: int, head: Head) -> tuple[Start | None, int]:
    """The clause that begins at a word, or None; and the word to go on from."""
    at, markers = number, 0
    while at < len(words) and (words[at].low in JOINTS or _marker(words, at)):
        markers += _marker(words, at)
        at += max(1, _marker(words, at))
    joints = {word.low for word in words[number:at]}
    before = at < len(words) and words[at].low == "before"
    at += before
    if at == number or at >= len(words):
        return None, max(at, number + 1)
    behind, plural = _subject(words, at, head)
    place = behind
    while place < len(words) and (
        _is_adverb(words[place].low) or words[place].low in FIRST or _marker(words, place)
    ):
        markers += _marker(words, place)
        place += 1
    marked = markers > 0 or before
    verb = verb_at(words, place)
    if not verb.base and marked and not before and behind == at:
        verb = _thing_at(words, place)
    own = behind > at or (not head.who and verb.form == head.verb.form)
    sentence = "." in joints and not marked and own and verb.form not in ("progressive", "gerund")
    forms = _forms(head.verb.form, before, behind > at, plural, marked)
    if not verb.base or verb.form not in forms or not (marked or sentence or "." not in joints):
        return None, at
    begin = behind
    while begin < place and _marker(words, begin):
        begin += 1
    comma, listed = bool(joints & {",", ";"}), "and" in joints
    start = Start(words[number].start, words[begin].start, verb, marked, comma, listed, sentence)
    return start, place + 1


def _thing_at(words: list[Word], at: int) -> Verb:
    """ "a jump", "two quick kicks": something to do, its place where its words begin."""
    if at >= len(words) or not (words[at].low in SOME or words[at].low.isdigit()):
        return Verb()
    for word in words[at + 1 : at + 5]:
        base, form = KNOWN.get(word.low, ("", ""))
        if base and form in ("base", "third"):
            return Verb(base, "thing", words[at].start)
        if word.low in JOINTS or base:
            break
    return Verb()


def _forms(first: str, before: bool, subject: bool, plural: bool, marked: bool) -> Collection[str]:
    """The forms in which a later verb may stand: that of the first, or what English has in its place."""
    if before and not subject:
        return {"gerund"}  # "before sitting down", not "before the king"
    others = {"progressive": {"gerund", "third"}, "third": {"progressive"}, "gerund": {"third"}}.get(
        first, set()
    )
    if marked:
        others = others | {"gerund", "thing"} | ({"past"} if first == "progressive" else set())
    return {first, *others} | ({"base"} if plural else set())  # "then they sit"


def _subject(words: list[Word], at: int, head: Head) -> tuple[int, bool]:
    """The word behind a subject that means the same person ("he", "the man"), and whether it is "they"."""
    who = head.who.lower().split()
    if who and [word.low for word in words[at : at + len(who)]] == who:
        return at + len(who), False
    if words[at].low in PRONOUNS:
        return at + 1, words[at].low == "they"
    if words[at].low in {"the", "this", "that"}:
        for end in range(at + 1, min(at + 4, len(words))):
            if words[end].low in PEOPLE:
                return end + 1, False
    return at, False


def reformed(text: str, begin: int, verb: Verb, form: str) -> str:
    """The text from `begin` up to the end of a verb, the verb in another form: "sitting" -> "sits"."""
    lead = text[begin : verb.end].split()[:-1]
    return " ".join([*lead, inflect(verb.base, "third" if form == "progressive" else form)])
