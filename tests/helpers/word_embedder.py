"""For tests: an embedder without a network. A text is its words; a motion is the words of its prompt, or its length."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT

WIDTH = 256


class WordEmbedder:
    """The contract of `motion_core.embedding.Embedder`; `batches` are the sizes of what it was asked."""

    fps = 20.0

    def __init__(self, fingerprint: str = "words", check: Callable[[Motion], None] | None = None) -> None:
        self.fingerprint = fingerprint
        self.batches: list[int] = []
        self._check = check

    def motions(self, motions: list[Motion], on_batch=None) -> np.ndarray:
        self.batches.append(len(motions))
        if self._check:
            for motion in motions:
                self._check(motion)
        if on_batch:
            on_batch(len(motions), len(motions))
        return self.texts([str(motion.meta.get("text") or f"frames{len(motion)}") for motion in motions])

    def texts(self, texts: list[str]) -> np.ndarray:
        rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in zip(rows, texts):
            for word in text.split():
                row += np.random.default_rng(zlib.crc32(word.encode())).normal(size=WIDTH)
        return rows


def standing(text: str = "", frames: int = 10, fps: float = 20.0) -> Motion:
    """A person who stands, said to do what `text` says."""
    rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    rotations[:, 0] = UPRIGHT
    meta = {"text": text} if text else {}
    return Motion.from_pelvis(fps, np.tile([0, 0, STANDING_PELVIS], (frames, 1)), rotations, meta=meta)
