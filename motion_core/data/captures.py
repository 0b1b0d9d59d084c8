"""What to cut from which capture file: jobs for `training/prepare_mocap.py`, from tables of captions and labels."""

from __future__ import annotations

import csv
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from motion_core.data.actions import action_of, title_words

PIECE_SECONDS = (
    9.75  # an uncaptioned stretch is cut into pieces of at most this: 196 frames, both ends counted
)
SAME_WINDOW = 0.15  # seconds: windows that agree this well are one clip with two people's captions
MIN_PIECE = 2.0
MAX_CAPTION = 300  # characters; longer ones are paragraphs or advertising
LICENCES = {
    "cmu": "CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu), free for any use but resale of the data",
    "accad": "ACCAD Open Motion Project, Ohio State University, CC BY 3.0",
    "bandai": "Bandai-Namco-Research-Motiondataset, CC BY-NC 4.0 (non-commercial)",
}
# Files whose motion is wrong as it comes: nothing is cut from them.
BROKEN = {"13_18": "its arms are bent backwards, hands behind the body"}
# Furniture, stairs and ropes that are not in the data: without them the motion floats in the air.
_WITH_OBJECT = re.compile(r"playground|climb|\bsit\b|stool|ladder|rope|terrain|steps\b")


@dataclass(frozen=True)
class Cut:
    """A stretch of a file, seconds; end None means to its end."""

    id: str
    start: float
    end: float | None
    split: str
    captions: tuple[str, ...] = ()
    action: str | None = None
    style: str | None = None


@dataclass(frozen=True)
class CaptureFile:
    """One BVH file's name, where it comes from and what to cut from it."""

    name: str
    source: str
    free: bool
    cuts: tuple[Cut, ...] = field(default=())


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


def clean_caption(text: str) -> str | None:
    """White space settled; None for an empty caption, a link or a paragraph."""
    text = " ".join(text.split())
    bad = not any(c.isalpha() for c in text) or len(text) > MAX_CAPTION or re.search(r"https?:|<a ", text)
    return None if bad else text


def caption_cuts(rows: list[dict[str, str]]) -> dict[str, list[Cut]]:
    """file -> cuts, from one row per caption: file, caption; optional clip_id, start, end, split, action, style."""
    cuts: dict[str, list[Cut]] = defaultdict(list)
    for row in rows:
        start, end = float(row.get("start") or 0), float(row["end"]) if row.get("end") else None
        caption = clean_caption(row.get("caption") or "")
        captions = (caption,) if caption else ()
        same = next((n for n, cut in enumerate(cuts[row["file"]]) if _same_window(cut, start, end)), None)
        if same is not None:
            cut = cuts[row["file"]][same]
            cuts[row["file"]][same] = replace(cut, captions=tuple(dict.fromkeys(cut.captions + captions)))
            continue
        name = row.get("clip_id") or f"{row['file']}_{start:g}"
        labels = (row.get("action") or None, row.get("style") or None)
        cuts[row["file"]].append(Cut(name, start, end, row.get("split") or "train", captions, *labels))
    return cuts


def _same_window(cut: Cut, start: float, end: float | None) -> bool:
    if (cut.end is None) != (end is None):
        return False
    return abs(cut.start - start) < SAME_WINDOW and abs((cut.end or 0) - (end or 0)) < SAME_WINDOW


def without_leaks(cuts: list[Cut]) -> list[Cut]:
    """Training clips that share frames with a validation clip of the same file are dropped."""
    held = [cut for cut in cuts if cut.split == "val"]
    far = float("inf")
    return [
        cut for cut in cuts
        if cut.split == "val"
        or not any(cut.start < (v.end or far) and v.start < (cut.end or far) for v in held)
    ]  # fmt: skip


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


def trial_cuts(row: dict[str, str], cuts: list[Cut]) -> list[Cut]:
    """All cuts of a CMU or ACCAD trial: the captioned ones and, if none is held out, what is left of the file.

    A short trial that nobody captioned takes CMU's one-line description or ACCAD's title as its caption.
    """
    described = row["description"] or title_words(row["file"])
    action = action_of(described)
    kept = [replace(cut, action=action) for cut in without_leaks(cuts)]
    if any(cut.split == "val" for cut in cuts) or _WITH_OBJECT.search(row["description"]):
        return kept
    seconds = float(row["seconds"])
    pieces = remaining_pieces(kept, seconds) if kept or seconds > PIECE_SECONDS else [(0.0, seconds)]
    whole = not kept and len(pieces) == 1
    captions = (described.replace(" - ", ": "),) if whole else ()
    extra = [Cut(f"{row['file']}_{a:.1f}", a, b, "train", captions, action) for a, b in pieces]
    return kept + extra


def shared_files(data: Path) -> list[CaptureFile]:
    """Every file of the project's data folder (its README gives the layout) with its cuts, without object=1 rows."""
    rows = read_table(data / "clips.csv", ("clip_id", "file", "start", "end", "split", "object", "caption"))
    with_object = {row["file"] for row in rows if row["object"] == "1"}
    cuts = caption_cuts([row for row in rows if row["object"] != "1"])
    files = []
    for row in read_table(data / "trials.csv", ("file", "source", "seconds", "description")):
        name = row["file"]
        if name in BROKEN:
            continue
        own = without_leaks(cuts[name]) if name in with_object else trial_cuts(row, cuts[name])
        files.append(CaptureFile(name, row["source"], True, tuple(own)))
    labels = data / "bandai" / "labels.csv"
    for row in read_table(labels, ("file", "content", "style", "split")) if labels.exists() else ():
        cut = Cut(row["file"], 0.0, None, row["split"], (), bandai_action(row["content"]), row["style"])
        files.append(CaptureFile(row["file"], "bandai", False, (cut,)))
    return files


def bandai_action(content: str) -> str:
    """The label as it is, without its remarks on length: "dance short" -> "dance"."""
    return content.removesuffix(" short").removesuffix(" long")
