"""Any humanoid skeleton that moves -> our body: rotations, root and scale. Numpy only.

Zero poses and joint axes differ from file to file and are not trusted. Each joint of ours copies the world orientation
S(t) of a source joint times a constant turn C, so that every twist of the capture is kept: G(t) = S(t) C.

C is found from the motion itself (`calibration.py`). It is the mean of conj(S(t)) F(t) over the frames in which a
geometric fit F(t) is good: limbs while their hinge is bent, feet while they stand, the torso while it is upright, hands
while the arm hangs. Last, the bones of arms and legs are swung by the small rest, so that their directions are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import (
    CHILD,
    HINGES,
    Hinge,
    bend_onto,
    positions_to_world,
    rest_direction,
    swing_onto,
    unit,
    world_to_local,
)
from motion_core.body.skeleton import JOINT, JOINTS, OFFSETS, PARENTS, REST_JOINTS
from motion_core.formats.twists import mend_twist

NEEDED = (
    "pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
SIDES = ("left", "right")
# Beyond these angles a twist contradicts the hinge (forearms may turn far), and an end joint its anatomy.
TWIST_LIMITS = {
    f"{side}_{joint}": np.radians(limit)
    for side in SIDES
    for joint, limit in (("hip", 75), ("knee", 50), ("shoulder", 75), ("elbow", 120))
}
LISTED = 30  # names of a skeleton in a message
END_LIMITS = {"wrist": np.radians(100), "ankle": np.radians(75), "foot": np.radians(60)}


@dataclass(frozen=True, eq=False)
class Capture:
    """A moving skeleton of any kind in our world: metres, Z up."""

    joints: tuple[str, ...]  # names, J of them
    positions: np.ndarray  # (T,J,3)
    orientations: np.ndarray  # (T,J,4)
    tips: dict[str, np.ndarray]  # joint -> (T,3), the end of its bone
    fps: float
    starts: tuple[int, ...] = (0,)  # first frames of the takes that follow each other

    def position(self, joint: str) -> np.ndarray:
        return self.positions[:, self.joints.index(joint)]

    def orientation(self, joint: str) -> np.ndarray:
        return self.orientations[:, self.joints.index(joint)]


@dataclass(frozen=True, eq=False)
class Body:
    """A capture seen as our joints; NaN where the source has none."""

    positions: np.ndarray  # (T,22,3) metres
    orientations: np.ndarray  # (T,22,4) of the source joints
    fps: float
    starts: tuple[int, ...] = (0,)  # first frames of the takes, all of the same skeleton

    @property
    def takes(self) -> list[slice]:
        return [slice(*span) for span in pairwise((*self.starts, len(self.positions)))]

    @cached_property
    def fits(self) -> np.ndarray:
        """World orientations (T,22,4) by the positions alone."""
        return positions_to_world(self.positions, starts=self.starts, fps=self.fps)

    def over_frames(self, values: np.ndarray) -> np.ndarray:
        """Values (N,...) of the takes -> (T,...), those of each frame's take."""
        return np.repeat(values, np.diff((*self.starts, len(self.positions))), axis=0)


def check_names(names: Mapping[str, str], joints: Sequence[str]) -> None:
    """Raise ValueError that names a joint which is needed but not mapped, not ours, or mapped to something absent."""
    if missing := [joint for joint in NEEDED if joint not in names]:
        raise ValueError(
            f"no joint is known for {', '.join(missing)}: say which they are (--joints left_knee=NAME,...); "
            f"the skeleton has {listed(joints)}"
        )
    for joint, name in names.items():
        if joint not in JOINT:
            raise ValueError(f"{joint!r} is not one of our joints: {', '.join(JOINTS)}")
        if name.removeprefix("tip:") not in joints:
            raise ValueError(f"{joint} is mapped to {name!r}, which the skeleton has not: {listed(joints)}")


def listed(names: Sequence[str]) -> str:
    """The names, of very many the first ones and how many more there are."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(name[:40] for name in names[:LISTED]) + more


def capture_to_body(capture: Capture, names: Mapping[str, str]) -> Body:
    """Pick the joints by `names` (ours -> theirs); "tip:NAME" takes the End Site of NAME as a position.

    Raises ValueError that names a joint which is needed but not mapped, or mapped to something absent.
    """
    check_names(names, capture.joints)
    body = place_joints(capture, names)
    _fill(body.positions)
    return body


def place_joints(capture: Capture, names: Mapping[str, str]) -> Body:
    """`capture_to_body` of some joints, with NaN for the others."""
    count = len(capture.positions)
    positions, orientations = (
        quat.over_time(count, len(JOINTS), width, dtype=capture.positions.dtype) for width in (3, 4)
    )
    positions[:], orientations[:] = np.nan, np.nan
    for joint, name in names.items():
        if not name.startswith("tip:"):
            positions[:, JOINT[joint]] = capture.position(name)
            orientations[:, JOINT[joint]] = capture.orientation(name)
        elif name[len("tip:") :] in capture.tips:
            positions[:, JOINT[joint]] = capture.tips[name[len("tip:") :]]
    return Body(positions, orientations, capture.fps, capture.starts)


def _fill(positions: np.ndarray) -> None:
    """Joints without a source: spine on the line hips-neck, collars beside the neck, head and toes straight on."""
    at = {joint: positions[:, index] for joint, index in JOINT.items()}  # views
    middle = (at["left_hip"] + at["right_hip"]) / 2
    if not np.all(np.isfinite(at["neck"])):
        at["neck"][:] = np.where(np.isfinite(at["neck"]), at["neck"], _neck(at, middle))
    for joint, share in (("spine1", 0.33), ("spine2", 0.56), ("spine3", 0.65)):
        at[joint][:] = np.where(np.isfinite(at[joint]), at[joint], middle + share * (at["neck"] - middle))
    at["head"][:] = np.where(np.isfinite(at["head"]), at["head"], at["neck"] + 0.13 * (at["neck"] - middle))
    forward = np.cross(at["left_hip"] - at["right_hip"], at["neck"] - middle)
    for side in SIDES:
        collar, foot = at[f"{side}_collar"], at[f"{side}_foot"]
        between = at["spine3"] + 0.6 * (at["neck"] - at["spine3"])
        collar[:] = np.where(np.isfinite(collar), collar, between + 0.4 * (at[f"{side}_shoulder"] - between))
        ahead = at[f"{side}_ankle"] + 0.13 * unit(forward)
        ahead[:, 2] -= 0.05
        foot[:] = np.where(np.isfinite(foot), foot, ahead)


def _neck(at: Mapping[str, np.ndarray], middle: np.ndarray) -> np.ndarray:
    """Where a neck (T,3) lies that the source has not: a little above the shoulders, on the way to the head.

    at: joint -> (T,3), NaN where unknown. middle: (T,3) of the hips.
    """
    shoulders = (at["left_shoulder"] + at["right_shoulder"]) / 2
    neck = shoulders + NECK_ABOVE * (shoulders - middle)
    low = next(
        (at[joint] for joint in ("spine3", "spine2", "spine1") if np.all(np.isfinite(at[joint]))), middle
    )
    if not np.all(np.isfinite(at["head"])):
        return np.asarray(neck)
    way = at["head"] - low  # a bone: the neck keeps its place on it, whatever the arms do
    share = np.sum((neck - low) * way, axis=-1) / np.maximum(np.sum(way**2, axis=-1), 1e-12)
    return np.asarray(low + np.clip(np.median(share), 0.1, 0.9) * way)


def leg_length(positions: np.ndarray) -> float:
    """Metres from hip to knee to ankle, mean of both legs and median over time, of joints (T,22,3)."""
    return float(np.median(_legs(positions)))


def _legs(positions: np.ndarray) -> np.ndarray:
    """Metres from hip to knee to ankle (T,), mean of both legs."""
    bones = [
        np.linalg.norm(positions[:, JOINT[f"{side}_{a}"]] - positions[:, JOINT[f"{side}_{b}"]], axis=-1)
        for side in SIDES
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]
    return np.sum(bones, axis=0) / 2


OUR_LEG = leg_length(REST_JOINTS[None])


def _neck_above() -> float:
    """How far our neck at rest is above the shoulders, in heights of these above the hips."""
    rest = {joint: REST_JOINTS[index, 1] for joint, index in JOINT.items()}
    return float((rest["neck"] - rest["left_shoulder"]) / (rest["left_shoulder"] - rest["left_hip"]))


NECK_ABOVE = _neck_above()


def bone_directions(positions: np.ndarray, joint: str) -> np.ndarray:
    """Unit directions (T,3) of the bone that a joint of (T,22,3) carries."""
    return unit(positions[:, JOINT[CHILD[joint]]] - positions[:, JOINT[joint]])


def body_orientations(body: Body, turns: np.ndarray) -> np.ndarray:
    """World orientations (T,22,4) of our joints from those of the source and the turns C, (22,4) or (T,22,4)."""
    world = quat.multiply(body.orientations, turns)
    finite = np.all(np.isfinite(world), axis=-1)
    known = body.over_frames(
        np.logical_and.reduceat(finite, body.starts)
    )  # (T,22), the same all through a take
    for joint in ("pelvis", "spine3", *(j for bones in HINGES for j in bones[:2])):
        _fill_in(world, known, joint, partial(body.fits.__getitem__, (slice(None), JOINT[joint])))
    _follow(world, known)
    for upper, lower, axis in HINGES:
        _exact_limb(body, world, Hinge(upper, lower, np.array(axis)))
    _mend_ends(world, body.takes)
    return world


def _exact_limb(body: Body, world: np.ndarray, hinge: Hinge) -> None:
    """Both bones of a limb onto their directions, their twists checked: the lower one's against the upper one's."""
    bones = hinge[:2]
    u, f = (bone_directions(body.positions, joint) for joint in bones)
    bend = np.sum(quat.cross(u, f) ** 2, axis=-1)
    upper, lower = (JOINT[joint] for joint in bones)
    world[:, upper] = swing_onto(world[:, upper], rest_direction(bones[0]), u)
    times = body.starts, body.fps
    mend = mend_twist(world[:, upper], body.fits[:, upper], u, bend, TWIST_LIMITS[bones[0]], times)
    if mend is not None:
        world[:, upper] = quat.multiply(mend, world[:, upper])
    world[:, lower] = swing_onto(world[:, lower], rest_direction(bones[1]), f)
    hinged = bend_onto(world[:, upper], rest_direction(bones[1]), f, hinge.axis)
    mend = mend_twist(world[:, lower], hinged, f, np.ones(len(f), f.dtype), TWIST_LIMITS[bones[1]], times)
    if mend is None:
        return
    world[:, lower] = quat.multiply(mend, world[:, lower])
    if bones[1].endswith("elbow"):  # the hand was solved from the forearm: it turns along
        hand = JOINT[CHILD[bones[1]]]
        world[:, hand] = quat.multiply(mend, world[:, hand])


def _mend_ends(world: np.ndarray, takes: Sequence[slice]) -> None:
    """Hands, feet and toes bent further than a body can: interpolated from the frames before and after."""
    for side in SIDES:
        for joint, limit in END_LIMITS.items():
            end, parent = JOINT[f"{side}_{joint}"], PARENTS[JOINT[f"{side}_{joint}"]]
            local = quat.multiply(quat.conjugate(world[:, parent]), world[:, end])
            possible = quat.angle_between(local, quat.IDENTITY.astype(local.dtype)) < limit
            for take in takes:
                if not np.all(possible[take]):
                    mended = _between_good(local[take], np.flatnonzero(possible[take]))
                    world[take, end] = quat.multiply(world[take, parent], mended)


def _between_good(local: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Rotations (T,4) interpolated between the good ones, numbers (K,); none where no frame is good."""
    if not len(good):
        return np.broadcast_to(quat.IDENTITY, local.shape)
    frames = np.arange(len(local))
    after = np.clip(np.searchsorted(good, frames), 0, len(good) - 1)
    before = np.clip(np.searchsorted(good, frames, side="right") - 1, 0, None)
    low, high = good[before], good[after]
    share = np.clip((frames - low) / np.maximum(high - low, 1), 0, 1)
    return quat.slerp(local[low], local[high], share)


def _follow(world: np.ndarray, known: np.ndarray) -> None:
    """Joints without a source: the spine in between, the rest straight on from the parent."""

    def between(low: str, high: str, share: float) -> np.ndarray:
        return quat.slerp(
            world[:, JOINT[low]], world[:, JOINT[high]], np.full(len(world), share, world.dtype)
        )

    _fill_in(world, known, "spine1", lambda: between("pelvis", "spine3", 1 / 3))
    _fill_in(world, known, "spine2", lambda: between("spine1", "spine3", 0.5))
    like = {"neck": "spine3", "head": "neck"}
    for side in SIDES:
        like |= {f"{side}_{a}": b for a, b in (("collar", "spine3"), ("wrist", f"{side}_elbow"))}
        like |= {f"{side}_ankle": f"{side}_knee", f"{side}_foot": f"{side}_ankle"}
    for joint, other in like.items():
        _fill_in(world, known, joint, partial(world.__getitem__, (slice(None), JOINT[other])))


def _fill_in(world: np.ndarray, known: np.ndarray, joint: str, guess: Callable[[], np.ndarray]) -> None:
    """The guess (T,4) for a joint in the frames where it is not known (T,22)."""
    lacking = ~known[:, JOINT[joint]]
    if np.any(lacking):
        world[lacking, JOINT[joint]] = guess()[lacking]


def fit_body(body: Body, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pelvis (T,3) and local rotations (T,22,4) of our body, the hips where the source's are, scaled by leg length."""
    world = body_orientations(body, turns)
    legs = _legs(body.positions)
    scale = body.over_frames(np.array([[OUR_LEG / np.median(legs[take])] for take in body.takes]))
    middle = (body.positions[:, JOINT["left_hip"]] + body.positions[:, JOINT["right_hip"]]) / 2 * scale
    rest_middle = (OFFSETS[JOINT["left_hip"]] + OFFSETS[JOINT["right_hip"]]).astype(world.dtype) / 2
    pelvis = middle - quat.rotate(world[:, JOINT["pelvis"]], rest_middle)
    return pelvis, world_to_local(world)
