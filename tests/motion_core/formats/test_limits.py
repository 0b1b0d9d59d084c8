"""What is too much is refused before memory is taken for it, with the number that is read."""

from __future__ import annotations

import pytest

from motion_core.formats.limits import MAX_NUMBERS, MAX_POSES, check_numbers, check_poses


def test_so_many_numbers_are_read_and_no_more():
    check_numbers(MAX_NUMBERS, "it holds")
    with pytest.raises(ValueError, match="it holds 33,554,433 numbers: at most 33,554,432 are read"):
        check_numbers(MAX_NUMBERS + 1, "it holds")


def test_frames_and_joints_count_together():
    check_poses(MAX_POSES // 22, 22)
    check_poses(0, 0)
    with pytest.raises(ValueError, match="8,388,609 frames of 1 joints: at most 8,388,608 frames"):
        check_poses(MAX_POSES + 1, 1)
