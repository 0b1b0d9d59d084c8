"""A prepared store of swaying walks, for the tests of in-betweening."""

from __future__ import annotations

from pathlib import Path

from editing_motions import swaying

from motion_core.data.store import ClipRecord, ClipStore, write_store


def save_gap_store(folder: Path, lengths: tuple[int, ...]) -> ClipStore:
    """Clips of `lengths` frames at 20 fps, the same number in either split, all different."""
    clips = []
    for shift, split in ((0, "train"), (50, "val")):
        for number, frames in enumerate(lengths):
            motion = swaying(shift + number, frames, yaw=0.3 * number)
            clips.append(ClipRecord(f"{split}{number}", "made", split, "walk", "normal", (), motion))
    write_store(folder, clips, {"made": "our own"})
    return ClipStore.open(folder)
