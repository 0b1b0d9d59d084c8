"""What a change keys: tracks of bones, of controls that rest meanwhile, and of switches that let the keys show.

Only the gaps between kept frames are keyed, with the limbs in FK. So a kept frame shows what it showed, whatever shows
it: keys of IK controls, constraints, a switch that is half way.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from motion_core.body import quaternions as quat

from ..actions.merge import Run, Track
from ..actions.rotation_modes import rotation_path, rotation_property, rotation_values, values_to_quats
from ..rig.capture import left_alone
from ..rig.pose_matching import Basis, own_channels
from ..rig.switches import Toggle
from .gap_borders import lead_to_borders
from .keyed_rig import TRUNK, KeyedRig, Posed
from .wanted_poses import wanted_channels

FAR = np.radians(10.0)


class Tracks:
    """The tracks of a change. The rig is read at kept frames, and left as it is.

    all: the tracks. apart: {kept frame beside a gap: how far the keyed bones stay from what it shows, in armature
    units}.
    """

    def __init__(self, rig: KeyedRig):
        self.rig, self.change = rig, rig.change
        self.all: list[Track] = []
        self.apart: dict[int, float] = {}
        if self.change.gaps:
            posed = wanted_channels(rig, self.change.motion)
            if rig.control or rig.toggles:
                self.apart = lead_to_borders(rig, posed)
            self.all = [*self._keyed(posed), *map(self._toggled, rig.toggles)]

    def _keyed(self, posed: Posed) -> list[Track]:
        tracks = [self._turning(name, quats) for name, quats in posed.rotations.items()]
        tracks += [self._moving(name, "location", places) for name, places in posed.locations.items()]
        tracks += [self._moving(name, "scale", sizes) for name, sizes in posed.scales.items()]
        keyed = {track.path for track in tracks}
        return tracks + [track for track in self._at_rest() if track.path not in keyed]

    def _stretches(self, name: str, prop: str) -> list[tuple[int, int]]:
        """Rows start:stop to be keyed. What shows through from NLA tracks has no keys that could stay."""
        path = f"{self.rig.armature.pose.bones[name].path_from_id()}.{prop}"
        own = all((path, index) in self.rig.curves for index in range(len(self.rig.now(name, prop))))
        return self.change.gaps if own or not self.rig.over_tracks else [(0, len(self.change.motion))]

    @cached_property
    def _seen(self) -> dict[int, tuple[dict[str, Basis], dict[Toggle, float]]]:
        """What NLA tracks may move, as Blender has it at kept frames: {row: (channels by bone, values of toggles)}."""
        rig = self.rig
        names = {*rig.names, *(name for name, _ in rig.resting), *(bone.name for bone in rig.bones)}
        found = {}
        scene: Any = rig.context.scene
        with left_alone(scene, rig.armature):
            for row in np.flatnonzero(self.change.kept).tolist():
                scene.frame_set(self.change.first + row)
                toggles = {toggle: toggle.now(rig.armature) for toggle in rig.toggles}
                found[row] = own_channels(rig.armature, names), toggles
        return found

    def _with_kept(self, name: str, values: np.ndarray, prop: str) -> np.ndarray:
        """(T,n), the rows of kept frames as Blender has them."""
        values = values.copy()
        for row, (bases, _) in self._seen.items():
            values[row] = getattr(bases[name], prop)
        return values

    def _turning(self, name: str, quats: np.ndarray) -> Track:
        """quats (T,4) as a track of the bone's own rotation mode."""
        bone, change = self.rig.armature.pose.bones[name], self.change
        prop = rotation_property(bone)
        stretches = self._stretches(name, prop)
        if stretches != change.gaps:
            quats = quat.continuous(self._with_kept(name, quats, "rotation"))
        runs = []
        for start, stop in stretches:
            sides = range(change.first + start - 1, change.first + stop + 1)
            before, after = (self.rig.own(name, prop, range(f, f + 1))[0] for f in (sides[0], sides[-1]))
            values = rotation_values(bone, quats[start:stop], before)
            hold, let_stand = self._holds(name, start, stop)
            jump = bone.rotation_mode != "AXIS_ANGLE" and _jumps(values[-1], after)
            runs.append(Run(change.first + start, values, jump or let_stand, hold))
        return Track(name, rotation_path(bone), tuple(runs), self.rig.now(name, prop))

    def _moving(self, name: str, prop: str, values: np.ndarray) -> Track:
        """values (T,3) as a track of the bone's location or scale."""
        stretches = self._stretches(name, prop)
        if stretches != self.change.gaps:
            values = self._with_kept(name, values, prop)
        runs = []
        for start, stop in stretches:
            hold, let_stand = self._holds(name, start, stop)
            runs.append(Run(self.change.first + start, values[start:stop], let_stand, hold))
        path = f"{self.rig.armature.pose.bones[name].path_from_id()}.{prop}"
        return Track(name, path, tuple(runs), self.rig.now(name, prop))

    def _at_rest(self) -> Iterator[Track]:
        """Other controls that would move what is keyed."""
        frames = len(self.change.motion)
        for name, prop in self.rig.resting:
            if prop == "location":
                yield self._moving(name, prop, np.zeros((frames, 3)))
            else:
                yield self._turning(name, np.tile(quat.IDENTITY, (frames, 1)))

    def _toggled(self, toggle: Toggle) -> Track:
        """Its value in the gaps, held; behind them it is what it was."""
        values = np.full((len(self.change.motion), 1), toggle.value)
        stretches = self.change.gaps
        if self.rig.over_tracks and toggle.path not in self.rig.switching.curves:
            stretches = [(0, len(values))]
            for row, (_, toggles) in self._seen.items():
                values[row] = toggles[toggle]
        runs = tuple(Run(self.change.first + start, values[start:stop]) for start, stop in stretches)
        return Track(toggle.bone, toggle.path, runs, np.array([toggle.now(self.rig.armature)]), steps=True)

    def _holds(self, name: str, start: int, stop: int) -> tuple[bool, bool]:
        """(value before the gap is held up to the gap, the gap's last value is held up to what follows).

        That is so where a toggle changes: there the channels change their meaning, and a blend of both shows no pose.
        """
        if (start, stop) not in self.change.gaps:  # kept frames are keyed as well
            return False, False
        before, behind = (self._holds_at(name, self.change.first + row) for row in (start - 1, stop))
        return before, behind

    def _holds_at(self, name: str, frame: int) -> bool:
        joint = self.rig.names.get(name)
        mine = [toggle for toggle in self.rig.toggles if joint in toggle.joints]
        turned = joint is None or joint in TRUNK
        return any(self.rig.switching.differs(toggle, frame) for toggle in mine) or (
            turned and self._far[frame]
        )

    @cached_property
    def _far(self) -> dict[int, bool]:
        """{frame beside a gap: whether other controls turn so far to their rest that a blend would be wrong}."""
        beside = {self.change.first + row for start, stop in self.change.gaps for row in (start - 1, stop)}
        turning = [(name, prop) for name, prop in self.rig.resting if prop != "location"]
        return {frame: any(self._turn(*place, frame) > FAR for place in turning) for frame in beside}

    def _turn(self, name: str, prop: str, frame: int) -> float:
        """Radians that a bone is turned from rest at a frame."""
        value = self.rig.own(name, prop, range(frame, frame + 1))
        turned = values_to_quats(self.rig.armature.pose.bones[name], value)
        return float(quat.angle_between(quat.IDENTITY, turned)[0])


def _jumps(last: np.ndarray, after: np.ndarray) -> bool:
    """Whether two neighbours mean nearly the same in other numbers: a quaternion and its negative, angles a full turn
    apart.
    """
    return bool(last @ after < 0) if len(last) == 4 else bool(np.abs(last - after).max() > np.pi)
