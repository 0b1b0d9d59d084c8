"""Several actions in one sentence: "walks forward while waving the right hand", "walks, then bows"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from motion_core.data.phrases import Subject, find_content, inflected, pace_word, pick


@dataclass(frozen=True)
class Clause:
    """One action three ways: "waves", "waving", "wave"; `base` and `doing` are "" where only the third is known."""

    third: str
    doing: str = ""
    base: str = ""


def clause_for(content: str, rng: np.random.Generator, my: str = "the") -> Clause:
    """A short clause of that content. Raises ValueError for an unknown one."""
    template = pick(rng, find_content(content).clause)
    return Clause(*(inflected(template, form, my) for form in ("third", "gerund", "base")))


def paced(clause: Clause, traits: Collection[str], rng: np.random.Generator) -> Clause:
    """The clause with its pace said, where it has one."""
    if not (word := pace_word(traits, rng)):
        return clause
    return Clause(*(f"{part} {word}" if part else "" for part in (clause.third, clause.doing, clause.base)))


_WHILE = (
    "{who} {a.third} while {b.doing}", "{who} {a.third} and {b.third}", "{who} {b.third} while {a.doing}",
    "{who} {a.third}, {b.doing}", "{who} is {a.doing} and {b.doing}", "{who} is {a.doing} while {b.doing}",
    "{who} {a.third} and {b.third} at the same time", "{a.base} while {b.doing}", "{a.base} and {b.base}",
    "{a.doing} and {b.doing}",
)  # fmt: skip
_THEN = (
    "{who} {a.third}, then {b.third}", "{who} {a.third} and then {b.third}", "first {who} {a.third}, then {b.third}",
    "{who} {a.third} before {b.doing}", "after {a.doing}, {who} {b.third}", "{a.base}, then {b.base}",
    "{a.base} and then {b.base}", "{who} {a.third} and {b.third}", "{who} {a.third}, and then {b.third}",
    "{who} is {a.doing} and then {b.third}",
)  # fmt: skip
_THEN_3 = (
    "{who} {a.third}, {b.third} and then {c.third}", "{who} {a.third}, then {b.third}, then {c.third}",
    "{who} {a.third}, then {b.third} and {c.third}", "first {who} {a.third}, then {b.third}, and finally {c.third}",
    "{a.base}, {b.base}, then {c.base}",
)  # fmt: skip


_POSSESSIVE = re.compile(r"\b(their|his|her)\b")


def _fill(pattern: str, subject: Subject, clauses: Sequence[Clause]) -> str | None:
    """The pattern with who and what filled in; None where a clause lacks the form it asks for."""
    parts = dict(zip("abc", clauses))
    needed = re.findall(r"\{([abc])\.(\w+)\}", pattern)
    if not all(getattr(parts[letter], form) for letter, form in needed):
        return None
    said = pattern.format(who=f"{subject.noun} {subject.before}".strip(), **parts)
    if "{who}" not in pattern:
        said = _POSSESSIVE.sub("the", said)  # nobody is named whose hand it could be
    return f"{said} {subject.after}".strip()


def while_text(subject: Subject, legs: Clause, arms: Clause, rng: np.random.Generator) -> str:
    """One sentence for two things done at once."""
    options = [text for p in _WHILE if (text := _fill(p, subject, (legs, arms)))]
    return pick(rng, options)


def then_text(subject: Subject, clauses: Sequence[Clause], rng: np.random.Generator) -> str:
    """One sentence for two or three things done one after the other."""
    if len(clauses) not in (2, 3):
        raise ValueError(f"{len(clauses)} clauses: join two or three")
    options = [
        text for p in (_THEN if len(clauses) == 2 else _THEN_3) if (text := _fill(p, subject, clauses))
    ]
    return pick(rng, options)


_SUBJECT = re.compile(
    r"^(?P<who>(?:(?:a|the|this|an)\s+)?(?:person|man|someone|somebody|he|she|human|figure|woman|individual|guy))\s+"
    r"(?P<rest>(?!is\b|are\b|has\b|who\b|with\b|and\b|in\b|on\b|that\b|was\b|does\b|starts?\b)[a-z]+s\b.*)$",
    re.IGNORECASE,
)


def caption_clause(caption: str) -> tuple[str, Clause] | None:
    """("a man", Clause("walks ...")) of a written caption in the simple present; None where it is built otherwise."""
    match = _SUBJECT.match(caption.strip().rstrip(".,; "))
    return (match["who"].lower(), Clause(match["rest"])) if match else None
