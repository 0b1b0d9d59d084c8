"""First motion: a sentence becomes keyframes on a rig in real Blender. `make demo` runs this.

    python examples/demo.py --backend-python .venv/bin/python --out out [--text "..."] [--seconds 6] [--seed 7]

Runs under the bpy module (or `blender --background --python examples/demo.py -- ...`) with the interpreter that has
the backend. Leaves OUT/demo.blend, OUT/demo.mp4 and OUT/demo.png, a sheet of eight moments.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import bpy  # noqa: E402
import numpy as np  # noqa: E402
from stage import VIEW, Stage  # noqa: E402

from blender_addon.backend.client import Service  # noqa: E402
from blender_addon.rig.rig import add_rig  # noqa: E402
from blender_addon.write.bake import bake  # noqa: E402
from motion_core.body.motion import Motion  # noqa: E402
from motion_core.catalog import DEFAULT_MODEL  # noqa: E402
from motion_core.formats.npz import bytes_to_motion  # noqa: E402
from motion_core.tasks import Generate, Request, Sampling  # noqa: E402

TEXT = "a person walks forward and waves with the right hand"
FPS = 24
COLUMNS, ROWS = 4, 2
CELL = (420, 420)  # pixels
FILM = (960, 540)
CLOSE_UP = 4.0  # metres from the camera to the person on the sheet
AIM = 0.92  # the camera aims at this height, metres


def say(started: float, text: str) -> None:
    print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True)


def generate(python: str, task: dict[str, Any], patience: float) -> Motion:
    """Start a service of our own, ask it, end it. Raises RuntimeError with the service's own words."""
    service = Service()
    service.start(python, preload=task["model"])
    try:
        if not service.wait_ready(patience):
            raise RuntimeError(service.message or f"the backend was not ready after {patience:g} s")
        job = service.submit(task)
        if not job.wait(patience):
            raise RuntimeError(job.message)
        return bytes_to_motion(job.results[0].body)
    finally:
        service.stop()


def render_film(scene: Any, path: Path) -> None:
    """The scene's frames as H.264, by Blender's own encoder."""
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):  # Blender 5
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    scene.render.ffmpeg.format, scene.render.ffmpeg.codec = "MPEG4", "H264"
    scene.render.ffmpeg.constant_rate_factor = "HIGH"
    scene.render.resolution_x, scene.render.resolution_y = FILM
    scene.display.render_aa = "FXAA"
    scene.render.filepath = str(path)
    bpy.ops.render.render(animation=True)
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "PNG"


def follow(camera: Any, rig: Any) -> None:
    """Put the camera where it sees the whole person, wherever they have walked to."""
    pelvis = rig.matrix_world @ rig.pose.bones["pelvis"].head
    pelvis.z = AIM
    camera.location = pelvis + VIEW * CLOSE_UP


def render_sheet(stage: Stage, rig: Any, path: Path) -> None:
    """Eight moments from the first frame to the last, the camera beside the person."""
    scene, camera = stage.scene, stage.scene.camera
    scene.render.resolution_x, scene.render.resolution_y = CELL
    home = camera.location.copy()
    cells = []
    for frame in np.linspace(stage.first, stage.last, COLUMNS * ROWS).round().astype(int):
        scene.frame_set(int(frame))
        follow(camera, rig)
        cells.append(read_pixels(stage.render_still(path.with_name(".cell.png"), int(frame))))
    path.with_name(".cell.png").unlink()
    camera.location = home
    rows = [np.concatenate(cells[row * COLUMNS : (row + 1) * COLUMNS], axis=1) for row in range(ROWS)]
    write_pixels(np.concatenate(rows[::-1], axis=0), path)  # Blender counts rows from the bottom


def read_pixels(path: Path) -> np.ndarray:
    """(H,W,4) float32, bottom row first."""
    image = bpy.data.images.load(str(path), check_existing=False)
    pixels = np.empty(image.size[0] * image.size[1] * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return pixels


def write_pixels(pixels: np.ndarray, path: Path) -> None:
    image = bpy.data.images.new("Sheet", pixels.shape[1], pixels.shape[0])
    image.pixels.foreach_set(np.ascontiguousarray(pixels).ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--backend-python", default=str(ROOT / ".venv/bin/python"), help="Python with laban[backend]"
    )
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--text", default=TEXT)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--no-film", action="store_true", help="only the .blend and the sheet")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options, started = parse(arguments), time.monotonic()
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    say(
        started,
        f"Blender {bpy.app.version_string}; {options.text!r}, {options.seconds:g} s, seed {options.seed}",
    )
    task = Request(
        Generate(text=options.text, seconds=options.seconds), Sampling(seed=options.seed), options.model
    ).to_json()
    motion = generate(options.backend_python, task, patience=300.0)
    say(started, f"{len(motion)} frames at {motion.fps:g} fps from the service ({options.model})")

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start = FPS, 1
    rig = add_rig(bpy.context)
    action = bake(bpy.context, rig, motion, start_frame=1)
    scene.frame_end = int(action.frame_range[1])
    say(started, f"action {action.name!r} on {rig.name!r}, frames 1 to {scene.frame_end} at {FPS} fps")

    stage = Stage(bpy.context, [rig], 1, scene.frame_end, resolution=FILM)
    rig.hide_viewport = rig.hide_render = False
    render_sheet(stage, rig, out / "demo.png")
    say(started, f"{out / 'demo.png'}")
    if not options.no_film:
        render_film(scene, out / "demo.mp4")
        say(started, f"{out / 'demo.mp4'}")
    scene.frame_set(1)
    bpy.ops.wm.save_as_mainfile(filepath=str(out / "demo.blend"))
    say(started, f"{out / 'demo.blend'}: open it in Blender and press Space")
    return 0


if __name__ == "__main__":
    words = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    try:
        status = main(words)
    except (RuntimeError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # some versions of the module hang or crash while Python tears them down
