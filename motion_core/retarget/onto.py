"""New poses for some bones of a rig whose other bones do what they did: channels that allow for what is between.

`motion_to_bone_curves` poses a rig whose other bones rest. Here every bone that is not driven keeps its own channel
(a twist in the back, a collar pushed aside, a turned root), and each driven one is turned against where its parent
really is, so that the orientations and the place of the hips are those asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.retarget.rig import BoneCurves, RigBone
from motion_core.retarget.to_motion import BonePoses, pose_bones
from motion_core.retarget.to_rig import motion_to_bone_curves


@dataclass(frozen=True, eq=False)
class Channels:
    """Pose channels: (T,4) rotations, signs continuous, and (T,3) locations by bone."""

    rotations: dict[str, np.ndarray]
    locations: dict[str, np.ndarray]


def poses_to_channels(poses: BonePoses, bones: Sequence[RigBone]) -> Channels:
    """What the channels of all these bones hold, parents first; the inverse of `pose_bones`."""
    table = {bone.name: bone for bone in bones}
    found = Channels({}, {})
    for bone in bones:
        rest, axes, place = _frame(poses, bone, table.get(bone.parent or ""))
        turned = quat.multiply(quat.conjugate(rest), poses.orientations[bone.name])
        found.rotations[bone.name] = quat.continuous(quat.normalize(turned))
        found.locations[bone.name] = quat.rotate(quat.conjugate(axes), poses.heads[bone.name] - place)
    return found


def motion_onto_poses(
    motion: Motion,
    poses: BonePoses,
    bones: Sequence[RigBone],
    mapping: Mapping[str, str],
    joints: Collection[str],
) -> tuple[Channels, BonePoses]:
    """Channels of the bones of `joints` that bring them where the motion has them, and the poses (T) that result.

    poses: what the rig does (T) without them. bones: those of `poses`, parents first. mapping: {joint: bone}. With the
    pelvis among the joints, the bone that carries the body gets a location, so that the middle of the hips is met.
    """
    curves = motion_to_bone_curves(motion, bones, mapping)
    wanted = pose_bones(curves, bones)
    driven = {mapping[joint] for joint in joints if joint in mapping}
    kept = poses_to_channels(poses, bones)
    carried = {curves.root} if "pelvis" in joints else set()
    channels, posed = _walk(wanted, kept, bones, driven)
    if carried:
        hips = [mapping["left_hip"], mapping["right_hip"]]
        shift = sum(wanted.heads[name] - posed.heads[name] for name in hips) / 2
        _carry(channels, posed, bones, curves, shift)
    rotations = {name: quat.continuous(channels.rotations[name]) for name in driven}
    return Channels(rotations, {name: channels.locations[name] for name in carried}), posed


def _walk(
    wanted: BonePoses, kept: Channels, bones: Sequence[RigBone], driven: Collection[str]
) -> tuple[Channels, BonePoses]:
    table = {bone.name: bone for bone in bones}
    posed, channels = BonePoses({}, {}), Channels(dict(kept.rotations), dict(kept.locations))
    for bone in bones:
        name = bone.name
        rest, axes, place = _frame(posed, bone, table.get(bone.parent or ""), len(kept.rotations[name]))
        if name in driven:
            channels.rotations[name] = quat.normalize(
                quat.multiply(quat.conjugate(rest), wanted.orientations[name])
            )
        posed.orientations[name] = quat.multiply(rest, channels.rotations[name])
        posed.heads[name] = place + quat.rotate(axes, channels.locations[name])
    return channels, posed


def _carry(
    channels: Channels, posed: BonePoses, bones: Sequence[RigBone], curves: BoneCurves, shift: np.ndarray
) -> None:
    """Moves the carrying bone and all below it by `shift` (T,3), in place."""
    table = {bone.name: bone for bone in bones}
    root = table[curves.root]
    _, axes, _ = _frame(posed, root, table.get(root.parent or ""), len(shift))
    channels.locations[root.name] = channels.locations[root.name] + quat.rotate(quat.conjugate(axes), shift)
    below = {root.name}
    for bone in bones:
        if bone.name in below or bone.parent in below:
            below.add(bone.name)
            posed.heads[bone.name] = posed.heads[bone.name] + shift


def _frame(
    poses: BonePoses, bone: RigBone, parent: RigBone | None, frames: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of a bone whose channels are nothing (T,...): its orientation, the axes of its location, its head."""
    if parent is None:
        frames = len(poses.orientations[bone.name]) if frames is None else frames
        turn, head = np.tile(quat.IDENTITY, (frames, 1)), np.tile(bone.head, (frames, 1))
    else:
        turn = quat.multiply(poses.orientations[parent.name], quat.conjugate(parent.orientation))
        head = poses.heads[parent.name] + quat.rotate(turn, bone.head - parent.head)
    turned = quat.multiply(turn, bone.orientation)
    own = np.broadcast_to(bone.orientation, turned.shape)
    axes = turned if bone.local_location else np.broadcast_to(quat.IDENTITY, turned.shape)
    return (turned if bone.inherit_rotation else own), axes, head
