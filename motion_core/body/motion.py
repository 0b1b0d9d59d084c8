"""`Motion`: a body moving, in numpy. Everything after a model and before a rig is one of these.

World: right-handed, Z up, metres, seconds. `rotations` are unit quaternions wxyz, each local to its parent, the
pelvis to the world; they act on the Y-up SMPL rest frame of `skeleton.py`. `trans` is SMPL's translation as AMASS
stores it: pelvis position = trans + skeleton.REST_PELVIS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, JOINTS, MIRROR, OFFSETS, PARENTS, REST_PELVIS, TIPS

MIN_FPS, MAX_FPS = 0.01, 1000.0
MOST_FRAMES = 2_000_000  # that another frame rate may make of a motion
UNIT_WITHIN = 2e-7  # rounding to float32 moves the norm of a unit quaternion by less


def all_said(*entries: Any) -> str:
    """Several entries of meta as one, each part once: "a; b" and "b" give "a; b"; nothing gives "".

    It joins the licences and texts of all that a motion was made of.
    """
    parts = [part for entry in entries if entry for part in str(entry).split("; ")]
    return "; ".join(dict.fromkeys(parts))


def check_fps(fps: float) -> None:
    """Raises ValueError for what is no frame rate."""
    if not (np.isfinite(fps) and MIN_FPS <= fps <= MAX_FPS):
        raise ValueError(f"fps is {fps}: it must lie from {MIN_FPS:g} to {MAX_FPS:g}")


def forward_kinematics(
    pelvis: np.ndarray, rotations: np.ndarray, offsets: np.ndarray = OFFSETS
) -> tuple[np.ndarray, np.ndarray]:
    """World positions (T,22,3) and world orientations (T,22,4) of the joints.

    pelvis (T,3) metres; rotations (T,22,4) local; offsets (22,3) from the parent in its rest frame.
    """
    positions = quat.over_time(*rotations.shape[:-1], 3)
    orientations = quat.over_time(*rotations.shape)
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            positions[:, joint], orientations[:, joint] = pelvis, rotations[:, joint]
            continue
        orientations[:, joint] = quat.multiply(orientations[:, parent], rotations[:, joint])
        positions[:, joint] = positions[:, parent] + quat.rotate(orientations[:, parent], offsets[joint])
    return positions, orientations


def _unit_float32(rotations: np.ndarray) -> np.ndarray:
    """Unit quaternions in float32. Those that are unit already keep every bit, so that kept frames do not change.

    Raises ValueError for a zero or non-finite quaternion.
    """
    unit = quat.normalize(rotations).astype(np.float32)
    given = rotations.astype(np.float32)
    norm = np.linalg.norm(given.astype(np.float64), axis=-1, keepdims=True)
    return np.where(np.abs(norm - 1) < UNIT_WITHIN, given, unit)


@dataclass(frozen=True, eq=False)
class Motion:
    """T frames of the 22-joint body; checked when made, never changed afterwards.

    fps: Hz. trans: (T,3) metres. rotations: (T,22,4) wxyz. meta: what made it (text, model, seed, licence ...).
    Raises ValueError for no frame, wrong shapes, a non-finite value, a zero quaternion or an impossible fps.
    """

    media_type: ClassVar[str] = "application/octet-stream"
    endings: ClassVar[tuple[str, ...]] = (".npz", ".bvh")

    fps: float
    trans: np.ndarray
    rotations: np.ndarray
    betas: np.ndarray = field(default_factory=lambda: np.zeros(16, dtype=np.float32))
    gender: str = "neutral"
    meta: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_fps(self.fps)
        trans = np.array(self.trans, dtype=np.float32)  # a copy: the caller's array may change later
        rotations = np.asarray(self.rotations, dtype=np.float64)
        if trans.ndim != 2 or trans.shape[1] != 3 or len(trans) == 0:
            raise ValueError(
                f"trans has shape {trans.shape}: a motion needs (frames, 3) with at least one frame"
            )
        if rotations.shape != (len(trans), len(JOINTS), 4):
            raise ValueError(
                f"rotations have shape {rotations.shape}, expected {(len(trans), len(JOINTS), 4)}"
            )
        if not np.all(np.isfinite(trans)):
            raise ValueError(f"trans is not finite at frame {int(np.argwhere(~np.isfinite(trans))[0][0])}")
        betas = np.array(self.betas, dtype=np.float32)
        if not np.all(np.isfinite(betas)):
            raise ValueError("betas are not finite: leave them out, or give numbers")
        object.__setattr__(self, "fps", float(self.fps))
        object.__setattr__(self, "trans", trans)
        object.__setattr__(self, "rotations", _unit_float32(rotations))
        object.__setattr__(self, "betas", betas)

    @classmethod
    def from_pelvis(cls, fps: float, pelvis: np.ndarray, rotations: np.ndarray, **more: Any) -> Motion:
        """From pelvis world positions (T,3) instead of SMPL's trans."""
        return cls(fps, np.asarray(pelvis) - REST_PELVIS, rotations, **more)

    def __len__(self) -> int:
        return len(self.trans)

    def to_bytes(self) -> bytes:
        """The content of an AMASS-style .npz file."""
        from motion_core.body.motion_bytes import motion_to_bytes

        return motion_to_bytes(self)

    @property
    def seconds(self) -> float:
        """Frames over fps: n frames fill n frame times."""
        return len(self) / self.fps

    @property
    def pelvis(self) -> np.ndarray:
        """World positions of the pelvis (T,3)."""
        return self.trans + REST_PELVIS

    def kinematics(self) -> tuple[np.ndarray, np.ndarray]:
        """World positions (T,22,3) and orientations (T,22,4) of the joints."""
        return forward_kinematics(self.pelvis, self.rotations)

    def joints(self) -> np.ndarray:
        """World positions of the joints (T,22,3) float32 metres, by forward kinematics of the rest body."""
        return self.kinematics()[0].astype(np.float32)

    def tips(self) -> dict[str, np.ndarray]:
        """World positions (T,3) of the hands, crown and toe tips (`skeleton.TIPS`)."""
        positions, orientations = self.kinematics()
        return {
            tip: positions[:, JOINT[joint]] + quat.rotate(orientations[:, JOINT[joint]], offset)
            for tip, (joint, offset) in TIPS.items()
        }

    def heading(self) -> np.ndarray:
        """Yaw (T,) in radians, unwrapped: 0 faces -Y; positive turns to the person's left (counterclockwise)."""
        forward = quat.rotate(
            self.rotations[:, JOINT["pelvis"]].astype(np.float64), np.array([0.0, 0.0, 1.0])
        )
        return np.unwrap(np.arctan2(forward[:, 0], -forward[:, 1]))

    def slice(self, start: int, stop: int | None = None) -> Motion:
        """Frames start:stop (Python's rule); an empty range raises ValueError."""
        part = self.trans[start:stop]
        if len(part) == 0:
            raise ValueError(f"frames {start}:{stop} of a motion of {len(self)} frames are empty")
        return replace(self, trans=part, rotations=self.rotations[start:stop])

    def resample(self, fps: float) -> Motion:
        """The same motion at another frame rate: slerp for rotations, linear for trans.

        Frame k of n is at time k/old fps; the last pose stays the last, so (n-1)/old = (m-1)/new up to half a frame.
        """
        check_fps(fps)
        count = max(1, round((len(self) - 1) * fps / self.fps) + 1)
        if count > MOST_FRAMES:
            raise ValueError(
                f"{self.seconds:g} s at {fps:g} fps are {count} frames: at most {MOST_FRAMES} are made; is the frame "
                f"rate of the motion, {self.fps:g}, the right one?"
            )
        times = np.minimum(np.arange(count) * self.fps / fps, len(self) - 1)
        return replace(self.at_frames(times), fps=fps)

    def at_frames(self, times: np.ndarray) -> Motion:
        """Poses at fractional frame numbers `times` (N,), held at both ends; fps is kept."""
        times = np.clip(np.asarray(times, dtype=np.float64), 0, len(self) - 1)
        low = np.minimum(times.astype(int), max(len(self) - 2, 0))
        high = np.minimum(low + 1, len(self) - 1)
        part = times - low
        trans = self.trans[low] + (self.trans[high] - self.trans[low]) * part[:, None]
        rotations = quat.slerp(self.rotations[low], self.rotations[high], part[:, None])
        return replace(self, trans=trans, rotations=rotations)

    def mirror(self) -> Motion:
        """Left and right exchanged across the world's YZ plane (x -> -x)."""
        rotations = self.rotations[:, MIRROR] * np.array([1, 1, -1, -1], dtype=np.float32)
        return replace(self, trans=self.trans * np.array([-1, 1, 1], dtype=np.float32), rotations=rotations)

    def moved(self, yaw: float = 0.0, offset: Sequence[float] = (0.0, 0.0, 0.0)) -> Motion:
        """Turned by `yaw` radians about the world's Z axis, then shifted by `offset` metres."""
        turn = quat.about_z(yaw)
        pelvis = quat.rotate(turn, self.pelvis.astype(np.float64)) + np.asarray(offset)
        rotations = self.rotations.astype(np.float64).copy()
        rotations[:, JOINT["pelvis"]] = quat.multiply(turn, rotations[:, JOINT["pelvis"]])
        return replace(self, trans=pelvis - REST_PELVIS, rotations=rotations)

    def facing_front(self) -> Motion:
        """Moved so that the first frame stands over the origin and faces -Y."""
        turned = self.moved(yaw=-float(self.heading()[0]))
        x, y, _ = turned.pelvis[0]
        return turned.moved(offset=(-float(x), -float(y), 0.0))

    def concatenate(self, other: Motion, *, align: bool = True) -> Motion:
        """This motion, then `other` at the same fps; with `align` the second starts where and as the first ends."""
        if abs(other.fps - self.fps) > 1e-6:
            raise ValueError(
                f"frame rates differ ({self.fps:g} and {other.fps:g}): resample one of them first"
            )
        if align:
            other = other.moved(yaw=float(self.heading()[-1] - other.heading()[0]))
            shift = self.pelvis[-1] - other.pelvis[0]
            other = other.moved(offset=(float(shift[0]), float(shift[1]), 0.0))
        return replace(
            self,
            trans=np.concatenate([self.trans, other.trans]),
            rotations=np.concatenate([self.rotations, other.rotations]),
        )
