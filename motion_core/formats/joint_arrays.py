"""Bare arrays `.npy` that hold joints: HumanML3D's (T,22,3) and (T,263), and what models write in its form. Numpy only.

Joints have no twists; those are fitted (`body/fitting.py`). The frame rate is HumanML3D's unless the user says another.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import check_joints, positions_to_rotations
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS
from motion_core.formats.arrays import check_npy, read_array
from motion_core.formats.bvh import SIDES, above_floor
from motion_core.formats.faults import format_faults
from motion_core.formats.files import open_regular
from motion_core.formats.humanoid import OUR_LEG, leg_length
from motion_core.formats.limits import check_poses
from motion_core.formats.reading import UNITS, Reading, unit_name, unit_size
from motion_core.formats.up_axis import TO_Z_UP, guess_up_axis

RATE = 20.0  # Hz of HumanML3D
FEATURES = (
    263  # of HumanML3D: turn (1), step (2), height (1), 21 joints (63), and what can be told from these
)
WITH_HANDS = (22, 24, 52, 55, 127, 144)  # joints of bodies whose first 22 are ours
KIT = {21: "KIT's 21 joints", 251: "KIT's 251 features"}
LEGS = (0.45, 1.3)  # metres: legs of people
Y_DOUBT = 0.2
SHAPES = "(T,22,3) joints or (T,263) features"


def read_npy(path: str | Path, reading: Reading | None = None) -> Motion:
    """A motion from joints or features. Raises FormatError, or OSError where the file cannot be opened.

    What had to be supposed is in meta, as `read`.
    """
    with format_faults(str(path), ".npy"), open_regular(path) as file:
        check_npy(file)
        return array_to_motion(read_array(file, os.fstat(file.fileno()).st_size), reading or Reading())


def array_to_motion(array: np.ndarray, reading: Reading) -> Motion:
    """Joints (T,22 or more,3), (1,T,22,3) or (22,3,T), or features (T,263), as a motion. Raises ValueError."""
    while array.ndim > 2 and len(array) == 1 and array.shape[1:2] != (3,):
        array = array[0]
    if array.ndim == 3 and array.shape[:2] == (len(JOINTS), 3) and array.shape[2] != 3:
        array = array.transpose(2, 0, 1)  # as MDM keeps them
    check_poses(len(array) if array.ndim else 0, len(JOINTS))
    if array.ndim == 2 and array.shape[1] == FEATURES:
        return joints_to_motion(features_to_joints(array), reading, usual="y")
    if array.ndim == 3 and array.shape[1] in WITH_HANDS and array.shape[2] == 3:
        return joints_to_motion(array[:, : len(JOINTS)], reading, usual="y")
    if array.ndim > 1 and array.shape[1] in KIT:
        raise ValueError(f"it holds {KIT[array.shape[1]]}, another skeleton than the 22 joints of SMPL")
    raise ValueError(
        f"it is an array of shape {array.shape}: a .npy motion is {SHAPES}; poses belong in .npz"
    )


def features_to_joints(features: np.ndarray) -> np.ndarray:
    """Joints (T,22,3), Y up, of HumanML3D's features (T,263), which are metres, not normalised."""
    x0 = np.asarray(features, dtype=np.float64)
    half = np.concatenate([[0.0], np.cumsum(x0[:-1, 0])])
    zero = np.zeros_like(half)
    out_of_heading = np.stack([np.cos(half), zero, -np.sin(half), zero], axis=-1)
    steps = np.zeros((len(x0), 3))
    steps[1:, [0, 2]] = x0[:-1, 1:3]
    local = np.zeros((len(x0), len(JOINTS), 3))
    local[:, 1:] = x0[:, 4:67].reshape(len(x0), -1, 3)
    local[:, 0, 1] = x0[:, 3]
    return (
        quat.rotate(out_of_heading[:, None], local)
        + np.cumsum(quat.rotate(out_of_heading, steps), axis=0)[:, None]
    )


def joints_to_motion(joints: np.ndarray, reading: Reading, usual: str) -> Motion:
    """Our body fitted to joints (T,22,3) of any unit and up axis, scaled by leg length and stood on the floor."""
    joints = check_joints(joints)
    leg = leg_length(joints)
    unit = min(UNITS.values(), key=lambda u: abs(np.log(max(leg, 1e-9) * u / OUR_LEG)))
    unit = unit if reading.unit is None else unit_size(reading.unit)
    if leg < 1e-9 or (reading.unit is None and not LEGS[0] < leg * unit < LEGS[1]):
        raise ValueError(
            f"its legs are {leg:.3g} units long, which is no person in m, cm or mm: say the unit (--unit); "
            "features must be brought back by their mean and deviation first"
        )
    up = reading.up or _guessed_up(joints, usual)
    placed = quat.rotate(TO_Z_UP[up], joints)
    motion = Motion.from_pelvis(
        reading.fps or RATE, placed[:, 0] * (OUR_LEG / leg), positions_to_rotations(placed)
    )
    ankles = motion.joints()[:, [JOINT[f"{side}_ankle"] for side in SIDES], 2].min(axis=1)
    said = f"{up.upper()} up; {unit_name(unit)}; {motion.fps:g} Hz"
    return Motion.from_pelvis(
        motion.fps, motion.pelvis - [0.0, 0.0, above_floor(ankles)], motion.rotations, meta={"read": said}
    )


def _guessed_up(joints: np.ndarray, usual: str) -> str:
    feet = joints[:, [JOINT[f"{side}_ankle"] for side in SIDES]].mean(axis=1)
    return guess_up_axis(feet, joints[:, JOINT["neck"]], joints.min(axis=1), None, usual, Y_DOUBT)
