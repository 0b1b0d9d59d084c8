"""New motions from recorded ones: time scaling, the arms of one on the legs of another, one after the other, resting.

All take and give `Motion`s; what to say about the result is `data/recipes.py`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion, forward_kinematics
from motion_core.body.skeleton import FOOT_JOINTS, JOINT, JOINTS, MIRROR, PARTS, joint_indices
from motion_core.editing.contacts import runs

BLEND = 8  # frames of an ordinary seam, 0.4 s at 20 fps
LONGEST_BLEND = 24  # frames, where the poses lie far apart
SEARCH = 16  # frames at an end among which the best seam is looked for: more than one step of a walk
SWING_RATE = 5.0  # rad/s: how fast a seam may swing a joint when both clips are slow
GRIP = 0.5  # 1 would hold the feet best and jerk the pelvis: half a slide against a sixth more acceleration
STANCE_BAND = 0.02  # m: foot joints this close in height share the body's weight
STILL_HANDS, STILL_FEET = 0.3, 0.06  # m/s; the head as the hands
UPRIGHT_HEAD = 1.2  # metres of the head joint above the feet: neither bowing nor sitting
_FEET = [JOINT[name] for name in FOOT_JOINTS]


def smoothstep(x: np.ndarray) -> np.ndarray:
    """0 to 1 with flat ends, for x (...) in [0,1]."""
    return x * x * (3 - 2 * x)


def time_scaled(motion: Motion, speed: float) -> Motion:
    """The motion at `speed` times its pace, at the same fps. Raises ValueError for a speed outside 0.1 to 10."""
    if not 0.1 <= speed <= 10:
        raise ValueError(f"speed is {speed:g}: choose from 0.1 to 10")
    count = max(1, round((len(motion) - 1) / speed) + 1)
    return motion.at_frames(np.linspace(0, len(motion) - 1, count))


# --- one above the other ------------------------------------------------------------------------------------------


def _window(frames: int, start: int, length: int, blend: int) -> np.ndarray:
    """Weights (frames,) of a part shown from `start` for `length` frames, faded where the clip goes on without it."""
    frame = np.arange(frames)
    rise = (frame - start + 1) / (blend + 1) if start > 0 else np.where(frame >= start, 1.0, 0.0)
    fall = (start + length - frame) / (blend + 1) if start + length < frames else np.ones(frames)
    return smoothstep(np.clip(np.minimum(rise, fall), 0, 1))


def compose(
    upper: Motion, lower: Motion, parts: Sequence[str] = ("arms", "head"), start: int = 0, blend: int = BLEND
) -> Motion:
    """`lower` with the rotations of `parts` (names of skeleton.PARTS or joints) taken from `upper`, from frame `start`.

    The result has lower's length; upper is resampled to its fps and cut at its end. Where upper starts later or ends
    earlier it fades in and out. Rotations are local to the spine, so arms keep their place on the turning body.
    Raises ValueError where parts reach into the pelvis or legs, or where start lies outside.
    """
    chosen = joint_indices(list(parts))
    if taken := [JOINTS[j] for j in chosen if JOINTS[j] in PARTS["lower_body"]]:
        raise ValueError(f"{taken[0]} is lower body: compose takes parts of {', '.join(PARTS['upper_body'])}")
    if not 0 <= start < len(lower):
        raise ValueError(f"start is {start}: the lower motion has {len(lower)} frames")
    upper = upper if abs(upper.fps - lower.fps) < 1e-6 else upper.resample(lower.fps)
    upper = upper.slice(0, len(lower) - start)
    times = np.clip(np.arange(len(lower)) - start, 0, len(upper) - 1)
    weight = _window(len(lower), start, len(upper), min(blend, len(upper) // 2))
    rotations = lower.rotations.copy()
    rotations[:, chosen] = quat.slerp(
        lower.rotations[:, chosen], upper.rotations[times][:, chosen], weight[:, None]
    )
    return replace(lower, rotations=rotations)


def with_calm_arm(motion: Motion, busy: str) -> Motion:
    """The `busy` ("left" or "right") arm replaced by the mirror image of the other one."""
    chosen = joint_indices([f"{busy}_arm"])
    rotations = motion.rotations.copy()
    rotations[:, chosen] = motion.rotations[:, MIRROR[chosen]] * np.array([1, 1, -1, -1], dtype=np.float32)
    return replace(motion, rotations=rotations)


def still_spans(motion: Motion, shortest: int) -> list[tuple[int, int]]:
    """Frame ranges (start, stop), `shortest` or longer, in which somebody stands upright, hands down, feet at rest."""
    joints = motion.joints()
    if len(joints) < max(shortest, 2):
        return []
    speed = np.linalg.norm(np.gradient(joints, axis=0), axis=-1) * motion.fps
    hands, head = [JOINT["left_wrist"], JOINT["right_wrist"]], JOINT["head"]
    low = joints[:, hands, 2].max(axis=1) < joints[:, JOINT["spine1"], 2]
    upright = joints[:, head, 2] > joints[:, _FEET, 2].min(axis=1) + UPRIGHT_HEAD
    still = (speed[:, hands + [head]].max(axis=1) < STILL_HANDS) & (speed[:, _FEET].max(axis=1) < STILL_FEET)
    return [span for span in runs(still & low & upright) if span[1] - span[0] >= shortest]


def swayed(motion: Motion, count: int) -> Motion:
    """`count` frames of a standing clip, played to and fro where it is shorter."""
    if len(motion) < 2:
        raise ValueError("one frame does not sway: give at least two")
    period = 2 * (len(motion) - 1)
    phase = np.arange(count) % period
    return motion.at_frames(np.minimum(phase, period - phase))


# --- one after the other ------------------------------------------------------------------------------------------


def _pose_table(motion: Motion, frames: np.ndarray) -> np.ndarray:
    """Poses (N,K) of `frames`: joints (m) and joint velocities (times 0.2 s), both seen from the body's heading."""
    around = np.unique(np.clip(np.concatenate([frames, frames - 1]), 0, len(motion) - 1))
    part = replace(motion, trans=motion.trans[around], rotations=motion.rotations[around])
    joints = part.joints().astype(np.float64)
    now = np.searchsorted(around, frames)
    before = np.searchsorted(around, np.clip(frames - 1, 0, None))
    turn = quat.about_z(-motion.heading()[frames])[:, None]
    pelvis = joints[now][:, [JOINT["pelvis"]]] * np.array([1, 1, 0])
    pose = quat.rotate(turn, joints[now] - pelvis)
    velocity = quat.rotate(turn, joints[now] - joints[before]) * motion.fps
    return np.concatenate([pose, 0.2 * velocity], axis=1).reshape(len(frames), -1)


def best_seam(first: Motion, second: Motion, blend: int) -> tuple[int, int]:
    """(stop, start): first[:stop] and second[start:], overlapping by `blend` frames, are most alike in the middle."""
    half = blend // 2
    stops = np.arange(max(blend, len(first) - SEARCH), len(first) + 1)
    starts = np.arange(0, max(1, min(SEARCH, len(second) - blend)))  # something remains
    a, b = _pose_table(first, stops - blend + half), _pose_table(second, starts + half)
    cost = np.linalg.norm(a[:, None] - b[None], axis=-1)
    stop, start = np.unravel_index(int(np.argmin(cost)), cost.shape)
    return int(stops[stop]), int(starts[start])


def _angles(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angle (...) in radians between rotations (...,4)."""
    return 2 * np.arccos(np.clip(np.abs(np.sum(a * b, axis=-1)), 0, 1))


def _blend_length(first: Motion, second: Motion, blend: int) -> int:
    """Enough frames that no joint need swing faster than it does in the clips, or than SWING_RATE."""
    longest = min(LONGEST_BLEND, len(first) - 1, len(second) - 1)
    local = slice(JOINT["pelvis"] + 1, None)  # the root's heading is aligned first
    gap = _angles(first.rotations[-1, local], second.rotations[0, local])
    own = np.max(
        [_angles(m.rotations[1:, local], m.rotations[:-1, local]).max(axis=0) for m in (first, second)],
        axis=0,
    )
    needed = (
        1.5 * gap / np.maximum(own, SWING_RATE / first.fps)
    )  # smoothstep is at most 1.5 times as steep as a line
    return int(np.clip(np.ceil(needed.max()), min(blend, longest), longest))


def _feet(pelvis: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    return forward_kinematics(pelvis, rotations)[0][:, _FEET]  # (T,4,3)


def _stance_steps(feet: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(T-1,2) metres over the floor, per frame, of the foot joints (T,4,3) that carry the body."""
    return np.sum(np.diff(feet[..., :2], axis=0) * weights[1:, :, None], axis=1)


def _stance(feet: np.ndarray) -> np.ndarray:
    """Weights (T,4) of the foot joints (T,4,3): nearly all on the lowest."""
    above = feet[..., 2] - feet[..., 2].min(axis=1, keepdims=True)
    weights = np.exp(-above / STANCE_BAND)
    return weights / weights.sum(axis=1, keepdims=True)


def _crossfade(a: Motion, b: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Pelvis (n,3) and rotations (n,22,4) from a to b, both of n frames.

    Rotations are blended. The lowest foot is as high as the clips' lowest. The root goes GRIP of the way from a plain
    blend to one whose carrying foot slips over the floor no more than theirs do, so that its end may lie beside b's.
    """
    weight = smoothstep(np.arange(1, len(a) + 1) / (len(a) + 1))[:, None]
    pelvis = a.pelvis + (b.pelvis - a.pelvis).astype(np.float64) * weight
    rotations = quat.slerp(a.rotations, b.rotations, weight)
    theirs, feet = [_feet(m.pelvis, m.rotations) for m in (a, b)], _feet(pelvis, rotations)
    floor_a, floor_b = (points[..., 2].min(axis=1) for points in theirs)
    pelvis[:, 2] += floor_a + (floor_b - floor_a) * weight[:, 0] - feet[..., 2].min(axis=1)
    slip_a, slip_b = (_stance_steps(points, _stance(points)) for points in theirs)
    around = feet - pelvis[:, None]  # (n,4,3)
    steps = slip_a + (slip_b - slip_a) * weight[1:] - _stance_steps(around, _stance(feet))
    own = np.diff(pelvis[:, :2], axis=0)
    pelvis[1:, :2] = pelvis[0, :2] + np.cumsum(own + GRIP * (steps - own), axis=0)
    return pelvis, rotations


def concatenate(first: Motion, second: Motion, blend: int = BLEND) -> Motion:
    """First, then second, turned and moved to go on from it, over a crossfade of `blend` frames or as many as needed.

    The seam is put where the two are most alike, within SEARCH frames of the ends. Raises ValueError where the frame
    rates differ or a motion has fewer than four frames.
    """
    if abs(second.fps - first.fps) > 1e-6:
        raise ValueError(f"frame rates differ ({first.fps:g} and {second.fps:g}): resample one of them first")
    if min(len(first), len(second)) < 4:
        raise ValueError(f"motions of {len(first)} and {len(second)} frames: each needs at least four")
    overlap = _blend_length(first, second, blend)
    stop, start = best_seam(first, second, overlap)
    a, b = first.slice(stop - overlap, stop), second.slice(start)
    middle = overlap // 2
    b = b.moved(yaw=float(a.heading()[middle] - b.heading()[middle]))
    shift = a.pelvis[middle] - b.pelvis[middle]
    b = b.moved(offset=(float(shift[0]), float(shift[1]), 0.0))
    pelvis, rotations = _crossfade(a, b.slice(0, overlap))
    ahead = pelvis[-1] - b.pelvis[overlap - 1]
    before = first.slice(0, stop - overlap) if stop > overlap else None
    after = b.slice(overlap).moved(offset=(float(ahead[0]), float(ahead[1]), 0.0))
    pelvises = [before.pelvis if before else pelvis[:0], pelvis, after.pelvis]
    poses = [before.rotations if before else rotations[:0], rotations, after.rotations]
    return Motion.from_pelvis(
        first.fps, np.concatenate(pelvises), quat.continuous(np.concatenate(poses)), meta=first.meta
    )
