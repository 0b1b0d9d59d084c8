"""Draw docs/images/rooms.svg: the floors of `motion_core/rooms.py`, and the way of a request through them.

python tools/draw_rooms.py            writes the picture
python tools/draw_rooms.py --check    exit status 1 if the picture is out of date
"""

from __future__ import annotations

import argparse
import runpy
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from motion_core.rooms import FLOORS, NUMPY_ONLY

PICTURE = ROOT / "docs" / "images" / "rooms.svg"

# What a room holds, in at most 24 characters; a room that is not named here is drawn without.
HOLDS = {
    "wording": "sentences taken apart",
    "body": "joints, turns, Motion",
    "tasks": "what a user asks",
    "naming": "whose joint is it",
    "formats": "npz, BVH",
    "nn": "layers",
    "pictures": "a motion, drawn",
    "catalog": "a card for each model",
    "editing": "pins, paths, feet, loops",
    "rig_maps": "maps of rigs",
    "features": "frames as numbers",
    "diffusion": "samplers",
    "checkpoint": "files of weights",
    "text": "words as vectors",
    "retarget": "motion to any rig",
    "models": "networks",
    "convert": "official checkpoints",
    "generators": "tasks to plans to motions",
    "data": "training set, pool",
    "embedding": "texts, motions as points",
    "search": "find by a sentence",
    "doctor": "what is missing",
    "train": "the training loop",
    "metrics": "how good is it",
    "service": "HTTP, jobs",
    "commands": "one for each command",
    "cli": "laban",
    "__main__": "python -m motion_core",
    "threads": "how torch waits",
    "rooms": "this picture's table",
    "results": "what comes out",
    "engines": "who answers a request",
}
# The way of a request, in order, and the line below the picture that explains it.
WAY = (
    ("commands", "words come in by command line"),
    ("service", "... or over HTTP, from Blender"),
    ("tasks", "they become a task, checked once"),
    ("generators", "the task asks for plans"),
    ("text", "words become vectors"),
    ("models", "the network predicts"),
    ("diffusion", "the sampler goes step by step"),
    ("features", "numbers become frames"),
    ("editing", "feet, floor, pins and kept frames"),
    ("body", "the result is a Motion"),
    ("retarget", "on any rig, in Blender"),
)

WIDTH, MARGIN, GAP = 1060, 16, 8
BOX_HEIGHT, FLOOR_HEIGHT, LABEL = 44, 58, 66
LIGHT, HEAVY, ADDON, INK = "#d8ecd9", "#e4e4ee", "#f7e3c8", "#222222"
STYLE = "font-family:Helvetica,Arial,sans-serif"


def text(x: float, y: float, words: str, size: int, more: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{INK}" {more}>{escape(words)}</text>'


def box(x: float, y: float, width: float, colour: str) -> str:
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX_HEIGHT}" rx="5" '
        f'fill="{colour}" stroke="#777777"/>'
    )


def badge(x: float, y: float, number: int) -> str:
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="9" fill="#a33b20"/>'
        f'<text x="{x:.0f}" y="{y + 4:.0f}" font-size="11" fill="#ffffff" text-anchor="middle">{number}</text>'
    )


def room(name: str, x: float, y: float, width: float) -> list[str]:
    """One box: its name, what it holds, and its places on the way of a request."""
    middle = 'text-anchor="middle"'
    lines = [
        box(x, y, width, LIGHT if name in NUMPY_ONLY else HEAVY),
        text(x + width / 2, y + 19, name, 14, f'{middle} font-weight="bold"'),
        text(x + width / 2, y + 35, HOLDS.get(name, ""), 10, middle),
    ]
    numbers = [number for number, (stop, _) in enumerate(WAY, 1) if stop == name]
    return lines + [badge(x + 4 + 20 * n, y + 2, number) for n, number in enumerate(numbers)]


def floor(names: tuple[str, ...], level: int, y: float) -> list[str]:
    """The rooms of one floor, side by side."""
    space = WIDTH - 2 * MARGIN - LABEL
    width = min(170.0, (space - GAP * (len(names) - 1)) / len(names))
    lines = [text(MARGIN, y + 27, f"floor {level}", 12)]
    for place, name in enumerate(names):
        lines += room(name, MARGIN + LABEL + place * (width + GAP), y, width)
    return lines


def addon(y: float) -> list[str]:
    """The extension stands beside the library: it sees the green rooms, and talks to the service."""
    floors = runpy.run_path(str(ROOT / "blender_addon" / "rooms.py"))[
        "FLOORS"
    ]  # the package itself needs bpy
    rooms = " / ".join(", ".join(names) for names in reversed(floors) if names != ("__init__",))
    width = WIDTH - 2 * MARGIN - LABEL
    return [
        box(MARGIN + LABEL, y, width, ADDON),
        text(MARGIN + LABEL + 10, y + 19, "blender_addon", 14, 'font-weight="bold"'),
        text(MARGIN + LABEL + 130, y + 19, "imports green rooms alone; asks the service over HTTP", 12),
        text(MARGIN + LABEL + 10, y + 36, f"its floors, top to bottom: {rooms}", 11),
    ]


def legend(y: float) -> list[str]:
    lines = [
        box(MARGIN + LABEL, y, 24, LIGHT),
        text(MARGIN + LABEL + 32, y + 27, "numpy alone: runs inside Blender", 12),
        box(MARGIN + LABEL + 260, y, 24, HEAVY),
        text(MARGIN + LABEL + 292, y + 27, "may need torch", 12),
        text(MARGIN + LABEL + 420, y + 27, "Imports go down or stay on a floor, never up; no circles.", 12),
    ]
    for number, (name, words) in enumerate(WAY, 1):
        column, row = (number - 1) % 3, (number - 1) // 3
        x, line = MARGIN + LABEL + 10 + column * 320, y + 74 + row * 24
        lines += [badge(x, line, number), text(x + 16, line + 4, f"{name}: {words}", 12)]
    return lines


def picture() -> str:
    """The whole picture as SVG."""
    unknown = {name for name, _ in WAY} - {name for names in FLOORS for name in names}
    if unknown:
        raise ValueError(f"the way leads through rooms that do not exist: {', '.join(sorted(unknown))}")
    height = (len(FLOORS) + 1) * FLOOR_HEIGHT + 190
    lines = addon(MARGIN)
    for place, names in enumerate(reversed(FLOORS), 1):
        lines += floor(names, len(FLOORS) - place + 1, MARGIN + place * FLOOR_HEIGHT)
    lines += legend(MARGIN + (len(FLOORS) + 1) * FLOOR_HEIGHT)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" style="{STYLE}">'
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, ground, *lines, "</svg>", ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether the picture is up to date")
    if parser.parse_args().check:
        current = PICTURE.read_text(encoding="utf-8") if PICTURE.exists() else ""
        return 0 if current == picture() else 1
    PICTURE.write_text(picture(), encoding="utf-8")
    print(PICTURE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
