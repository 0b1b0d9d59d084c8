"""Channels of a rig's controls that show what something else shows at a frame: the FK pose of limbs in IK.

They are found by trying. The controls are posed, the rig is evaluated, and each control is brought to where the bone
that shows it has to be. Parents and constraints move others along, so a few rounds are needed. Where IK stretches a
bone, its scale is set; where a bone is off its place, its location, as far as the rig leaves them free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from .capture import left_alone
from .controls import pose_borrowed, posed_matrices
from .switches import Toggle

ROUNDS = 8
MET = 2e-5  # of the rig's size


@dataclass(frozen=True, eq=False)
class Basis:
    """Channels of one bone: location (3,), unit quaternion (4,), scale (3,)."""

    location: np.ndarray
    rotation: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, matrix: Matrix) -> Basis:
        return cls(*(np.array(part, dtype=np.float64) for part in matrix.decompose()))


# {control: location and rotation to begin with}, None where it begins as it is
Start = Mapping[str, tuple[np.ndarray | None, np.ndarray | None]]


@dataclass(frozen=True, eq=False)
class Controls:
    """The controls that are posed, and what is set meanwhile."""

    shown: Mapping[str, str]  # {control: bone that shows it}, parents first
    parents: Mapping[str, str | None]  # {control: the one that moves it}
    toggles: Sequence[Toggle]  # set meanwhile
    resting: Sequence[tuple[str, str]] = ()  # (bone, property) of other controls, at rest meanwhile
    carrier: str | None = None  # moved so that the control `pelvis` is where it should be
    pelvis: str = ""


@dataclass(frozen=True, eq=False)
class Match:
    """What was found for one frame."""

    own: dict[str, Basis]  # the controls' channels as they are
    found: dict[str, Basis]  # the channels that show the same
    apart: float  # how far the bones stay from where they should be, in armature units


def match_poses(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    controls: Controls,
    starts: Mapping[int, Start],
) -> dict[int, Match]:
    """{frame: match}. starts: by frame. The scene and the rig are left as they were."""
    scene: Any = context.scene
    found = {}
    with left_alone(scene, armature):
        offsets = _offsets(context, armature, controls)
        for frame, start in starts.items():
            scene.frame_set(frame)
            found[frame] = _match(context, armature, controls, offsets, start)
    return found


def own_channels(armature: bpy.types.Object, names: Iterable[str]) -> dict[str, Basis]:
    """The channels as they are at this moment."""
    return {name: Basis.of(armature.pose.bones[name].matrix_basis) for name in names}


def _offsets(
    context: bpy.types.Context, armature: bpy.types.Object, controls: Controls
) -> dict[str, np.ndarray]:
    """{control: (4,4)} from the bone that shows it to the control, at rest."""
    if all(control == shown for control, shown in controls.shown.items()):
        return {control: np.eye(4) for control in controls.shown}
    with pose_borrowed(context, armature):
        for bone in armature.pose.bones:
            bone.matrix_basis = Matrix()
        for toggle in controls.toggles:
            toggle.put(armature)
        places = posed_matrices(context, armature, [*controls.shown, *controls.shown.values()])
    own, shown = np.split(places, 2)
    return dict(zip(controls.shown, np.linalg.inv(shown) @ own))


def _match(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    controls: Controls,
    offsets: Mapping[str, np.ndarray],
    start: Start,
) -> Match:
    bones, names = armature.pose.bones, list(controls.shown)
    own = own_channels(armature, [*{**controls.shown, **start}])
    target = posed_matrices(context, armature, list(controls.shown.values()))
    wanted = {name: matrix @ offsets[name] for name, matrix in zip(names, target)}
    size = float(np.ptp(target[:, :3, 3], axis=0).max())
    free = {name: (_moves(bones[name]), _scales(armature, name)) for name in names}
    with pose_borrowed(context, armature):
        for toggle in controls.toggles:
            toggle.put(armature)
        for name, prop in controls.resting:
            _pose(bones[name], *((0, 0, 0), None) if prop == "location" else (None, (1, 0, 0, 0)))
        for name, (place, turn) in start.items():
            _pose(bones[name], place, turn)
        _carry(context, armature, controls, wanted)
        best = Match(own, own, np.inf)
        for _ in range(ROUNDS):
            now = posed_matrices(context, armature, [*names, *controls.shown.values()])
            shown = now[len(names) :]
            apart = max(
                float(np.linalg.norm(shown[:, :3, 3] - target[:, :3, 3], axis=1).max()),
                float(np.abs(shown[:, :3, :3] - target[:, :3, :3]).max()) * size / 10,
            )
            if apart < best.apart:
                best = Match(own, own_channels(armature, [*own]), apart)
            if apart < MET * size or apart > 2 * best.apart:
                break
            _step(context, armature, controls, wanted, dict(zip(names, now)), free)
    return best


def _pose(bone: Any, location: Any = None, rotation: Any = None, scale: Any = None) -> None:
    """Sets the channels of a bone, in its own rotation mode; what is None stays."""
    was = bone.matrix_basis.decompose()
    loc, turn, size = (old if new is None else new for old, new in zip(was, (location, rotation, scale)))
    bone.matrix_basis = Matrix.LocRotScale(Vector(loc), Quaternion(turn), Vector(size))  # type: ignore[arg-type]


def _carry(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    controls: Controls,
    wanted: Mapping[str, np.ndarray],
) -> None:
    """Moves the carrier so that the pelvis is where it should be."""
    if controls.carrier is None:
        return
    (now,) = posed_matrices(context, armature, [controls.pelvis])
    shift = (wanted[controls.pelvis] - now)[:3, 3]
    posed: Any = armature.evaluated_get(context.evaluated_depsgraph_get())
    bone = posed.pose.bones[controls.carrier]
    matrix = Matrix.Translation(shift.tolist()) @ bone.matrix
    local = posed.convert_space(pose_bone=bone, matrix=matrix, from_space="POSE", to_space="LOCAL")
    armature.pose.bones[controls.carrier].location = local.translation


def _step(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    controls: Controls,
    wanted: Mapping[str, np.ndarray],
    now: Mapping[str, np.ndarray],
    free: Mapping[str, tuple[bool, bool]],
) -> None:
    """Each control to where it should be, as if those that move it were there already."""
    posed: Any = armature.evaluated_get(context.evaluated_depsgraph_get())
    locals_ = {}
    for name, place in wanted.items():
        above = controls.parents[name]
        if above is not None:
            place = now[above] @ np.linalg.inv(wanted[above]) @ place
        locals_[name] = posed.convert_space(
            pose_bone=posed.pose.bones[name], matrix=Matrix(place.tolist()), from_space="POSE", to_space="LOCAL"
        )  # fmt: skip
    for name, local in locals_.items():
        bone = armature.pose.bones[name]
        (location, rotation, scale), (moves, scales) = local.decompose(), free[name]
        _pose(bone, location if moves else None, rotation, scale if scales else None)


def _moves(bone: Any) -> bool:
    """Whether the bone takes a location."""
    return not any(bone.lock_location) and not (bone.bone.use_connect and bone.parent is not None)


def _scales(armature: bpy.types.Object, name: str) -> bool:
    """Whether the bone takes a scale."""
    bone: Any = armature.pose.bones[name]
    data = armature.animation_data
    path = f"{bone.path_from_id()}.scale"
    driven: Any = () if data is None else data.drivers
    return not any(bone.lock_scale) and not any(d.data_path == path and not d.mute for d in driven)
