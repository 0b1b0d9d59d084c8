"""How much of a file is read: checked before memory is taken for it, and said where it is too much."""

from __future__ import annotations

MAX_FILE = 2**28  # bytes of a motion file: ten minutes of the most detailed capture have about 170 MB
MAX_NUMBERS = 2**25  # that one file unpacks to
MAX_POSES = 2**23  # frames times joints: 20 minutes at 120 Hz with 55 joints
MAX_MEMBERS = 1024  # arrays in one archive
MAX_LINES = 2**21  # of a text
MAX_HIERARCHY = 2**22  # bytes of a BVH file in front of its motion
LINE_OF_VALUE = 64  # bytes that one number of a row may have


def check_numbers(count: int, what: str, most: int = MAX_NUMBERS) -> None:
    """Raises ValueError where `what` is more numbers than are read."""
    if count > most:
        raise ValueError(f"{what} {count:,} numbers: at most {most:,} are read; cut the motion into parts")


def check_poses(frames: int, joints: int) -> None:
    """Raises ValueError where a motion has more frames and joints than are read."""
    if frames * joints > MAX_POSES:
        raise ValueError(
            f"it has {frames:,} frames of {joints:,} joints: at most {MAX_POSES // max(joints, 1):,} frames are "
            "read; cut it into parts, or leave joints out"
        )
