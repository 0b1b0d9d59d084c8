"""A prompt as the prompts of a sequence: which sentences, and how many of the seconds each has."""

from __future__ import annotations

from collections.abc import Sequence

from motion_core.wording.clauses import Clause, split_clauses
from motion_core.wording.counts import count_of
from motion_core.wording.lengths import goes_on, seconds_of, times_seconds
from motion_core.wording.verbs import TRAVEL

SHORTEST = 1.5  # seconds in which something can be done and be seen; half a second of it is the transition
HALT = 0.75  # seconds of a stop between two things
LAST_HALT = 1.0  # seconds at least of a stop at the end
GESTURE = (
    1.3  # share of a thing done in place, to one of going somewhere: a gesture has a beginning and an end
)
MORE = 1.3  # times the seconds that a thing takes once, which it gets at most while others can go on
LEAST_TOTAL = 6.0  # seconds of a motion of which no length is said
LONGEST_TOTAL = 600.0
Part = tuple[str, float]  # a sentence and its seconds


class TooShort(ValueError):
    """So many things do not fit into the seconds; the message says how many they need."""


def parts_of(text: str, seconds: float) -> tuple[Part, ...]:
    """The parts of a prompt in order, their seconds together `seconds`; () for a prompt of one part.

    Raises TooShort.
    """
    clauses = split_clauses(text)
    if len(clauses) < 2:
        return ()
    least = [_least(clause, clause is clauses[-1]) for clause in clauses]
    if sum(least) > seconds + 1e-9:
        raise TooShort(f"{seconds:g} s are too short for {len(clauses)} parts, which need {sum(least):g} s")
    # a stop between two things has its least and no more
    shares = [0.0 if c.halts and c is not clauses[-1] else _share(c) for c in clauses]
    divided = _divided(
        seconds, least, shares, [clause.seconds for clause in clauses], [_most(c) for c in clauses]
    )
    return tuple((clause.text, part) for clause, part in zip(clauses, divided))


def total_of(text: str) -> float:
    """Seconds of a motion of which no length is said: of several parts, as many as they take."""
    clauses = split_clauses(text)
    wanted = sum(clause.seconds or _natural(clause, clause is clauses[-1]) for clause in clauses)
    return min(max(LEAST_TOTAL, round(wanted, 1) if len(clauses) > 1 else 0.0), LONGEST_TOTAL)


def _natural(clause: Clause, last: bool) -> float:
    count = count_of(clause.text)
    if clause.halts:
        return LAST_HALT if last else HALT
    return times_seconds(count) + LAST_HALT if count else seconds_of(clause.verb)


def _most(clause: Clause) -> float | None:
    """None: it can go on for as long as one likes."""
    if clause.halts or (goes_on(clause.verb, clause.text) and not count_of(clause.text)):
        return None
    return MORE * _natural(clause, last=False)


def _least(clause: Clause, last: bool) -> float:
    return SHORTEST if not clause.halts else LAST_HALT if last else HALT


def _share(clause: Clause) -> float:
    if count := count_of(clause.text):
        return GESTURE * (times_seconds(count) + LAST_HALT) / seconds_of("")
    return 1.0 if clause.verb in TRAVEL or clause.halts else GESTURE


def _divided(
    seconds: float,
    least: Sequence[float],
    shares: Sequence[float],
    wishes: Sequence[float | None],
    most: Sequence[float | None],
) -> list[float]:
    """Seconds of each part: the wished ones if the others still get their minimum, else its share of the rest, and not
    more than it needs where another can go on.
    """
    wanted = [max(wish, low) if wish is not None else None for wish, low in zip(wishes, least)]
    fixed = [low if share == 0 and want is None else want for low, share, want in zip(least, shares, wanted)]
    free = [n for n, value in enumerate(fixed) if value is None]
    rest = seconds - sum(value for value in fixed if value is not None)
    fits = bool(free) and rest >= sum(least[n] for n in free)
    if not fits and any(want is not None for want in wanted):  # as if nothing had been wished
        return _divided(seconds, least, shares, [None] * len(wishes), most)
    found = [value if value is not None else 0.0 for value in fixed]
    while free:
        unit = rest / sum(shares[n] for n in free)
        ends = {n: least[n] for n in free if shares[n] * unit < least[n]}
        if not ends and any(most[n] is None for n in free):
            ends = {n: limit for n in free if (limit := most[n]) is not None and limit < shares[n] * unit}
        for n in ends or free:
            found[n] = ends[n] if ends else shares[n] * unit
        free, rest = ([n for n in free if n not in ends], rest - sum(ends.values())) if ends else ([], 0.0)
    rounded = [round(value, 2) for value in found[:-1]]
    return [*rounded, seconds - sum(rounded)]
