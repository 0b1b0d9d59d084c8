"""A change says which of its frames stay, where its gaps are, and which kept frames lie beside them."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import standing

from blender_addon.write.change import Change

HEAD = frozenset({"head"})


def change(kept: str, loop: bool = False) -> Change:
    """kept: a letter a frame, x for those that stay."""
    return Change(-3, standing(len(kept)), np.array([letter == "x" for letter in kept]), HEAD, loop)


def test_its_frames_are_counted_from_the_first_pose():
    made = change("x..x.")
    assert made.last == 1
    assert made.frames == range(-3, 2)
    assert len(made.frames) == len(made.motion)


@pytest.mark.parametrize(
    ("kept", "gaps"),
    [
        ("x..xx.x", [(1, 3), (5, 6)]),
        ("..x", [(0, 2)]),
        ("x..", [(1, 3)]),
        ("...", [(0, 3)]),
        ("xxx", []),
    ],
)
def test_gaps_are_runs_of_frames_that_do_not_stay(kept, gaps):
    assert change(kept).gaps == gaps


@pytest.mark.parametrize(
    ("kept", "loop", "borders"),
    [
        ("xxx..xxx", False, "..x..x.."),
        ("xx..x..x", False, ".x..x..x"),
        ("x....", False, "x...."),
        ("xxxx", False, "...."),
        ("....", False, "...."),
        ("xx...", True, "xx..."),  # of a loop a gap at the end lies beside the first frame
        ("...xx", True, "...xx"),
        ("xxxx", True, "x..x"),
    ],
)
def test_borders_are_kept_frames_beside_a_gap(kept, loop, borders):
    assert "".join("x" if border else "." for border in change(kept, loop).borders) == borders
