"""A motion as a picture without Blender: an animated figure (GIF, MP4) or a contact sheet (PNG)."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from motion_core.body.motion import Motion
from motion_core.formats.files import atomic_write
from motion_core.pictures.figure import BACKGROUND, Camera, body_points, draw_frame
from motion_core.tasks import Made

FORMATS = (".gif", ".mp4", ".png")
GIF_FPS = 20.0  # GIF delays count hundredths of a second: 20 fps is exact, 30 is not
MP4_FPS = 30.0
CRF = 15  # of the encoder, from 0 (lossless) to 51
SHEET_COLUMNS, SHEET_POSES = 4, 8
CAMERA_HEIGHT = 0.85  # metres: the camera aims at the middle of a standing adult
FOLLOW_SECONDS = 0.8  # how lazily the camera follows


def render_preview(
    motion: Motion,
    out: str | Path,
    *,
    text: str | None = None,
    size: int = 360,
    on_frame: Callable[[int, int], None] | None = None,
) -> None:
    """Draw `motion` to `out`, whose ending chooses: .gif, .mp4 or .png (a contact sheet of 8 moments).

    size: pixels of a (square) picture; `text` is written under it, by default the motion's own prompt or action.
    Raises ValueError for another ending or size.
    """
    out = Path(out)
    ending = out.suffix.lower()
    if ending not in FORMATS:
        raise ValueError(f"{out.name}: a preview ends in {', '.join(FORMATS)}")
    if not 64 <= size <= 2048:
        raise ValueError(f"size is {size}: choose from 64 to 2048 pixels")
    label = text if text is not None else Made.from_meta(motion.meta).title
    report = on_frame or (lambda done, total: None)
    if ending == ".png":
        sheet = contact_sheet(motion, label, size, report)
        with atomic_write(out) as file:
            sheet.save(file, "PNG")
    elif ending == ".gif":
        _write_gif(_frames(motion.resample(GIF_FPS), label, size, report), out)
    else:
        _write_mp4(_frames(motion.resample(MP4_FPS), label, size - size % 2, report), out)


def camera_path(motion: Motion) -> np.ndarray:
    """What the camera aims at, (T,3): the pelvis over the floor, smoothed so that steps do not shake the picture."""
    ground = motion.pelvis[:, :2].astype(np.float64)
    width = max(1, int(FOLLOW_SECONDS * motion.fps) | 1)
    padded = np.pad(ground, ((width // 2, width // 2), (0, 0)), mode="edge")
    window = np.hanning(width + 2)[1:-1]
    smooth = [np.convolve(padded[:, axis], window / window.sum(), mode="valid") for axis in range(2)]
    return np.stack([*smooth, np.full(len(motion), CAMERA_HEIGHT)], axis=1)


def contact_sheet(
    motion: Motion, label: str, size: int, report: Callable[[int, int], None] = lambda done, total: None
) -> Image.Image:
    """Up to 8 moments in rows of 4, evenly spread from the first frame to the last, each with its time."""
    body, aims = body_points(motion), camera_path(motion)
    moments = np.unique(np.linspace(0, len(motion) - 1, SHEET_POSES).round().astype(int))
    columns = min(SHEET_COLUMNS, len(moments))
    rows = -(-len(moments) // columns)
    strip = _label_height(label, size)
    sheet = Image.new("RGB", (columns * size, rows * size + strip), BACKGROUND)
    for cell, frame in enumerate(moments):
        picture = draw_frame(body, int(frame), Camera(aims[frame]), (size, size))
        _write(picture, f"{frame / motion.fps:.1f} s", (size // 24, size // 24), size // 18)
        sheet.paste(picture, (cell % columns * size, cell // columns * size))
        report(cell + 1, len(moments))
    if strip:
        _write(sheet, label, (size // 24, rows * size + strip // 4), strip // 2)
    return sheet


def _frames(motion: Motion, label: str, size: int, report: Callable[[int, int], None]) -> list[Image.Image]:
    body, aims = body_points(motion), camera_path(motion)
    pictures = []
    for frame in range(len(motion)):
        picture = draw_frame(body, frame, Camera(aims[frame]), (size, size))
        if label:
            _write(picture, label, (size // 24, size - size // 12), size // 22)
        pictures.append(picture)
        report(frame + 1, len(motion))
    return pictures


def _label_height(label: str, size: int) -> int:
    return max(24, size // 9) if label else 0


def _write(picture: Image.Image, label: str, corner: tuple[int, int], height: int) -> None:
    """One line of text, cut with an ellipsis where the picture ends."""
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(max(9, height))
    room = picture.width - 2 * corner[0]
    while label and draw.textlength(label, font=font) > room:
        label = label.rstrip("…")[:-1].rstrip() + "…"
        if label == "…":
            break
    draw.text(corner, label, fill="#3a3a3a", font=font)


def _write_gif(pictures: list[Image.Image], out: Path) -> None:
    palette = pictures[len(pictures) // 2].quantize(128)
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    with atomic_write(out) as file:
        frames[0].save(
            file,
            "GIF",
            save_all=True,
            append_images=frames[1:],
            duration=round(1000 / GIF_FPS),
            loop=0,
            optimize=False,
        )


def _write_mp4(pictures: list[Image.Image], out: Path) -> None:
    """Raises OSError where the encoder does not finish, and leaves nothing then."""
    with atomic_write(out) as file:
        encoder = subprocess.Popen(
            _encoder(pictures[0].size, file.name), stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        try:
            words = _fed(encoder, pictures)
        except BaseException:
            encoder.kill()
            encoder.communicate()
            raise
        if encoder.returncode:
            full = "No space left" in words
            raise OSError(
                errno.ENOSPC if full else errno.EIO,
                f"the film cannot be written (the encoder ended with {encoder.returncode}: {words or 'no word'})",
                str(out),
            )


def _encoder(size: tuple[int, int], out: str) -> list[str]:
    """The command that makes a film, without sound, of the RGB pictures on its standard input."""
    from imageio_ffmpeg import get_ffmpeg_exe  # the package brings it

    width, height = size
    given = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{width}x{height}",
        "-r",
        f"{MP4_FPS:g}",
        "-i",
        "-",
    ]
    made = ["-an", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", str(CRF), "-f", "mp4", out]
    return [get_ffmpeg_exe(), "-v", "error", "-y", *given, *made]


def _fed(encoder: subprocess.Popen[bytes], pictures: list[Image.Image]) -> str:
    """All pictures put in; returns what the encoder says at its end."""
    assert encoder.stdin is not None
    with suppress(OSError):  # it has ended: why, it says itself
        for picture in pictures:
            encoder.stdin.write(np.asarray(picture).tobytes())
    with suppress(OSError):  # the rest of what was put in
        encoder.stdin.close()
    encoder.stdin = None
    _, said = encoder.communicate()
    return said.decode("utf-8", "replace").strip()[-300:]
