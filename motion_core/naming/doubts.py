"""Joints of a match that are doubtful, although no other choice has a greater sum: what a look at the whole tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from motion_core.body.joints import mirrored_name
from motion_core.naming.skeletons import Skeleton
from motion_core.naming.spelling import Spelled
from motion_core.naming.targets import CHEST, ROWS, TARGETS

STRONG = 0.8  # a name that means the joint and hardly another
FAR = 1.2  # lengths of a thigh from the hips: a bone so far away is no pelvis


def doubtful(skeleton: Skeleton, said: Sequence[Spelled], chosen: Mapping[str, int]) -> set[str]:
    """The joints that are to be asked for. chosen: joint -> number of its bone."""
    return {
        *_crowded(skeleton, said, chosen),
        *_lopsided(skeleton, said, chosen),
        *_no_pelvis(skeleton, said, chosen),
    }


def _crowded(skeleton: Skeleton, said: Sequence[Spelled], chosen: Mapping[str, int]) -> list[str]:
    """Joints whose bone may as well be the joint above: its name fits a little, and one without a name follows."""
    found = []
    for target in TARGETS:
        above = target.above
        if above is None or target.joint not in chosen or above not in chosen:
            continue
        limb = TARGETS[ROWS[above]]
        if limb.side is None or said[chosen[above]].fits.get(limb.kind, 0.0) >= STRONG:
            continue
        between = _between(skeleton, chosen[above], chosen[target.joint])
        if any(not said[bone].fits and not said[bone].stranger for bone in between):
            found.append(above)
    return found


def _lopsided(skeleton: Skeleton, said: Sequence[Spelled], chosen: Mapping[str, int]) -> list[str]:
    """Joints of a side whose bone is called otherwise than that of the other side, the worse fit of the two.

    Other numbers alone say nothing, unless the bone also hangs further down than the other side's.
    """
    found = []
    for target in TARGETS:
        other = mirrored_name(target.joint)
        if target.side == "left" and target.joint in chosen and other in chosen:
            one, across = said[chosen[target.joint]], said[chosen[other]]
            further = one.numbers != across.numbers and _steps(skeleton, target.joint, chosen) != _steps(
                skeleton, other, chosen
            )
            if one.fits != across.fits or further:
                fits = {
                    target.joint: one.fits.get(target.kind, 0.0),
                    other: across.fits.get(target.kind, 0.0),
                }
                found += [joint for joint, fit in fits.items() if fit <= min(fits.values())]
    return found


def _steps(skeleton: Skeleton, joint: str, chosen: Mapping[str, int]) -> int:
    """How many bones lie between a joint's and the one of the joint above that has one."""
    above = TARGETS[ROWS[joint]].above
    while above is not None and above not in chosen:
        above = TARGETS[ROWS[above]].above
    return 0 if above is None else len(_between(skeleton, chosen[above], chosen[joint]))


def _no_pelvis(skeleton: Skeleton, said: Sequence[Spelled], chosen: Mapping[str, int]) -> list[str]:
    """The pelvis, if its bone with a doubtful name is a root: far from the hips, or with a nameless one in between."""
    hips = [
        chosen[joint] for joint in ("left_hip", "right_hip", "left_knee", "right_knee") if joint in chosen
    ]
    if "pelvis" not in chosen or len(hips) < 4 or said[chosen["pelvis"]].fits.get("pelvis", 0.0) >= STRONG:
        return []
    pelvis = chosen["pelvis"]
    ways = [set(_between(skeleton, pelvis, bone)) for bone in (*hips[:2], chosen.get(CHEST, hips[0]))]
    nameless = any(not said[bone].fits and not said[bone].stranger for bone in set.intersection(*ways))
    far = False
    if skeleton.places is not None:
        left, right, *knees = skeleton.places[hips]
        thigh = np.linalg.norm(knees[0] - left)
        far = bool(np.linalg.norm(skeleton.places[pelvis] - (left + right) / 2) > 1.2 * thigh > 0)
    return ["pelvis"] if nameless or far else []


def _between(skeleton: Skeleton, above: int, bone: int) -> list[int]:
    """The bones between one and another one that hangs below it; none where the tree is not known."""
    found: list[int] = []
    while skeleton.parents is not None and (bone := skeleton.parents[bone]) not in (above, -1):
        found.append(bone)
    return found
