"""Which joint of a motion file is which of ours. `motion_core/naming` finds it; here are End Sites and messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from motion_core.body.skeleton import JOINTS
from motion_core.naming import Match, Skeleton, match_joints
from motion_core.naming.animals import animal_fault
from motion_core.naming.targets import NEEDED

ASKED = 6  # joints that are asked for in one message
# An End Site stands in for what is missing below a joint
STAND_INS = {"foot": "ankle", "wrist": "elbow"}
Given = Mapping[str, str]


def guess_names(
    joints: Sequence[str],
    parents: Sequence[int],
    tips: Collection[str] = (),
    places: np.ndarray | None = None,
    given: Given | None = None,
) -> dict[str, str]:
    """Our joint -> theirs, as far as it is sure. Names of our own are taken at their word.

    parents: index or -1. tips: joints with an End Site, which stands in for toes that are missing ("tip:NAME").
    places: (J,3) at rest, in any unit. given: our joint -> theirs, for those that are known.
    """
    if not given and set(JOINTS) <= set(joints):
        return {joint: joint for joint in JOINTS}
    _, match = _matched(joints, parents, places, given)
    return _with_tips(match.sure(), tips) | dict(given or {})


def find_names(
    joints: Sequence[str],
    parents: Sequence[int],
    tips: Collection[str] = (),
    places: np.ndarray | None = None,
    given: Given | None = None,
) -> dict[str, str]:
    """`guess_names`. Raises ValueError that asks for joints that are not sure, or says that this is an animal.

    A joint that may be missing is left out instead.
    """
    if not given and set(JOINTS) <= set(joints):
        return {joint: joint for joint in JOINTS}
    skeleton, match = _matched(joints, parents, places, given)
    if not given and (fault := animal_fault(skeleton, match)):
        raise ValueError(
            f"{fault}. If it is a person, say which joints are which (--joints left_hip=NAME,...)"
        )
    unsure = {joint: names for joint, names in match.unsure(NEEDED).items() if joint not in (given or {})}
    if unsure and len(unsure) < len(match.bones) / 2:
        raise ValueError(question(unsure))
    return _with_tips(match.sure(), tips) | dict(given or {})


def _matched(
    joints: Sequence[str], parents: Sequence[int], places: np.ndarray | None, given: Given | None
) -> tuple[Skeleton, Match]:
    skeleton = Skeleton(tuple(joints), tuple(parents), places)
    return skeleton, match_joints(skeleton, given)


def question(unsure: Mapping[str, Sequence[str]]) -> str:
    """What to ask of joints whose candidates are not sure."""
    asked = [f"{joint} ({' or '.join(map(repr, names))}?)" for joint, names in list(unsure.items())[:ASKED]]
    more = f" and {len(unsure) - ASKED} more" if len(unsure) > ASKED else ""
    first, names = next(iter(unsure.items()))
    return (
        f"it is not sure which joints are {', '.join(asked)}{more}: say so (--joints {first}={names[0]},...)"
    )


def _with_tips(found: dict[str, str], tips: Collection[str]) -> dict[str, str]:
    for side in ("left", "right"):
        for joint, above in STAND_INS.items():
            if f"{side}_{joint}" not in found and found.get(f"{side}_{above}") in tips:
                found[f"{side}_{joint}"] = f"tip:{found[f'{side}_{above}']}"
    return found
