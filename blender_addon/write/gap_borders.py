"""A gap begins and ends with what the kept frames beside it show: stretched limbs, a back bent by other controls.

At the borders the controls are set so that they show it (`pose_matching`). The difference from the motion fades with
the distance from the border.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.editing.spread import rotvecs_along
from motion_core.retarget import RigBone

from ..rig.pose_matching import Basis, Controls, Match, match_poses
from .keyed_rig import KeyedRig, Posed

LEAST = 2e-4  # of the rig's size, radians, of 1: a correction of less is not keyed


def lead_to_borders(rig: KeyedRig, posed: Posed) -> dict[int, float]:
    """Adds to the channels what the kept frames beside gaps show beyond the motion. It fades away from the borders.

    Returns {kept frame beside a gap: how far the keyed bones stay from what it shows, in armature units}.
    """
    rows = np.flatnonzero(rig.change.borders)
    if not len(rows):
        return {}
    if rig.bone_map.carrier in posed.rotations:
        _turn_carrier(rig, posed, rows, rig.bone_map.carrier)
    rig.matches = rig.matches or _matches(rig, posed, rows)
    matches = [rig.matches[rig.change.first + row] for row in rows.tolist()]
    size = float(np.ptp([bone.head for bone in rig.bones], axis=0).max())
    for name in {**posed.rotations, **posed.locations}:
        found, own = ([getattr(match, kind)[name] for match in matches] for kind in ("found", "own"))
        _fade_turns(rig, posed, rows, name, found)
        _fade_places(rig, posed, rows, name, (own, found), size)
        grown = np.log([new.scale / old.scale for new, old in zip(found, own)])
        if np.abs(grown).max() > LEAST:
            posed.scales[name] = rig.base(name, "scale") * np.exp(rig.fading(rows, grown))
    return {frame: match.apart for frame, match in rig.matches.items()}


def _turn_carrier(rig: KeyedRig, posed: Posed, rows: np.ndarray, name: str) -> None:
    """The carrier turns with the pelvis in a gap. At the borders it stands as it does in the kept frames.

    The animator may have bent the body against it there. So what hangs on the carrier is not turned back all at once.

    A is the pose of the carrier c or of the bone b that it carries, Q a channel, and X = A_b^-1 A_c. When the carrier's
    channel becomes Q_c D, that of b becomes X D^-1 X^-1 Q_b.
    """
    table = {bone.name: bone for bone in rig.bones}
    own = quat.multiply(quat.conjugate(table[name].orientation), rig.shown.orientations[name])
    more = rotvecs_along(quat.multiply(quat.conjugate(posed.rotations[name][rows]), own))
    turn = quat.rotvec_to_quat(rig.fading(rows, more))
    posed.rotations[name] = quat.continuous(quat.multiply(posed.rotations[name], turn))
    for carried in rig.bones:
        if carried.parent == name and carried.name in posed.rotations:
            across = quat.multiply(quat.conjugate(carried.orientation), table[name].orientation)
            back = quat.multiply(quat.multiply(across, quat.conjugate(turn)), quat.conjugate(across))
            turned = quat.multiply(back, posed.rotations[carried.name])
            posed.rotations[carried.name] = quat.continuous(quat.normalize(turned))


def _matches(rig: KeyedRig, posed: Posed, rows: np.ndarray) -> dict[int, Match]:
    """By frame. They begin with the motion's channels, and end where no motion counts."""
    bone_map = rig.bone_map
    table = {bone.name: bone for bone in rig.bones}
    order = [bone.name for bone in _parents_first(table) if bone.name in rig.names]
    controls = Controls(
        {name: bone_map.read[rig.names[name]] for name in order},
        {name: _above(table, name, {*order}) for name in order},
        rig.toggles,
        rig.resting,
        bone_map.carrier if rig.whole else None,
        bone_map.bones["pelvis"],
    )
    starts = {rig.change.first + row: posed.at(row) for row in rows.tolist()}
    return match_poses(rig.context, rig.armature, controls, starts)


def _fade_turns(rig: KeyedRig, posed: Posed, rows: np.ndarray, name: str, found: list[Basis]) -> None:
    if name not in posed.rotations:
        return
    quats = posed.rotations[name]
    more = quat.multiply(quat.conjugate(quats[rows]), np.array([basis.rotation for basis in found]))
    vectors = rotvecs_along(more)
    if np.linalg.norm(vectors, axis=1).max() > LEAST:
        turned = quat.multiply(quats, quat.rotvec_to_quat(rig.fading(rows, vectors)))
        posed.rotations[name] = quat.continuous(quat.normalize(turned))


def _fade_places(
    rig: KeyedRig,
    posed: Posed,
    rows: np.ndarray,
    name: str,
    bases: tuple[list[Basis], list[Basis]],
    size: float,
) -> None:
    """A bone that carries the body is moved along its own axes, which turn with the body."""
    own, found = (np.array([basis.location for basis in kind]) for kind in bases)
    rests = (name, "location") in rig.resting
    made = posed.locations.get(name)
    more = found - (made[rows] if made is not None else np.zeros(3) if rests else own)
    if np.linalg.norm(more, axis=1).max() <= LEAST * size:
        return
    if made is None:
        base = np.zeros((len(rig.change.motion), 3)) if rests else rig.base(name, "location")
        posed.locations[name] = base + rig.fading(rows, more)
        return
    turns = posed.rotations.get(name, np.tile(quat.IDENTITY, (len(made), 1)))
    more = quat.rotate(quat.conjugate(turns[rows]), more)
    posed.locations[name] = made + quat.rotate(turns, rig.fading(rows, more))


def _parents_first(table: Mapping[str, RigBone]) -> list[RigBone]:
    def depth(bone: RigBone) -> int:
        above = table.get(bone.parent or "")
        return 0 if above is None else 1 + depth(above)

    return sorted(table.values(), key=depth)


def _above(table: Mapping[str, RigBone], name: str, wanted: Collection[str]) -> str | None:
    """The nearest of the wanted bones that a bone hangs on."""
    above = table[name].parent
    while above is not None and above not in wanted:
        above = table[above].parent if above in table else None
    return above
