"""HumanML3D's own folder (new_joint_vecs/, texts/, test.txt) as its published evaluation reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motion_core.data.humanml3d import read_captions
from motion_core.formats import FormatError
from motion_core.metrics.humanml3d.protocol import T2MClip

TAG_RATE = 20.0  # frames a second of the captions' times, in KIT-ML too
SHORTEST = {"humanml263": 40, "kit251": 24}  # frames
TOO_LONG = 200


def read_clips(folder: Path, split: str, features: str) -> tuple[list[T2MClip], list[str]]:
    """(clips of the split, names without a motion file), the mirrored ones included.

    A caption of a stretch of a clip makes a clip of its own; clips shorter than SHORTEST or of TOO_LONG frames and
    more are left out. Raises FileNotFoundError for a folder that is none of HumanML3D, ValueError for no clip at all.
    """
    listed = folder / f"{split}.txt"
    if not listed.is_file():
        raise FileNotFoundError(
            f"{listed} does not exist: give the folder HumanML3D/ or KIT-ML/ of the data set"
        )
    clips, missing = [], []
    for name in listed.read_text(encoding="utf-8").split():
        motion, texts = folder / "new_joint_vecs" / f"{name}.npy", folder / "texts" / f"{name}.txt"
        if not (motion.is_file() and texts.is_file()):
            missing.append(name)
            continue
        clips += _clips_of(name, read_features(motion), texts, SHORTEST[features])
    if not clips:
        raise ValueError(f"{folder} has no clip of {split}.txt in new_joint_vecs/ with captions in texts/")
    return clips, missing


def _clips_of(name: str, x0: np.ndarray, texts: Path, shortest: int) -> list[T2MClip]:
    if not shortest <= len(x0) < TOO_LONG:
        return []
    whole, parts = [], []
    for caption in read_captions(texts):
        if caption.start == caption.end == 0:
            whole.append(caption.tokens)
            continue
        part = x0[int(caption.start * TAG_RATE) : int(caption.end * TAG_RATE)]
        if shortest <= len(part) < TOO_LONG:
            parts.append(T2MClip(f"{name}_{caption.start:g}_{caption.end:g}", part, (caption.tokens,)))
    return [T2MClip(name, x0, tuple(whole))] * bool(whole) + parts


def read_made(folder: Path, clips: Sequence[T2MClip]) -> list[T2MClip]:
    """Made motions FOLDER/NAME.npy (T,F) of the clips that have one.

    Made for the caption of FOLDER/NAME.txt, a line like HumanML3D's; where there is none, for the clip's first.
    """
    made = []
    for clip in clips:
        motion, text = folder / f"{clip.name}.npy", folder / f"{clip.name}.txt"
        if motion.is_file():
            said = (
                tuple(caption.tokens for caption in read_captions(text)) if text.is_file() else clip.captions
            )
            made.append(T2MClip(clip.name, read_features(motion), said[:1]))
    if not made:
        raise FileNotFoundError(f"{folder} has no motion called like a clip, for example {clips[0].name}.npy")
    return made


def read_repeats(folder: Path) -> list[np.ndarray]:
    """(S,T,F) of each text, from FOLDER/*.npy in the order of their names."""
    found = [read_features(path, 3) for path in sorted(folder.glob("*.npy"))]
    if not found or len({len(several) for several in found}) != 1:
        raise ValueError(
            f"{folder} must hold arrays (motions, frames, features), as many motions in each file"
        )
    return found


def read_features(path: Path, dims: int = 2) -> np.ndarray:
    """(T,F), or with dims 3 (S,T,F). Raises FormatError naming the file."""
    try:
        x0 = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise FormatError(f"{path} is no array of numbers ({error})") from error
    if x0.ndim != dims or x0.dtype.kind != "f":
        raise FormatError(
            f"{path} has shape {x0.shape} of {x0.dtype}: expected features with {dims} dimensions"
        )
    return x0
