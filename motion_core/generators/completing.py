"""Complete and edit: a task becomes clips to sample, and what comes back a motion in which everything kept is kept."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.editing.borders import join_borders, straight_on
from motion_core.editing.calm import calm
from motion_core.editing.cleanup import clean_loop, clean_up
from motion_core.editing.fill import hermite
from motion_core.editing.loop import apart, close_loop, find_round
from motion_core.editing.meet import keep_joints, meet
from motion_core.editing.path import meet_path, on_feet, path_rows
from motion_core.editing.pins import PinMiss, meet_pins, pin_frames
from motion_core.editing.planting import lock_feet
from motion_core.editing.swings import lift_swings
from motion_core.generators.bridge import bridge, upright
from motion_core.generators.finishing import frame_count, grounded, tidied
from motion_core.generators.gait import pace_note
from motion_core.generators.going_on import go_on, words_of
from motion_core.generators.part_words import can_graft, graft, respan
from motion_core.generators.plan import Plan, Work
from motion_core.generators.windows import FillPlan, Studio, fill, gaps_of, kept_frames, pin_rows
from motion_core.tasks import CleanUp, Complete, Edit, Sampling

AROUND = 5.0  # seconds of kept motion beside gaps that can matter to them
LOOP_OVERLAP = 0.4  # seconds of the beginning that a loop's end is led into
LOOP_FREE = 0.4  # share of a loop that is made anew, so that it leads back
LOOP_LEAST = 1.0  # seconds
LOOP_SLACK = (
    0.7  # seconds that a new loop may be longer or shorter, so that it ends in the step it begins with
)
LOOP_APART = 0.5  # `loop.apart`: a round that comes back less well is led back by the model
PATH_SINK = 0.04  # metres that feet on a path, whose pace is not their own, may pull the pelvis down
LOOP_LEAD = 1.0  # seconds that are made before a new loop and thrown away: most motions begin from standing


def complete(task: Complete, sampling: Sampling, studio: Studio) -> Work:
    """The motion a `Complete` asks for, at the given motion's rate; its kept frames are bit for bit the given ones."""
    whole, all_kept = layout(task, studio.fps)
    if _of_words_alone(task):
        return (yield from _new_loop(task, whole, sampling, studio))
    near = _near_gaps(task, all_kept, whole.fps)
    target, kept = whole.slice(near.start, near.stop), all_kept[near]
    path = _places(task, target, studio.fps)
    if task.loop:
        target, kept = yield from _loop_ends(task, target, kept, sampling, studio)
        path = None
    goes_on = not task.loop and path is None and _only_the_end(kept)
    if goes_on:
        made = yield from _gone_on(target, kept, task, sampling, studio)
    else:
        made = yield from _filled(target, kept, task.text, sampling, studio, path)
    motion = fill_unseen(meet(made, target, kept), kept, studio.fps)
    if task.loop:
        motion = motion.slice(0, frame_count(_seconds(task), motion.fps))
        kept = kept[: len(motion)]
    else:
        motion = lock_feet(motion, frozen=kept) if goes_on else bridge(motion, kept)
    motion, misses = _constrained(task, motion, kept)
    pace = ""
    if task.path is not None and not task.loop:
        pace = yield from pace_note(task.path, task.text, motion.seconds, sampling, studio)
    if len(kept) < len(all_kept):
        motion, kept = _put_back(motion, whole, near), all_kept
    carried = {"text": words} if goes_on and task.text is None and (words := words_of(whole)) else {}
    notes = {"note": pace} if pace else {}
    return replace(motion, meta={**_told(misses, kept=int(kept.sum())), **carried, **notes})


def _near_gaps(task: Complete, kept: np.ndarray, fps: float) -> slice:
    """The frames that have to be looked at: from AROUND seconds before the first free one to as many behind the last.

    All of them where seconds are counted from the first: pins and paths.
    """
    free = np.flatnonzero(~kept)
    if task.loop or task.pins or task.path is not None or not len(free):
        return slice(0, len(kept))
    return _around(int(free[0]), int(free[-1]) + 1, len(kept), fps)


def _constrained(task: Complete, motion: Motion, kept: np.ndarray) -> tuple[Motion, list[PinMiss]]:
    """The motion tidied, on its path and at its pins, and the pins it misses.

    On a path, which carries feet along, those that swing are lifted and those that stand are locked. Pins come last:
    they may want a foot elsewhere.
    """
    how = task.clean or CleanUp()
    tidy = clean_loop if task.loop else clean_up
    motion = tidy(motion, replace(how, feet=False), kept)
    if task.path is not None and not task.loop:
        places = tuple(pin for pin in task.pins if pin.joint == "pelvis")
        motion, _ = meet_pins(motion, places, kept)
        held = kept.copy()
        for pin in places:
            held[pin_frames(motion, pin)] = True
        motion = meet_path(motion, task.path, held)
        if on_feet(motion):
            motion = upright(
                motion, clean_up(lift_swings(motion, frozen=held), CleanUp(feet=True), kept), PATH_SINK
            )
    else:
        motion = tidy(motion, CleanUp(feet=how.feet), kept)
    return meet_pins(motion, task.pins, kept)


def edit(task: Edit, sampling: Sampling, studio: Studio) -> Work:
    """The motion an `Edit` asks for: other joints, and frames outside the span, are bit for bit the given ones.

    Of a long motion only the span and AROUND seconds on either side are looked at.
    """
    whole, fps = task.motion, task.motion.fps
    start, stop = task.span or (0, len(whole))
    outside = np.ones(len(whole), dtype=bool)
    outside[start:stop] = False
    near = _around(start, stop, len(whole), fps)
    made = yield from _edited(task, whole.slice(near.start, near.stop), outside[near], sampling, studio)
    return replace(_put_back(made, whole, near), meta={})


def _edited(task: Edit, given: Motion, outside: np.ndarray, sampling: Sampling, studio: Studio) -> Work:
    """The given motion with its free frames made as the task says; `outside` (T,) bool stays bit for bit."""
    fps = given.fps
    joints = None if len(task.joints) == len(JOINTS) else task.joints
    work = given.resample(studio.fps)
    known = known_frames(outside, fps, len(work), studio.fps)
    if task.text is not None and joints is not None and can_graft(joints):
        made = yield from graft(work, known, task.text, joints, task.strength, sampling, studio)
    elif task.text is not None and joints is None and known.any() and task.strength >= 1:
        made = yield from respan(work, known, task.text, sampling, studio)
    else:
        whole_plan = FillPlan(work, known, sampling, task.text, joints, None, task.strength)
        made = join_borders(calm((yield from fill(whole_plan, studio)), known, studio.calm), known)
    made = at_rate(made, fps, len(given))
    if joints is not None and JOINT["pelvis"] not in joints:
        made = keep_joints(made, given, joints)
    met = fill_unseen(meet(made, given, outside), outside, studio.fps)
    motion = clean_up(met, task.clean or CleanUp(), outside)
    return motion if joints is None else keep_joints(motion, given, joints)


def _around(first: int, stop: int, frames: int, fps: float) -> slice:
    """The frames first:stop with AROUND seconds before and behind them."""
    around = round(AROUND * fps)
    return slice(max(0, first - around), min(frames, stop + around))


def _put_back(part: Motion, whole: Motion, near: slice) -> Motion:
    """The whole motion with `part` in its frames `near`."""
    trans, rotations = whole.trans.copy(), whole.rotations.copy()
    trans[near], rotations[near] = part.trans, part.rotations
    return replace(whole, trans=trans, rotations=rotations)


def layout(task: Complete, fps: float) -> tuple[Motion, np.ndarray]:
    """A motion of the result's length in which everything given stands where it belongs, and its kept frames (T,) bool.

    Behind the given motion its last pose is held; without one, a body stands where path or pins begin.
    """
    if task.motion is None:
        target = standing(frame_count(_seconds(task), fps), fps)
        return _at_the_start(task, target), np.zeros(len(target), dtype=bool)
    given = task.motion
    count = frame_count(_seconds(task), given.fps)
    target = given.at_frames(np.arange(count)) if count > len(given) else given.slice(0, count)
    kept = kept_frames(task.keep, count)
    if kept.any():  # at_frames may touch the last bit
        trans, rotations = target.trans.copy(), target.rotations.copy()
        inside = np.flatnonzero(kept[: len(given)])
        trans[inside], rotations[inside] = given.trans[inside], given.rotations[inside]
        target = replace(target, trans=trans, rotations=rotations)
    return target, kept


def _seconds(task: Complete) -> float:
    if task.seconds is not None:
        return task.seconds
    assert task.motion is not None
    return task.motion.seconds


def standing(frames: int, fps: float) -> Motion:
    """A body that stands over the origin with its arms out, as a place for what is made."""
    rotations = np.tile(np.array([1.0, 0, 0, 0]), (frames, len(JOINTS), 1))
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    return Motion.from_pelvis(fps, np.tile([0.0, 0.0, STANDING_PELVIS], (frames, 1)), rotations)


def _at_the_start(task: Complete, target: Motion) -> Motion:
    """The standing body moved to where the path, or the first pin of the pelvis, begins."""
    rows, asked = np.zeros((1, 4)), np.zeros((1, 4), dtype=bool)
    if task.path is not None:
        rows, asked = path_rows(task.path, len(target), target.fps)
    first = [pin for pin in task.pins if pin.joint == "pelvis" and pin.start < 0.5 / target.fps]
    pin_rows(tuple(first), rows, asked, target.fps)
    x, y, cos, sin = rows[0]
    yaw = float(np.arctan2(sin, cos)) if asked[0, 2] else 0.0
    return target.moved(yaw=yaw).moved(offset=(x, y, 0.0) if asked[0, 0] else (0.0, 0.0, 0.0))


def _places(task: Complete, target: Motion, fps: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Where path and pins want the pelvis, at the studio's rate."""
    frames = len(target.resample(fps))
    rows, asked = np.zeros((frames, 4)), np.zeros((frames, 4), dtype=bool)
    if task.path is not None:
        rows, asked = path_rows(task.path, frames, fps)
    pin_rows(task.pins, rows, asked, fps)
    return (rows, asked) if asked.any() else None


def _filled(
    target: Motion,
    kept: np.ndarray,
    text: str | None,
    sampling: Sampling,
    studio: Studio,
    path: tuple[np.ndarray, np.ndarray] | None,
) -> Work:
    """The target's free frames made, at the target's rate."""
    work = target.resample(studio.fps)
    known = known_frames(kept, target.fps, len(work), studio.fps)
    work = _with_keys(work, target, kept, known)
    made = yield from fill(FillPlan(work, known, sampling, text, None, path), studio)
    made = (
        calm(made, known, studio.calm) if text else made
    )  # gaps between poses have a specialist, judged as it is
    return at_rate(join_borders(made, known), target.fps, len(target))


def _only_the_end(kept: np.ndarray) -> bool:
    """Whether all that is free of (T,) bool lies behind all that is kept: at least a step of it."""
    count = int(kept.sum())
    return 1 < count < len(kept) and bool(kept[:count].all())


def _gone_on(target: Motion, kept: np.ndarray, task: Complete, sampling: Sampling, studio: Studio) -> Work:
    """The target with the free frames behind its end made, at the target's rate."""
    work = target.resample(studio.fps)
    known = int(known_frames(kept, target.fps, len(work), studio.fps).sum())
    if known == len(work):
        return target
    made = yield from go_on(work.slice(0, known), len(work) - known, task.text, sampling, studio)
    return at_rate(made, target.fps, len(target))


def known_frames(kept: np.ndarray, fps: float, frames: int, studio_fps: float) -> np.ndarray:
    """Which frames at the studio's rate are known (T,) bool: those between two kept ones that are neighbours, and the
    one nearest to each kept frame that has no kept neighbour.
    """
    places = np.arange(frames) * fps / studio_fps  # in frames of the motion
    low = np.clip(np.floor(places + 1e-6).astype(int), 0, len(kept) - 1)
    high = np.clip(np.ceil(places - 1e-6).astype(int), 0, len(kept) - 1)
    known = kept[low] & kept[high]
    for frame in _lonely(kept):
        known[min(round(frame * studio_fps / fps), frames - 1)] = True
    return known


def fill_unseen(motion: Motion, kept: np.ndarray, studio_fps: float) -> Motion:
    """The motion with cubics in those gaps between kept frames (T,) bool that fall between two frames of the studio, so
    that no model has made them.
    """
    if not kept.any():
        return motion
    frames = len(motion.resample(studio_fps))
    free = np.flatnonzero(~known_frames(kept, motion.fps, frames, studio_fps)) * motion.fps / studio_fps
    for start, stop in gaps_of(kept):
        if not np.any((free > start - 1) & (free < stop)):
            motion = hermite(motion, (start, stop))
    return motion


def _lonely(kept: np.ndarray) -> np.ndarray:
    around = np.concatenate([[False], kept, [False]])
    return np.flatnonzero(kept & ~around[:-2] & ~around[2:])


def _with_keys(work: Motion, target: Motion, kept: np.ndarray, known: np.ndarray) -> Motion:
    """The motion with each lonely key's own pose in the frame that stands for it, up to half a frame away."""
    trans, rotations = work.trans.copy(), work.rotations.copy()
    for frame in _lonely(kept):
        at = min(round(frame * work.fps / target.fps), len(work) - 1)
        trans[at], rotations[at] = target.trans[frame], target.rotations[frame]
    return replace(work, trans=trans, rotations=rotations)


def at_rate(motion: Motion, fps: float, frames: int) -> Motion:
    """A motion as so many frames at another rate, its last pose held where it is shorter."""
    return replace(motion.at_frames(np.arange(frames) * motion.fps / fps), fps=fps)


def _of_words_alone(task: Complete) -> bool:
    """Whether it is a loop for which nothing is given that says where anything is."""
    return task.loop and task.motion is None and task.path is None and not task.pins


def _new_loop(task: Complete, target: Motion, sampling: Sampling, studio: Studio) -> Work:
    """A loop of words alone: the round of a longer motion that comes back best to where it began, closed.

    One that walks is made walking and put on the spot at last, so that its feet go by at an even speed.
    """
    made = yield from _best_round(task, target, sampling, studio)
    if apart(made) > LOOP_APART:  # nothing in it comes back: the end is made anew
        given, kept = _led_back(made, np.ones(len(made), dtype=bool), travel=True)
        filled = yield from _filled(given, kept, task.text, sampling, studio, None)
        made = meet(filled, given, kept).slice(0, len(made))
    made = close_loop(made)
    made = clean_loop(made, task.clean or CleanUp())
    return replace(made if task.travel else close_loop(made, travel=False), meta=_told([], kept=0))


def _loop_ends(
    task: Complete, target: Motion, kept: np.ndarray, sampling: Sampling, studio: Studio
) -> Generator[Plan, np.ndarray, tuple[Motion, np.ndarray]]:
    """A target whose end leads back; one of which nothing is given is made first."""
    if task.motion is None or not kept.any():
        places = _places(task, target, studio.fps)
        target = yield from _filled(target, np.zeros(len(target), bool), task.text, sampling, studio, places)
        kept = np.ones(len(target), dtype=bool)
    return _led_back(target, kept, travel=task.travel)


def _led_back(target: Motion, kept: np.ndarray, *, travel: bool) -> tuple[Motion, np.ndarray]:
    """A target that goes on, behind its last frame, with its own beginning; its last stretch is free.

    The last frame is the first one's pose again, so that a cycle of the frames between repeats without a seam; the one
    before it is where the first step, taken back, leads: both sides of the seam have one velocity.
    """
    fps, count = target.fps, len(target)
    overlap = min(max(2, round(LOOP_OVERLAP * fps)), count // 3)
    free = min(max(round(LOOP_LEAST * fps), round(LOOP_FREE * count)), count - 2 - overlap)
    begin = target.slice(0, overlap)
    if travel:
        goal, yaw = target.pelvis[-1].astype(float), float(target.heading()[-1] - target.heading()[0])
    else:
        goal, yaw = begin.pelvis[0].astype(float), 0.0
    again = begin.moved(yaw=yaw)
    shift = goal - again.pelvis[0]
    again = again.moved(offset=(float(shift[0]), float(shift[1]), 0.0))
    again = straight_on(again.slice(0, 1).concatenate(again, align=False), slice(1, overlap + 1))
    last = count - 2
    whole = target.slice(0, last).concatenate(again, align=False)
    kept = np.concatenate([kept[:last], np.ones(overlap + 1, dtype=bool)])
    if kept[last - free : last].all():
        kept[last - free : last] = False
    return whole, kept


def _best_round(
    task: Complete, target: Motion, sampling: Sampling, studio: Studio
) -> Generator[Plan, np.ndarray, Motion]:
    """A motion as long as the target, already on its way in its first frame."""
    count = len(target)
    lead, slack = (round(seconds * target.fps) for seconds in (LOOP_LEAD, LOOP_SLACK))
    longer = target.at_frames(np.arange(lead + count + 2 * slack))
    made = yield from _filled(longer, np.zeros(len(longer), bool), task.text, sampling, studio, None)
    made = grounded(made) if task.text else tidied(made)  # as a plain generation is
    return find_round(made.slice(lead), count, min(slack, count // 4)).facing_front()


def _told(misses: list[PinMiss], **facts: Any) -> dict[str, Any]:
    """What the result says about itself: pins that could not be met, with the reason."""
    if misses:
        facts["missed_pins"] = [
            f"{miss.pin.joint} at {miss.pin.start:g} s: {miss.metres * 100:.1f} cm, {miss.degrees:.1f} degrees off "
            f"({miss.reason})"
            for miss in misses
        ]
    return facts
