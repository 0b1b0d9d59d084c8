"""Recordings with 12 keys a second: walking is fine, punches and kicks are blurred, and are to be drawn less often."""

from __future__ import annotations

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT

ENDS = ("left_wrist", "right_wrist", "left_ankle", "right_ankle", "head")
BUSIEST = 95  # percentile of speed
CALM, FAST = 1.6, 3.2  # m/s against the pelvis: an arm that swings in a walk; a punch or kick
LEAST = 0.15  # weight of a clip as fast as that


def sparse_weight(motion: Motion) -> float:
    """How often such a clip is to be drawn, against 1 for one that is not sparse: less the faster its limbs are."""
    if len(motion) < 2:
        return 1.0
    joints = motion.joints().astype(np.float64)
    ends = joints[:, [JOINT[name] for name in ENDS]] - joints[:, [JOINT["pelvis"]]]
    speed = np.linalg.norm(np.diff(ends, axis=0), axis=-1).max(axis=1) * motion.fps
    fastness = np.clip((np.percentile(speed, BUSIEST) - CALM) / (FAST - CALM), 0.0, 1.0)
    return float(1.0 - (1.0 - LEAST) * fastness)
