"""Members of `.npz` files of many tools -> one body motion: names, shapes and axes that SMPL tools use. Numpy only.

AMASS has poses and trans; SMPL-X tools root_orient and pose_body, or global_orient and body_pose; HY-Motion and
EasyMocap a rotation Rh beside poses whose own root is zero; AIST++ smpl_poses and smpl_trans. Poses are flat (T,3J),
(T,J,3) or rotation matrices (T,J,3,3). The first 22 joints are the same in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion, forward_kinematics
from motion_core.body.skeleton import JOINT, JOINTS, REST_PELVIS
from motion_core.formats.limits import check_poses
from motion_core.formats.reading import Reading, unit_size
from motion_core.formats.up_axis import TO_Z_UP, guess_up_axis

POSES = ("poses", "smpl_poses", "fullpose", "pose")
ROOTS = ("root_orient", "global_orient")
BODIES = ("pose_body", "body_pose")
OUTER_ROOT = "Rh"
TRANS = ("trans", "transl", "smpl_trans", "translation", "Th")
RATES = ("mocap_framerate", "mocap_frame_rate", "fps", "frame_rate", "framerate")
WHOLE = (22, 24, 52, 55)  # joints with the root: body, SMPL, SMPL-H, SMPL-X
WITHOUT_ROOT = (21, 23, 51, 54)
RATE_OF_RH = 30.0  # Hz of HY-Motion, whose files do not say it
Z_DOUBT = 2.5  # AMASS is Z up: a person who lies still is no proof of the contrary
LOOKED_AT = 300  # frames, for the up axis
NEEDED = (*POSES, *ROOTS, *BODIES, OUTER_ROOT, *TRANS, *RATES)


def members_to_rotations(members: Mapping[str, np.ndarray]) -> np.ndarray:
    """Local rotations (T,22,4) in the file's axes. Raises ValueError that names the member and its shape."""
    root = next((_turns(members[key], key) for key in ROOTS if key in members), None)
    if (key := next((key for key in (*POSES, *BODIES) if key in members), None)) is None:
        raise ValueError(
            "it has no member 'poses': an SMPL motion has poses and trans, or root_orient and pose_body, "
            "or global_orient and body_pose"
        )
    turns = _turns(members[key], key)
    if turns.shape[1] in WITHOUT_ROOT:
        if root is None:
            raise ValueError(
                f"{key} have {turns.shape[1]} joints, without the root: 'root_orient' is missing"
            )
        if len(root) != len(turns):
            raise ValueError(f"{key} have {len(turns)} frames, the root has {len(root)}")
        turns = np.concatenate([root[:, :1], turns], axis=1)
    if OUTER_ROOT in members:
        outer = _turns(members[OUTER_ROOT], OUTER_ROOT)
        if len(outer) != len(turns):
            raise ValueError(f"{key} have {len(turns)} frames, {OUTER_ROOT} has {len(outer)}")
        turns[:, 0] = quat.multiply(outer[:, 0], turns[:, 0])
    return turns[:, : len(JOINTS)]


def _turns(values: np.ndarray, key: str) -> np.ndarray:
    """Quaternions (T,J,4) of axis-angles (T,3J) or (T,J,3), or of matrices (T,J,3,3)."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim and len(array) == 0:
        raise ValueError(f"{key} are empty: a motion has at least one frame")
    matrices = array.ndim == 4 and array.shape[2:] == (3, 3)
    given = (
        array if matrices or array.ndim == 3 else array.reshape(len(array), -1, 3) if _flat(array) else None
    )
    if given is None or given.shape[-1] != 3 or given.shape[1] not in (1, *WHOLE, *WITHOUT_ROOT):
        sizes = ", ".join(str(3 * joints) for joints in WHOLE)
        raise ValueError(
            f"{key} have shape {array.shape}, expected (frames, one of {sizes}) or (frames, joints, 3)"
        )
    check_poses(*given.shape[:2])
    if not np.all(np.isfinite(given)):
        frame = int(np.argwhere(~np.isfinite(given))[0][0])
        raise ValueError(f"{key} are not finite at frame {frame}")
    return quat.matrix_to_quat(given) if matrices else quat.rotvec_to_quat(given)


def _flat(array: np.ndarray) -> bool:
    return array.ndim == 2 and array.shape[1] % 3 == 0


def members_to_trans(members: Mapping[str, np.ndarray], frames: int) -> np.ndarray:
    """The body's translation (T,3) in the file's axes and unit. Raises ValueError."""
    if (key := next((key for key in TRANS if key in members), None)) is None:
        raise ValueError("it has no member 'trans': without the body's translation it is a pose, no motion")
    trans = np.asarray(members[key], dtype=np.float64)
    if trans.ndim == 3 and trans.shape[1] == 1:
        trans = trans[:, 0]
    if trans.shape != (frames, 3):
        raise ValueError(f"{key} has shape {trans.shape}: rotations have shape ({frames}, {len(JOINTS)}, 4)")
    if not np.all(np.isfinite(trans)):
        raise ValueError(f"{key} is not finite")
    return trans


def members_to_rate(members: Mapping[str, np.ndarray], reading: Reading, notes: list[str]) -> float:
    """Hz, as said by the user, the file or its kind. Raises ValueError."""
    if reading.fps is not None:
        return reading.fps
    for key in RATES:
        if key in members:
            values = np.asarray(members[key], dtype=np.float64).reshape(-1)
            if len(values) == 0:
                raise ValueError(f"{key} is empty: say the frame rate (--fps N)")
            return float(values[0])
    if OUTER_ROOT in members:
        notes.append(f"{RATE_OF_RH:g} Hz, as HY-Motion's files have")
        return RATE_OF_RH
    raise ValueError(f"it has no frame rate, none of {', '.join(RATES)}: say it (--fps N)")


def upright(
    trans: np.ndarray, rotations: np.ndarray, reading: Reading, guess: bool, notes: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """trans (T,3) in metres and rotations (T,22,4) in our axes, from the file's. guess: where the user says nothing."""
    pelvis = trans + REST_PELVIS.astype(np.float64)
    pelvis *= 1.0 if reading.unit is None else unit_size(reading.unit)
    up = reading.up or (_guessed_up(pelvis, rotations) if guess else "z")
    if up != "z" and reading.up is None:
        notes.append(f"{up.upper()} up")
    if up == "z" and reading.unit is None:
        return trans, rotations
    rotations = rotations.copy()
    rotations[:, 0] = quat.multiply(TO_Z_UP[up], rotations[:, 0])
    return quat.rotate(TO_Z_UP[up], pelvis) - REST_PELVIS, rotations


def _guessed_up(pelvis: np.ndarray, rotations: np.ndarray) -> str:
    """ "y" or "z", which AMASS has: "y" only where a body stands along it, and floor or movement agree."""
    spine = np.mean(quat.rotate(rotations[:, 0], np.array([0.0, 1.0, 0.0])), axis=0)
    if spine[1] <= max(spine[2], 0.3):
        return "z"
    some = np.linspace(0, len(pelvis) - 1, min(len(pelvis), LOOKED_AT)).astype(int)
    joints, _ = forward_kinematics(pelvis[some], rotations[some])
    feet = joints[:, [JOINT["left_ankle"], JOINT["right_ankle"]]].mean(axis=1)
    return guess_up_axis(feet, joints[:, JOINT["neck"]], joints.min(axis=1), None, "z", Z_DOUBT)


def members_to_motion(
    members: Mapping[str, np.ndarray], reading: Reading, ours: bool, notes: list[str]
) -> Motion:
    """The motion without what is optional (betas, gender, meta). ours: written by us, so that nothing is guessed."""
    rotations = members_to_rotations(members)
    trans = members_to_trans(members, len(rotations))
    fps = members_to_rate(members, reading, notes)
    trans, rotations = upright(trans, rotations, reading, not ours, notes)
    return Motion(fps=fps, trans=trans, rotations=rotations)
