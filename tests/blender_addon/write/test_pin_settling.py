"""Pins met by a rig whose limbs are not as long as the body's; kept frames stay to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from control_rigs import MIXAMO, make_armature, rows_of
from ik_rigs import ALL, STYLE
from rig_animation import joint_poses, key_pose, stepping

from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.capture import capture
from blender_addon.rig.rig import read_rig
from blender_addon.write.change import Change
from blender_addon.write.pin_settling import settle_pins
from blender_addon.write.put_change import put_change
from motion_core.body.joints import JOINT
from motion_core.editing.meet import meet
from motion_core.editing.pins import meet_pins
from motion_core.retarget import motion_space
from motion_core.tasks.pins_and_paths import Pin

FRAME, ROW = 20, 19  # of the pins
SECONDS = ROW / 24


@pytest.fixture
def rig(context):
    """Mixamo's bones with limbs up to an eighth longer or shorter, keyed at 1 and 40."""
    rig = make_armature(context, rows_of(STYLE, MIXAMO))
    for seed, frame in enumerate((1, 40)):
        key_pose(rig, list(bones_of(rig).bones.values()), frame, seed, size=0.1)
    return rig


@pytest.fixture
def change(context, rig) -> Change:
    given, kept = capture(context, rig, 1, 41), np.isin(np.arange(1, 41), [1, 40])
    return Change(1, meet(stepping(len(given), given.fps), given, kept), kept, ALL)


def pin_beside(change: Change, joint: str, *by: float) -> Pin:
    """A pin this far from where the motion has the joint."""
    place = change.motion.joints()[ROW, JOINT[joint]] + by
    return Pin(joint, SECONDS, SECONDS, tuple(place.tolist()))


def missed(context, rig, change: Change, pin: Pin) -> float:
    """Metres from the pin to where Blender shows the joint, once the change is on the rig."""
    put_change(context, rig, change, "test")
    heads, _ = joint_poses(rig, FRAME)
    space = np.linalg.inv(motion_space(read_rig(rig), bones_of(rig).read))
    head = heads[list(bones_of(rig).read).index(pin.joint)]
    return float(np.linalg.norm(space[:3, :3] @ head + space[:3, 3] - pin.position))


@pytest.mark.parametrize("joint", ["left_wrist", "right_foot"])
def test_the_rig_s_own_joint_is_at_the_pin(context, rig, change, joint):
    pin = pin_beside(change, joint, 0.03, -0.04, 0.05)
    body = Change(1, meet_pins(change.motion, (pin,), change.kept)[0], change.kept, ALL)
    assert np.linalg.norm(body.motion.joints()[ROW, JOINT[joint]] - pin.position) < 1e-3
    settled = settle_pins(context, rig, body, (pin,))
    assert missed(context, rig, body, pin) > 0.01  # the body is there, but the rig is not
    assert missed(context, rig, settled, pin) < 2e-3
    for before, after in (
        (body.motion.trans, settled.motion.trans),
        (body.motion.rotations, settled.motion.rotations),
    ):
        np.testing.assert_array_equal(after[change.kept], before[change.kept])


def test_a_pin_out_of_reach_is_not_chased(context, rig, change):
    far = pin_beside(change, "left_wrist", 0, 0, 5)
    body = Change(1, meet_pins(change.motion, (far,), change.kept)[0], change.kept, ALL)
    settled = settle_pins(context, rig, body, (far,))
    np.testing.assert_allclose(settled.motion.joints(), body.motion.joints(), atol=1e-4)


def test_without_a_place_to_meet_the_change_is_left_alone(context, rig, change):
    heading = Pin("pelvis", SECONDS, SECONDS, heading=0.3)
    assert settle_pins(context, rig, change, (heading,)) is change
    assert settle_pins(context, rig, change, ()) is change


def test_where_joints_will_be_may_be_told_by_another(context, rig, change):
    """Told that the joint is at the pin already, nothing is moved."""
    pin = pin_beside(change, "left_wrist", 0.03, 0, 0)
    space = motion_space(read_rig(rig), bones_of(rig).read)
    there = np.tile(space[:3, :3] @ pin.position + space[:3, 3], (40, 1))
    asked = []

    def predict(*given) -> dict[str, np.ndarray]:
        asked.append(given)
        return {"left_wrist": there}

    assert settle_pins(context, rig, change, (pin,), predict) is change
    assert asked == [(context, rig, change)]


def test_a_pin_that_this_rig_misses_is_told(context, rig, change):
    """Out of reach of the rig, and nobody said so: the panel had a tick."""
    far = pin_beside(change, "left_wrist", 0, 0, 5)
    body, misses = meet_pins(change.motion, (far,), change.kept)
    settled = settle_pins(context, rig, Change(1, body, change.kept, ALL), (far,))
    (line,) = settled.motion.meta["missed_pins"]
    assert (
        misses and line.startswith(f"left_wrist at {SECONDS:g} s: ") and line.endswith("cm off on this rig")
    )
    near = settle_pins(context, rig, change, (pin_beside(change, "left_wrist", 0.03, 0, 0),))
    assert "missed_pins" not in near.motion.meta
