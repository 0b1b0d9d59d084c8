"""The solver: which bone is which joint, as one assignment over names, tree and lengths at rest.

Our joints are a tree, and so are the bones. A joint's bone hangs below the bone of the joint above it. Among all such
choices the one with the greatest sum of scores is found, from the leaves to the root: for each bone the best that can
be had below it. Confidence is what the sum loses when another bone must be taken. Without a tree, names alone decide.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from motion_core.body.joints import JOINTS
from motion_core.naming.assignment import assign
from motion_core.naming.doubts import doubtful
from motion_core.naming.skeletons import Skeleton
from motion_core.naming.spelling import Spelled, spell
from motion_core.naming.targets import (
    CHEST,
    DEPTH,
    GIVEN,
    MEASURED,
    ROWS,
    TARGETS,
    UNSIDED,
    length_scores,
    name_scores,
)

ASK = 0.25  # confidence below which a joint is not taken without being asked for
CLEAR = 0.15  # a loss of so much makes a choice fairly clear
MANY = 150  # bones with names that say nothing: more of them are hair and cloth
MOST = 400  # bones that are weighed: of more, those with the best names
TALLER = 0.12  # for each bone deeper: the last one that carries all the others is meant
DEEPEST = ("pelvis", CHEST)
CHILDREN = [[row for row, t in enumerate(TARGETS) if t.above == target.joint] for target in TARGETS]


@dataclass(frozen=True)
class Match:
    """bones: our joint -> name. confidence: 0 to 1 of each. rivals: joint -> the name that may be meant instead."""

    bones: dict[str, str]
    confidence: dict[str, float]
    rivals: dict[str, str] = field(default_factory=dict)
    said: tuple[Spelled, ...] = ()

    def unsure(self, joints: Collection[str]) -> dict[str, list[str]]:
        """Those of the joints that are to be asked for: joint -> candidates, the best first."""
        return {
            joint: [self.bones[joint], *([self.rivals[joint]] if joint in self.rivals else [])]
            for joint in joints
            if joint in self.bones and self.confidence[joint] < ASK
        }

    def sure(self) -> dict[str, str]:
        """The joints that need not be asked for."""
        return {joint: bone for joint, bone in self.bones.items() if self.confidence[joint] >= ASK}


def match_joints(skeleton: Skeleton, given: Mapping[str, str] | None = None) -> Match:
    """The joints of a skeleton, as far as there are any. given: our joint -> the name it surely has.

    Names of our own are taken at their word.
    """
    said = spell(skeleton.names)
    index = {name: number for number, name in enumerate(skeleton.names)}
    own = {joint: joint for joint in JOINTS if joint in index}
    taken = (own if len(own) > len(JOINTS) / 2 else {}) | dict(given or {})
    fixed = {joint: index[name] for joint, name in taken.items() if name in index}
    scores = name_scores(said, fixed)
    chosen, confidence, rivals = _by_names(scores, said) if skeleton.parents is None else _by_tree(
        skeleton, scores, said
    )  # fmt: skip
    for joint in doubtful(skeleton, said, chosen):
        confidence[joint] *= ASK / 2
    back = _back(skeleton, said, chosen)
    sure = confidence.pop(CHEST, 1.0)
    chosen.pop(CHEST, None)
    for joint, bone in spine_joints(back, fewest=CHEST).items():
        chosen[joint] = bone
        confidence[joint] = sure * float(np.clip(said[bone].fits.get("spine", 0.0), 0, 1))
    for joint, bone in fixed.items():
        chosen[joint], confidence[joint] = bone, 1.0
    names = skeleton.names
    return Match(
        {joint: names[bone] for joint, bone in chosen.items()},
        confidence,
        {joint: names[bone] for joint, bone in rivals.items()},
        tuple(said),
    )


_Bone = TypeVar("_Bone", int, str)


def spine_joints(chain: Sequence[_Bone], fewest: str = "spine1") -> dict[str, _Bone]:
    """Our spine joints of a chain of any length from the pelvis up; `fewest` names the only one of a chain of one."""
    if len(chain) < 2:
        return dict.fromkeys([fewest], chain[0]) if chain else {}
    table = {"spine1": chain[0], "spine3": chain[-1]}
    if len(chain) >= 3:
        table["spine2"] = chain[len(chain) // 2]
    return table


_Found = tuple[dict[str, int], dict[str, float], dict[str, int]]  # bones, confidence, rivals


def _by_names(scores: np.ndarray, said: list[Spelled]) -> _Found:
    """By names alone. Names that say nothing are nobody's; the back is found by itself."""
    rows = [row for row, target in enumerate(TARGETS) if target.joint != CHEST]
    known = np.where(scores > 0, scores, -np.inf)[rows]
    without = np.diag([min(TARGETS[row].missing, -0.01) for row in rows])
    without[~np.eye(len(rows), dtype=bool)] = -99.0
    columns = assign(np.concatenate([np.maximum(known, -99.0), without], axis=1))
    chosen, confidence = {}, {}
    for row, values, column in zip(rows, known, columns):
        if column < len(said) and values[column] > 0:
            twins = [n for n, one in enumerate(said) if one == said[column] and one.word == said[column].word]
            chosen[TARGETS[row].joint] = int(column)
            confidence[TARGETS[row].joint] = float(np.clip(values[column], 0, 1)) / (len(twins) ** 3)
    return chosen, confidence, {}


def _back(skeleton: Skeleton, said: list[Spelled], chosen: Mapping[str, int]) -> list[int]:
    """The bones of the back from the pelvis up: those on the way to the chest, without a tree those named so."""
    backs = [n for n, one in enumerate(said) if one.fits.get("spine", 0) > one.fits.get("pelvis", 0)]
    if skeleton.parents is None:
        used = set(chosen.values())
        return sorted((n for n in backs if n not in used), key=lambda n: (said[n].height, said[n].numbers, n))
    if CHEST not in chosen:
        return []
    way: list[int] = []
    at, lowest = chosen[CHEST], chosen.get("pelvis", -1)
    while at >= 0 and at != lowest and len(way) <= len(said):
        way.append(at)
        at = skeleton.parents[at]
    named = [n for n in reversed(way) if n in backs]
    return named or [chosen[CHEST]]


# ------------------------------------------------------------------------------------------- with a tree


class _Problem:
    """Scores of the bones that may be joints at all, and the best sums below each of them."""

    def __init__(self, skeleton: Skeleton, scores: np.ndarray, said: list[Spelled]):
        possible = np.any(np.isfinite(scores), axis=0)
        named = np.array([bool(one.fits) for one in said], dtype=bool) | np.any(scores >= GIVEN, axis=0)
        if np.count_nonzero(possible & ~named) > MANY:
            possible &= named
        self.bones = np.flatnonzero(possible)
        if len(self.bones) > MOST:
            best = np.argsort(-np.max(scores[:, self.bones], axis=0), kind="stable")[:MOST]
            self.bones = np.sort(self.bones[best])
        depths = skeleton.depths[self.bones]
        self.scores = scores[:, self.bones] - DEPTH * depths
        for joint in DEEPEST:
            self.scores[ROWS[joint]] += (TALLER + DEPTH) * depths
        below = skeleton.below[np.ix_(self.bones, self.bones)]
        below = np.concatenate([below, np.ones((1, len(self.bones)), dtype=bool)])  # last: above all of them
        self.below = below
        hangs = np.where(below, 0.0, -np.inf)
        along = skeleton.along
        self.pairs = [
            hangs if along is None or target.kind not in MEASURED or target.above is None
            else hangs + np.pad(length_scores(along[self.bones], target.joint, target.above), ((0, 1), (0, 0)))
            for target in TARGETS
        ]  # fmt: skip
        self.hangs = hangs

    def sums(
        self, scores: np.ndarray, known: list[_Sums] | None = None, rows: Collection[int] = ()
    ) -> list[_Sums]:
        """Of each target; where `known` is given only `rows`, which are the others' parents, are computed again."""
        found = list(known) if known is not None else [_NOTHING] * len(TARGETS)
        for row in reversed(range(len(TARGETS))):
            if known is None or row in rows:
                found[row] = self._sum(row, scores[row], [found[child] for child in CHILDREN[row]])
        return found

    def _sum(self, row: int, scores: np.ndarray, children: list[_Sums]) -> _Sums:
        here = scores + sum((child.hanging[:-1] for child in children), np.zeros(len(scores)))
        absent = TARGETS[row].missing + sum((child.loose for child in children), np.zeros(len(self.below)))
        hanging = np.maximum(np.max(self.pairs[row] + here, axis=1, initial=-np.inf), absent)
        loose = np.maximum(np.max(self.hangs + here, axis=1, initial=-np.inf), absent)
        return _Sums(here, absent, hanging, loose)

    def choice(self, sums: list[_Sums]) -> dict[int, int]:
        """Target -> number of its bone in `bones`, the best of all."""
        chosen: dict[int, int] = {}
        anchors = {0: (len(self.bones), False)}
        for row in range(len(TARGETS)):
            anchor, hangs = anchors[row]
            values = (self.pairs[row] if hangs else self.hangs)[anchor] + sums[row].here
            best = int(np.argmax(values)) if len(values) else -1
            present = best >= 0 and values[best] >= sums[row].absent[anchor]
            if present:
                chosen[row] = best
            for child in CHILDREN[row]:
                anchors[child] = (best, True) if present else (anchor, False)
        return chosen


@dataclass(frozen=True)
class _Sums:
    """Best sums of a target and all below it. here: (n,) with each bone. absent, hanging, loose: (n+1,) below each bone
    (last: below none): without one, at best, and at best where the joint above has none.
    """

    here: np.ndarray
    absent: np.ndarray
    hanging: np.ndarray
    loose: np.ndarray


_NOTHING = _Sums(*(np.zeros(0),) * 4)


def _path(row: int) -> list[int]:
    """A target and all above it."""
    rows = [row]
    while (above := TARGETS[rows[-1]].above) is not None:
        rows.append(ROWS[above])
    return rows


def _by_tree(skeleton: Skeleton, scores: np.ndarray, said: list[Spelled]) -> _Found:
    problem = _Problem(skeleton, scores, said)
    values = problem.scores.copy()
    sums = problem.sums(values)
    chosen = problem.choice(sums)
    while clash := _clash(chosen, values):
        values[clash] = -np.inf
        sums = problem.sums(values, sums, _path(clash[0]))
        chosen = problem.choice(sums)
    best = float(sums[0].hanging[-1])
    confidence, rivals = {}, {}
    for row, bone in chosen.items():
        joint = TARGETS[row].joint
        less, rival = _second(problem, values, sums, row, bone, said)
        fit = scores[row, problem.bones[bone]]
        confidence[joint] = float(np.clip(fit, 0, 1) * (1 - np.exp(-max(best - less, 0.0) / CLEAR)))
        if rival is not None:
            rivals[joint] = int(problem.bones[rival])
    return {TARGETS[row].joint: int(problem.bones[bone]) for row, bone in chosen.items()}, confidence, rivals


def _clash(chosen: Mapping[int, int], values: np.ndarray) -> tuple[int, int] | None:
    """(target, bone) of the worse fit of two targets that have the same bone."""
    owner: dict[int, int] = {}
    for row, bone in chosen.items():
        if bone in owner:
            return min((row, owner[bone]), key=lambda r: values[r, bone]), bone
        owner[bone] = row
    return None


def _second(
    problem: _Problem, values: np.ndarray, sums: list[_Sums], row: int, bone: int, said: list[Spelled]
) -> tuple[float, int | None]:
    """The best sum with quite another bone for a target, and that bone. Others in line with it, and of its series,
    are not quite other ones.
    """
    own = said[problem.bones[bone]]
    near = problem.below[bone] | problem.below[:-1, bone]
    near[bone] = True
    for n, number in enumerate(problem.bones):
        other = said[number]
        near[n] |= (other.word, other.side) == (own.word, own.side) and other.numbers != own.numbers
    changed = values.copy()
    changed[row, near] = -np.inf
    again = problem.sums(changed, sums, _path(row))
    rival = problem.choice(again).get(row)
    if rival is not None and values[row, rival] < -UNSIDED:
        rival = None
    return float(again[0].hanging[-1]), rival
