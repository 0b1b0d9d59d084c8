"""A turn made to come to so many degrees: each step of the body turns a little more or less than it did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, REST_PELVIS

LEAST, MOST = 0.6, 1.8  # times as far as it turned: beyond, feet would slide too far


def turned_by(motion: Motion, degrees: float) -> Motion:
    """The motion turned by so many degrees in all, to the side to which it turns; itself where that is too far from
    what it does.
    """
    heading = motion.heading().astype(np.float64)
    turn = heading - heading[0]
    most = float(turn[np.abs(turn).argmax()])
    wanted = np.radians(degrees) * np.sign(most)
    if most == 0 or not LEAST <= wanted / most <= MOST:
        return motion
    return _with_more_turn(motion, turn * (wanted / most - 1))


def _with_more_turn(motion: Motion, more: np.ndarray) -> Motion:
    """more: radians (T,) of yaw that each frame is turned further, its way with it."""
    half = more / 2
    yaw = np.stack([np.cos(half), np.zeros_like(half), np.zeros_like(half), np.sin(half)], axis=-1)
    rotations = motion.rotations.astype(np.float64).copy()
    rotations[:, JOINT["pelvis"]] = quat.multiply(yaw, rotations[:, JOINT["pelvis"]])
    pelvis = motion.pelvis.astype(np.float64)
    steps = quat.rotate(yaw[1:], np.diff(pelvis, axis=0))
    pelvis[1:] = pelvis[0] + np.cumsum(steps, axis=0)
    return replace(motion, trans=pelvis - REST_PELVIS, rotations=rotations)
