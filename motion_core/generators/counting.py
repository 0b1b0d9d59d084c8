"""A thing done as often as the words say: several clips are made at once, and the one is taken whose count is nearest.

Of one in which it is done too often, the rest is cut off. Where it is done too seldom, repetitions are repeated. Behind
the last one the body comes to rest.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.calm import calm
from motion_core.editing.hold import held_on
from motion_core.editing.repetitions import ROUNDS, Repetition, find_repetitions
from motion_core.editing.rounds import turned_by
from motion_core.editing.sided import on_side
from motion_core.generators.assembling import Assembly, apart, assembled, poses_of
from motion_core.generators.led import turned_around
from motion_core.generators.plan import Asked, Plan, together
from motion_core.generators.windows import Studio
from motion_core.tasks import MAX_SEED, Sampling
from motion_core.wording.counts import Count
from motion_core.wording.grammar import head_of, words_of
from motion_core.wording.lengths import EACH, LEAD, USUAL, times_seconds
from motion_core.wording.parts import LEAST_TOTAL
from motion_core.wording.sides import sided_deed

# Of the clips to choose from: each is as long as it takes to do the thing this share of its times; 0: as the result.
LENGTHS = (0.0, 1.0, 1.0, 0.0, 0.5)
SEEDS, AGAIN = 1009, 7001  # between their seeds; and to those of others, where it is done in none
LED = 2  # clips in which a turn is led
FINALISTS = 3  # that are finished, and counted again
GAP = 0.5  # seconds in which the body comes to rest
REST = 0.8  # seconds of it
SEAM = 0.3  # seconds around a seam between two repetitions
AT_REST, SLOW = 0.1, 0.15  # `apart` from standing at most; m/s of the joints, at the mean of the last frames
LATE = 0.002  # metres apart that a frame of waiting is worth
SHORTEST = 5  # frames of a repetition that is repeated
SEAM_COST = 5.0  # changes that a metre `apart` is worth
WHOLE = {"step", *ROUNDS}
FAINT, FAINT_COST = 1.5, 0.7  # `Repetition.clear` below which it is hardly seen; changes that each is worth
CYCLES = 60  # repetitions repeated at most


@dataclass(frozen=True, eq=False)
class Draft:
    """What becomes of a clip: its stretches, how often the thing is done in them, and how much was done to it."""

    assembly: Assembly
    number: int
    changes: float


def counted(
    text: str, count: Count, frames: int | None, sampling: Sampling, studio: Studio
) -> Generator[Asked, Any, tuple[Motion, str]]:
    """The motion, and what is to be said where the count is not met. frames: its length; None: as long as it takes."""
    clips, still = yield from _clips(text, count, frames, sampling, studio)
    if not any(find_repetitions(clip, count.kind) for clip in clips):  # others may do it
        other = replace(sampling, seed=(sampling.seed + AGAIN) % (MAX_SEED + 1))
        clips, still = yield from _clips(text, count, frames, other, studio)
    drafts = [_draft(clip, count, frames, still) for clip in clips] if count.alone else []
    if not count.alone or frames is not None:
        full = min(frames or studio.longest, max(map(len, clips)))
        drafts += [_untouched(clip, count) for clip in clips if len(clip) >= full]
    best = sorted(drafts, key=lambda d: (abs(d.number - count.number), d.changes))[:FINALISTS]
    made = yield from together([assembled(d.assembly, still_words(text), sampling, studio) for d in best])
    made = [held_on(motion, frames or len(motion)) for motion in made]
    numbers = [len(find_repetitions(motion, count.kind)) for motion in made]
    first = min(range(len(made)), key=lambda n: (abs(numbers[n] - count.number), n))
    return made[first], _note(count, numbers[first], made[first].seconds if frames is not None else None)


def _untouched(clip: Motion, count: Count) -> Draft:
    found = find_repetitions(clip, count.kind)
    return Draft(Assembly.of(clip), len(found), 0.5 + _doubt(found))


def _doubt(found: list[Repetition]) -> float:
    """How many of them can hardly be seen, as changes."""
    return FAINT_COST * sum(repetition.clear < FAINT for repetition in found)


def _note(count: Count, number: int, seconds: float | None) -> str:
    if number == count.number:
        return ""
    asked = f"{count.number} were asked for" if count.number > 1 else "once was asked for"
    if seconds is not None and number < count.number and seconds < times_seconds(count):
        needed = times_seconds(count) + REST
        return (
            f"{count.kind}: {number} of {count.number} fit into {seconds:g} s; {needed:.1f} s would be enough"
        )
    return f"{count.kind}: counted {number}, {asked}"


def still_words(text: str) -> str:
    """Somebody who stands, to come to rest with."""
    head = head_of(text, words_of(text))
    return f"{head.who} stands still" if head is not None and head.who else "a person stands still"


def _clips(
    text: str, count: Count, frames: int | None, sampling: Sampling, studio: Studio
) -> Generator[Asked, Any, tuple[list[Motion], Motion]]:
    """Clips of the words, and one of somebody who stands."""
    enough = times_seconds(count) if count.alone else max(LEAST_TOTAL, times_seconds(count) + USUAL)
    whole = min(round(enough * studio.fps) if frames is None else frames, studio.longest)
    plans = []
    for number, share in enumerate(LENGTHS):
        needed = LEAD + EACH[count.kind] * max(1.0, share * count.number)
        length = min(whole, round(needed * studio.fps)) if share and count.alone else whole
        words = text if number % 2 == 0 else count.plain
        seed = (sampling.seed + SEEDS * number) % (MAX_SEED + 1)
        plans.append(Plan(length, replace(sampling, seed=seed), words))
    rest = max(round(2 * studio.fps), 0 if frames is None else min(frames, studio.longest))
    x0s = yield (*plans, Plan(rest, sampling, still_words(text)))
    *clips, still = [calm(studio.decode(x0), amount=studio.calm) for x0 in x0s]
    if count.kind in ROUNDS and count.alone:
        clips += yield from _turning(text, count, plans[0].frames, sampling, studio)
    deed = sided_deed(text)
    return [on_side(clip, deed) for clip in clips], still


def _turning(
    text: str, count: Count, frames: int, sampling: Sampling, studio: Studio
) -> Generator[Asked, Any, list[Motion]]:
    """Clips in which the body is led around so often: models hardly turn all the way by themselves."""
    degrees = ROUNDS[count.kind] * count.number
    seeds = [(sampling.seed + SEEDS * (len(LENGTHS) + k)) % (MAX_SEED + 1) for k in range(LED)]
    works = [
        turned_around(
            text, degrees if seed % 2 == 0 else -degrees, frames, replace(sampling, seed=seed), studio
        )
        for seed in seeds
    ]
    made = yield from together(works)
    return [calm(clip.facing_front(), amount=studio.calm) for clip in made]


def _draft(clip: Motion, count: Count, frames: int | None, still: Motion) -> Draft:
    """The clip cut or repeated until the thing is done so often, or as often as fits, and come to rest."""
    if count.kind in ROUNDS:
        clip = turned_by(clip, ROUNDS[count.kind] * count.number)
    found = find_repetitions(clip, count.kind)
    rest = poses_of(still)[0]
    ways = apart(poses_of(clip), rest)
    whole = frames is None or len(clip) == frames
    if len(found) == count.number and whole and ways[-1] < AT_REST and _end_speed(clip) < SLOW:
        return Draft(Assembly.of(clip), count.number, _doubt(found))
    gap, least = round(GAP * clip.fps), round(REST * clip.fps)
    room = 10**6 if frames is None else frames - gap - least // 2
    body, number, changes = _repeated(clip, found, count.number, room, ways, count.kind in WHOLE)
    behind = least if frames is None else frames - gap - len(body)
    changes += _doubt(found[: count.number]) + max(0.0, len(body) / clip.fps - times_seconds(count)) * 0.3
    if behind < 1:
        return replace(_untouched(clip.slice(0, frames), count), changes=9.0)
    return Draft(body.then(held_on(still, behind), gap), number, changes + 1)


def _end_speed(clip: Motion) -> float:
    steps = np.diff(clip.slice(-4).joints().astype(np.float64), axis=0)
    return float(np.linalg.norm(steps, axis=-1).mean() * clip.fps) if len(steps) else 0.0


def _repeated(
    clip: Motion, found: list[Repetition], number: int, room: int, ways: np.ndarray, whole: bool
) -> tuple[Assembly, int, float]:
    """The clip up to the end of its last repetition that is wanted and has room, with more where it has too few; how
    many there are; how much was done. whole: a repetition is one only when it is over, as a step is.
    """
    ends = [r.stop if whole else _end_of(r, ways) for r in found[:number]]
    fitting = [end for end in ends if end + 1 <= room]
    if not fitting:
        return Assembly.of(clip.slice(0, max(1, min(room, len(clip))))), 0, 9.0
    body, count = Assembly.of(clip.slice(0, fitting[-1] + 1)), len(fitting)
    if count == number or count < len(found) or (whole and len(found) == 1):
        return body, count, float(len(found) > number)
    poses, changes = poses_of(clip), 0.0
    cycles = [(a, b) for a, b in (_cycle(poses, r) for r in found) if b - a >= SHORTEST]
    while cycles and count < min(number, CYCLES):
        a, b = cycles[count % len(cycles)]
        if len(body) + b + 1 - a > room:
            break
        if count == len(found):  # from where the last one is most like the one that comes
            body = Assembly.of(clip.slice(0, min(b, fitting[-1]) + 1)) if b > found[-1].peak else body
        body = body.then_again(clip.slice(a, b + 1), round(SEAM * clip.fps))
        changes += SEAM_COST * float(apart(poses[b : b + 1], poses[a])[0])
        count += 1
    return body, count, changes


def _end_of(repetition: Repetition, ways: np.ndarray) -> int:
    """The frame behind the height of a repetition that is nearest to rest."""
    first = (repetition.peak + repetition.stop + 1) // 2
    span = ways[first : repetition.stop + 1]
    span = span + LATE * np.arange(len(span))
    return first + int(span.argmin()) if len(span) else repetition.stop


def _cycle(poses: np.ndarray, repetition: Repetition) -> tuple[int, int]:
    """The frames (first, last) around the height of a repetition whose poses (T,44,3) are most alike."""
    firsts = range(repetition.start, (repetition.start + repetition.peak) // 2 + 1)
    lasts = range((repetition.peak + repetition.stop + 1) // 2, repetition.stop + 1)
    late = LATE * np.arange(len(lasts))
    pairs = [(apart(poses[list(lasts)], poses[a]) + late - LATE * a, a) for a in firsts if len(lasts)]
    if not pairs:
        return repetition.start, repetition.start
    ways, first = min(pairs, key=lambda pair: float(pair[0].min()))
    return first, lasts[int(ways.argmin())]
