"""Smoothing that keeps what a motion does: heights of jumps, ends of swings, feet on the floor."""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.editing.contacts import SIDES, find_contacts
from motion_core.editing.feet import FootPlan, lead_feet, place_feet
from motion_core.editing.pose import Pose, frozen_mask
from motion_core.editing.spread import frames_to, smoothstep

ORDER = 3  # a cubic through the window: it follows peaks, where a mean would cut them off
SECONDS = 0.25


def smooth(
    motion: Motion, seconds: float = SECONDS, *, keep_contacts: bool = True, frozen: np.ndarray | None = None
) -> Motion:
    """The motion without jitter shorter than about half of `seconds`, by a local cubic (Savitzky and Golay, 1964).

    Rotations are fitted as quaternions of continuous sign and scaled back to length 1. Within a window that equals the
    fit of their logarithms to second order, and it has no singular point. keep_contacts: feet that stand are put back
    where they stood. frozen (T,) bool: frames that stay bit for bit; the smoothing fades towards them.
    """
    if not (np.isfinite(seconds) and seconds >= 0):
        raise ValueError(f"seconds is {seconds}: give the length of the window, 0 for none")
    frozen = frozen_mask(motion, frozen)
    width = min(round(seconds * motion.fps), len(motion)) // 2 * 2 + 1
    width = width if width <= len(motion) else width - 2
    if width <= ORDER + 1 or frozen.all():
        return motion
    given = Pose.of(motion)
    share = np.ones(len(motion))
    if frozen.any():
        share = smoothstep(frames_to(frozen) / (width / 2))
    pelvis = given.pelvis + share[:, None] * (local_cubic(given.pelvis, width) - given.pelvis)
    fitted = quat.normalize(local_cubic(quat.continuous(given.rotations), width))
    pose = Pose(pelvis, quat.slerp(given.rotations, fitted, share[:, None]))
    if keep_contacts:
        _put_feet_back(pose, given, frozen, motion.fps)
    return pose.motion(motion, frozen)


def local_cubic(values: np.ndarray, width: int) -> np.ndarray:
    """Each row of (T,...) replaced by the least-squares cubic through the `width` (odd) rows around it.

    The first and last half window are read off the cubic of the outermost whole window.
    """
    half = width // 2
    powers = np.linspace(-1, 1, width)[:, None] ** np.arange(ORDER + 1)
    fit = powers @ np.linalg.pinv(
        powers
    )  # (width,width): row p gives the cubic's value at place p of the window
    flat = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    windows = np.lib.stride_tricks.sliding_window_view(flat, width, axis=0)  # (T-width+1,D,width)
    result = np.concatenate([fit[:half] @ flat[:width], windows @ fit[half], fit[half + 1 :] @ flat[-width:]])
    return result.reshape(np.shape(values))


def _put_feet_back(pose: Pose, given: Pose, frozen: np.ndarray, fps: float) -> None:
    """Feet as in `given` while they stand there."""
    contacts = find_contacts(given, fps)
    plans = {}
    for side in SIDES:
        wanted = FootPlan(
            given.at(f"{side}_foot"), given.facing(f"{side}_ankle"), given.facing(f"{side}_foot")
        )
        plans[side] = lead_feet(pose, side, contacts[side].ball, wanted, frozen, fps)
    place_feet(pose, plans, fps)
