"""What is read off a rig at rest: its front, and which bone is which joint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rig_rests import Y_UP, Z_UP, RestStyle, foreign_rig

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINTS
from motion_core.retarget import (
    RigBone,
    RigError,
    match_bones,
    rig_frame,
)

LYING = quat.rotvec_to_quat(np.array([0.3, 1.2, -0.4]))  # no axis of the armature is up


@pytest.mark.parametrize("space", [Z_UP, Y_UP, quat.about_z(0.7), LYING], ids=["z", "y", "turned", "lying"])
def test_the_rig_s_front_is_found(space):
    bones = foreign_rig(RestStyle(space=tuple(space)))
    assert quat.angle_between(rig_frame(bones, match_bones(b.name for b in bones)), space) < 0.05


def test_the_exact_name_wins_over_a_look_alike():
    names = ["L_Knee", *JOINTS, "R_Knee"]
    assert match_bones(names) == {joint: joint for joint in JOINTS}


def moved(bones: list[RigBone], places: dict[str, tuple[float, float, float]]) -> list[RigBone]:
    """The bones with the heads of some of them elsewhere."""
    rests = {bone.name: np.array(bone.rest, dtype=np.float64) for bone in bones}
    for name, place in places.items():
        rests[name][:3, 3] = place
    return [replace(bone, rest=rests[bone.name]) for bone in bones]


def line(side: str, along: np.ndarray) -> dict[str, tuple[float, float, float]]:
    """A leg of 0.9 from the hip of that side along a direction."""
    hip = np.array([0.1 if side == "left" else -0.1, 0.0, 1.0])
    return {f"{side}_{joint}": tuple(hip + share * 0.9 * along)
            for joint, share in (("hip", 0.0), ("knee", 0.5), ("ankle", 1.0))}  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((0, 0, 1), (0, 0, 1)),  # all along the spine
        ((0, 1, 0), (0, 1, 0)),  # across it
        ((0, 0, -1), (0, 0, 1)),  # one leg up
    ],
)
def test_a_rest_that_is_no_body_is_refused(left, right):
    bones = foreign_rig(RestStyle(space=tuple(Z_UP)))
    names = match_bones(b.name for b in bones)
    places = line("left", np.array(left)) | line("right", np.array(right))
    heap = moved(bones, {names[joint]: place for joint, place in places.items()})
    with pytest.raises(RigError, match="at rest this is no standing body"):
        rig_frame(heap, names)


def test_who_sits_or_straddles_at_rest_is_taken():
    bones = foreign_rig(RestStyle(space=tuple(Z_UP)))
    names = match_bones(b.name for b in bones)
    for way in ((0.7, 0, -0.7), (0, -0.9, -0.44)):
        mirrored = np.array(way) * [-1, 1, 1]
        places = line("left", np.array(way)) | line("right", mirrored)
        rig_frame(moved(bones, {names[joint]: place for joint, place in places.items()}), names)
