"""The demo page: sixty sentences, eight moments of every motion, grades by eye and their sums, in one HTML file."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from motion_core.body.motion import Motion
from motion_core.formats.files import atomic_write
from motion_core.metrics.benchmark.lineup import ModelRow
from motion_core.metrics.benchmark.split import Prompt
from motion_core.metrics.demo.grades import RULE, Grade, Grades, in_words
from motion_core.metrics.demo.sentences import Sentence
from motion_core.pictures.strip import film_strip, strip_to_png

LARGEST = 3_000_000  # bytes of a page
TEMPLATE = Path(__file__).with_name("page.html")
SHEET_SIZE, SHEET_MARGIN = (
    (150, 175),
    22,
)  # pixels of a moment and of the line above a strip, where one grades
SHEET_COLOURS = 48
INK, PAPER = "#2b2b2b", "#ffffff"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Shown:
    """One sentence and the motion of each seed."""

    sentence: Sentence
    motions: tuple[Motion, ...]


def make_motions(
    model: ModelRow, sentences: Sequence[Sentence], seeds: int, progress: Progress | None = None
) -> list[Shown]:
    """Every sentence with seeds 0..seeds-1, as users ask. Raises ValueError for fewer than one seed."""
    if seeds < 1:
        raise ValueError(f"seeds is {seeds}: at least 1 is needed")
    asked = [Prompt(s.text, s.seconds, -1, split=True) for s in sentences for _ in range(seeds)]
    made = model.draw(asked, list(range(seeds)) * len(sentences), progress).motions
    return [
        Shown(sentence, tuple(made[place * seeds : (place + 1) * seeds]))
        for place, sentence in enumerate(sentences)
    ]


def grades_of(shown: Sequence[Shown], grades: Grades) -> list[Grade | None]:
    """One for each motion, in the page's order."""
    return [grades.of(s.sentence.text, seed) for s in shown for seed in range(len(s.motions))]


def page_to_html(shown: Sequence[Shown], grades: Grades) -> str:
    """The whole page. Raises ValueError where it is larger than LARGEST."""
    given = grades_of(shown, grades)
    graded = f", graded on {grades.graded}" if grades.graded else ""
    page = TEMPLATE.read_text(encoding="utf-8")
    for name, value in {
        "model": html.escape(grades.model),
        "checkpoint": html.escape(grades.checkpoint),
        "graded": html.escape(graded),
        "count": f"{len(shown)} sentences, {len(given)} motions",
        "sums": html.escape(in_words(given)),
        "rule": html.escape(RULE),
        "manners": _manners(shown, grades),
        "rows": "\n".join(_row(number, s, grades) for number, s in enumerate(shown, 1)),
    }.items():
        page = page.replace(f"<!--{name}-->", value)
    if (size := len(page.encode())) > LARGEST:
        raise ValueError(
            f"the page has {size} bytes, at most {LARGEST} are allowed: take fewer seeds or smaller pictures"
        )
    return page


def _manners(shown: Sequence[Shown], grades: Grades) -> str:
    """The sums of each manner, as rows of a table."""
    rows = []
    for manner in dict.fromkeys(s.sentence.manner for s in shown):
        said = in_words(grades_of([s for s in shown if s.sentence.manner == manner], grades))
        rows.append(f"<tr><td>in the manner of {html.escape(manner)}</td><td>{html.escape(said)}</td></tr>")
    return "\n".join(rows)


def _row(number: int, shown: Shown, grades: Grades) -> str:
    sentence = shown.sentence
    pictures = "\n".join(
        _picture(motion, seed, grades.of(sentence.text, seed)) for seed, motion in enumerate(shown.motions)
    )
    about = f"{html.escape(sentence.manner)}, {sentence.seconds:g} s"
    return f"<section><h2>{number}. {html.escape(sentence.text)} <small>{about}</small></h2>\n{pictures}\n</section>"


def _picture(motion: Motion, seed: int, grade: Grade | None) -> str:
    png = base64.b64encode(strip_to_png(film_strip(motion))).decode("ascii")
    mark, remark = (grade.mark, grade.remark) if grade else ("ungraded", "")
    said = f"seed {seed}: <b>{mark}</b>" + (f", {html.escape(remark)}" if remark else "")
    return (
        f'<figure class="{mark}"><img loading="lazy" alt="eight moments, seed {seed}" '
        f'src="data:image/png;base64,{png}">'
        f"<figcaption>{said}</figcaption></figure>"
    )


def write_page(shown: Sequence[Shown], grades: Grades, path: Path) -> None:
    """Raises ValueError where the page is larger than LARGEST."""
    page = page_to_html(shown, grades)
    with atomic_write(path, "w") as file:
        file.write(page)


def write_sheets(shown: Sequence[Shown], folder: Path, per_sheet: int = 5) -> list[Path]:
    """PNGs to grade from, `per_sheet` sentences each, larger than on the page and without any grade."""
    paths = []
    for first in range(0, len(shown), per_sheet):
        part = shown[first : first + per_sheet]
        path = folder / f"sentences-{first + 1:02d}-{first + len(part):02d}.png"
        with atomic_write(path) as file:
            file.write(strip_to_png(_sheet(part, first + 1), SHEET_COLOURS))
        paths.append(path)
    return paths


def _sheet(shown: Sequence[Shown], first: int) -> Image.Image:
    """Strips under each other, each under its number, sentence and seed."""
    strips = [
        (f"{first + place}. {s.sentence.text}   (seed {seed})", film_strip(motion, SHEET_SIZE))
        for place, s in enumerate(shown)
        for seed, motion in enumerate(s.motions)
    ]
    height = SHEET_SIZE[1] + SHEET_MARGIN
    sheet = Image.new("RGB", (strips[0][1].width, height * len(strips)), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for place, (said, strip) in enumerate(strips):
        draw.text((6, place * height + 2), said, fill=INK, font=font)
        sheet.paste(strip, (0, place * height + SHEET_MARGIN))
    return sheet
