"""The training set on disk: two raw arrays and one index, written once, read by memory map.

`trans.npy` (N,3) and `rotations.npy` (N,22,4), float32, hold all clips one after another at 20 fps; `index.json` says
which frames are whose (docs/file-formats.md). The arrays are checked against the index when opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINTS
from motion_core.data.recordings import check_split
from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write

FPS = 20.0
SPLITS = ("train", "val")
LATER = ("weak", "recording", "group", "official", "weight")  # of an index: older ones are without
TRANS, ROTATIONS, INDEX = "trans.npy", "rotations.npy", "index.json"


@dataclass(frozen=True)
class ClipRecord:
    """One clip with what is known about it. free: without a non-commercial part. action, style: None if unknown.

    weak: its captions are titles or one-line descriptions. recording, group: the file, and all that repeat it
    (`data/recordings.py`). official: its side in HumanML3D's split, None where it is on neither. weight: how often it
    is drawn, against others.
    """

    id: str
    source: str
    split: str
    action: str | None
    style: str | None
    captions: tuple[str, ...]
    motion: Motion = field(repr=False)
    free: bool = True
    weak: bool = False
    recording: str = ""
    group: str = ""
    official: str | None = None
    weight: float = 1.0


def write_store(folder: str | Path, clips: Iterable[ClipRecord], sources: dict[str, str]) -> int:
    """Write clips (20 fps) and the licences of their sources; returns the number of frames.

    The index is written last: a folder without one is not a training set, so a broken run cannot be mistaken for one.
    Raises ValueError for a repeated id, an unknown split, source or frame rate, no clip at all, or a recording or group
    of repetitions on both sides.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / INDEX).unlink(missing_ok=True)
    entries: list[dict[str, Any]] = []
    trans, rotations, start = [], [], 0
    for clip in clips:
        _check_clip(clip, sources)
        entries.append(_entry(clip, start))
        trans.append(clip.motion.trans)
        rotations.append(clip.motion.rotations)
        start += len(clip.motion)
    if not entries:
        raise ValueError("there is no clip to store: check the data folder and its caption table")
    check_split([(e["id"], e["split"], e["recording"], e["group"]) for e in entries])
    ids = [entry["id"] for entry in entries]
    if len(set(ids)) < len(ids):
        raise ValueError(f"the clip id {next(i for i in ids if ids.count(i) > 1)!r} is used twice")
    for name, parts in ((TRANS, trans), (ROTATIONS, rotations)):
        with atomic_write(folder / name) as file:
            np.save(file, np.concatenate(parts).astype(np.float32), allow_pickle=False)
    with atomic_write(folder / INDEX, "w") as file:
        json.dump({"fps": FPS, "sources": sources, "clips": entries}, file, ensure_ascii=False, indent=0)
    return start


def _check_clip(clip: ClipRecord, sources: dict[str, str]) -> None:
    if clip.split not in SPLITS:
        raise ValueError(f"clip {clip.id!r}: split is {clip.split!r}, use {' or '.join(SPLITS)}")
    if clip.official not in (None, *SPLITS):
        raise ValueError(f"clip {clip.id!r}: official split is {clip.official!r}, use {' or '.join(SPLITS)}")
    if not 0 < clip.weight <= 1:
        raise ValueError(f"clip {clip.id!r}: weight is {clip.weight}, it must lie above 0 and be at most 1")
    if clip.source not in sources:
        raise ValueError(
            f"clip {clip.id!r}: its source {clip.source!r} has no licence in the list of sources"
        )
    if abs(clip.motion.fps - FPS) > 1e-6:
        raise ValueError(f"clip {clip.id!r} has {clip.motion.fps:g} fps: resample it to {FPS:g}")


def _entry(clip: ClipRecord, start: int) -> dict[str, Any]:
    return {
        "id": clip.id,
        "source": clip.source,
        "start": start,
        "frames": len(clip.motion),
        "split": clip.split,
        "action": clip.action,
        "style": clip.style,
        "captions": list(clip.captions),
        "free": clip.free,
        "weak": clip.weak,
        "recording": clip.recording,
        "group": clip.group,
        "official": clip.official,
        "weight": round(clip.weight, 3),
    }


class ClipStore:
    """A training set, memory-mapped; clips are made into `Motion`s when asked for."""

    def __init__(self, trans: np.ndarray, rotations: np.ndarray, index: dict[str, Any]) -> None:
        self.trans, self.rotations = trans, rotations
        self.fps = float(index["fps"])
        self.sources: dict[str, str] = index["sources"]
        self.entries: list[dict[str, Any]] = index["clips"]

    @classmethod
    def open(cls, folder: str | Path) -> ClipStore:
        """Raises FileNotFoundError where there is no training set, FormatError where its files disagree."""
        folder = Path(folder)
        if not (folder / INDEX).exists():
            raise FileNotFoundError(
                f"{folder} is no training set (no {INDEX}): make one with training/prepare_mocap.py"
            )
        try:
            index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
            trans = np.load(folder / TRANS, mmap_mode="r", allow_pickle=False)
            rotations = np.load(folder / ROTATIONS, mmap_mode="r", allow_pickle=False)
            store = cls(trans, rotations, index)
            frames = sum(int(entry["frames"]) for entry in store.entries)
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise FormatError(f"{folder} is not a readable training set: {error}") from error
        if trans.shape != (frames, 3) or rotations.shape != (frames, len(JOINTS), 4):
            raise FormatError(
                f"{folder}: the index counts {frames} frames, the arrays have {trans.shape}, {rotations.shape}"
            )
        return store

    def __len__(self) -> int:
        return len(self.entries)

    def clip(self, i: int) -> ClipRecord:
        """Clip i with its whole motion, copied out of the memory map."""
        entry = self.entries[i]
        part = slice(entry["start"], entry["start"] + entry["frames"])
        motion = Motion(self.fps, np.array(self.trans[part]), np.array(self.rotations[part]))
        return ClipRecord(
            entry["id"],
            entry["source"],
            entry["split"],
            entry["action"],
            entry["style"],
            tuple(entry["captions"]),
            motion,
            entry["free"],
            **{name: entry[name] for name in LATER if name in entry},
        )
