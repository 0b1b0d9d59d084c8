"""A motion on a rig: channels of the bones that are keyed, and where they will put the joints."""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINTS, PARENT_OF
from motion_core.retarget import BoneCurves, BonePoses, motion_to_bone_curves, pose_bones
from motion_core.retarget.onto import motion_onto_poses, poses_to_channels

from .gap_borders import lead_to_borders
from .keyed_rig import KeyedRig, Posed


def wanted_channels(rig: KeyedRig, motion: Motion) -> Posed:
    """The motion on the rig, as if nothing else moved what is keyed."""
    if not rig.control:
        channels, _ = motion_onto_poses(motion, rig.poses, rig.bones, rig.bone_map.bones, rig.joints)
        return Posed(channels.rotations, channels.locations)
    curves = _curves(rig, motion)
    names = {*rig.names, *([rig.bone_map.carrier] if rig.whole and rig.bone_map.carrier else [])}
    turns = {name: quats for name, quats in curves.rotations.items() if name in names}
    return Posed(turns, {curves.root: curves.locations} if rig.whole else {})


def heads_of(rig: KeyedRig, motion: Motion) -> dict[str, np.ndarray]:
    """Where the change will put the joints' bones, {joint: (T,3)}, in armature space, if it has this motion."""
    mapping = rig.bone_map.bones
    if rig.control:
        posed = _led(rig, motion)
    else:
        posed = motion_onto_poses(motion, rig.poses, rig.bones, mapping, rig.joints)[1]
    heads = {joint: posed.heads[bone] for joint, bone in mapping.items()}
    if (rig.control or rig.toggles) and rig.change.borders.any():
        return _stretched(rig, heads, {joint: posed.orientations[bone] for joint, bone in mapping.items()})
    return heads


def _stretched(
    rig: KeyedRig, heads: dict[str, np.ndarray], turns: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Heads (T,3) of the joints with the stretch of the kept frames beside gaps.

    heads, turns (T,4): of the joints without stretch. Each limb becomes longer or shorter along itself.
    """
    rows = np.flatnonzero(rig.change.borders)
    shown = {joint: rig.shown.heads[bone] for joint, bone in rig.bone_map.read.items()}
    found: dict[str, np.ndarray] = {}
    for joint in (joint for joint in JOINTS if joint in heads):
        above = PARENT_OF[joint]
        while above is not None and above not in heads:
            above = PARENT_OF[above]
        if above is None:
            found[joint] = heads[joint] + rig.fading(rows, shown[joint] - heads[joint][rows])
            continue
        span, turn = heads[joint] - heads[above], turns[above]
        more = quat.rotate(quat.conjugate(turn[rows]), shown[joint] - shown[above] - span[rows])
        found[joint] = found[above] + span + quat.rotate(turn, rig.fading(rows, more))
    return found


def _curves(rig: KeyedRig, motion: Motion) -> BoneCurves:
    return motion_to_bone_curves(motion, rig.bones, rig.bone_map.bones, carrier=rig.bone_map.carrier)


def _led(rig: KeyedRig, motion: Motion) -> BonePoses:
    """Controls that begin and end in gaps as the kept frames are, apart from stretch.

    How a control turns follows from what turns it; its place follows from what it hangs on. These may be two controls.
    """
    posed, curves = wanted_channels(rig, motion), _curves(rig, motion)
    lead_to_borders(rig, posed)
    places = {curves.root: curves.locations} | posed.locations
    root = places.pop(curves.root)
    turned = pose_bones(BoneCurves(curves.rotations | posed.rotations, curves.root, root, places), rig.bones)
    turns = poses_to_channels(turned, rig.hanging).rotations
    return pose_bones(BoneCurves(turns, curves.root, root, places), rig.hanging)
