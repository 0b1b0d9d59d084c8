"""What comes behind the end of a motion: more of what the body does, or over into words.

Shown the end of a walk, a model that reads "bows" walks on: what it sees outweighs what it reads. So words are made as
a motion of their own, which is entered where it is most like the end, and the model makes the way into it. Without
words the body goes on as it did (`editing/carry_on.py`), and the model makes that a motion.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.blend import blend
from motion_core.editing.calm import calm
from motion_core.editing.carry_on import carry_on
from motion_core.editing.loop import states
from motion_core.editing.root import turned
from motion_core.editing.spread import smoothstep
from motion_core.generators.finishing import tidied
from motion_core.generators.plan import Plan, Work
from motion_core.generators.windows import FillPlan, Studio, fill
from motion_core.tasks import Made, Sampling

SEEN = 2.0  # seconds of the end that a model goes on from: it was shown no more while it learned
REPAIR = 0.5  # share of the noise from which the model makes what would come by itself a motion
TRUSTED = 0.8  # seconds in which what would come by itself goes over into what the model makes of it
LATEST = 1.0  # seconds into a motion of words at which it is entered at the latest
WAY, WAY_MOST = 0.3, 1.2  # seconds that lead into words, at least and at most
WAY_PER_METRE = 0.8  # seconds more for each metre that both sides are apart (`loop.states`)
WAY_SHARE = 0.4  # of all that is new, at most
LEAST = 0.5  # seconds that are too few to go over into anything


def words_of(motion: Motion) -> str | None:
    """The words that a motion carries: of its last prompt, where it has several."""
    return Made.from_meta(motion.meta).last_words or None


def go_on(past: Motion, frames: int, text: str | None, sampling: Sampling, studio: Studio) -> Work:
    """The motion, at the studio's rate, with so many frames behind it. Its own frames come back as features hold them.

    Words that the motion carries already are gone on with; others are gone over into.
    """
    carried = words_of(past)
    if text is not None and text != carried and frames >= LEAST * studio.fps:
        return (yield from _over_into(past, frames, text, sampling, studio))
    return (yield from _as_before(past, frames, text or carried, sampling, studio))


def _as_before(past: Motion, frames: int, text: str | None, sampling: Sampling, studio: Studio) -> Work:
    seen = past.slice(max(0, len(past) - round(SEEN * studio.fps)))
    whole = carry_on(past, frames).slice(len(past) - len(seen))
    known = np.arange(len(whole)) < len(seen)
    made = yield from fill(FillPlan(whole, known, sampling, text, strength=REPAIR), studio)
    made = calm(made, known, studio.calm) if text else made
    later = (np.arange(len(whole)) - len(seen) + 1) / (TRUSTED * studio.fps)
    return _behind(past, blend(whole, made, smoothstep(later)), len(seen))


def _over_into(past: Motion, frames: int, text: str, sampling: Sampling, studio: Studio) -> Work:
    count = min(frames + round(LATEST * studio.fps), studio.longest)
    new = tidied(studio.decode((yield Plan(count, sampling, text))))
    start, way = _entry(past, new, frames)
    seen = past.slice(max(0, len(past) - round(SEEN * studio.fps)))
    placed = _placed(seen, new.slice(start, start + frames - way), way)
    whole = seen.at_frames(np.arange(len(seen) + way)).concatenate(placed, align=False)
    known = np.ones(len(whole), dtype=bool)
    known[len(seen) : len(seen) + way] = False
    made = yield from fill(FillPlan(whole, known, sampling), studio)
    joined = _behind(past, made, len(seen))
    missing = len(past) + frames - len(joined)  # words longer than a clip of the model
    return joined if missing <= 0 else (yield from _as_before(joined, missing, text, sampling, studio))


def _behind(past: Motion, made: Motion, seen: int) -> Motion:
    """The past with what was made behind its last `seen` frames, which `made` begins with."""
    return past.concatenate(replace(made, meta=past.meta).slice(seen), align=False)


def _entry(past: Motion, new: Motion, frames: int) -> tuple[int, int]:
    """The frame at which a new motion is entered, and how many frames lead there."""
    most = max(1, min(round(WAY_MOST * new.fps), int(WAY_SHARE * frames)))
    least = min(round(WAY * new.fps), most)
    here = states(carry_on(past, least))[-1]
    apart = np.linalg.norm(states(new) - here, axis=1)[
        : max(1, min(round(LATEST * new.fps), len(new) - frames + most))
    ]
    start = int(apart.argmin())
    return start, int(np.clip(least + WAY_PER_METRE * apart[start] * new.fps, least, most))


def _placed(past: Motion, new: Motion, way: int) -> Motion:
    """The new motion, moved to where the body gets from the past in `way` frames at the mean of both steps."""
    (here, turn), (there, new_turn) = _step(past, -1), _step(new, 0)
    heading = float(past.heading()[-1]) + (way + 1) * (turn + new_turn) / 2
    new = new.moved(yaw=heading - float(new.heading()[0]))
    middle = float(past.heading()[-1] + heading) / 2
    x, y = past.pelvis[-1, :2] + (way + 1) * turned((here + there) / 2, np.array(middle)) - new.pelvis[0, :2]
    return new.moved(offset=(float(x), float(y), 0.0))


def _step(motion: Motion, end: int) -> tuple[np.ndarray, float]:
    """The step (2,), seen from where the body faces, and the turn, at the first (0) or last (-1) frame."""
    if len(motion) < 2:
        return np.zeros(2), 0.0
    heading = motion.heading()
    step = np.diff(motion.pelvis[:, :2].astype(np.float64), axis=0)[end]
    return turned(step, np.array(-heading[end])), float(np.diff(heading)[end])
