"""Random motions on foreign rigs, posed the way Blender poses them, in plain numpy."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from rig_rests import Y_UP, Z_UP, RestStyle

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, PARENT_OF, UPRIGHT
from motion_core.retarget import (
    BoneCurves,
    RigBone,
)

styles = st.builds(
    RestStyle,
    seed=st.integers(0, 10_000),
    arms_down=st.floats(0.1, 1.4),
    elbows_bent=st.floats(0, 0.6),
    legs_apart=st.floats(0, 0.4),
    scale=st.sampled_from([1.0, 100.0, 0.3]),
    space=st.sampled_from([tuple(Z_UP), tuple(Y_UP), tuple(quat.about_z(np.pi / 2))]),
    stretch=st.sampled_from([0.0, 0.3]),
    prefix=st.sampled_from(["", "m_avg_", "Body:"]),
    root=st.booleans(),
)
few = settings(max_examples=12, deadline=None, derandomize=True)


def random_motion(seed: int, frames: int = 2, spread: float = 0.6) -> Motion:
    rng = np.random.default_rng(seed)
    rotations = quat.rotvec_to_quat(rng.normal(0, spread, (frames, 22, 3)))
    rotations[:, 0] = quat.multiply(UPRIGHT, rotations[:, 0])
    pelvis = rng.normal(0, 0.5, (frames, 3)) + [0, 0, 1]
    return Motion.from_pelvis(20.0, pelvis, rotations)


def pose(bones: list[RigBone], curves: BoneCurves, frame: int) -> dict[str, np.ndarray]:
    """Pose matrices (4,4) in armature space, as Blender evaluates the channels."""
    table = {bone.name: bone for bone in bones}
    done: dict[str, np.ndarray] = {}

    def matrix(name: str) -> np.ndarray:
        if name not in done:
            bone, channel = table[name], np.eye(4)
            if name in curves.rotations:
                channel[:3, :3] = quat.quat_to_matrix(curves.rotations[name][frame])
            if name == curves.root:
                channel[:3, 3] = curves.locations[frame]
            if bone.parent is None:
                done[name] = bone.rest @ channel
            else:
                offset = np.linalg.inv(table[bone.parent].rest) @ bone.rest
                posed = matrix(bone.parent) @ offset
                if not bone.inherit_rotation:
                    posed[:3, :3] = bone.rest[:3, :3]
                done[name] = posed @ channel
        return done[name]

    return {name: matrix(name) for name in table}


def heads(bones: list[RigBone], curves: BoneCurves, mapping: dict[str, str], frame: int) -> np.ndarray:
    """(22,3) posed heads in joint order."""
    posed = pose(bones, curves, frame)
    return np.array([posed[mapping[joint]][:3, 3] for joint in JOINTS])


def directions(joints: np.ndarray) -> np.ndarray:
    spans = [joints[JOINT[j]] - joints[JOINT[p]] for j in JOINTS if (p := PARENT_OF[j]) is not None]
    return np.array(spans) / np.linalg.norm(spans, axis=1, keepdims=True)
