"""BVH files as motions, both ways: any skeleton in, SMPL-22 joints out.

A file does not say its unit or which way is up. The unit is guessed by the longest chain of bones from the hips (about
1.35 m in an adult), the up axis as `up_axis.py` says. `unit` and `up` overrule the guess.

We write Y up (as nearly every BVH is), centimetres, degrees and the rest pose of `body/skeleton.py`. Such files come
back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import ANKLE_HEIGHT, JOINT, JOINTS, OFFSETS, PARENTS, TIPS, UPRIGHT
from motion_core.formats.bvh_clip import BvhClip, joined, thinned
from motion_core.formats.bvh_text import read_bvh
from motion_core.formats.calibration import (
    FEET,
    evidence_of_takes,
    feet_evidence,
    feet_known,
    mean_turns,
    percentile,
)
from motion_core.formats.faults import format_faults
from motion_core.formats.files import atomic_write
from motion_core.formats.humanoid import (
    OUR_LEG,
    SIDES,
    Body,
    Capture,
    capture_to_body,
    check_names,
    fit_body,
    leg_length,
    place_joints,
)
from motion_core.formats.joint_names import find_names, guess_names
from motion_core.formats.reading import UNITS, Reading, check_up, unit_name, unit_size
from motion_core.formats.straight_limbs import with_straight_limbs
from motion_core.formats.t_pose import turns_of_pose
from motion_core.formats.up_axis import TO_Z_UP, guess_up_axis, standing_rest

__all__ = [
    "BvhClip",
    "bvh_to_motion",
    "clip_to_capture",
    "guess_names",
    "guess_unit",
    "guess_up",
    "read_bvh",
    "write_bvh",
]

ADULT_CHAIN = 1.35  # metres from the hips along the longest chain of bones (to the finger tips or the crown)
LOW_PERCENTILE, NEAR_FLOOR = 5.0, 0.3  # percent of frames; metres a file may stand beside its floor
LOOKED_AT = 150  # frames, to see which way is up
LEGS = tuple(f"{side}_{joint}" for side in SIDES for joint in ("hip", "ankle"))
Y_DOUBT = 0.2  # nearly every BVH file is Y up


def guess_unit(clip: BvhClip) -> float:
    """Metres per unit of the file: the one of m, cm, mm that makes the longest chain of bones most like an adult's.

    Chains start at the first joint with several children: what lies above it is the track through the room.
    """
    return _unit_of(clip, slice(0, len(clip)))


def _unit_of(clip: BvhClip, take: slice) -> float:
    """`guess_unit` of one of the takes that follow each other."""
    chain = np.zeros(len(clip.joints))
    start = next((j for j in range(len(chain)) if clip.parents.count(j) > 1), 0)
    lengths = np.linalg.norm(clip.usual_offsets(take, start + 1), axis=-1)
    for joint, parent in enumerate(clip.parents):
        if joint > start:
            chain[joint] = chain[parent] + lengths[joint]
    longest = max(float(chain.max()), 1e-9)
    return min(UNITS.values(), key=lambda unit: abs(np.log(longest * unit / ADULT_CHAIN)))


def guess_up(clip: BvhClip, names: Mapping[str, str]) -> str:
    """The up axis, "y" or "z", by how the body stands and moves and how its skeleton stands at rest."""
    return _up_of(clip, names, clip.global_transforms()[0], slice(0, len(clip)))


def _up_of(clip: BvhClip, names: Mapping[str, str], positions: np.ndarray, take: slice) -> str:
    """`guess_up` of one of the takes that follow each other, by the positions (T,J,3) of the joints."""
    part = positions[take.start : take.stop : 1 + (take.stop - take.start) // LOOKED_AT]
    legs = [clip.index(names[f"{side}_ankle"]) for side in SIDES]
    neck = clip.index(names[_top(names)])
    known = [clip.index(name) for name in names.values() if name in clip.joints]
    lowest = np.min(part[:, known], axis=1)
    return guess_up_axis(
        part[:, legs].mean(axis=1), part[:, neck], lowest, _rest_of(clip, names, take), "y", Y_DOUBT
    )


def _rest_of(clip: BvhClip, names: Mapping[str, str], take: slice) -> np.ndarray | None:
    """(3,) from the hips to the neck of a skeleton that stands while nothing is turned; None for a heap."""
    places = clip.rest_places(take)
    at = {joint: places[clip.index(names[joint])] for joint in (_top(names), *LEGS)}
    hips, ankles = ((at[f"left_{end}"] + at[f"right_{end}"]) / 2 for end in ("hip", "ankle"))
    return standing_rest(hips, at[_top(names)], ankles)


def _top(names: Mapping[str, str]) -> str:
    """The joint that tells where the upper end of the torso is, of those the skeleton has."""
    tops = ("neck", "head", "spine3")
    return next((j for j in tops if j in names and not names[j].startswith("tip:")), "left_shoulder")


def clip_to_capture(
    clip: BvhClip, names: Mapping[str, str], up: str | None = None, unit: float | str | None = None
) -> Capture:
    """World positions in metres and orientations, Z up. up: a key of TO_Z_UP; unit: metres per unit, or m, cm, mm."""
    return _measured(clip, names, up, unit)[0]


def _measured(
    clip: BvhClip, names: Mapping[str, str], up: str | None, unit: float | str | None
) -> tuple[Capture, list[float], list[str]]:
    """`clip_to_capture`, and the unit and the up axis of each take."""
    check_names(names, clip.joints)
    up = None if up is None else check_up(up)
    given = None if unit is None else unit_size(unit)
    positions, orientations = clip.global_transforms()
    units = [given or _unit_of(clip, take) for take in clip.takes]
    ups = [up or _up_of(clip, names, positions, take) for take in clip.takes]
    return _capture(clip, positions, orientations, units, ups), units, ups


def _capture(
    clip: BvhClip, positions: np.ndarray, orientations: np.ndarray, units: Sequence[float], ups: Sequence[str]
) -> Capture:
    """The global transforms of a clip in metres and Z up, by each take's unit and up axis."""
    scale = _each_frame(clip, [[[unit]] for unit in units])
    turn = _each_frame(clip, [[TO_Z_UP[up]] for up in ups])
    tips = {
        joint: positions[:, j] + quat.rotate(orientations[:, j], clip.tips[joint])
        for j, joint in enumerate(clip.joints)
        if joint in clip.tips
    }
    return Capture(
        clip.joints,
        quat.rotate(turn, positions) * scale,
        quat.multiply(turn, orientations),
        {joint: quat.rotate(turn[:, 0], tip) * scale[:, 0] for joint, tip in tips.items()},
        clip.fps,
        clip.starts,
    )


def _each_frame(clip: BvhClip, values: Sequence[object]) -> np.ndarray:
    """One value (...) per take -> (T,...), or (1,...) where there is one take."""
    lengths = [take.stop - take.start for take in clip.takes]
    return np.repeat(np.array(values, clip.values.dtype), lengths if len(lengths) > 1 else 1, axis=0)


# ------------------------------------------------------------------------------------------- reading motions


def bvh_to_motion(
    clip: BvhClip,
    names: Mapping[str, str] | None = None,
    *,
    up: str | None = None,
    unit: float | str | None = None,
    t_pose: int | None = None,
) -> Motion:
    """The clip as a motion of our body at the clip's frame rate.

    A file with our joints and rest pose is taken over exactly. Any other humanoid is retargeted through `names` (our
    joint -> theirs; guessed from common names where None), scaled by leg length and stood on the floor. Its meta
    says as `read` which axis and unit were taken. t_pose: as in `Reading`; how the joints are turned is read off it.
    Raises ValueError for a joint that is unknown or missing.
    """
    if names is None and _is_ours(clip):
        return _ours_to_motion(clip, up, unit)
    names = names if names is not None else names_in(clip)
    capture, units, ups = _measured(clip, names, up, unit)
    body = capture_to_body(capture, names)
    if t_pose is None:
        turns = mean_turns(with_straight_limbs(evidence_of_takes(body), body))
    else:
        turns = turns_of_pose(body, t_pose)[None]
    motion = _body_to_motions(body, turns)[0]
    said = f"{ups[0].upper()} up; {unit_name(units[0])}; {clip.fps:g} Hz"
    said += "" if t_pose is None else f"; T-pose in frame {t_pose}"
    return replace(motion, meta={"read": said})


def read_bvh_motion(path: str | Path, reading: Reading | None = None) -> Motion:
    """`bvh_to_motion` of a file, as `reading` says. Raises FormatError, or OSError where it cannot be opened."""
    reading = reading or Reading()
    with format_faults(str(path), "BVH"):
        clip = read_bvh(path)
        if reading.fps is not None:
            clip = replace(clip, fps=reading.fps)
        names = None if reading.names is None else names_in(clip, reading.names)
        return bvh_to_motion(clip, names, up=reading.up, unit=reading.unit, t_pose=reading.t_pose)


def names_in(clip: BvhClip, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our joint -> the clip's, by names, tree and rest. given: those that are known; guesses fit them.

    Raises ValueError for a joint that must be asked for, and for an animal.
    """
    return find_names(clip.joints, clip.parents, clip.tips, clip.rest_places(clip.takes[0]), given)


def bvh_to_motions(clips: Sequence[BvhClip], fps: float = np.inf) -> list[Motion]:
    """`bvh_to_motion` of clips of one skeleton (`same_skeleton`), many times as fast as one clip after the other.

    A clip of a higher rate than `fps` is thinned out first. Where the frames left say too little about its feet, all of
    its frames are read for them.
    """
    if _is_ours(clips[0]):
        return [bvh_to_motion(clip.at_rate(fps)) for clip in clips]
    names = names_in(clips[0])
    check_names(names, clips[0].joints)
    units = [guess_unit(clip) for clip in clips]
    joints = {name.removeprefix("tip:") for name in names.values()}
    used = [clip.only(joints).in_single() for clip in clips]
    thin = thinned(used, fps)
    body, ups = _body_of(thin, names, units)
    total = with_straight_limbs(evidence_of_takes(body), body)
    known = feet_known(total)
    unsure = [n for n in range(len(clips)) if not known[n] and thin[n] is not used[n]]
    if unsure:
        feet = [JOINT[joint] for joint in FEET]
        few_units, few_ups = [units[n] for n in unsure], [ups[n] for n in unsure]
        whole = _feet_of([used[n] for n in unsure], names, few_units, few_ups)
        total[np.ix_(unsure, feet)] = feet_evidence(whole)[:, feet]
    return _body_to_motions(body, mean_turns(total))


def _body_of(
    clips: Sequence[BvhClip], names: Mapping[str, str], units: Sequence[float]
) -> tuple[Body, list[str]]:
    """The clips as one body, and each one's up axis."""
    clip = joined(clips)
    positions, orientations = clip.global_transforms()
    ups = [_up_of(clip, names, positions, take) for take in clip.takes]
    return capture_to_body(_capture(clip, positions, orientations, units, ups), names), ups


def _feet_of(
    clips: Sequence[BvhClip], names: Mapping[str, str], units: Sequence[float], ups: Sequence[str]
) -> Body:
    """The clips as one body of which no more is known than its shanks and feet, where the skeleton has all of these."""
    below = (*FEET, *(f"{side}_knee" for side in SIDES))
    legs = {joint: names[joint] for joint in below if joint in names}
    if len(legs) == len(below):
        clips = [clip.only({name.removeprefix("tip:") for name in legs.values()}) for clip in clips]
    clip = joined(clips)
    capture = _capture(clip, *clip.global_transforms(), units, ups)
    return capture_to_body(capture, names) if len(legs) < len(below) else place_joints(capture, legs)


def _body_to_motions(body: Body, turns: np.ndarray) -> list[Motion]:
    """The motion of each take, with its constant turns (N,22,4)."""
    pelvis, rotations = fit_body(body, body.over_frames(turns.astype(body.positions.dtype)))
    ankles = np.min([_heights(pelvis, rotations, f"{side}_ankle") for side in SIDES], axis=0)
    for take in body.takes:
        pelvis[take, 2] -= above_floor(ankles[take])
    return [Motion.from_pelvis(body.fps, pelvis[take], rotations[take]) for take in body.takes]


def _heights(pelvis: np.ndarray, rotations: np.ndarray, joint: str) -> np.ndarray:
    """Heights (T,) of a joint of our body, from its pelvis (T,3) and local rotations (T,22,4)."""
    chain = [JOINT[joint]]
    while PARENTS[chain[-1]] > 0:
        chain.append(PARENTS[chain[-1]])
    place, turn = pelvis, rotations[:, 0]
    for link in reversed(chain):
        place = place + quat.rotate(turn, OFFSETS[link].astype(turn.dtype))
        turn = quat.multiply(turn, rotations[:, link])
    return place[:, 2]


def above_floor(ankles: np.ndarray) -> float:
    """How far a body with its ankles at these heights (T,) is above its floor; 0 where it is nowhere near it."""
    drop = float(percentile(ankles, LOW_PERCENTILE)) - ANKLE_HEIGHT
    return drop if abs(drop) < NEAR_FLOOR else 0.0


def _is_ours(clip: BvhClip) -> bool:
    """Our joint names and bones that point as in our rest pose (within about 10 degrees)."""
    if set(clip.joints) != set(JOINTS):
        return False
    order = [clip.index(joint) for joint in JOINTS]
    parents = [-1 if clip.parents[i] < 0 else JOINT[clip.joints[clip.parents[i]]] for i in order]
    theirs, ours = clip.offsets[order][1:], OFFSETS[1:].astype(np.float64)
    lengths = np.linalg.norm(theirs, axis=1) * np.linalg.norm(ours, axis=1)
    return parents == list(PARENTS) and bool(np.all(np.sum(theirs * ours, axis=1) > 0.985 * lengths))


def _ours_to_motion(clip: BvhClip, up: str | None, unit: float | str | None) -> Motion:
    order = [clip.index(joint) for joint in JOINTS]
    rotations = clip.local_transforms()[1][:, order]
    capture = clip_to_capture(clip, {joint: joint for joint in JOINTS}, up or "y", unit)
    rotations[:, JOINT["pelvis"]] = capture.orientation("pelvis")
    ratio = OUR_LEG / leg_length(capture.positions[:, order])
    pelvis = capture.position("pelvis") * (ratio if abs(ratio - 1) > 0.01 else 1.0)
    return Motion.from_pelvis(clip.fps, pelvis, quat.continuous(rotations))


# ------------------------------------------------------------------------------------------- writing

CHANNELS = ("Zrotation", "Xrotation", "Yrotation")
CENTIMETRES = 100.0


def write_bvh(path: str | Path, motion: Motion, *, fps: float | None = None) -> None:
    """Write beside and rename: Y up, centimetres, SMPL-22 joint names, at the motion's frame rate or at `fps`."""
    if fps is not None and abs(fps - motion.fps) > 1e-9:
        motion = motion.resample(fps)
    order: list[int] = []
    hierarchy = "\n".join(["HIERARCHY", *_joint_lines(JOINT["pelvis"], 0, order)])
    rotations = quat.normalize(motion.rotations.astype(np.float64))
    to_y_up = quat.conjugate(UPRIGHT)
    rotations[:, JOINT["pelvis"]] = quat.multiply(to_y_up, rotations[:, JOINT["pelvis"]])
    pelvis = quat.rotate(to_y_up, motion.pelvis.astype(np.float64)) * CENTIMETRES
    angles = np.degrees(np.unwrap(quat_to_zxy(rotations[:, order]), axis=0))
    values = np.concatenate([pelvis, angles.reshape(len(motion), -1)], axis=1)
    with atomic_write(path, "w") as file:
        file.write(f"{hierarchy}\nMOTION\nFrames: {len(motion)}\nFrame Time: {1 / motion.fps:.9f}\n")
        np.savetxt(file, values, fmt="%.6f")


def _joint_lines(joint: int, depth: int, order: list[int]) -> list[str]:
    """The HIERARCHY lines of a joint and its children; `order` collects the joints as they come."""
    order.append(joint)
    indent = "  " * depth
    offset = OFFSETS[joint].astype(np.float64) * CENTIMETRES
    position = "6 Xposition Yposition Zposition" if depth == 0 else "3"
    lines = [
        f"{indent}{'JOINT' if depth else 'ROOT'} {JOINTS[joint]}",
        f"{indent}{{",
        f"{indent}  OFFSET {offset[0]:.6f} {offset[1]:.6f} {offset[2]:.6f}",
        f"{indent}  CHANNELS {position} {' '.join(CHANNELS)}",
    ]
    for child, parent in enumerate(PARENTS):
        if parent == joint:
            lines += _joint_lines(child, depth + 1, order)
    for on, tip in TIPS.values():
        if JOINT[on] == joint:
            x, y, z = tip.astype(np.float64) * CENTIMETRES
            lines += [f"{indent}  End Site", f"{indent}  {{", f"{indent}    OFFSET {x:.6f} {y:.6f} {z:.6f}"]
            lines += [f"{indent}  }}"]
    return [*lines, f"{indent}}}"]


def quat_to_zxy(q: np.ndarray) -> np.ndarray:
    """Angles (...,3) a, b, c in radians with q = Rz(a) Rx(b) Ry(c), b in [-pi/2, pi/2]; c = 0 where b is a right angle.

    From the matrix: m21 = sin b, (m01, m11) = cos b (-sin a, cos a), (m20, m22) = cos b (-sin c, cos c).
    """
    m = quat.quat_to_matrix(q)
    cosine = np.hypot(m[..., 2, 0], m[..., 2, 2])
    locked = cosine < 1e-9
    a = np.where(locked, np.arctan2(m[..., 1, 0], m[..., 0, 0]), np.arctan2(-m[..., 0, 1], m[..., 1, 1]))
    c = np.where(locked, 0.0, np.arctan2(-m[..., 2, 0], m[..., 2, 2]))
    return np.stack([a, np.arctan2(m[..., 2, 1], cosine), c], axis=-1)
