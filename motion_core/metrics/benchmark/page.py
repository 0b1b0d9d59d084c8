"""The picture page: the same prompts for real motion, retrieval and every model, as small players in one HTML file."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINTS, TIPS
from motion_core.formats.files import atomic_write
from motion_core.metrics.benchmark.contest import Contest
from motion_core.metrics.benchmark.split import Prompt, spread
from motion_core.metrics.prompts.instructions import INSTRUCTIONS
from motion_core.metrics.prompts.report import real_motions
from motion_core.pictures import figure

TEMPLATE = Path(__file__).with_name("page.html")
POINTS = (*JOINTS, *TIPS)
LARGEST = 4_500_000  # bytes of motion in the page; more is thinned out in time
MILLIMETRES = 1000
CAPTIONS = 6  # of the split, beside one prompt of every group of INSTRUCTIONS
REAL, RETRIEVAL = "real", "retrieval"
STYLE = {
    "background": figure.BACKGROUND, "grid": figure.GRID, "shadow": figure.SHADOW, "outline": figure.OUTLINE,
    "left": figure.LEFT, "right": figure.RIGHT, "middle": figure.MIDDLE, "print": "#a03030",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shown:
    """One prompt and what each row made of it, in the order of the rows; note: said beside it."""

    prompt: str
    note: str
    motions: dict[str, Motion]


def collect(contest: Contest, captions: int = CAPTIONS, seed: int = 0) -> list[Shown]:
    """Captions of the split beside their own clips, and the first prompt of every group beside a clip of its label."""
    asked: list[tuple[Prompt, str, Motion | None]] = [
        (prompt, f"caption of the split {contest.split.name!r}", real)
        for prompt, real in spread(list(zip(contest.split.prompts(0), contest.split.motions)), captions)
    ]
    for row in {row.group: row for row in reversed(INSTRUCTIONS)}.values():
        real = next(iter(real_motions(row, contest.train, 1)), None)
        asked.append((Prompt(row.prompt, row.seconds, -1, split=True), row.group, real))
    prompts = [prompt for prompt, _, _ in asked]
    made = {model.name: model.draw(prompts, [seed] * len(prompts)).motions for model in contest.models}
    return [
        Shown(
            w.caption,
            note,
            ({} if real is None else {REAL: real})
            | {RETRIEVAL: contest.retrieval.motions(w.caption)[0]}
            | {name: motions[number] for name, motions in made.items()},
        )
        for number, (w, note, real) in enumerate(asked)
    ]


def page_html(shown: Sequence[Shown], largest: int = LARGEST) -> str:
    """The whole page; nothing in it points elsewhere."""
    size = (
        sum(len(motion) for item in shown for motion in item.motions.values()) * len(POINTS) * 3 * 2 * 4 / 3
    )
    stride = max(1, int(np.ceil(size / largest)))
    place = {name: number for number, name in enumerate(POINTS)}
    data = {
        "points": len(POINTS),
        "pelvis": place["pelvis"],
        "feet": [place["left_foot"], place["right_foot"]],
        "limbs": [[place[a], place[b], radius, _side(b)] for a, b, radius in figure.LIMBS],
        "style": STYLE,
        "prompts": [
            {
                "text": item.prompt,
                "note": item.note,
                "cells": [_cell(n, m, stride) for n, m in item.motions.items()],
            }
            for item in shown
        ],
    }
    # in a script element nothing but a closing tag is read as HTML: no "<" at all is the safe way
    text = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return TEMPLATE.read_text(encoding="utf-8").replace("/*DATA*/", text, 1)


def _side(name: str) -> str:
    return "left" if "left" in name else "right" if "right" in name else "middle"


def _cell(name: str, motion: Motion, stride: int) -> dict[str, Any]:
    frames = np.unique(np.append(np.arange(0, len(motion), stride), len(motion) - 1))
    return {
        "row": name,
        "baseline": name in (REAL, RETRIEVAL),
        "fps": motion.fps / stride,
        "frames": len(frames),
        "data": base64.b64encode(quantised(motion.facing_front())[frames].tobytes()).decode("ascii"),
    }


def quantised(motion: Motion) -> np.ndarray:
    """(T,P,3) little-endian int16 millimetres of POINTS; further than 32 m from the start is held there."""
    body = figure.body_points(motion)
    points = np.stack([body[name] for name in POINTS], axis=1)
    limit = np.iinfo(np.int16).max
    return np.clip(np.round(points * MILLIMETRES), -limit, limit).astype("<i2")


def write_page(shown: Sequence[Shown], folder: str | Path) -> Path:
    """`page.html` in `folder`."""
    path = Path(folder) / "page.html"
    with atomic_write(path, "w") as file:
        file.write(page_html(shown))
    return path
