"""A light clean-up of generated motions: what a viewer notices first, and nothing that changes what is done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, SOLE
from motion_core.editing.calm import calm
from motion_core.editing.feet import envelope
from motion_core.tasks.pins_and_paths import CALM

NEAR = 0.025  # metres above its height in a flat foot at which a ball no longer stands
STEADY = 0.3  # seconds
SOFT = 0.3  # seconds before and after a dip in which the body is fully raised; as long again to come and go
FIRMNESS = 0.5  # share of a slip that is taken back: all of it makes shuffling walkers walk on the spot
BALLS = [JOINT["left_foot"], JOINT["right_foot"]]


def tidied(motion: Motion, amount: float = CALM) -> Motion:
    """A new motion on the floor: no joint that flips, no more tremor than `calm` leaves, steadier feet."""
    return grounded(calm(motion, amount=amount))


def grounded(motion: Motion) -> Motion:
    """A motion, already calm, with nothing under the floor and steadier feet."""
    return hold_feet(lift_to_floor(motion))


def lift_to_floor(motion: Motion) -> Motion:
    """The motion raised softly where its lowest sole would be under the floor (z = 0); else itself.

    Each dip is raised by its own depth: by one height for the whole clip, a single bad frame would leave everybody
    hovering.
    """
    depth = SOLE - motion.joints()[:, BALLS, 2].min(axis=1).astype(np.float64)  # (T,)
    if depth.max() <= 0:
        return motion
    trans = motion.trans.copy()
    trans[:, 2] += envelope(np.maximum(depth, 0.0), round(SOFT * motion.fps))
    return replace(motion, trans=trans)


def hold_feet(motion: Motion) -> Motion:
    """The motion with its path bent so that feet on the floor slide less; poses and heights stay.

    Where a foot stands, the body moves over it: each frame's step of the pelvis is corrected by the mean step of the
    balls of the feet that are near the floor, each weighted by how near, times FIRMNESS. The correction is smoothed
    over STEADY seconds so that it comes and goes without a jerk, and added up along the clip.
    """
    if len(motion) < 2:
        return motion
    balls = motion.joints()[:, BALLS].astype(np.float64)  # (T,2,3)
    near = np.clip(1 - (balls[..., 2] - SOLE) / NEAR, 0, 1)  # (T,2)
    weight = np.minimum(near[1:], near[:-1])[..., None]  # (T-1,2,1)
    slip = (np.diff(balls[..., :2], axis=0) * weight).sum(1) / np.maximum(weight.sum(1), 1.0)  # (T-1,2)
    width = min(max(1, round(STEADY * motion.fps)), len(slip)) // 2 * 2 + 1
    window = np.hanning(width + 2)[1:-1] / np.hanning(width + 2).sum()
    padded = np.pad(slip, ((width // 2, width // 2), (0, 0)), mode="edge")
    steady = np.stack([np.convolve(column, window, mode="valid") for column in padded.T], axis=1)
    trans = motion.trans.copy()
    trans[1:, :2] -= FIRMNESS * np.cumsum(steady, axis=0)
    return replace(motion, trans=trans)


def frame_count(seconds: float, fps: float) -> int:
    """Frames that fill `seconds`, at least one; a sum of parts, however rounded, has as many as the whole."""
    return max(1, int(np.floor(seconds * fps + 0.5 + 1e-6)))
