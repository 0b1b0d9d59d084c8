"""The baseline that learns nothing: the training clip whose caption is nearest to the words."""

from __future__ import annotations

from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.library import Clip, Library
from motion_core.metrics.benchmark.split import sentences

SENTENCES = 4  # that a label-only clip is found by
AT_ONCE = 256


class Retrieval:
    """Cosine between the pooled vectors of a frozen text encoder; a clip is found by any of its sentences.

    Raises ValueError where the library has no clip (`build_library` does before).
    """

    def __init__(self, library: Library, encoder: Any, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.library, self.encoder = library, encoder
        texts: list[str] = []
        owners: list[int] = []
        for place, clip in enumerate(library.clips):
            own = sentences(clip, rng, SENTENCES)
            texts += own
            owners += [place] * len(own)
        self.owners = np.array(owners)
        different, which = np.unique(texts, return_inverse=True)
        self.embedded = _embed(encoder, different.tolist())[which]  # (sentences, D)
        self._cache: dict[str, np.ndarray] = {}

    def nearest(self, prompt: str, count: int = 1) -> list[Clip]:
        """`count` different clips, best first; fewer where the library has no more."""
        if prompt not in self._cache:
            scores = self.embedded @ _embed(self.encoder, [prompt])[0]
            ranked = self.owners[np.argsort(-scores, kind="stable")]
            first = np.sort(np.unique(ranked, return_index=True)[1])  # where each clip turns up first
            self._cache[prompt] = ranked[first].astype(np.int32)
        return [self.library.clips[place] for place in self._cache[prompt][:count]]

    def motions(self, prompt: str, count: int = 1) -> list[Motion]:
        """Their motions, as they are."""
        return [self.library.motion(clip) for clip in self.nearest(prompt, count)]


def _embed(encoder: Any, texts: list[str]) -> np.ndarray:
    """Unit vectors (N,D)."""
    parts = [encoder.encode(texts[k : k + AT_ONCE]).pooled.numpy() for k in range(0, len(texts), AT_ONCE)]
    vectors = np.concatenate(parts)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
