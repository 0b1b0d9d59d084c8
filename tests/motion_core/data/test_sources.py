"""Skeletons of public captures: each is told from its joints, and is a whole body on two equal sides."""

from __future__ import annotations

import pytest

from motion_core.body.joints import JOINTS, mirrored_name
from motion_core.data.sources import SOURCES, SourceSkeleton, find_source
from motion_core.formats.humanoid import NEEDED


def joints_of(source: SourceSkeleton) -> list[str]:
    return [name.removeprefix("tip:") for name in source.names.values()]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_skeleton_is_found_by_its_own_joints_and_more(source):
    assert find_source(joints_of(source)) is source
    assert find_source([*joints_of(source), "LeftFingerBase", "RThumb"]) is source


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_skeleton_that_lacks_a_joint_is_none(source):
    for name in joints_of(source):
        found = find_source([other for other in joints_of(source) if other != name])
        assert found is not source


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_the_names_are_ours_and_the_two_sides_alike(source):
    assert set(NEEDED) <= set(source.names) <= set(JOINTS)
    for joint, name in source.names.items():
        assert mirrored_name(joint) in source.names
        assert (source.names[mirrored_name(joint)] == name) == (mirrored_name(joint) == joint)
    places = list(source.names.values())
    assert len(set(places)) == len(places)


def test_unknown_skeletons_are_none():
    assert find_source([]) is None and find_source(["Hips", "Spine"]) is None
