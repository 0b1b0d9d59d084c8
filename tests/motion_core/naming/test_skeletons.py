"""Trees of bones."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.naming.skeletons import ADULT_CHAIN, Skeleton

PARENTS = {"root": None, "hips": "root", "spine": "hips", "head": "spine", "leg": "hips"}
PLACES = {"root": (0, 0, 0), "hips": (0, 0, 9), "spine": (0, 0, 10), "head": (0, 0, 12), "leg": (1, 0, 9)}
HEADS = {name: np.array(at, dtype=float) for name, at in PLACES.items()}


def test_who_is_below_whom():
    skeleton = Skeleton.of_tree(list(PARENTS), PARENTS, None)
    assert skeleton.parents == (-1, 0, 1, 2, 1)
    assert skeleton.below[0].tolist() == [False, True, True, True, True]
    assert skeleton.below[3].tolist() == [False] * 5
    assert skeleton.depths.tolist() == [0, 1, 2, 3, 2]
    assert skeleton.along is None


def test_a_parent_that_is_no_bone_is_none_and_a_loop_ends():
    assert Skeleton.of_tree(["a", "b"], {"a": "gone", "b": "a"}, None).parents == (-1, 0)
    loop = Skeleton(("a", "b", "c"), (1, 0, 1))
    assert loop.below.tolist() == [[True, True, True], [True, False, True], [False, False, False]]


def test_lengths_are_those_of_an_adult_without_the_track():
    skeleton = Skeleton.of_tree(list(PARENTS), PARENTS, HEADS)
    along = dict(zip(PARENTS, skeleton.along))
    assert along["head"] - along["hips"] == pytest.approx(ADULT_CHAIN)
    assert along["leg"] - along["hips"] == pytest.approx(ADULT_CHAIN / 3)


def test_names_alone():
    skeleton = Skeleton.of_tree(["a", "b"], {}, HEADS)
    assert skeleton.parents is None and skeleton.places is None
