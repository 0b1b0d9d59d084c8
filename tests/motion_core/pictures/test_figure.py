"""One figure through one camera: where is up, and which side is which."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from motion_core.pictures.figure import LEFT, RIGHT, Camera, body_points, draw_frame
from motion_core.pictures.render import camera_path


def _colour_centre(picture: Image.Image, colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    rows, columns = np.nonzero(np.abs(np.asarray(picture).astype(int) - rgb).sum(-1) < 12)
    assert len(rows) > 20, "the colour is not in the picture"
    return np.array([columns.mean(), rows.mean()])


def test_a_point_at_the_target_is_in_the_middle_and_up_is_up():
    camera = Camera(np.array([1.0, 2.0, 0.9]))
    middle, depth = camera.project(np.array([1.0, 2.0, 0.9]))
    np.testing.assert_allclose(middle, 0, atol=1e-9)
    assert depth == pytest.approx(camera.distance)
    above, _ = camera.project(np.array([1.0, 2.0, 1.4]))
    assert above[1] < 0


def test_the_left_side_of_a_person_who_faces_us_is_on_the_right(walking_motion):
    first = walking_motion.slice(0, 1)
    picture = draw_frame(body_points(first), 0, Camera(camera_path(first)[0], azimuth=0.0), (240, 240))
    assert _colour_centre(picture, LEFT)[0] > _colour_centre(picture, RIGHT)[0]
