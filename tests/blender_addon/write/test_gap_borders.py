"""Gaps of rigs in IK begin and end as the kept frames beside them: stretched, bent and turned alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from ik_rigs import (
    ALL,
    KEPT,
    KEYS,
    RIGS,
    SPAN,
    apart,
    change_of,
    deform_poses,
    deforming,
    move,
    rigify_in_ik,
    turn,
)
from rig_animation import stepping

from blender_addon.rig.capture import capture
from blender_addon.write.change import Change
from blender_addon.write.gap_borders import lead_to_borders
from blender_addon.write.keyed_rig import KeyedRig
from blender_addon.write.put_change import put_change
from blender_addon.write.wanted_poses import wanted_channels
from motion_core.body import quaternions as quat

BORDERS = [1, 20, 22, 40, 60]  # those of KEPT beside a gap


def steps(points: np.ndarray) -> np.ndarray:
    """(T-1,2B) centimetres from frame to frame."""
    return np.linalg.norm(np.diff(points, axis=0), axis=2) * 100


@pytest.mark.parametrize("kind", list(RIGS))
def test_channels_are_led_to_what_each_border_shows(context, kind):
    armature = RIGS[kind](context)
    other = Change(1, stepping(60), np.isin(SPAN, KEPT), ALL)  # which does not meet the kept frames
    rig = KeyedRig(context, armature, other)
    posed = wanted_channels(rig, rig.change.motion)
    found = lead_to_borders(rig, posed)
    assert sorted(found) == BORDERS
    assert max(found.values()) < 1e-3
    assert bool(posed.scales) == (kind != "mixamo")  # whose limbs IK does not stretch
    for frame in BORDERS:
        for name, basis in rig.matches[frame].found.items():
            if name in posed.rotations:
                turned = posed.rotations[name][frame - 1]
                assert np.degrees(quat.angle_between(turned, basis.rotation)) < 0.05, (frame, name)
            if name in posed.scales:
                np.testing.assert_allclose(posed.scales[name][frame - 1], basis.scale, atol=1e-3)


def test_without_kept_frames_nothing_is_led(context):
    armature = RIGS["mixamo"](context)
    rig = KeyedRig(context, armature, change_of(context, armature, [], own=True))
    posed = wanted_channels(rig, rig.change.motion)
    before = {name: quats.copy() for name, quats in posed.rotations.items()}
    assert lead_to_borders(rig, posed) == {}
    for name, quats in posed.rotations.items():
        np.testing.assert_array_equal(quats, before[name])


@pytest.mark.parametrize("kind", list(RIGS))
def test_a_gap_begins_and_ends_as_the_kept_frames_beside_it(context, kind):
    """With the rig's own motion the steps over the borders are those of before, stretched arms and all."""
    rig = RIGS[kind](context)
    before = deform_poses(rig, SPAN)
    put_change(context, rig, change_of(context, rig, KEPT, own=True), "test")
    after = deform_poses(rig, SPAN)
    more = np.abs(steps(after[0]) - steps(before[0])).max(axis=1)
    turned = [np.degrees(quat.angle_between(turns[1:], turns[:-1])) for turns in (before[1], after[1])]
    more_turned = np.abs(turned[1] - turned[0]).max(axis=1)
    kept = np.isin(SPAN, KEPT)
    borders = kept[1:] != kept[:-1]
    print(f"{kind}: over borders {more[borders].max():.3f} cm, {more_turned[borders].max():.3f} degrees")
    assert more[borders].max() < 0.1
    assert more_turned[borders].max() < 0.1


def test_a_root_that_goes_and_turns_far(context):
    """It is at rest in a gap, and the body where it was; between frames no bone goes astray."""
    rig = rigify_in_ik(context)
    for n, frame in enumerate(KEYS):
        move(rig, "root", (1.5 * n, 2.0, 0), frame)
        turn(rig, "root", (0, 0.8 * n, 0), frame)
    before = deform_poses(rig, SPAN)
    put_change(context, rig, change_of(context, rig, KEPT, own=True), "test")
    metres, degrees = apart(rig, before, SPAN)
    assert metres.max() < 1.5 and degrees.max() < 1.5
    chest = rig.pose.bones["ORG-spine.003"]
    for frame in (1, 19, 22, 39):
        places = []
        for part in (0.0, 0.5, 1.0):
            context.scene.frame_set(frame + int(part), subframe=part % 1)
            places.append(chest.head.copy())
        way = (places[2] - places[0]).length
        assert max((places[1] - places[end]).length for end in (0, 2)) < 1.1 * way + 0.001, frame


def test_arms_stretch_in_a_gap_as_long_as_they_must_and_no_longer(context):
    """Beyond the last kept frame the stretch of the arm is gone after half a second, without a jump."""
    rig = rigify_in_ik(context)
    change = change_of(context, rig, [1, 20], own=True)
    put_change(context, rig, change, "test")
    points, _ = deform_poses(rig, range(20, 45))
    names = deforming(rig)
    ends = [points[:, names.index(bone)] for bone in ("DEF-upper_arm.R", "DEF-forearm.R", "DEF-hand.R")]
    lengths = sum(np.linalg.norm(b - a, axis=1) for a, b in pairwise(ends))
    rest = sum(rig.data.bones[f"ORG-{bone}.R"].length for bone in ("upper_arm", "forearm"))
    assert lengths[0] > 1.1 * rest
    assert lengths[-1] == pytest.approx(rest, rel=1e-3)
    assert (np.diff(lengths) < 1e-5).all() and np.abs(np.diff(lengths)).max() < 0.03


def test_a_loop_ends_as_it_begins(context):
    """With the stretched arms of its first frame, which is kept."""
    rig = rigify_in_ik(context)
    given = capture(context, rig, 1, 61)
    rows = np.concatenate([np.arange(30), np.arange(30)[::-1]])
    around = replace(given, trans=given.trans[rows], rotations=given.rotations[rows])
    first = deform_poses(rig, [1])
    kept = np.arange(60) < 20
    put_change(context, rig, Change(1, around, kept, ALL, loop=True), "test")
    metres, degrees = apart(rig, first, [60])
    assert metres[0] < 0.5 and degrees[0] < 2
