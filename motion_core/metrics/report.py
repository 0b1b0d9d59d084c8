"""`laban evaluate`: the tables that say how good a model is, with real motion and retrieval beside it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.data.phrases import contents, phrases_for
from motion_core.data.store import ClipRecord, ClipStore
from motion_core.formats.files import atomic_write
from motion_core.generators import load_generator
from motion_core.metrics.instructions import INSTRUCTIONS, Instruction
from motion_core.metrics.observed import Observed
from motion_core.metrics.physical import PhysicalScores, mean_scores
from motion_core.motion import Motion
from motion_core.tasks import Generate, Sampling
from motion_core.text import load_text_encoder

PHRASES_PER_CLIP = 4  # sentences that a label-only clip is found by in retrieval
MAX_REAL = 60  # real clips a row at most: enough for a share to within a few percent
PHYSICAL_REAL = 200

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class InstructionRow:
    """Shares in [0, 1] of motions that do what the prompt says; `real` is None where no real clip fits it."""

    prompt: str
    group: str
    ours: float
    real: float | None
    real_clips: int
    retrieval: float


@dataclass(frozen=True)
class Report:
    model: str
    seeds: int
    rows: tuple[InstructionRow, ...]
    ours: PhysicalScores
    real: PhysicalScores
    retrieval: PhysicalScores


class Retrieval:
    """The baseline that learns nothing: the clip of the training caption nearest to the prompt (cosine)."""

    def __init__(self, clips: Sequence[ClipRecord], encoder: Any, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        sentences: list[str] = []
        self.clips, self.owners = clips, []
        for index, clip in enumerate(clips):
            own = clip.captions or _label_sentences(clip, rng)
            sentences += own
            self.owners += [index] * len(own)
        if not sentences:
            raise ValueError(
                "no training clip has a caption or a known label: retrieval has nothing to look in"
            )
        self.encoder = encoder
        self.embedded = _embed(encoder, sentences)

    def nearest(self, prompt: str, count: int) -> list[Motion]:
        """Motions of the `count` different clips whose captions are nearest, best first."""
        scores = self.embedded @ _embed(self.encoder, [prompt])[0]
        chosen: dict[int, None] = {}
        for caption in np.argsort(-scores):
            chosen.setdefault(self.owners[caption])
            if len(chosen) == count:
                break
        return [self.clips[index].motion for index in chosen]


def _label_sentences(clip: ClipRecord, rng: np.random.Generator) -> list[str]:
    """What the training set says of a clip without captions."""
    if clip.action not in contents():
        return []
    return phrases_for(clip.action, clip.style or "normal", rng, PHRASES_PER_CLIP)


def _embed(encoder: Any, sentences: list[str]) -> np.ndarray:
    """Unit vectors (N,D)."""
    parts = [encoder.encode(sentences[k : k + 256]).pooled.numpy() for k in range(0, len(sentences), 256)]
    vectors = np.concatenate(parts)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def evaluate_instructions(
    model: str, store: ClipStore, *, seeds: int = 8, device: str = "auto", progress: Progress | None = None
) -> Report:
    """Every prompt of INSTRUCTIONS with seeds 0..seeds-1, beside real clips and retrieval.

    Raises ValueError for fewer than one seed or a store without training clips.
    """
    if seeds < 1:
        raise ValueError(f"seeds is {seeds}: at least 1 is needed")
    clips = [store.clip(index) for index in range(len(store))]
    training = [clip for clip in clips if clip.split == "train"]
    if not training:
        raise ValueError("the store has no training clips: retrieval and the real rows need them")
    report = progress or (lambda what, done, total: None)
    generator = load_generator(model, device=device)
    retrieval = Retrieval(training, load_text_encoder())
    rows, made, found = [], [], []
    for index, row in enumerate(INSTRUCTIONS):
        request = Generate(text=row.prompt, seconds=row.seconds)
        ours = generator.run_batch([(request, Sampling(seed=seed)) for seed in range(seeds)])
        near = retrieval.nearest(row.prompt, seeds)
        fitting = _spread(_fitting(row, clips), MAX_REAL)
        rows.append(
            InstructionRow(
                row.prompt, row.group, _share(row, ours), _share(row, fitting) if fitting else None,
                len(fitting), _share(row, near),
            )
        )  # fmt: skip
        made += ours
        found += near
        report("prompts", index + 1, len(INSTRUCTIONS))
    real = mean_scores([clip.motion for clip in _spread(clips, PHYSICAL_REAL)])
    return Report(model, seeds, tuple(rows), mean_scores(made), real, mean_scores(found))


def _fitting(row: Instruction, clips: Sequence[ClipRecord]) -> list[Motion]:
    return [
        clip.motion
        for clip in clips
        if clip.action in row.actions and (not row.styles or clip.style in row.styles)
    ]


def _spread(items: Sequence[Any], most: int) -> list[Any]:
    """At most `most` items, evenly spread."""
    if len(items) <= most:
        return list(items)
    return [items[int(k)] for k in np.linspace(0, len(items) - 1, most)]


def _share(row: Instruction, motions: Sequence[Motion]) -> float:
    return float(np.mean([row.check(Observed(motion)) for motion in motions]))


def mean_share(rows: Sequence[InstructionRow], column: str) -> float:
    """Mean over the rows that have the column."""
    known = [value for row in rows if (value := getattr(row, column)) is not None]
    return float(np.mean(known)) if known else float("nan")


def report_to_markdown(report: Report) -> str:
    """Two tables: what it does, group by group and prompt by prompt; and how it stands on the floor."""
    known = [row for row in report.rows if row.real is not None]
    lines = [
        f"## {report.model}: does it do what it is told?",
        "",
        f"{len(report.rows)} prompts x {report.seeds} seeds; share of motions that pass. *real*: real clips with such "
        "captions; *retrieval*: the clips of the nearest training captions.",
        "",
        "| prompt | group | ours | real (clips) | retrieval |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_markdown_row(row) for row in report.rows]
    for label, rows in (("**all**", report.rows), ("**actions the data contains**", known)):
        values = [f"**{mean_share(rows, column):.0%}**" for column in ("ours", "real", "retrieval")]
        lines.append(f"| {label} | {len(rows)} prompts | " + " | ".join(values) + " |")
    lines += ["", _groups(report.rows), "", _physical(report)]
    return "\n".join(lines) + "\n"


def _markdown_row(row: InstructionRow) -> str:
    real = "–" if row.real is None else f"{row.real:.0%} ({row.real_clips})"
    return f"| {row.prompt} | {row.group} | {row.ours:.0%} | {real} | {row.retrieval:.0%} |"


def _groups(rows: Sequence[InstructionRow]) -> str:
    groups: dict[str, list[InstructionRow]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    return (
        "Groups: "
        + ", ".join(f"{name} {mean_share(part, 'ours'):.0%}" for name, part in groups.items())
        + "."
    )


def _physical(report: Report) -> str:
    names = {
        "sliding": "foot sliding cm/s",
        "penetration": "penetration cm",
        "floating": "floating cm",
        "jerk": "jerk m/s³",
    }
    lines = ["| | " + " | ".join(names.values()) + " |", "| --- " * (len(names) + 1) + "|"]
    for label in ("ours", "real", "retrieval"):
        scores = asdict(getattr(report, label))
        lines.append(f"| {label} | " + " | ".join(f"{scores[name]:.2f}" for name in names) + " |")
    return "\n".join(lines)


def write_report(report: Report, folder: str | Path) -> tuple[Path, Path]:
    """`MODEL.md` and `MODEL.json` in `folder`."""
    folder = Path(folder)
    paths = folder / f"{report.model}.md", folder / f"{report.model}.json"
    for path, content in zip(paths, (report_to_markdown(report), json.dumps(asdict(report), indent=1))):
        with atomic_write(path, "w") as file:
            file.write(content)
    return paths
