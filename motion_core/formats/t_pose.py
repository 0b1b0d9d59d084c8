"""The constant turns C between the joints of a skeleton and ours, read off one frame in which the person stands as a T.

`calibration.py` finds them from the motion. Who knows a frame of a T- or A-pose says more than any motion can: there
every joint of ours is turned as at rest, but for the little by which its bone points elsewhere.
"""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import CHILD, HINGES, rest_direction, swing_onto
from motion_core.body.skeleton import JOINT
from motion_core.formats.calibration import fits_of
from motion_core.formats.humanoid import SIDES, Body, bone_directions

STRAIGHT = np.radians(45)  # how far knees and elbows may be bent
LEANING = np.radians(35)  # how far torso and thighs may lean
RAISED = np.radians(35)  # how far upper arms may point up


def turns_of_pose(body: Body, number: int) -> np.ndarray:
    """C (22,4) from the frame `number`, counted from 1; NaN for joints that the source has not.

    Raises ValueError that says what is bent, where the person does not stand as a T or an A.
    """
    if not 1 <= number <= len(body.positions):
        raise ValueError(f"the T-pose is frame {number}, and the file has {len(body.positions)} frames")
    at = slice(number - 1, number)
    pose = Body(body.positions[at].astype(np.float64), body.orientations[at].astype(np.float64), body.fps)
    if fault := _fault(pose):
        raise ValueError(
            f"frame {number} is no T-pose: {fault}. Choose one in which the person stands upright"
        )
    return np.asarray(quat.multiply(quat.conjugate(pose.orientations[0]), _posed(pose)))


def _posed(pose: Body) -> np.ndarray:
    """World orientations (22,4) of our joints in a pose (1,22,...) that is nearly our rest pose."""
    fits = fits_of(pose)[0][0]
    chest = fits[JOINT["spine3"]]
    for upper, lower, _ in HINGES:
        near = fits[JOINT["pelvis"]] if upper.endswith("hip") else chest
        for joint in (upper, lower):
            fits[JOINT[joint]] = _lowered(
                near, rest_direction(joint), bone_directions(pose.positions, joint)[0]
            )
        if upper.endswith("shoulder"):
            fits[JOINT[CHILD[lower]]] = fits[JOINT[lower]]
    return fits


def _lowered(near: np.ndarray, rest: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """near (4,) turned so that a bone that rests along `rest` (3,) points along `direction` (3,).

    Arms are lowered and legs set apart about the axis that leads forward; the little that is left is the shortest turn.
    """
    there = quat.rotate(quat.conjugate(near), direction)
    angle = np.arctan2(there[1], there[0]) - np.arctan2(rest[1], rest[0])
    aside = quat.rotvec_to_quat(np.array([0.0, 0.0, angle]))
    return swing_onto(quat.multiply(near, aside), rest, direction)


def _fault(pose: Body) -> str:
    """What of a pose (1,22,...) is no T and no A, "" where all is."""
    down = np.array([0.0, 0.0, -1.0])
    points = {joint: pose.positions[0, index] for joint, index in JOINT.items()}
    torso = points["neck"] - (points["left_hip"] + points["right_hip"]) / 2
    if _between(torso, -down) > LEANING:
        return f"the torso leans by {_degrees(torso, -down)}"
    for side in SIDES:
        thigh, arm = (bone_directions(pose.positions, f"{side}_{bone}")[0] for bone in ("hip", "shoulder"))
        shin, forearm = (bone_directions(pose.positions, f"{side}_{bone}")[0] for bone in ("knee", "elbow"))
        if _between(thigh, down) > LEANING:
            return f"the {side} thigh leans by {_degrees(thigh, down)}"
        if _between(arm, -down) < np.pi / 2 - RAISED:
            return f"the {side} arm is raised"
        for name, upper, lower in (("knee", thigh, shin), ("elbow", arm, forearm)):
            if _between(upper, lower) > STRAIGHT:
                return f"the {side} {name} is bent by {_degrees(upper, lower)}"
    return ""


def _between(a: np.ndarray, b: np.ndarray) -> float:
    """Radians between two directions (3,)."""
    return float(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1)))


def _degrees(a: np.ndarray, b: np.ndarray) -> str:
    return f"{np.degrees(_between(a, b)):.0f} degrees"
