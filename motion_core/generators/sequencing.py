"""A sequence of prompts: clip after clip, each begun from the end of what there is, so that no seam shows.

A clip that goes on from a bow goes on bowing. So one that has to be begun upright is made by itself where the body is
not, and so is one that is done a counted number of times, or was not done when it went on: the model leads to it.

Memory does not grow with the length but for the poses themselves: a clip knows no more than its CONTEXT.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.borders import join_borders
from motion_core.editing.calm import calm
from motion_core.editing.cleanup import clean_up
from motion_core.editing.repetitions import KINDS, find_repetitions
from motion_core.editing.upright import is_upright
from motion_core.generators.as_asked import UNDONE, missing, missing_note
from motion_core.generators.assembling import Assembly, assembled
from motion_core.generators.counting import counted
from motion_core.generators.finishing import frame_count
from motion_core.generators.plan import Asked, BroadWork, Plan, Work
from motion_core.generators.windows import CONTEXT, FillPlan, Studio, fill
from motion_core.tasks import MAX_SEED, CleanUp, Sampling, Sequence
from motion_core.wording.counts import KINDS as COUNTED
from motion_core.wording.counts import count_of
from motion_core.wording.grammar import verb_of
from motion_core.wording.lengths import LOW, goes_on, needs_feet, starts_upright

AGAIN, TRIES = 2003, 3  # from a seed to the one of another attempt; how many more there are
LEAST_TIMES = {"wave": 2}  # nobody waves to one side alone
RISE = 0.8  # seconds in which a bent body comes upright
GET_UP = 1.2  # seconds for one that sits or lies
SEATED = 0.7  # metres: a pelvis below it sits, kneels or lies


@dataclass(frozen=True, eq=False)
class Turn:
    """A prompt's turn. frames: how many it makes. back: frames of the end before it that go over into it."""

    text: str
    frames: int
    back: int
    sampling: Sampling


def pieces(task: Sequence, studio: Studio) -> list[tuple[str, int]]:
    """(text, frames) of the clips, in order: a prompt too long for one clip is made in several of like length."""
    ends = np.cumsum([0.0, *(seconds for _, seconds in task.prompts)])
    frames = [frame_count(end, studio.fps) if end else 0 for end in ends]  # so that no rounding adds up
    longest = studio.longest - 2 * CONTEXT
    found: list[tuple[str, int]] = []
    for (text, _), (start, stop) in zip(task.prompts, pairwise(frames)):
        parts = 1 if count_of(text) else max(1, -(-(stop - start) // longest))
        marks = np.linspace(start, stop, parts + 1).round().astype(int)
        found += [(text, int(b - a)) for a, b in pairwise(marks)]
    return found


def sequence(task: Sequence, sampling: Sampling, studio: Studio) -> BroadWork:
    """The motion of all prompts, at the studio's rate."""
    before = None if task.start is None else task.start.resample(studio.fps)
    whole, last = before, ""
    back = round(task.transition * studio.fps / 2)  # frames of the end that the next prompt makes anew
    notes = []
    for number, (text, frames) in enumerate(pieces(task, studio)):
        drawn = replace(sampling, seed=(sampling.seed + number) % (MAX_SEED + 1))
        fresh = 0 if whole is None or (before is not None and number == 0) else min(back, len(whole) - 1)
        whole, note = yield from _with_turn(whole, Turn(text, frames, fresh, drawn), last, studio)
        notes += [note] if note else []
        last = text
    assert whole is not None
    made = whole if before is None else whole.slice(len(before))
    said = "; ".join(notes)
    meta = {"note": said, UNDONE: said} if notes else {}
    return replace(clean_up(made, task.clean or CleanUp()), meta=meta)  # not that of the start


def _with_turn(
    whole: Motion | None, turn: Turn, last: str, studio: Studio
) -> Generator[Asked, Any, tuple[Motion, str]]:
    """The motion with a turn behind it, and what is to be said of it. last: the words before."""
    count = count_of(turn.text)
    if count is not None:
        part, note = yield from counted(turn.text, count, turn.frames, turn.sampling, studio)
        return (yield from _led_to(whole, part, turn, studio)), note
    if whole is None:
        part = yield from _alone(turn, studio)
        return part, _note(part, turn)
    if _begins_anew(whole, turn.text, last):
        part = yield from _alone(turn, studio)
        return (yield from _led_to(whole, part, turn, studio)), _note(part, turn)
    made = yield from _continued(whole, turn, studio)
    if last == turn.text:
        return made, ""
    shown = made.slice(len(whole) - turn.back)
    if not _is_done(shown, turn.text):
        part = yield from _alone(turn, studio)
        if _is_done(part, turn.text):
            return (yield from _led_to(whole, part, turn, studio)), ""
    return made, _note(shown, turn)


def _begins_anew(whole: Motion, text: str, last: str) -> bool:
    """Whether a prompt cannot go on from the poses that its clip would be shown."""
    verb = verb_of(text)
    if is_upright(whole, CONTEXT) or not starts_upright(verb, text) or (last == text and goes_on(verb, text)):
        return False
    may_stay = not last or verb_of(last) in LOW  # who sits may wave
    return not may_stay or needs_feet(verb)


def _is_done(part: Motion, text: str) -> bool:
    """Whether what the words say is there, as far as it can be measured."""
    kind = COUNTED.get(verb_of(text), "")
    often = kind not in KINDS or len(find_repetitions(part, kind)) >= LEAST_TIMES.get(kind, 1)
    return often and not missing(part, text)


def _note(part: Motion, turn: Turn) -> str:
    """What is to be said of a turn in which something is not done."""
    gone = missing(part, turn.text)
    return f"{turn.text!r}: {missing_note(gone)}" if gone else ""


def _alone(turn: Turn, studio: Studio) -> BroadWork:
    """The turn as a clip of its own; the best of some others where it is not done in the first."""
    made = calm(studio.decode((yield Plan(turn.frames, turn.sampling, turn.text))), amount=studio.calm)
    if _is_done(made, turn.text):
        return made
    seeds = [(turn.sampling.seed + AGAIN * number) % (MAX_SEED + 1) for number in range(1, TRIES + 1)]
    x0s = yield tuple(Plan(turn.frames, replace(turn.sampling, seed=seed), turn.text) for seed in seeds)
    others = (calm(studio.decode(x0), amount=studio.calm) for x0 in x0s)
    return next((other for other in others if _is_done(other, turn.text)), made)


def _led_to(whole: Motion | None, part: Motion, turn: Turn, studio: Studio) -> Work:
    """The motion with another one behind it, begun on the same feet, and the frames between made by the model."""
    if whole is None:
        return part
    seconds = 0.0 if is_upright(whole) else RISE if whole.pelvis[-1, 2] > SEATED else GET_UP
    gap = max(2 * turn.back, round(seconds * studio.fps), 2)
    gap = min(gap, 2 * (len(part) - 1))
    before = min(gap // 2, len(whole) - 1) if turn.back else 0
    after = min(gap - before, len(part) - 1)
    held = whole.slice(0, len(whole) - before)
    tail = held.slice(max(0, len(held) - 2 * CONTEXT))
    joined = Assembly.of(tail).then(part.slice(after), before + after)
    made = yield from assembled(joined, turn.text, turn.sampling, studio)
    return held.concatenate(made.slice(len(tail)), align=False)


def _continued(whole: Motion, turn: Turn, studio: Studio) -> Work:
    """The motion with its last frames made anew and those of the turn behind them."""
    held = whole.slice(0, len(whole) - turn.back)
    tail = held.slice(max(0, len(held) - CONTEXT))
    known = np.arange(len(tail) + turn.back + turn.frames) < len(tail)
    clip = tail.at_frames(np.arange(len(known)))  # its last pose, held, is where the new frames stand for now
    made = yield from fill(FillPlan(clip, known, turn.sampling, turn.text), studio)
    return held.concatenate(join_borders(calm(made, known, studio.calm), known).slice(len(tail)), align=False)
