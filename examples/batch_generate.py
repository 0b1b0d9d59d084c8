"""Many motions without a window: a file of prompts becomes .blend files (rig and action) and .npz motions.

    blender --background --python examples/batch_generate.py -- --prompts prompts.txt --out shots
    python examples/batch_generate.py -- --prompts prompts.txt --out shots          (a Python that has the bpy module)

One prompt a line; empty lines and lines that begin with # are left out. A prompt that stands there twice gets the
next seed the second time. What is done already is skipped, so that a stopped run goes on where it was. Needs a
Python with laban[backend]: --backend-python, else LABAN_BACKEND_PYTHON, else the one of the preferences.
Exit status: 0 all done, 1 some failed, 2 bad arguments.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import deque
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import bpy

ROOT = Path(__file__).resolve().parents[1]
TOGETHER = 8  # jobs that the service has at a time; it computes in one go what arrives together
FORMATS = ("blend", "npz")


def addon_package() -> str:
    """The package of the extension: of this checkout, else the installed and enabled one."""
    if (ROOT / "blender_addon" / "backend" / "client.py").is_file():
        sys.path.insert(0, str(ROOT))
        return "blender_addon"
    installed = [name for name, _ in bpy.context.preferences.addons.items() if name.endswith(".laban")]
    if not installed:
        raise SystemExit("batch_generate: neither a checkout of Laban nor the enabled extension was found")
    return installed[0]


PACKAGE = addon_package()
client = import_module(f"{PACKAGE}.backend.client")
rig = import_module(f"{PACKAGE}.rig.rig")
bake = import_module(f"{PACKAGE}.write.bake")
delivery = import_module(f"{PACKAGE}.session.delivery")
preferences = import_module(f"{PACKAGE}.properties.preferences")
npz = import_module("motion_core.formats.npz")
files = import_module("motion_core.formats.files")
tasks = import_module("motion_core.tasks")
catalog = import_module("motion_core.catalog")
model_choice = import_module("motion_core.generators.model_choice")


@dataclass(frozen=True)
class Shot:
    """One line of the file. `files`: what is to be written for it."""

    line: int
    words: str
    seed: int
    files: tuple[Path, ...]

    @property
    def done(self) -> bool:
        return all(path.is_file() for path in self.files)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="batch_generate.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--prompts", type=Path, required=True, help="text file, one prompt (or action) a line"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    parser.add_argument("--backend-python", default="", help="Python with laban[backend]")
    parser.add_argument("--model", choices=sorted(catalog.CATALOG), help="default: one that takes prompts")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="default: the model's own")
    parser.add_argument("--fps", type=float, default=24.0, help="of the .blend files (23.976 and 29.97 too)")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds that one motion may take")
    return parser.parse_args(arguments)


def read_shots(args: argparse.Namespace) -> list[Shot]:
    """The shots of the file. Raises OSError or UnicodeError where it cannot be read."""
    shots: list[Shot] = []
    times: dict[str, int] = {}
    for number, line in enumerate(args.prompts.read_text(encoding="utf-8-sig").splitlines(), 1):
        words = " ".join(line.split())
        if not words or words.startswith("#"):
            continue
        stem = delivery.file_stem(words)
        again = times[stem] = times.get(stem, 0) + 1
        name = stem if again == 1 else f"{stem}_{again}"
        results = tuple(args.out / f"{name}.{ending}" for ending in args.formats)
        shots.append(Shot(number, words, args.seed + again - 1, results))
    return shots


def task_of(shot: Shot, args: argparse.Namespace) -> dict[str, Any]:
    """The request for a shot. Raises TaskError."""
    needs = catalog.find_card(args.model).needs if args.model else "text"
    task = tasks.Generate(seconds=args.seconds, **({needs: shot.words} if needs else {}))
    sampling = tasks.Sampling(shot.seed, {"steps": args.steps})
    return tasks.Request(task, sampling, args.model or model_choice.default_model(task, sampling)).to_json()


def set_frame_rate(scene: bpy.types.Scene, fps: float) -> None:
    """24, 25, 60 as they are; 23.976 and 29.97 as Blender writes them: 24 / 1.001 and 30 / 1.001."""
    whole = round(fps)
    if abs(fps - whole) < 1e-6:
        scene.render.fps, scene.render.fps_base = whole, 1.0
    else:
        scene.render.fps = whole
        scene.render.fps_base = 1.001 if abs(whole / 1.001 - fps) < 0.005 else whole / fps


def write_blend(path: Path, motion: Any, fps: float) -> None:
    """An empty file with our rig and the motion on it, from frame 1 on."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    set_frame_rate(scene, fps)
    person = rig.add_rig(bpy.context)
    action = bake.bake(bpy.context, person, motion, start_frame=1)
    scene.frame_start, scene.frame_end = 1, max(1, round(action.frame_range[1]))
    beside = path.with_name(f"{path.stem}.part.blend")
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(beside.resolve()), copy=True)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_results(shot: Shot, content: bytes, fps: float) -> None:
    for path in shot.files:
        if path.suffix == ".blend":
            write_blend(path, npz.bytes_to_motion(content), fps)
        else:
            with files.atomic_write(path) as file:
                file.write(content)


class Batch:
    """Keeps the service busy and writes what comes back. `failed` counts the shots that gave nothing."""

    def __init__(self, service: Any, shots: list[Shot], args: argparse.Namespace) -> None:
        self.service, self.args, self.total = service, args, len(shots)
        self.waiting = deque(shots)
        self.running: list[tuple[Shot, Any, float]] = []
        self.failed = self.finished = 0

    def run(self) -> None:
        while self.waiting or self.running:
            while self.waiting and len(self.running) < TOGETHER:
                self._submit(self.waiting.popleft())
            for entry in list(self.running):
                self._look(*entry)
            time.sleep(0.02)

    def _submit(self, shot: Shot) -> None:
        try:
            task = task_of(shot, self.args)
        except tasks.TaskError as error:
            self._report(shot, f"failed: {error}", failed=True)
            return
        if self.service.state in ("off", "failed"):  # it has died of an earlier shot: once more
            self.service.start(self.args.backend_python, device=self.args.device)
        self.running.append((shot, self.service.submit(task), time.monotonic()))

    def _look(self, shot: Shot, job: Any, began: float) -> None:
        if not job.poll():
            if time.monotonic() - began < self.args.timeout * max(1, len(self.running)):
                return
            job.cancel()
            job.message = f"not finished within {self.args.timeout:g} seconds"
        self.running = [entry for entry in self.running if entry[1] is not job]
        if job.state != "done":
            self._report(shot, f"failed: {job.message or job.state}", failed=True)
            return
        try:
            write_results(shot, job.results[0].body, self.args.fps)
        except (OSError, RuntimeError, ValueError) as error:
            self._report(shot, f"failed: {error}", failed=True)
        else:
            self._report(shot, ", ".join(path.name for path in shot.files))

    def _report(self, shot: Shot, text: str, failed: bool = False) -> None:
        self.finished += 1
        self.failed += failed
        print(f"[{self.finished}/{self.total}] line {shot.line}, {shot.words[:60]!r}: {text}", flush=True)


def backend_of(args: argparse.Namespace) -> str:
    return args.backend_python or preferences.backend_python(preferences.find_preferences())


def main(arguments: list[str]) -> int:
    args = parse(arguments)
    args.backend_python = backend_of(args)
    try:
        shots = read_shots(args)
        args.out.mkdir(parents=True, exist_ok=True)
    except (OSError, UnicodeError) as error:
        print(f"batch_generate: {error}", file=sys.stderr)
        return 2
    left = [shot for shot in shots if not shot.done]
    print(f"{len(shots)} prompts, {len(shots) - len(left)} done already", flush=True)
    if not left:
        return 0
    service = client.Service()
    try:
        service.start(args.backend_python, device=args.device)
        if not service.wait_ready(120):
            print(f"batch_generate: {service.message}", file=sys.stderr)
            return 1
        batch = Batch(service, left, args)
        batch.run()
    finally:
        service.stop()
    print(f"{len(left) - batch.failed} made, {batch.failed} failed", flush=True)
    return 1 if batch.failed else 0


if __name__ == "__main__":
    own = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    sys.exit(main(own))
