"""Toggles: custom properties of bones and constraints, set in the type they have and found by their path."""

from __future__ import annotations

import pytest

from blender_addon.rig.rig import add_rig
from blender_addon.rig.switches import Toggle, set_switches, usable_switches
from motion_core.rig_maps import Switch

ARM = frozenset({"left_elbow"})


@pytest.fixture
def rig(context):
    return add_rig(context)


@pytest.mark.parametrize(("value", "put"), [(0.0, 1.0), (0, 1), (False, True)])
def test_a_property_is_set_in_its_own_type(rig, value, put):
    bone = rig.pose.bones["left_elbow"]
    bone['odd "name"'] = value
    toggle = Toggle(bone.name, 'odd "name"', 1.0, ARM)
    assert not toggle.constraint
    assert toggle.now(rig) == 0
    toggle.put(rig)
    assert toggle.now(rig) == 1
    assert type(bone['odd "name"']) is type(put)
    assert rig.path_resolve(toggle.path) == put
    assert str(toggle) == "the switch 'odd \"name\"' of bone 'left_elbow'"


@pytest.mark.parametrize(("flag", "value"), [("mute", 1.0), ("enabled", 0.0)])
def test_a_constraint_is_turned_off_by_either_flag(rig, flag, value):
    ik = rig.pose.bones["left_elbow"].constraints.new("IK")
    toggle = Toggle("left_elbow", ik.name, value, ARM, flag)
    assert toggle.constraint
    assert toggle.now(rig) != value
    toggle.put(rig)
    assert ik.mute and not ik.enabled
    assert toggle.now(rig) == value
    assert rig.path_resolve(toggle.path) == bool(value)
    assert str(toggle) == "the constraint 'IK' of bone 'left_elbow'"


def test_switches_that_the_rig_does_not_have_are_passed_over(rig):
    bones = rig.pose.bones
    bones["left_elbow"]["IK_FK"], bones["head"]["follow"] = 0.25, 3
    switches = (
        Switch("left_elbow", "IK_FK", 1.0), Switch("left_elbow", "gone", 1.0), Switch("gone", "IK_FK", 1.0),
        Switch("head", "follow", 0.0),
    )  # fmt: skip
    assert usable_switches(rig, switches) == [switches[0], switches[3]]
    set_switches(rig, switches)
    assert bones["left_elbow"]["IK_FK"] == 1.0
    assert bones["head"]["follow"] == 0 and isinstance(bones["head"]["follow"], int)
    assert "gone" not in bones["left_elbow"]
