"""What a library's files hold, read for the embedder: near its rate, many BVH files of one skeleton at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motion_core.body.motion import Motion
from motion_core.formats.bvh import bvh_to_motions, read_bvh
from motion_core.formats.bvh_clip import BvhClip, same_skeleton
from motion_core.formats.motion_file import read_motion
from motion_core.formats.reading import Reading

FRAMES_TOGETHER = (
    16_000  # of clips whose motions are computed together: more is hardly faster, and needs more memory
)


def read_content(path: Path, reading: Reading | None = None) -> Motion | BvhClip:
    """What `contents_to_motions` takes. Raises as `read_motion` does."""
    return read_bvh(path) if reading is None and path.suffix.lower() == ".bvh" else read_motion(path, reading)


def contents_to_motions(contents: Sequence[Motion | BvhClip], fps: float) -> list[Motion | Exception]:
    """The motion of each clip, or the fault that makes it none. Clips of one skeleton are computed together.

    Clips are thinned out to `fps` where that leaves their motion as it is (`bvh_to_motions`).
    """
    motions: dict[int, Motion | Exception] = {n: c for n, c in enumerate(contents) if isinstance(c, Motion)}
    alike: dict[object, list[int]] = {}
    for number, content in enumerate(contents):
        if not isinstance(content, Motion):
            alike.setdefault(same_skeleton(content), []).append(number)
    for numbers in alike.values():
        motions |= zip(
            numbers, _together([clip for n in numbers if isinstance(clip := contents[n], BvhClip)], fps)
        )
    return [motions[number] for number in range(len(contents))]


def _together(clips: Sequence[BvhClip], fps: float) -> list[Motion | Exception]:
    """Clips of one skeleton, about FRAMES_TOGETHER frames at a time; if that fails, each by itself."""
    found: list[Motion | Exception] = []
    while len(found) < len(clips):
        lengths = np.cumsum([len(clip) * min(1.0, fps / clip.fps) for clip in clips[len(found) :]])
        part = clips[len(found) :][: max(1, int(np.searchsorted(lengths, FRAMES_TOGETHER)))]
        try:
            found += bvh_to_motions(part, fps)
        except (
            Exception
        ) as fault:  # whatever one file does to the computation, the others are still to be read
            found += [fault] if len(part) == 1 else [one for clip in part for one in _together([clip], fps)]
    return found
