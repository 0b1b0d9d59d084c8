"""A sequence of prompts: clip after clip, each begun from the end of what there is, so that no seam shows.

Memory does not grow with the length but for the poses themselves: a clip knows no more than its CONTEXT.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.borders import join_borders
from motion_core.editing.calm import calm
from motion_core.editing.cleanup import clean_up
from motion_core.generators.finishing import frame_count
from motion_core.generators.plan import Plan, Work
from motion_core.generators.windows import CONTEXT, FillPlan, Studio, fill
from motion_core.tasks import MAX_SEED, CleanUp, Sampling, Sequence


def pieces(task: Sequence, studio: Studio) -> list[tuple[str, int]]:
    """(text, frames) of the clips, in order: a prompt too long for one clip is made in several of like length."""
    ends = np.cumsum([0.0, *(seconds for _, seconds in task.prompts)])
    frames = [frame_count(end, studio.fps) if end else 0 for end in ends]  # so that no rounding adds up
    longest = studio.longest - 2 * CONTEXT
    found: list[tuple[str, int]] = []
    for (text, _), (start, stop) in zip(task.prompts, pairwise(frames)):
        parts = max(1, -(-(stop - start) // longest))
        marks = np.linspace(start, stop, parts + 1).round().astype(int)
        found += [(text, int(b - a)) for a, b in pairwise(marks)]
    return found


def sequence(task: Sequence, sampling: Sampling, studio: Studio) -> Work:
    """The motion of all prompts, at the studio's rate."""
    before = None if task.start is None else task.start.resample(studio.fps)
    whole = before
    back = round(task.transition * studio.fps / 2)  # frames of the end that the next prompt makes anew
    for number, (text, frames) in enumerate(pieces(task, studio)):
        drawn = replace(sampling, seed=(sampling.seed + number) % (MAX_SEED + 1))
        if whole is None:
            x0 = yield Plan(frames, drawn, text)
            whole = calm(studio.decode(x0), amount=studio.calm)
            continue
        fresh = 0 if before is not None and number == 0 else min(back, len(whole) - 1)
        whole = yield from _continued(whole, fresh, frames, text, drawn, studio)
    assert whole is not None
    made = whole if before is None else whole.slice(len(before))
    return replace(clean_up(made, task.clean or CleanUp()), meta={})  # not that of the start


def _continued(whole: Motion, fresh: int, frames: int, text: str, sampling: Sampling, studio: Studio) -> Work:
    """The motion with its last `fresh` frames made anew and `frames` more behind them."""
    held = whole.slice(0, len(whole) - fresh)
    tail = held.slice(max(0, len(held) - CONTEXT))
    known = np.arange(len(tail) + fresh + frames) < len(tail)
    clip = tail.at_frames(np.arange(len(known)))  # its last pose, held, is where the new frames stand for now
    made = yield from fill(FillPlan(clip, known, sampling, text), studio)
    return held.concatenate(join_borders(calm(made, known, studio.calm), known).slice(len(tail)), align=False)
