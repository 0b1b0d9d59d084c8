"""A BVH file as it stands: any joints, channel order or position channels. `formats/bvh.py` makes it a motion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from motion_core.body import quaternions as quat

POSITIONS = ("Xposition", "Yposition", "Zposition")
ROTATIONS = ("Xrotation", "Yrotation", "Zrotation")
JUMP = 60.0  # degrees between two frames that are no movement


@dataclass(frozen=True, eq=False)
class BvhClip:
    """A BVH file as it stands: its own unit and axes, degrees.

    parents: index or -1. offsets (J,3). channels: per joint, names such as "Zrotation", in the order of the columns.
    values (T,C): the rows of the file. tips: joint -> offset (3,) of its End Site. Where several clips follow each
    other (`joined`), starts are their first frames, and offsets and tips those of each frame: (T,J,3) and (T,3).
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    channels: tuple[tuple[str, ...], ...]
    values: np.ndarray
    fps: float
    tips: dict[str, np.ndarray]
    name: str = "BVH text"
    starts: tuple[int, ...] = (0,)

    def __len__(self) -> int:
        return len(self.values)

    def index(self, joint: str) -> int:
        """Index of a joint; raises ValueError that lists the joints there are."""
        if joint not in self.joints:
            raise ValueError(f"{self.name} has no joint {joint!r}; it has {', '.join(self.joints)}")
        return self.joints.index(joint)

    def local_transforms(self) -> tuple[np.ndarray, np.ndarray]:
        """Offsets (T,J,3) from the parent and rotations (T,J,4) local to it."""
        columns = np.cumsum([0, *map(len, self.channels)])
        dtype = self.values.dtype
        places, turns = (quat.over_time(len(self), len(self.joints), width, dtype=dtype) for width in (3, 4))
        places[:] = self.offsets
        by_column = np.ascontiguousarray(self.values.T)
        for names in sorted(set(self.channels)):  # joints with the same channels are computed together
            joints = [j for j, own in enumerate(self.channels) if own == names]
            turn = np.zeros((4, len(joints), len(self)), dtype)
            turn[0] = 1.0
            for k, channel in enumerate(names):
                values = by_column[columns[joints] + k]  # (joints,T)
                if channel in POSITIONS:
                    places[:, joints, POSITIONS.index(channel)] = values.T
                else:
                    turn = _turn_about(turn, ROTATIONS.index(channel), np.radians(values))
            turns[:, joints] = turn.transpose(2, 1, 0)
        return places, turns

    def global_transforms(self) -> tuple[np.ndarray, np.ndarray]:
        """World positions (T,J,3) and orientations (T,J,4), in the file's unit and axes."""
        return self.chained(*self.local_transforms())

    def chained(self, places: np.ndarray, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`global_transforms` of the local ones, which stay as they are."""
        places, turns = places.copy(order="K"), turns.copy(order="K")
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                places[:, joint] = places[:, parent] + quat.rotate(turns[:, parent], places[:, joint])
                turns[:, joint] = quat.multiply(turns[:, parent], turns[:, joint])
        return places, turns

    def only(self, joints: Collection[str]) -> BvhClip:
        """Some of the joints, with all those that carry them; the others' columns are dropped."""
        wanted = {self.index(joint) for joint in joints}
        for child in range(len(self.joints) - 1, 0, -1):  # parents come before their children
            if child in wanted and self.parents[child] >= 0:
                wanted.add(self.parents[child])
        kept = sorted(wanted)
        if len(kept) == len(self.joints):
            return self
        columns = np.cumsum([0, *map(len, self.channels)])
        names = tuple(self.joints[j] for j in kept)
        return replace(
            self,
            joints=names,
            parents=tuple(kept.index(self.parents[j]) if self.parents[j] >= 0 else -1 for j in kept),
            offsets=self.offsets[..., kept, :],
            channels=tuple(self.channels[j] for j in kept),
            values=self.values[:, np.concatenate([np.arange(*columns[j : j + 2]) for j in kept])],
            tips={joint: tip for joint, tip in self.tips.items() if joint in names},
        )

    def usual_offsets(self, take: slice, first: int = 0) -> np.ndarray:
        """(J,3): where the joints of a take, from number `first` on, are seen from their parents: the median over its
        frames. Those before stay at their OFFSET.
        """
        offsets = np.array(self.offsets if self.offsets.ndim == 2 else self.offsets[take.start])
        every = [(joint, channel) for joint, own in enumerate(self.channels) for channel in own]
        columns = [c for c, (joint, channel) in enumerate(every) if channel in POSITIONS and joint >= first]
        if not columns:
            return offsets
        usual = np.median(self.values[take, columns], axis=0)
        for column, value in zip(columns, usual):
            joint, channel = every[column]
            offsets[joint, POSITIONS.index(channel)] = value
        return offsets

    def rest_places(self, take: slice) -> np.ndarray:
        """(J,3): where the joints of a take lie while nothing is turned, in the file's unit and axes."""
        places = np.array(self.usual_offsets(take))
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                places[joint] += places[parent]
        return places

    @property
    def takes(self) -> list[slice]:
        """The frames of each of the clips that follow each other."""
        return [slice(*span) for span in pairwise((*self.starts, len(self)))]

    def at_rate(self, fps: float) -> BvhClip:
        """The clip thinned out to a lower rate, at the times of `Motion.resample`; one at that rate or below stays.

        Values between frames lie on a straight line, angles the short way, of the two writings of a rotation by three
        angles the nearer one; where a joint's angles jump all the same, it waits for the next frame.
        """
        return thinned([self], fps)[0]

    def _steps(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """What to add to rows (N,C) on the way to others (N,C)."""
        steps = after - before
        columns = np.cumsum([0, *map(len, self.channels)])
        turning: dict[tuple[int, int], list[list[int]]] = {}  # by the number of angles and of axes
        for own, first in zip(self.channels, columns):
            axes = [name for name in own if name in ROTATIONS]
            places = [int(first) + c for c, name in enumerate(own) if name in ROTATIONS]
            turning.setdefault((len(axes), len(set(axes))), []).append(places)
        turning.pop((0, 0), None)
        for kind, angles in turning.items():
            step = _half_turn(steps[:, angles])
            if kind == (3, 3):  # a, b, c turn like a + 180, 180 - b, c + 180
                other = after[:, angles] * np.array([1, -1, 1], after.dtype) + 180
                other = _half_turn(other - before[:, angles])
                nearer = np.abs(other).sum(axis=-1) < np.abs(step).sum(axis=-1)
                step = np.where(nearer[..., None], other, step)
            jumps = np.any(np.abs(step) > JUMP, axis=-1, keepdims=True)
            steps[:, angles] = np.where(jumps, 0.0, step)
        return steps

    def in_single(self) -> BvhClip:
        """The same in float32: computing with it takes less time, and is a few micrometres off."""
        tips = {joint: tip.astype(np.float32) for joint, tip in self.tips.items()}
        values, offsets = self.values.astype(np.float32), self.offsets.astype(np.float32)
        return replace(self, values=values, offsets=offsets, tips=tips)


def _half_turn(degrees: np.ndarray) -> np.ndarray:
    """The same angles from -180 to 180."""
    return (degrees + 180) % 360 - 180


def thinned(clips: Sequence[BvhClip], fps: float) -> list[BvhClip]:
    """`BvhClip.at_rate` of clips of one skeleton (`same_skeleton`), the rows of all of them computed together."""
    first = clips[0]
    if first.fps <= fps * (1 + 1e-6) or len(first.starts) > 1:
        return list(clips)
    times = [_times_between(len(clip), fps / first.fps) for clip in clips]
    before, after = (
        np.concatenate([clip.values[low + step] for clip, (_, _, low, _) in zip(clips, times)])
        for step in (0, 1)
    )
    part = np.concatenate([part for *_, part in times])[:, None].astype(before.dtype)
    rows = before + part * first._steps(before, after)
    thin = []
    for clip, (nearest, between, low, _) in zip(clips, times):
        values = clip.values[nearest]
        values[between], rows = rows[: len(low)], rows[len(low) :]
        thin.append(replace(clip, values=values, fps=fps))
    return thin


def _times_between(frames: int, share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Where the N frames of a clip with `share` of the frames lie among the old ones.

    Returns the nearest old frame of each new one (N,), and which new ones lie between two old ones (N,) bool. For these
    K: the old frame before (K,), and how far towards the next they are (K,).
    """
    count = max(1, round((frames - 1) * share) + 1)
    times = np.minimum(np.arange(count) / share, frames - 1)
    low = np.minimum(times.astype(int), max(frames - 2, 0))
    part = times - low
    nearest = np.round(part)
    between = np.abs(part - nearest) >= 1e-6
    return low + nearest.astype(int), between, low[between], part[between]


def same_skeleton(clip: BvhClip) -> tuple[object, ...]:
    """Equal for clips that `joined` takes: one tree, the same channels and rate; bone lengths may differ."""
    return clip.joints, clip.parents, clip.channels, tuple(clip.tips), clip.fps


def joined(clips: Sequence[BvhClip]) -> BvhClip:
    """Clips of one skeleton as one, so that each step of a computation is done once for all of them."""
    if len(clips) == 1:
        return clips[0]
    lengths = [len(clip) for clip in clips]
    return replace(
        clips[0],
        offsets=np.repeat([clip.offsets for clip in clips], lengths, axis=0),
        values=np.concatenate([clip.values for clip in clips]),
        tips={
            joint: np.repeat([clip.tips[joint] for clip in clips], lengths, axis=0) for joint in clips[0].tips
        },
        name=", ".join(clip.name for clip in clips),
        starts=tuple(np.cumsum([0, *lengths[:-1]]).tolist()),
    )


def _turn_about(q: np.ndarray, axis: int, angle: np.ndarray) -> np.ndarray:
    """q (4,...), components first, times the rotation by angle (...) about axis 0, 1 or 2."""
    cosine, sine = np.cos(angle / 2), np.sin(angle / 2)
    own, after, last = (1 + (axis + k) % 3 for k in range(3))
    turned = np.empty_like(q)
    turned[0] = q[0] * cosine - q[own] * sine
    turned[own] = q[own] * cosine + q[0] * sine
    turned[after] = q[after] * cosine + q[last] * sine
    turned[last] = q[last] * cosine - q[after] * sine
    return turned
