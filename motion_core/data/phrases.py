"""Natural sentences for clips that carry only labels (content x style), from the table `phrases.toml`.

A *clause* is what happens ("waves with the right hand"); a *sentence* adds who and how ("a tired man is waving with his
right hand"). Traits are what was measured on the clip itself: "high"/"low" (where a hand goes), "slow"/"fast".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.data.mirrored_text import mirror_text

TABLE = Path(__file__).with_name("phrases.toml")
NOUNS = {  # who, where the style does not say: weight
    "a person": 50, "someone": 14, "the person": 12, "a man": 10, "the man": 4, "a figure": 4, "a human": 2,
    "he": 2, "a character": 2, "person": 2,
}  # fmt: skip
HIS, HER = {"man", "guy", "he"}, {"woman", "lady", "girl"}
FORMS = {"third": 45, "progressive": 15, "there is": 4, "gerund": 8, "base": 8, "short": 20}
STYLED = {"adjective": 35, "noun": 15, "before": 12, "after": 38}  # how a style is put into words
UNSAID = 0.08  # a styled clip is also an example of the plain action
RARE = 0.06  # "walks normally"
PACE_SAID = 0.6
_VERB = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True)
class Content:
    """One action of the table; templates with [verb] and {my}."""

    phrases: tuple[str, ...]
    short: tuple[str, ...]
    clause: tuple[str, ...]
    kind: str  # travel, gesture, still or other
    action: str = ""  # its name in the list of actions, "" for its own
    carries: tuple[str, ...] = ()  # body parts that make it, as in skeleton.PARTS
    high: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    sustained: bool = False  # any second and a half of it shows it
    paced: bool = True  # whether "slowly" and "quickly" make sense


@dataclass(frozen=True)
class Style:
    """Words for how it is done."""

    adjective: tuple[str, ...] = ()
    adverb: tuple[str, ...] = ()
    manner: tuple[str, ...] = ()
    travel: tuple[str, ...] = ()  # manner of walking and running only
    subject: tuple[str, ...] = ()
    rare: bool = False


@dataclass(frozen=True)
class Label:
    """What a clip shows, in the table's words."""

    content: str
    style: str = "normal"
    traits: frozenset[str] = field(default_factory=frozenset)

    def mirrored(self) -> Label:
        return replace(self, content=mirror_text(self.content))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _mirrored(content: Content) -> Content:
    lists: dict[str, Any] = {
        n: tuple(map(mirror_text, getattr(content, n))) for n in ("phrases", "short", "clause", "high", "low")
    }
    swap = {"left_arm": "right_arm", "right_arm": "left_arm"}
    return replace(
        content,
        **lists,
        action=mirror_text(content.action),
        carries=tuple(swap.get(part, part) for part in content.carries),
    )


@cache
def contents() -> dict[str, Content]:
    """Every action by name, the left-hand ones made from their right-hand twins."""
    table = {name: Content(**_tuples(row)) for name, row in _table()["content"].items()}
    twins = {mirror_text(name): _mirrored(c) for name, c in table.items() if mirror_text(name) not in table}
    return table | twins


@cache
def styles() -> dict[str, Style]:
    rows = _table()["style"]
    return {name: Style(**_tuples(rows[row.get("same_as", name)])) for name, row in rows.items()}


def plain_style(name: str | None) -> str:
    """The name that several names of one style share ("old" is "elderly"); "normal" for none."""
    name = name or "normal"
    find_style(name)
    return _table()["style"][name].get("same_as", name)


def action_names() -> tuple[str, ...]:
    """The contents that phrases exist for, sorted."""
    return tuple(sorted(contents()))


def find_content(name: str) -> Content:
    if name not in contents():
        raise ValueError(
            f"unknown content {name!r}: add it to {TABLE.name}; known are {', '.join(action_names())}"
        )
    return contents()[name]


def action_of_content(name: str) -> str:
    """What an action model calls it: "punch" for a punch of either hand."""
    return find_content(name).action or name


def find_style(name: str) -> Style:
    if name not in styles():
        raise ValueError(
            f"unknown style {name!r}: add it to {TABLE.name}; known are {', '.join(sorted(styles()))}"
        )
    return styles()[name]


# --- grammar ----------------------------------------------------------------------------------------------------


def third_person(verb: str) -> str:
    """wave -> waves, push -> pushes, carry -> carries."""
    if verb in _table()["verbs"]:
        return _table()["verbs"][verb][0]
    if verb.endswith(("s", "x", "ch", "sh", "o")):
        return verb + "es"
    return verb[:-1] + "ies" if re.search(r"[^aeiou]y$", verb) else verb + "s"


def gerund(verb: str) -> str:
    """wave -> waving, keep -> keeping; doubled consonants are in the table."""
    if verb in _table()["verbs"]:
        return _table()["verbs"][verb][1]
    return (verb[:-1] if re.search(r"[^eo]e$", verb) else verb) + "ing"


INFLECT: dict[str, Callable[[str], str]] = {
    "third": third_person,
    "gerund": gerund,
    "base": lambda verb: verb,
}


def inflected(template: str, form: str, my: str = "the") -> str:
    """A template with its [verbs] in `form` (third, gerund, base) and {my} filled in."""
    return _VERB.sub(lambda match: INFLECT[form](match[1]), template).replace("{my}", my)


def pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


def weighted(rng: np.random.Generator, table: Mapping[str, float]) -> str:
    """A key, as often as its weight says."""
    weights = np.array(list(table.values()), dtype=float)
    return list(table)[int(rng.choice(len(table), p=weights / weights.sum()))]


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


@dataclass(frozen=True)
class Subject:
    """Who acts: "a tired man", whose hand is "his"; and what is left to say about how, before and after the verb."""

    noun: str
    my: str
    before: str = ""
    after: str = ""

    def says(self, third: str) -> str:
        return " ".join(part for part in (self.noun, self.before, third, self.after) if part)


def possessive(noun: str) -> str:
    last = noun.split()[-1]
    return "his" if last in HIS else "her" if last in HER else "their"


def _manners(style: Style, travel: bool) -> tuple[str, ...]:
    return style.adverb + style.manner + (style.travel if travel else ())


def subject_for(style_name: str, rng: np.random.Generator, travel: bool = False) -> Subject:
    """Somebody who acts in that style; the style is in the noun, before the verb, after it, or (rarely) left out."""
    style, noun = find_style(style_name), weighted(rng, NOUNS)
    if style.rare:
        after = pick(rng, style.manner) if rng.random() < RARE else ""
        return Subject(noun, _my(noun, rng), after=after)
    if rng.random() < UNSAID:
        return Subject(noun, _my(noun, rng))
    how = weighted(rng, STYLED)
    if how == "adjective" and style.adjective:
        article, _, bare = noun.rpartition(" ")
        bare = bare if article else "person"  # not "tired someone"
        noun = f"{pick(rng, style.adjective)} {bare}"
        noun = f"the {noun}" if article == "the" else _article(noun)
        return Subject(noun, _my(noun, rng))
    if how == "noun" and style.subject:
        noun = _article(pick(rng, style.subject))
        return Subject(noun, _my(noun, rng))
    if how == "before" and style.adverb:
        return Subject(noun, _my(noun, rng), before=pick(rng, style.adverb))
    return Subject(noun, _my(noun, rng), after=pick(rng, _manners(style, travel)))


def _my(noun: str, rng: np.random.Generator) -> str:
    return possessive(noun) if rng.random() < 0.65 else "the"


def pace_word(traits: Collection[str], rng: np.random.Generator) -> str:
    """ "slowly", "quickly" and the like for a measured pace, or ""."""
    pace = next((p for p in ("slow", "fast") if p in traits), None)
    return pick(rng, _table()["pace"][pace]["words"]) if pace else ""


# --- sentences --------------------------------------------------------------------------------------------------


def _templates(content: Content, traits: Collection[str]) -> tuple[str, ...]:
    extra = (content.high if "high" in traits else ()) + (content.low if "low" in traits else ())
    return content.phrases + extra * 2


def _sentence(label: Label, rng: np.random.Generator) -> str:
    content = find_content(label.content)
    travel = content.kind == "travel"
    subject = subject_for(label.style, rng, travel)
    if content.paced and rng.random() < PACE_SAID and (pace := pace_word(label.traits, rng)):
        link = " and " if subject.after.endswith("ly") else " "
        subject = replace(subject, after=f"{pace}{link}{subject.after}".strip())
    form = weighted(rng, FORMS)
    template = pick(rng, content.short if form == "short" else _templates(content, label.traits))
    if form == "third":
        return subject.says(inflected(template, "third", subject.my))
    doing = inflected(template, "gerund", subject.my)
    if form == "progressive" or (form == "there is" and not subject.noun.startswith(("a ", "an "))):
        return replace(subject, noun=f"{subject.noun} is").says(doing)
    if form == "there is":
        return replace(subject, noun=f"there is {subject.noun}").says(doing)
    # without a subject its style would be lost: say it behind
    if form == "gerund":
        return " ".join(part for part in (doing, _how(label, subject, rng)) if part)
    mine = inflected(template, "base", "your" if rng.random() < 0.5 else "the")
    return " ".join(part for part in (mine, _how(label, subject, rng)) if part)


def _how(label: Label, subject: Subject, rng: np.random.Generator) -> str:
    style = find_style(label.style)
    if subject.after or style.rare:
        return subject.after
    travel = find_content(label.content).kind == "travel"
    return pick(rng, _manners(style, travel)) if rng.random() > UNSAID else ""


def phrases_for(
    content: str, style: str, rng: np.random.Generator, count: int, traits: Collection[str] = ()
) -> list[str]:
    """`count` sentences, different ones as far as there are enough. Raises ValueError for an unknown label."""
    label = Label(content, style or "normal", frozenset(traits))
    found: dict[str, None] = {}
    for _ in range(8 * count):
        found.setdefault(_sentence(label, rng))
        if len(found) == count:
            break
    return list(found)
