"""The pictures: right sizes, right places, and the figure where the camera says it is."""

from __future__ import annotations

import sys
from dataclasses import replace

import imageio.v2 as imageio
import numpy as np
import pytest
from PIL import Image

from motion_core.pictures.figure import BACKGROUND
from motion_core.pictures.render import camera_path, render_preview


def test_contact_sheet_has_eight_moments(tmp_path, walking_motion):
    seen = []
    render_preview(walking_motion, tmp_path / "a.png", size=96, on_frame=lambda k, n: seen.append((k, n)))
    picture = Image.open(tmp_path / "a.png")
    assert picture.size == (4 * 96, 2 * 96)
    assert seen[-1] == (8, 8)
    backgrounds = [picture.getpixel((x, 1)) for x in (1, 97)]
    assert all("#{:02x}{:02x}{:02x}".format(*p) == BACKGROUND for p in backgrounds)


def test_one_frame_makes_a_sheet_of_one(tmp_path, walking_motion):
    render_preview(walking_motion.slice(3, 4), tmp_path / "one.png", size=96)
    assert Image.open(tmp_path / "one.png").size == (96, 96)


@pytest.mark.slow
def test_gif_runs_at_the_motions_speed(tmp_path, walking_motion):
    render_preview(walking_motion.resample(30.0), tmp_path / "a.gif", size=80, text="歩く 🚶 " * 40)
    gif = Image.open(tmp_path / "a.gif")
    assert gif.n_frames * gif.info["duration"] / 1000 == pytest.approx(walking_motion.seconds, abs=0.06)


@pytest.mark.slow
def test_mp4_is_a_film_of_the_right_length(tmp_path, walking_motion):
    render_preview(walking_motion, tmp_path / "a.mp4", size=96)
    frames = sum(1 for _ in imageio.get_reader(tmp_path / "a.mp4"))
    assert frames / 30 == pytest.approx(walking_motion.seconds, abs=0.1)
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="there a process has no limit on the size of its files")
@pytest.mark.parametrize("ending", [".mp4", ".gif", ".png"])
def test_a_film_that_cannot_be_finished_is_no_success(tmp_path, walking_motion, ending):
    """As on a full disk: files may not grow beyond 3,000 bytes."""
    import resource

    out = tmp_path / f"a{ending}"
    out.write_bytes(b"the film of before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    try:
        with pytest.raises(OSError) as caught:
            render_preview(walking_motion, out, size=96)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not isinstance(caught.value, ValueError) and str(out) in str(caught.value)
    assert out.read_bytes() == b"the film of before" and list(tmp_path.iterdir()) == [out]


def test_the_camera_follows_the_walk(walking_motion):
    aims = camera_path(replace(walking_motion))
    assert aims.shape == (len(walking_motion), 3)
    assert np.abs(aims[:, :2] - walking_motion.pelvis[:, :2]).max() < 0.5


@pytest.mark.parametrize(
    ("name", "size", "said"), [("a.avi", 96, ".gif, .mp4, .png"), ("a.gif", 5, "from 64")]
)
def test_bad_requests_are_named(tmp_path, walking_motion, name, size, said):
    with pytest.raises(ValueError, match=said):
        render_preview(walking_motion, tmp_path / name, size=size)
    assert not list(tmp_path.iterdir())
