"""Feet on the floor, whatever the proportions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from posed_rigs import few, heads, random_motion, styles
from rig_rests import RestStyle, foreign_rig

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import ANKLE_HEIGHT, JOINT, JOINTS, SOLE, UPRIGHT
from motion_core.retarget import (
    RigBone,
    match_bones,
    motion_to_bone_curves,
    pose_bones,
)


@few
@given(styles, st.integers(0, 1000))
def test_feet_land_as_high_as_the_source_s(style, seed):
    bones = foreign_rig(style)
    mapping = match_bones(bone.name for bone in bones)
    motion = random_motion(seed, spread=0.3)
    joints = motion.joints()
    clear = {"ankle": ANKLE_HEIGHT, "foot": SOLE}
    feet = [f"{side}_{part}" for side in ("left", "right") for part in clear]
    lowest = np.min([joints[:, JOINT[f], 2] - clear[f.split("_")[1]] for f in feet], axis=0)
    motion = motion.moved(offset=(0, 0, -lowest[0]))  # the first frame stands on the floor
    curves = motion_to_bone_curves(motion, bones, mapping, scale=style.scale)
    up = quat.rotate(np.array(style.space), np.array([0, 0, 1.0]))
    rest = {bone.name: bone.head for bone in bones}
    posed = heads(bones, curves, mapping, 0)
    rises = [(posed[JOINT[f]] - rest[mapping[f]]) @ up for f in feet]
    assert abs(min(rises)) < 1e-5 * style.scale


def test_a_standing_foot_stays_on_a_rig_of_other_proportions():
    """Standing on the left foot and bending the knee, thighs a fifth longer than the shins: the foot may not travel."""
    bones = foreign_rig(RestStyle())
    longer = {
        side: 0.08 * (heads_at(bones, f"{side}_knee") - heads_at(bones, f"{side}_hip"))
        for side in ("left", "right")
    }
    legs = ("knee", "ankle", "foot")
    moved = {f"{side}_{joint}": longer[side] / 0.4 for side in longer for joint in legs}
    bones = [
        replace(bone, rest=bone.rest + np.pad(moved.get(bone.name, np.zeros(3))[:, None], ((0, 1), (3, 0))))
        for bone in bones
    ]
    motion = squatting()
    mapping = {joint: joint for joint in JOINTS}
    foot = pose_bones(motion_to_bone_curves(motion, bones, mapping), bones).heads["left_foot"]
    ours = motion.joints()[:, JOINT["left_foot"]]
    assert np.ptp(ours, axis=0).max() < 1e-4
    assert np.ptp(foot, axis=0).max() < 0.004
    knee = pose_bones(motion_to_bone_curves(motion, bones, mapping), bones).heads["left_knee"]
    assert np.ptp(knee, axis=0).max() > 0.1


def heads_at(bones: list[RigBone], name: str) -> np.ndarray:
    return next(bone.head for bone in bones if bone.name == name)


def squatting() -> Motion:
    """Ten frames into the knees on the left leg, the right one lifted; the left foot level and in its place."""
    bend = np.linspace(0.0, 1.2, 10)
    turns = np.zeros((10, 22, 3))
    for joint, share in (("hip", -0.5), ("knee", 1.0), ("ankle", -0.5)):
        turns[:, JOINT[f"left_{joint}"], 0] = share * bend
    turns[:, JOINT["right_hip"], 0] = -1.0
    rotations = quat.rotvec_to_quat(turns)
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    motion = Motion.from_pelvis(20.0, np.zeros((10, 3)), rotations)
    foot = motion.joints()[:, JOINT["left_foot"]]
    return Motion.from_pelvis(20.0, np.array([0.1, 0.2, SOLE]) - foot, rotations)
