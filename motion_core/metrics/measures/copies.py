"""Is a made motion a training clip played back? The nearest window of the training set, by mean joint distance.

Every start of every clip is compared coarsely: poses in their own heading, shortened to their principal directions, at
a few frames of the motion, all windows in one product. The best clips are then compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from motion_core.body.motion import Motion, forward_kinematics
from motion_core.metrics.measures.errors import GROUND, heading_frame

# Metres of mean joint distance. Real takes can be as near: an actor repeating a short gesture comes within 1 cm of
# the first time, so the share says something only beside that of real motions that were not trained on.
NEAR = 0.03
FPS = 20.0
DIRECTIONS = 24  # principal directions of a pose that are compared coarsely
LOOKS = 8  # frames of a motion at which it is compared coarsely
SHORTLIST = 12  # clips that are compared exactly
REFINE = 2  # starts to either side of the best one that are tried too
CHUNK = 2000  # frames at a time: their numbers stay in the processor's cache
COVERED = 0.5  # a shorter clip counts, from its first frame on, if it covers this share of the motion


@dataclass(frozen=True)
class Nearest:
    """The training window nearest to a motion: metres of mean joint distance, clip number, its first frame.

    mirrored: it is the clip's mirror image that is near. distance is inf where no clip is long enough.
    """

    distance: float
    clip: int = -1
    start: int = 0
    mirrored: bool = False


@dataclass(frozen=True, eq=False)
class CopyIndex:
    """Training clips ready to be searched: all frames one after another."""

    fps: float
    joints: np.ndarray  # (N,22,3) float32
    first: np.ndarray  # (C,) first frame of each clip
    ends: np.ndarray  # (C,) and the one behind its last
    remaining: np.ndarray  # (N,) frames from here to the clip's end
    poses: np.ndarray  # (D+1,N) float32: poses on the axes; the last row is half their squared norms
    mean: np.ndarray  # (66,) of the poses
    axes: np.ndarray  # (66,D) principal directions

    @classmethod
    def build(cls, clips: Iterable[Motion], fps: float = FPS) -> CopyIndex:
        """All clips at `fps`; about 400 bytes a frame. Raises ValueError for no clip."""
        clips = [_at_rate(clip, fps) for clip in clips]
        if not clips:
            raise ValueError("there is no training clip to compare with: give at least one")
        lengths = np.array([len(clip) for clip in clips])
        ends = np.cumsum(lengths)
        joints = np.concatenate(list(_joints_of(clips)))
        flat = np.concatenate(
            [_flat_poses(joints[start : start + CHUNK]) for start in range(0, len(joints), CHUNK)]
        )
        mean = flat.mean(axis=0)
        flat -= mean
        axes = np.linalg.eigh(flat.T @ flat)[1][:, -DIRECTIONS:]  # ascending: the last ones carry most
        poses = axes.T @ flat.T  # (D,N)
        poses = np.concatenate([poses, np.sum(poses**2, axis=0, keepdims=True) / 2])
        remaining = np.repeat(ends, lengths) - np.arange(len(joints))
        return cls(fps, joints, ends - lengths, ends, remaining, poses, mean, axes)

    def nearest(self, motion: Motion) -> Nearest:
        """The window, of any start, that lies nearest to the motion or to its mirror image."""
        found = [self._nearest(motion, False), self._nearest(motion.mirror(), True)]
        return min(found, key=lambda near: near.distance)

    def _nearest(self, motion: Motion, mirrored: bool) -> Nearest:
        joints = _at_rate(motion, self.fps).joints()
        best = Nearest(np.inf)
        for clip, start in self._shortlist(joints):
            best = min(best, self._exact(joints, clip, start, mirrored), key=lambda near: near.distance)
        around = best.start + np.setdiff1d(np.arange(-REFINE, REFINE + 1), 0) if best.clip >= 0 else ()
        for start in around:
            if 0 <= start <= self.ends[best.clip] - self.first[best.clip] - len(joints):
                nearer = self._exact(joints, best.clip, int(start), mirrored)
                best = min(best, nearer, key=lambda near: near.distance)
        return best

    def _exact(self, joints: np.ndarray, clip: int, start: int, mirrored: bool) -> Nearest:
        begin = self.first[clip] + start
        window = self.joints[begin : min(begin + len(joints), self.ends[clip])]
        return Nearest(aligned_distance(joints[: len(window)], window), clip, start, mirrored)

    def _shortlist(self, joints: np.ndarray) -> list[tuple[int, int]]:
        """(clip, start) of the best window of each of the SHORTLIST clips that look most alike."""
        frames = len(joints)
        looks = np.unique(np.linspace(0, frames - 1, LOOKS).round().astype(int))
        pose = (_flat_poses(joints[looks]) - self.mean) @ self.axes  # (K,D)
        # half the squared distances, less half the squared norm of the look itself, which serves no comparison
        halves = np.column_stack([-pose, np.ones(len(looks), dtype=np.float32)]) @ self.poses  # (K,N)
        cost = self._window_costs(halves, looks, frames)
        clip_cost = np.minimum.reduceat(cost, self.first)
        chosen = np.argsort(clip_cost, kind="stable")[:SHORTLIST]
        return [
            (int(clip), int(np.argmin(cost[self.first[clip] : self.ends[clip]])))
            for clip in chosen
            if np.isfinite(clip_cost[clip])
        ]

    def _window_costs(self, squares: np.ndarray, looks: np.ndarray, frames: int) -> np.ndarray:
        """(N,) mean over the looks of a window that starts there, inf where none may; squares (K,N)."""
        cost = np.full(squares.shape[1], np.inf, dtype=np.float32)
        starts = squares.shape[1] - frames + 1
        if starts > 0:
            cost[:starts] = sum(squares[k, look : look + starts] for k, look in enumerate(looks)) / len(looks)
        cost[self.remaining < frames] = np.inf
        lengths = self.ends - self.first
        short = np.flatnonzero((lengths < frames) & (lengths >= COVERED * frames))
        seen = looks[:, None] < lengths[short]  # (K,S)
        at = self.first[short] + np.where(seen, looks[:, None], 0)
        costs = np.where(seen, np.take_along_axis(squares, at, axis=1), 0).sum(axis=0)
        cost[self.first[short]] = costs / seen.sum(axis=0)
        return cost


def near_copies(motions: Sequence[Motion], index: CopyIndex, limit: float = NEAR) -> float:
    """Share of the motions that lie within `limit` metres (mean joint distance) of a training window or its mirror."""
    if not motions:
        raise ValueError("there are no motions to look for among the training clips: give at least one")
    return float(np.mean([index.nearest(motion).distance <= limit for motion in motions]))


def aligned_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Mean joint distance of a and b (T,22,3), moved over the floor and turned about Z to fit best.

    Fits best: the smallest sum of squares, whose angle and shift have a closed form (Procrustes in the plane).
    """
    a, b = a.astype(np.float64), b.astype(np.float64)  # copies
    for joints in (a, b):
        joints[..., GROUND] -= joints[..., GROUND].mean(axis=(0, 1))
    x, y = a[..., 0], a[..., 1]
    sine = np.sum(x * b[..., 1] - y * b[..., 0])
    cosine = np.sum(x * b[..., 0] + y * b[..., 1])
    angle = np.arctan2(sine, cosine)
    turned = np.stack([np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y], axis=-1)
    a[..., GROUND] = turned
    return float(np.linalg.norm(a - b, axis=-1).mean())


def _at_rate(motion: Motion, fps: float) -> Motion:
    return motion if abs(motion.fps - fps) < 1e-6 else motion.resample(fps)


def _joints_of(clips: Sequence[Motion]) -> Iterator[np.ndarray]:
    """Joints (n,22,3) float32 of all clips one after another, in pieces: a call for each short clip costs thrice."""
    pelvis = np.concatenate([clip.pelvis for clip in clips])
    rotations = np.concatenate([clip.rotations for clip in clips])
    for start in range(0, len(pelvis), CHUNK):
        piece = slice(start, start + CHUNK)
        yield forward_kinematics(pelvis[piece], rotations[piece])[0].astype(np.float32)


def _flat_poses(joints: np.ndarray) -> np.ndarray:
    """(T,66) float32, each frame about its pelvis and turned to the front."""
    return heading_frame(joints).reshape(len(joints), -1).astype(np.float32)
