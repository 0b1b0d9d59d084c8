"""Poses onto a rig whose other bones move too: orientations and hips are those asked for, the others keep their own."""

from __future__ import annotations

import numpy as np
import pytest
from rig_rests import RestStyle, foreign_rig

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.retarget import BoneCurves, match_bones, motion_to_bone_curves, pose_bones
from motion_core.retarget.onto import motion_onto_poses, poses_to_channels

FRAMES = 6
STYLE = RestStyle(seed=3, arms_down=0.7, legs_apart=0.15, stretch=0.1, root=True)


def random_motion(seed: int) -> Motion:
    rng = np.random.default_rng(seed)
    rotations = quat.rotvec_to_quat(rng.normal(0, 0.4, (FRAMES, 22, 3)))
    rotations[:, JOINT["pelvis"]] = quat.multiply(UPRIGHT, rotations[:, JOINT["pelvis"]])
    pelvis = rng.normal(0, 0.2, (FRAMES, 3)) + [0, 0, STANDING_PELVIS]
    return Motion.from_pelvis(24.0, pelvis, rotations)


def moved_rig(seed: int):
    """A rig of which the spine has a bone too many for us, which turns, a root that turns, and a pushed collar."""
    bones = foreign_rig(STYLE)
    mapping = {
        joint: bone for joint, bone in match_bones([b.name for b in bones]).items() if joint != "spine2"
    }
    rng = np.random.default_rng(seed)
    turns = {bone.name: quat.rotvec_to_quat(rng.normal(0, 0.4, (FRAMES, 3))) for bone in bones}
    more = {mapping["left_collar"]: rng.normal(0, 0.02, (FRAMES, 3))}
    curves = BoneCurves(turns, mapping["pelvis"], rng.normal(0, 0.1, (FRAMES, 3)), more)
    return bones, mapping, curves


@pytest.mark.parametrize("seed", range(3))
def test_channels_are_the_inverse_of_posing(seed):
    bones, _, curves = moved_rig(seed)
    channels = poses_to_channels(pose_bones(curves, bones), bones)
    for name, turns in curves.rotations.items():
        assert quat.angle_between(channels.rotations[name], turns).max() < 1e-6
    for name, places in curves.more.items():
        np.testing.assert_allclose(channels.locations[name], places, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_between_is_allowed_for(seed):
    bones, mapping, curves = moved_rig(seed)
    motion, poses = random_motion(seed + 10), pose_bones(curves, bones)
    wanted = pose_bones(motion_to_bone_curves(motion, bones, mapping), bones)
    channels, posed = motion_onto_poses(motion, poses, bones, mapping, JOINTS)
    assert set(channels.rotations) == set(mapping.values())
    for bone in mapping.values():
        assert quat.angle_between(posed.orientations[bone], wanted.orientations[bone]).max() < 1e-6
    hips = [mapping["left_hip"], mapping["right_hip"]]
    np.testing.assert_allclose(
        sum(posed.heads[bone] for bone in hips), sum(wanted.heads[bone] for bone in hips), atol=1e-9
    )
    # the channels themselves make these poses
    (root,) = channels.locations
    more = {bone.name: poses_to_channels(poses, bones).locations[bone.name] for bone in bones}
    made = BoneCurves(
        {**curves.rotations, **channels.rotations}, "", np.zeros((FRAMES, 3)), {**more, **channels.locations}
    )
    again = pose_bones(made, bones)
    for name, heads in posed.heads.items():
        np.testing.assert_allclose(again.heads[name], heads, atol=1e-9)
    assert root in mapping.values()


def test_a_part_leaves_the_body_where_it_is():
    bones, mapping, curves = moved_rig(0)
    poses = pose_bones(curves, bones)
    arm = ("left_shoulder", "left_elbow")
    channels, posed = motion_onto_poses(random_motion(1), poses, bones, mapping, arm)
    assert set(channels.rotations) == {mapping[joint] for joint in arm}
    assert channels.locations == {}
    for name in ("pelvis", "right_wrist", "left_ankle", "head"):
        np.testing.assert_allclose(posed.heads[mapping[name]], poses.heads[mapping[name]], atol=1e-9)
