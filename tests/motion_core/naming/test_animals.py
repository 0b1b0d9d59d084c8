"""Animals with a human's names, and people with a tail."""

from __future__ import annotations

import numpy as np
import pytest
from known_rigs import KNOWN, places, quadruped

from motion_core.naming import Skeleton, match_joints
from motion_core.naming.animals import animal_fault


def fault(parents: dict[str, str | None], heads: dict[str, np.ndarray] | None) -> str:
    skeleton = Skeleton.of_tree(list(parents), parents, heads)
    return animal_fault(skeleton, match_joints(skeleton))


@pytest.mark.parametrize("turn", [np.eye(3), np.eye(3)[[1, 2, 0]], np.diag([1.0, -1.0, -1.0])])
def test_who_stands_on_four_feet_is_an_animal_whichever_way_is_up(turn):
    parents, heads = quadruped()
    assert "four feet" in fault(parents, {bone: 7.0 * turn @ head for bone, head in heads.items()})


def along_one_axis(parents: dict[str, str | None], heads: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same bones, all of them along X: how many files of animals rest."""
    found: dict[str, np.ndarray] = {}
    for bone, on in parents.items():
        length = 0.0 if on is None else float(np.linalg.norm(heads[bone] - heads[on]))
        found[bone] = np.zeros(3) if on is None else found[on] + [length, 0.0, 0.0]
    return found


def test_a_tail_and_long_front_legs_tell_an_animal_in_a_heap():
    parents, heads = quadruped()
    assert "tail" in fault(parents, along_one_axis(parents, heads))
    without = {bone: on for bone, on in parents.items() if "Tail" not in bone}
    assert not fault(without, along_one_axis(without, heads))


@pytest.mark.parametrize("name", KNOWN)
def test_people_are_people(name):
    parents, right = KNOWN[name].tree()
    heads = places(parents, right)
    assert not fault(parents, heads)
    assert not fault(parents, along_one_axis(parents, heads))
    assert not fault(parents, None)


def test_arms_that_hang_down_are_no_front_legs():
    parents, right = KNOWN["Mixamo"].tree()
    heads = places(parents, right)
    for side in ("Left", "Right"):
        shoulder = heads[f"{side}Arm"]
        for bone in (f"{side}ForeArm", f"{side}Hand"):
            heads[bone] = shoulder - [0.0, float(np.linalg.norm(heads[bone] - shoulder)), 0.0]
    assert not fault(parents, heads)
