"""The windows whose gaps are to be filled, cut as LAFAN1's benchmark cuts them, from clips of a prepared set.

30 fps; a window is 10 frames of context, the longest gap and the frames after it, and one begins every 40 frames; all
lengths of gaps use the same windows and begin at the same frame. Each window is turned so that its last frame before
the gap faces front, and stands about the origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS
from motion_core.data.library import numbers_of
from motion_core.data.store import SPLITS, ClipStore
from motion_core.editing.fill import hold
from motion_core.metrics.benchmark.split import source_notes, spread
from motion_core.metrics.gaps.inbetween import Gap
from motion_core.tasks import TaskError, check_integer

FPS = 30.0
BEFORE = 10  # frames of context
AFTER = 10  # LAFAN1 shows 1; our users keep spans, and with one frame no velocity is known behind the gap
GAPS = (5, 15, 30, 45)
STRIDE = 40
SCALE_FRAMES, SCALE_STRIDE = 50, 20  # windows that the scale of positions is taken from
LEAST_SCALE = 1e-3  # metres: a coordinate that never varies in training does not blow L2P up


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of a clip (BEFORE + gap + after frames) with the gap in it. clip: its number in the store."""

    motion: Motion
    gap: Gap
    clip: int

    @property
    def hidden(self) -> Motion:
        """The same with the pose before the gap in all of its frames: nothing of the answer is left."""
        return hold(self.motion, self.gap)

    @property
    def keep(self) -> tuple[Gap, Gap]:
        """The frames before and after the gap, as a `Complete` keeps them."""
        return (0, self.gap[0]), (self.gap[1], len(self.motion))


@dataclass(frozen=True, eq=False)
class GapSplit:
    """The windows of one split, at the length for the longest gap. clips: how many they come from."""

    name: str
    windows: tuple[tuple[int, Motion], ...]
    after: int
    notes: tuple[str, ...] = ()

    @property
    def clips(self) -> int:
        return len({clip for clip, _ in self.windows})

    def with_gap(self, length: int) -> list[Window]:
        """Every window with a gap of `length` frames behind the context."""
        stop = BEFORE + length
        return [
            Window(motion.slice(0, stop + self.after), (BEFORE, stop), clip) for clip, motion in self.windows
        ]


def cut_windows(motion: Motion, frames: int, stride: int) -> list[Motion]:
    """Windows of `frames` frames, one every `stride`, each turned and placed as LAFAN1 does."""
    starts = range(0, len(motion) - frames + 1, stride)
    return [placed(motion.slice(start, start + frames)) for start in starts]


def placed(window: Motion) -> Motion:
    """Turned so that the last frame of the context faces front; the pelvis on average over the origin."""
    turned = window.moved(yaw=-float(window.heading()[min(BEFORE, len(window)) - 1]))
    x, y = turned.pelvis[:, :2].astype(np.float64).mean(0)
    return turned.moved(offset=(-float(x), -float(y), 0.0))


def load_gaps(
    store: ClipStore,
    name: str = "val",
    *,
    gaps: Sequence[int] = GAPS,
    after: int = AFTER,
    limit: int | None = None,
    sources: Sequence[str] | None = None,
) -> GapSplit:
    """The windows of a split's clips that are long enough, of at most `limit` of them, evenly spread; of the clips of
    `sources` alone where some are named.

    Raises TaskError for an unknown split, an impossible gap or limit, ValueError for an unknown source and where no
    clip is long enough.
    """
    if name not in SPLITS:
        raise TaskError(f"the split is {name!r}: use {' or '.join(SPLITS)}")
    for gap in gaps:
        check_integer("the gap", gap, 1, 1000)
    check_integer("the frames after the gap", after, 1, 1000)
    if limit is not None:
        check_integer("--limit", limit, 1, 10**9)
    frames = BEFORE + max(gaps) + after
    least = int(np.ceil((frames - 1) * store.fps / FPS)) + 1
    numbers = numbers_of(store, name, sources)
    fitting = [k for k in numbers if store.entries[k]["frames"] >= least]
    if not fitting:
        raise ValueError(
            f"no clip of the split {name!r} has {frames} frames at {FPS:g} fps: ask for shorter gaps than {max(gaps)}"
        )
    chosen = spread(fitting, limit or len(fitting))
    windows = tuple(
        (k, window)
        for k in chosen
        for window in cut_windows(store.clip(k).motion.resample(FPS), frames, STRIDE)
    )
    notes = (*source_notes(sources), *_notes(len(numbers), len(fitting), len(chosen), frames))
    return GapSplit(name, windows, after, notes)


def _notes(total: int, fitting: int, chosen: int, frames: int) -> Iterable[str]:
    if fitting < total:
        yield f"{total - fitting} of {total} clips are left out: shorter than {frames} frames at {FPS:g} fps"
    if chosen < fitting:
        yield f"a quick look at {chosen} of {fitting} clips"


def position_scale(motions: Iterable[Motion]) -> np.ndarray:
    """(22,3) metres: standard deviation of each joint's coordinates over windows of training motions at FPS.

    Raises ValueError where no motion is as long as a window.
    """
    count, total, squares = 0, np.zeros((len(JOINTS), 3)), np.zeros((len(JOINTS), 3))
    for motion in motions:
        places, yaws = motion.joints().astype(np.float64), motion.heading()  # once a clip: windows overlap
        for start in range(0, len(motion) - SCALE_FRAMES + 1, SCALE_STRIDE):
            window = places[start : start + SCALE_FRAMES].copy()
            window[..., :2] -= window[:, JOINT["pelvis"], :2].mean(0)
            window = quat.rotate(quat.about_z(-yaws[start + BEFORE - 1]), window)
            count += len(window)
            total += window.sum(0)
            squares += (window**2).sum(0)
    if count == 0:
        raise ValueError(f"no training clip has {SCALE_FRAMES} frames at {FPS:g} fps to take the scale from")
    return np.maximum(np.sqrt(np.maximum(squares / count - (total / count) ** 2, 0)), LEAST_SCALE)


def store_scale(store: ClipStore) -> np.ndarray:
    """`position_scale` of a store's training clips."""
    numbers = (k for k, entry in enumerate(store.entries) if entry["split"] == "train")
    return position_scale(store.clip(k).motion.resample(FPS) for k in numbers)
