"""What is looked for in a skeleton: our joints as a tree, what it costs to have none, how well names fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from motion_core.body.skeleton import JOINT, REST_JOINTS
from motion_core.naming.spelling import Spelled

CHEST = "spine3"  # stands for the top of the back; the joints below it follow from the way there
NEUTRAL = -0.5  # a bone whose name says nothing
UNSIDED = 0.6  # taken off where a limb's name has no side
FEW_SIDED = 8  # names with a side: where there are more, a limb's name has one
NUMBER, MOST_NUMBER, DEPTH = (
    0.01,
    20,
    0.001,
)  # the first of a series is meant, and the one nearest to the root
GIVEN = 5.0
FAR, FAR_COST, FAR_MOST = np.log(2.2), 0.25, 2.0  # lengths of limbs within a factor of 2.2 say nothing


class Target(NamedTuple):
    """above: the joint it hangs below, None for the first. missing: the score of having no bone for it."""

    joint: str
    above: str | None
    kind: str
    side: str | None
    missing: float


def _targets() -> tuple[Target, ...]:
    rows = [
        Target("pelvis", None, "pelvis", None, -4.0),
        Target(CHEST, "pelvis", "spine", None, -1.5),
        Target("neck", CHEST, "neck", None, -0.3),
        Target("head", "neck", "head", None, -1.0),
    ]
    limbs = (
        ("hip", "pelvis", -4.0), ("knee", "hip", -4.0), ("ankle", "knee", -4.0), ("foot", "ankle", -0.2),
        ("collar", CHEST, -0.2), ("shoulder", "collar", -4.0), ("elbow", "shoulder", -4.0), ("wrist", "elbow", -2.0),
    )  # fmt: skip
    for side in ("left", "right"):
        for kind, above, missing in limbs:
            own = above if above in ("pelvis", CHEST) else f"{side}_{above}"
            rows.append(Target(f"{side}_{kind}", own, kind, side, missing))
    return tuple(rows)


TARGETS = _targets()  # parents before their children
ROWS = {target.joint: row for row, target in enumerate(TARGETS)}
# Joints without which there is no body to speak of
NEEDED = tuple(target.joint for target in TARGETS if target.missing < -1.9)
MEASURED = ("knee", "ankle", "foot", "elbow", "wrist")  # kinds whose bone above has a length that tells


def name_scores(said: Sequence[Spelled], given: Mapping[str, int]) -> np.ndarray:
    """(targets,N): how well each name fits each target, -inf where it does not. given: joint -> the bone it is."""
    scores = np.full((len(TARGETS), len(said)), -np.inf)
    unsided = -UNSIDED if sum(bool(one.side and one.fits) for one in said) < FEW_SIDED else -np.inf
    for row, target in enumerate(TARGETS):
        for column, one in enumerate(said):
            scores[row, column] = _score(one, target, unsided)
    for joint, bone in given.items():
        rows = [row for row, target in enumerate(TARGETS) if target.joint == joint]
        scores[:, bone] = -np.inf
        for row in rows:
            scores[row] = -np.inf
            scores[row, bone] = GIVEN
    return scores


def _score(one: Spelled, target: Target, unsided: float) -> float:
    if one.stranger or (one.side is not None and one.side != target.side):
        return -np.inf
    if target.kind in one.fits:
        fit = one.fits[target.kind]
    elif one.fits:
        return -np.inf
    else:
        fit = NEUTRAL
    if target.side is not None and one.side is None:
        fit += unsided if one.fits else -UNSIDED
    return fit if target.joint == CHEST else fit - NUMBER * min(sum(one.numbers), MOST_NUMBER)


def length_scores(along: np.ndarray, joint: str, above: str) -> np.ndarray:
    """(N,N): what a limb loses whose length from bone to bone is nothing like ours. along: (N,) `Skeleton.along`."""
    ours = float(np.linalg.norm(REST_JOINTS[JOINT[joint]] - REST_JOINTS[JOINT[above]]))
    lengths = np.maximum(along[None, :] - along[:, None], 1e-3)
    return -FAR_COST * np.clip(np.abs(np.log(lengths / ours)) - FAR, 0, FAR_MOST)
