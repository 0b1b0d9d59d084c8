"""Channels that show in FK what IK shows: stretched arms too; the rig is left as it was."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from ik_rigs import mixamo_with_ik, two_chains
from rig_states import snapshot

from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.controls import posed_matrices
from blender_addon.rig.limb_switches import Toggles
from blender_addon.rig.pose_matching import Controls, Match, _pose, match_poses, own_channels

LIMBS = {
    "mixamo": (mixamo_with_ik, ("left_hip", "left_knee", "left_ankle")),
    "two chains": (two_chains, ("left_shoulder", "left_elbow", "left_wrist")),
}
FRAME = 30


def controls_of(rig, limb) -> Controls:
    names = [bones_of(rig).bones[joint] for joint in limb]
    parents = {names[0]: None, **{name: above for above, name in pairwise(names)}}
    return Controls({name: name for name in names}, parents, Toggles(rig, bones_of(rig)).of(limb, [FRAME])[0])


def matched(context, rig, controls) -> Match:
    return match_poses(context, rig, controls, {FRAME: dict.fromkeys(controls.shown, (None, None))})[FRAME]


@pytest.fixture(params=list(LIMBS))
def rig_and_controls(context, request):
    make, limb = LIMBS[request.param]
    rig = make(context)
    return rig, controls_of(rig, limb)


def test_the_channels_show_in_fk_what_was_seen(context, rig_and_controls):
    rig, controls = rig_and_controls
    context.scene.frame_set(FRAME)
    seen = posed_matrices(context, rig, list(controls.shown))
    match = matched(context, rig, controls)
    context.scene.frame_set(FRAME)
    for toggle in controls.toggles:
        toggle.put(rig)
    assert (
        np.abs(posed_matrices(context, rig, list(controls.shown)) - seen).max() > 0.05
    )  # IK shows another pose
    for name, basis in match.found.items():
        _pose(rig.pose.bones[name], basis.location, basis.rotation, basis.scale)
    np.testing.assert_allclose(posed_matrices(context, rig, list(controls.shown)), seen, atol=1e-3)
    assert match.apart < 1e-3


def test_the_rig_and_the_scene_are_left_as_they_were(context, rig_and_controls):
    rig, controls = rig_and_controls
    context.scene.frame_set(7)
    before, own = snapshot(rig), own_channels(rig, controls.shown)
    on = [toggle.now(rig) for toggle in controls.toggles]
    matched(context, rig, controls)
    assert snapshot(rig) == before
    assert [toggle.now(rig) for toggle in controls.toggles] == on
    for name, basis in own_channels(rig, controls.shown).items():
        np.testing.assert_array_equal(basis.rotation, own[name].rotation)


def test_what_is_locked_cannot_show_a_stretch(context):
    rig = two_chains(context)
    limb = LIMBS["two chains"][1]
    free = matched(context, rig, controls_of(rig, limb))
    assert max(basis.scale.max() for basis in free.found.values()) > 1.01
    for joint in limb:
        rig.pose.bones[joint].lock_scale = rig.pose.bones[joint].lock_location = (True,) * 3
    stiff = matched(context, rig, controls_of(rig, limb))
    assert max(basis.scale.max() for basis in stiff.found.values()) < 1.001
    assert stiff.apart > 0.005 > free.apart
