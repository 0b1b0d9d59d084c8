"""A motion with known and free frames becomes clips that a model can fill, and the filled clips become the motion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from motion_core.body.motion import Motion
from motion_core.features import FEATURES, Features, FeatureStats, Known
from motion_core.features.places import Place, gap_places, place_of
from motion_core.generators.plan import Given, Plan, Work
from motion_core.tasks import Sampling
from motion_core.tasks.pins_and_paths import CALM, Pin

CONTEXT = 20  # known frames a clip begins with (and ends with, where there are any)
SHORT_CONTEXT = 12  # the same for models of short clips, which have seen no more in training
PATH_EVERY = 10  # frames between the places of a path that a clip is led to


@dataclass(frozen=True)
class Studio:
    """What clips are made of: Hz, feature statistics, the longest clip, known frames beside gaps (both in frames)."""

    fps: float
    stats: FeatureStats
    longest: int
    context: int = CONTEXT
    features: Features = FEATURES["smpl205"]
    # How much of the tremor of what is made goes (`editing/calm.py`).
    calm: float = CALM

    @property
    def known(self) -> Known:
        """What can be held fixed. Tasks that need it are refused before, where there is none (`true_card`)."""
        assert self.features.known is not None
        return self.features.known

    def decode(self, x0: np.ndarray) -> Motion:
        """The motion of features (T,F), starting over the origin and facing front."""
        return self.features.decode(self.features.canonical(x0), self.fps)


@dataclass(frozen=True, eq=False)
class FillPlan:
    """What to make of a motion at the studio's rate. known (T,) bool: its frames that stay. joints: those that are made
    anew in the other frames; None: all. path: (T,4) of x, y, cos, sin where the pelvis shall be, and which are asked.
    """

    motion: Motion
    known: np.ndarray
    sampling: Sampling
    text: str | None = None
    joints: tuple[int, ...] | None = None
    path: tuple[np.ndarray, np.ndarray] | None = None
    strength: float = 1.0


def kept_frames(keep: Iterable[tuple[int, int]], count: int) -> np.ndarray:
    """The frames (T,) bool that lie in one of the spans start:stop."""
    kept = np.zeros(count, dtype=bool)
    for start, stop in keep:
        kept[start:stop] = True
    return kept


def gaps_of(kept: np.ndarray) -> list[tuple[int, int]]:
    """Runs start:stop of frames that are not kept (T,) bool."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], kept, [True]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]


def spans(known: np.ndarray, longest: int, context: int = CONTEXT) -> Iterator[tuple[int, int]]:
    """Windows start:stop of at most `longest` frames that together hold all free frames.

    Each begins with `context` frames that are known by then, if there are any before it. A gap is cut only where it
    fits no window: whoever fills one must see its end.
    """
    count, gaps = len(known), gaps_of(known)
    while gaps:
        first, end = gaps[0]
        start = 0 if count <= longest else max(0, first - context)
        limit = min(count, start + longest)
        inside = [gap for gap in gaps if gap[1] < limit or gap[1] == count == limit]
        if inside:
            gaps = gaps[len(inside) :]
            behind = gaps[0][0] if gaps else count  # frames of the next gap are no context
            yield start, min(limit, inside[-1][1] + context, behind)
        else:
            gaps[0] = (limit, end)
            gaps = gaps if limit < end else gaps[1:]
            yield start, limit


def fill(whole: FillPlan, studio: Studio) -> Work:
    """The motion with its free frames made; frames that are known may differ by what features cannot hold."""
    motion, known = whole.motion, whole.known.copy()
    for start, stop in spans(whole.known, studio.longest, studio.context):
        plan, place = _plan(replace(whole, motion=motion, known=known), start, stop, studio)
        x0 = np.array((yield plan))
        x0[0, studio.known.steps] = place
        part = studio.features.decode(x0, studio.fps)
        motion = _spliced(motion, start, part, known[start:stop])
        known[start:stop] = True
    return motion


def _spliced(motion: Motion, start: int, part: Motion, known: np.ndarray) -> Motion:
    """The motion with the free frames of `part`, which begins at `start`, in it."""
    trans, rotations = motion.trans.copy(), motion.rotations.copy()
    free = np.flatnonzero(~known) + start
    trans[free], rotations[free] = part.trans[free - start], part.rotations[free - start]
    return replace(motion, trans=trans, rotations=rotations)


def _plan(whole: FillPlan, start: int, stop: int, studio: Studio) -> tuple[Plan, np.ndarray]:
    """The clip start:stop to sample, and where its first frame is in the world: its steps (3,)."""
    kind, can = studio.features, studio.known
    features = kind.encode(whole.motion.slice(start, stop))
    place = features[0, can.steps].copy()
    values = torch.from_numpy(studio.stats.normalize(kind.canonical(features))).float()  # (T,F)
    told = can.values(values[None], studio.stats)[0]  # (T,K)
    frames = torch.from_numpy(whole.known[start:stop])
    told_mask = can.poses(frames)
    if whole.joints is not None:
        told_mask |= can.without(whole.joints)
    mask = told_mask[:, : kind.dim].clone()
    mask[0, can.steps] = True  # a clip starts over the origin, whatever else is free
    root = told[:, can.world_root]  # a view: what is written into it is told
    places = gap_places(whole.known[start:stop], root) if whole.joints is None else []
    if whole.path is not None:
        places = _add_path(root, told_mask[:, can.world_root], places, whole.path, slice(start, stop), place)
    given = Given(values, mask, told, told_mask, tuple(places))
    first = values if whole.strength < 1 else None
    plan = Plan(stop - start, whole.sampling, whole.text, None, given, first, whole.strength)
    return plan, place


def _add_path(
    root: torch.Tensor,
    root_known: torch.Tensor,
    places: list[Place],
    path: tuple[np.ndarray, np.ndarray],
    part: slice,
    place: np.ndarray,
) -> list[Place]:
    """The places with those of a path (T,4) among them; what is asked of the path is written into root and root_known
    (T,4), the columns of the place among those a network is told.
    """
    rows, asked = path[0][part], torch.from_numpy(path[1][part])
    root[:] = torch.where(asked & ~root_known, torch.from_numpy(seen_from(rows, place)).to(root), root)
    root_known |= asked
    known = {p.frame for p in places}
    wanted = np.flatnonzero(asked.any(1).numpy())
    for frame in wanted.tolist():
        last = frame == wanted[-1]
        if frame not in known and (last or frame % PATH_EVERY == 0 or len(wanted) < len(rows) // PATH_EVERY):
            whole = place_of(frame, root)
            floor = whole.floor if asked[frame, :2].all() else None
            places.append(Place(frame, floor, whole.heading if asked[frame, 2:].all() else None))
    return sorted(places, key=lambda p: p.frame)


def seen_from(rows: np.ndarray, place: np.ndarray) -> np.ndarray:
    """World places (T,4) of x, y, cos, sin seen from a first frame whose steps (3,) say where it is.

    Those are its position turned back by its heading a, and a itself: x' = R(-a) x - p.
    """
    (px, py), c, s = place[:2], np.cos(place[2]), np.sin(place[2])
    x, y, cos, sin = rows.T
    return np.stack([c * x + s * y - px, -s * x + c * y - py, c * cos + s * sin, c * sin - s * cos], 1)


# --- pins of the pelvis as places ---------------------------------------------------------------------------


def pin_rows(pins: tuple[Pin, ...], rows: np.ndarray, asked: np.ndarray, fps: float) -> None:
    """Write pins of the pelvis into places (T,4) and what is asked of them."""
    for pin in pins:
        if pin.joint != "pelvis":
            continue
        span = slice(round(pin.start * fps), min(round(pin.stop * fps), len(rows) - 1) + 1)
        if pin.position is not None:
            rows[span, :2], asked[span, :2] = pin.position[:2], True
        if pin.heading is not None:
            rows[span, 2:], asked[span, 2:] = (np.cos(pin.heading), np.sin(pin.heading)), True
