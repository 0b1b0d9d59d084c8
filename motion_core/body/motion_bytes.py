"""A motion as the bytes of an AMASS-style `.npz`: what a file holds and what travels over HTTP.

Members: trans (T,3) m, poses (T,156) axis-angle in SMPL-H order (hands zero), betas (16,), gender, mocap_framerate and
mocap_frame_rate in Hz, joints (T,22,3) m (our forward kinematics), meta (one JSON string).
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINTS

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

BODY_SIZE = 3 * len(JOINTS)
SMPLH_SIZE = 156


def motion_to_bytes(motion: Motion) -> bytes:
    """The file's content."""
    buffer = io.BytesIO()
    poses = np.zeros((len(motion), SMPLH_SIZE), dtype=np.float32)
    poses[:, :BODY_SIZE] = quat.quat_to_rotvec(motion.rotations.astype(np.float64)).reshape(len(motion), -1)
    members: dict[str, Any] = {
        "trans": motion.trans,
        "poses": poses,
        "betas": motion.betas,
        "gender": np.array(motion.gender),
        "mocap_framerate": np.array(motion.fps),
        "mocap_frame_rate": np.array(motion.fps),
        "joints": motion.joints(),
        "meta": np.array(json.dumps(motion.meta, ensure_ascii=False)),
    }
    try:
        np.savez_compressed(buffer, **members)
    except ValueError as error:
        # zipfile, closed by an interrupt in the middle of a member, complains of that and hides the interrupt
        if isinstance(error.__context__, KeyboardInterrupt):
            raise error.__context__ from None
        raise
    return buffer.getvalue()
