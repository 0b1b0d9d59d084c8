"""What to cut from which capture file: jobs for `training/prepare_mocap.py`, from a table of captions.

`shared_sets.py` knows the tables of the project's own data folder; here is what holds for any table.
"""

from __future__ import annotations

import csv
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from motion_core.wording.english import foreign_language

PIECE_SECONDS = (
    9.75  # an uncaptioned stretch is cut into pieces of at most this: 196 frames, both ends counted
)
SAME_WINDOW = 0.15  # seconds: windows that agree this well are one clip with two people's captions
MIN_PIECE = 2.0
MAX_CAPTION = 300  # characters; longer ones are paragraphs or advertising
MAX_SECONDS = 20.0  # of a captioned clip: longer ones are cut, and a caption describes the whole
OUTSIDE = 0.25  # seconds a clip may reach beyond the end of its file


@dataclass(frozen=True)
class Cut:
    """A stretch of a file, seconds; end None means to its end.

    weak: its captions are titles. official: its side in the table's own split, None for neither. thing: something that
    is not in the data takes part.
    """

    id: str
    start: float
    end: float | None
    split: str
    captions: tuple[str, ...] = ()
    action: str | None = None
    style: str | None = None
    weak: bool = False
    official: str | None = None
    thing: bool = False


@dataclass(frozen=True)
class CaptureFile:
    """One BVH file's name, where it comes from and what to cut from it.

    group: of recordings that repeat each other. sparse: keyed so seldom that fast movement is blurred.
    """

    name: str
    source: str
    free: bool
    cuts: tuple[Cut, ...] = field(default=())
    group: str = ""
    sparse: bool = False


def read_table(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a CSV file with a heading line; ValueError that names a missing column."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in needed if name not in (reader.fieldnames or ())]:
            raise ValueError(
                f"{path} has no column {missing[0]!r}; it has {', '.join(reader.fieldnames or ())}"
            )
        return list(reader)


def bvh_files(place: Path) -> Iterator[tuple[str, bytes]]:
    """(name without .bvh, content) of every BVH file in a folder or a tar archive, in order of name."""
    if place.is_dir():
        for path in sorted(place.rglob("*.bvh")):
            yield path.stem, path.read_bytes()
        return
    with tarfile.open(place) as archive:
        for member in archive:  # read in storage order: seeking back in a compressed archive unpacks it again
            if member.isfile() and member.name.lower().endswith(".bvh"):
                stream = archive.extractfile(member)
                assert stream is not None  # isfile() above
                yield Path(member.name).stem, stream.read()


def with_heading(content: bytes) -> bytes:
    """BVH whose first line, HIERARCHY, was lost (HDM05's conversion) with that line."""
    return b"HIERARCHY\n" + content if content.lstrip().startswith(b"ROOT") else content


def clean_caption(text: str) -> str | None:
    """White space settled; None for an empty caption, a link or a paragraph."""
    text = " ".join(text.split())
    bad = not any(c.isalpha() for c in text) or len(text) > MAX_CAPTION or re.search(r"https?:|<a ", text)
    return None if bad else text


def usable_rows(rows: list[dict[str, str]], table: str, faults: list[str]) -> list[dict[str, str]]:
    """Rows (file, caption, optional start, end) that can be used; what is wrong with others is added to `faults`."""
    good = []
    for line, row in enumerate(rows, start=2):
        if fault := _row_fault(row):
            faults.append(f"{table}, line {line} ({row['file']}): {fault}")
        else:
            good.append(row)
    return good


def _row_fault(row: dict[str, str]) -> str | None:
    try:
        start, end = float(row.get("start") or 0), float(row["end"]) if row.get("end") else None
    except ValueError as error:
        return f"start or end is no number of seconds: {error}"
    if start < 0 or (end is not None and end <= start):
        return f"the clip from {start:g} to {end:g} s is empty or begins before its file"
    caption = row.get("caption") or ""
    if language := foreign_language(caption):
        return f"its caption is not English ({language}): {caption[:60]!r}"
    if end is not None and end - start > MAX_SECONDS + OUTSIDE:
        return (
            f"its caption describes {end - start:.0f} s, more than the {MAX_SECONDS:g} s of the longest clip"
        )
    return None


def outside(cut: Cut, seconds: float) -> str | None:
    """What is wrong with a cut of a file of that length, if it does not lie inside."""
    if cut.start >= seconds or (cut.end is not None and cut.end > seconds + OUTSIDE):
        end = "its end" if cut.end is None else f"{cut.end:g} s"
        return f"clip {cut.id} from {cut.start:g} s to {end} lies outside its file, which has {seconds:.2f} s"
    return None


def caption_cuts(rows: list[dict[str, str]]) -> dict[str, list[Cut]]:
    """file -> cuts, from one row per caption: file, caption, and as wished clip_id, start, end, split, action, style.

    object: "1" where something takes part that is not in the data.
    The split is the table's own; `by_recording` makes one by which a file is on one side.
    """
    cuts: dict[str, list[Cut]] = defaultdict(list)
    for row in rows:
        cut = _cut_of(row)
        for number, other in enumerate(cuts[row["file"]]):
            if _same_window(other, cut.start, cut.end):
                captions = tuple(dict.fromkeys(other.captions + cut.captions))
                cuts[row["file"]][number] = replace(other, captions=captions, thing=other.thing or cut.thing)
                break
        else:
            cuts[row["file"]].append(cut)
    return cuts


def _cut_of(row: dict[str, str]) -> Cut:
    start, end = float(row.get("start") or 0), float(row["end"]) if row.get("end") else None
    caption = clean_caption(row.get("caption") or "")
    return Cut(
        row.get("clip_id") or f"{row['file']}_{start:g}",
        start,
        end,
        row.get("split") or "train",
        (caption,) if caption else (),
        row.get("action") or None,
        row.get("style") or None,
        official=row.get("split") or "train",
        thing=row.get("object") == "1",
    )


def _same_window(cut: Cut, start: float, end: float | None) -> bool:
    if (cut.end is None) != (end is None):
        return False
    return abs(cut.start - start) < SAME_WINDOW and abs((cut.end or 0) - (end or 0)) < SAME_WINDOW


def marked_leaks(cuts: list[Cut]) -> list[Cut]:
    """Training clips that share frames with a validation clip are on neither side of the table's own split."""
    far = float("inf")
    held = [cut for cut in cuts if cut.official == "val"]
    return [
        replace(cut, official=None)
        if cut.official == "train"
        and any(cut.start < (v.end or far) and v.start < (cut.end or far) for v in held)
        else cut
        for cut in cuts
    ]


def by_recording(cuts: list[Cut]) -> list[Cut]:
    """Where a file has validation clips, these alone: its other clips show the same recording."""
    cuts = marked_leaks(cuts)
    held = [cut for cut in cuts if cut.split == "val"]
    return held or cuts


def remaining_pieces(cuts: list[Cut], seconds: float) -> list[tuple[float, float]]:
    """Stretches of a file that no cut covers, in pieces of at most PIECE_SECONDS and at least MIN_PIECE."""
    pieces, at = [], 0.0
    for start, end in [*sorted((c.start, c.end or seconds) for c in cuts), (seconds, seconds)]:
        while start - at >= MIN_PIECE:
            stop = min(at + PIECE_SECONDS, start)
            stop = stop if start - stop >= MIN_PIECE or stop == start else (at + start) / 2
            pieces.append((at, stop))
            at = stop
        at = max(at, end)
    return pieces
