"""Files as AMASS stores them, of somebody who walks straight ahead."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT


def walking(frames, fps, speed=1.0) -> Motion:
    """Straight along -Y, half a metre above the floor (AMASS floors are not all at zero)."""
    rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    rotations[:, JOINT["left_elbow"]] = quat.rotvec_to_quat(np.array([0, 0, 0.4]))
    rotations[:, 0] = UPRIGHT
    pelvis = np.zeros((frames, 3))
    pelvis[:, 1] = -np.arange(frames) * speed / fps
    pelvis[:, 2] = STANDING_PELVIS + 0.5
    return Motion.from_pelvis(fps, pelvis, rotations)


def write_amass(path: Path, motion: Motion) -> None:
    """As AMASS stores it: SMPL-H poses, no joints, no meta."""
    path.parent.mkdir(parents=True, exist_ok=True)
    poses = np.zeros((len(motion), 156))
    poses[:, :66] = quat.quat_to_rotvec(motion.rotations.astype(np.float64)).reshape(len(motion), -1)
    np.savez(
        path, trans=motion.trans, poses=poses, betas=np.zeros(16), gender=np.array("male"),
        mocap_framerate=np.array(motion.fps), dmpls=np.zeros((len(motion), 8)),
    )  # fmt: skip
