"""Strips: right sizes, the figure in every moment, small and always the same."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from motion_core.pictures.figure import BACKGROUND
from motion_core.pictures.strip import COLOURS, film_strip, strip_to_png


def test_eight_moments_side_by_side(walking_motion):
    strip = film_strip(walking_motion, (40, 50))
    assert strip.size == (320, 50)
    sky = np.array([int(BACKGROUND[k : k + 2], 16) for k in (1, 3, 5)])
    pixels = np.asarray(strip).astype(int)
    for place in range(8):
        cell = pixels[:, 40 * place : 40 * place + 40]
        assert (np.abs(cell - sky).max(axis=-1) > 60).mean() > 0.05  # somebody is there
    assert not np.array_equal(pixels[:, :40], pixels[:, 280:])
    assert film_strip(walking_motion, (40, 50), moments=3).size == (120, 50)


def test_a_strip_is_small_and_the_same_bytes_again(walking_motion):
    first, second = (strip_to_png(film_strip(walking_motion)) for _ in range(2))
    assert first == second and len(first) < 30_000
    assert len(Image.open(io.BytesIO(first)).getcolors()) <= COLOURS
