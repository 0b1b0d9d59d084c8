"""A motion as a strip: a few moments side by side, small enough for a page with a hundred of them."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from motion_core.body.motion import Motion
from motion_core.pictures.figure import BACKGROUND, Camera, body_points, draw_frame
from motion_core.pictures.render import camera_path

MOMENTS = 8
COLOURS = 20
NEARER = 3.9  # focal length: a standing body fills most of a small picture, and one that jumps is in it
LOOKS_AT = 0.85  # metres: what the camera aims at, so that raised hands and the floor are both in the picture


def film_strip(motion: Motion, size: tuple[int, int] = (96, 112), moments: int = MOMENTS) -> Image.Image:
    """`moments` frames from the first to the last, evenly spread; size: (width, height) in pixels of each."""
    body, aims = body_points(motion), camera_path(motion)
    aims[:, 2] = LOOKS_AT
    frames = np.linspace(0, len(motion) - 1, moments).round().astype(int)
    strip = Image.new("RGB", (size[0] * moments, size[1]), BACKGROUND)
    for place, frame in enumerate(map(int, frames)):
        picture = draw_frame(body, frame, Camera(aims[frame], focal=NEARER), size)
        strip.paste(picture, (place * size[0], 0))
    return strip


def strip_to_png(strip: Image.Image, colours: int = COLOURS) -> bytes:
    """A small PNG with a palette. The same strip gives the same bytes."""
    file = io.BytesIO()
    strip.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()
