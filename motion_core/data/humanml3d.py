"""HumanML3D's tables: which stretch of which AMASS file is a clip, what people said of it, and in which split it is.

HumanML3D took AMASS at about 20 fps (every `int(fps/20)`-th frame), dropped the calibration poses at the head of some
collections, and cut by frame numbers of what was left. Here the same stretch is cut from the original, then resampled
to 20 fps by true time. The mirrored clips ("M000000") are not stored: mirroring is augmentation.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from motion_core.body.motion import Motion
from motion_core.data.mocap import on_floor
from motion_core.data.store import FPS, ClipRecord
from motion_core.formats import FormatError

LICENCE = "AMASS (amass.is.tue.mpg.de), research only; captions HumanML3D (MIT)"
SOURCE = "amass"
SHORTEST, LONGEST = 16, 200  # frames; HumanML3D's clips end at 10 s
HEAD_SECONDS = {  # of calibration that HumanML3D drops before it counts frames
    "Eyes_Japan_Dataset": 3.0, "MPI_HDM05": 3.0, "TotalCapture": 1.0, "MPI_Limits": 1.0, "Transitions_mocap": 0.5,
}  # fmt: skip
RENAMED = {  # collections that AMASS calls otherwise today
    "BioMotionLab_NTroje": "BMLrub", "MPI_HDM05": "HDM05", "MPI_mosh": "MoSh", "SSM_synced": "SSM",
    "TCD_handMocap": "TCDHands", "DFaust_67": "DFaust", "Transitions_mocap": "Transitions", "MPI_Limits": "PosePrior",
}  # fmt: skip
NOT_AMASS = ("humanact12",)


@dataclass(frozen=True)
class Row:
    """One line of index.csv. source: path below the AMASS folder, without "_poses.npy"; frames at HumanML3D's rate."""

    name: str
    source: PurePosixPath
    start: int
    end: int

    @property
    def collection(self) -> str:
        return self.source.parts[0]


@dataclass(frozen=True)
class Caption:
    """What somebody said of a stretch of a clip, seconds; start = end = 0: of all of it. tokens: its "word/POS"."""

    text: str
    start: float
    end: float
    tokens: tuple[str, ...] = ()


def read_index(path: Path) -> list[Row]:
    """index.csv. Raises FormatError that names a missing column or the line of a bad value."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        needed = ("source_path", "start_frame", "end_frame", "new_name")
        if missing := [name for name in needed if name not in (reader.fieldnames or ())]:
            raise FormatError(
                f"{path} has no column {missing[0]!r}; it has {', '.join(reader.fieldnames or ())}"
            )
        rows = []
        for line, row in enumerate(reader, start=2):
            try:
                frames = int(row["start_frame"]), int(row["end_frame"])
            except ValueError as error:
                raise FormatError(f"{path}, line {line}: {error}") from error
            rows.append(Row(PurePosixPath(row["new_name"]).stem, _below_amass(row["source_path"]), *frames))
        return rows


def _below_amass(source_path: str) -> PurePosixPath:
    """ "./pose_data/CMU/37/37_01_poses.npy" -> "CMU/37/37_01"."""
    path = PurePosixPath(source_path.replace("\\", "/"))
    parts = [part for part in path.parts if part not in (".", "pose_data")]
    return PurePosixPath(*parts[:-1], path.stem.removesuffix("_poses"))


def read_captions(path: Path) -> list[Caption]:
    """A text file of HumanML3D, lines of caption#tokens#start#end. Raises FormatError naming a bad line."""
    captions = []
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip():
            continue
        parts = text.strip().split("#")
        try:
            start, end = (_seconds(value) for value in parts[2:4]) if len(parts) >= 4 else (0.0, 0.0)
        except ValueError as error:
            raise FormatError(f"{path}, line {line}: {error}") from error
        tokens = tuple(parts[1].split()) if len(parts) > 1 else ()
        captions.append(Caption(parts[0].strip(), start, end, tokens))
    return captions


def _seconds(value: str) -> float:
    seconds = float(value)
    return 0.0 if seconds != seconds else seconds  # "nan" means untagged


def read_splits(folder: Path, splits: tuple[str, ...]) -> dict[str, str]:
    """{clip name: split} of train.txt, val.txt ...; the mirrored names are left out."""
    found: dict[str, str] = {}
    for split in splits:
        path = folder / f"{split}.txt"
        if not path.is_file():
            raise FileNotFoundError(
                f"{path} does not exist: HumanML3D's repository has it beside its texts folder"
            )
        names = path.read_text(encoding="utf-8").split()
        found |= {name: split for name in names if not name.startswith("M")}
    return found


def find_amass(folder: Path, source: PurePosixPath) -> Path | None:
    """The AMASS file of a source path, under its old or new collection name and file ending."""
    collections = (source.parts[0], RENAMED.get(source.parts[0], source.parts[0]))
    for collection in dict.fromkeys(collections):
        for ending in ("_poses.npz", "_stageii.npz", ".npz"):
            path = folder.joinpath(collection, *source.parts[1:-1], source.name + ending)
            if path.is_file():
                return path
    return None


def cut_clip(motion: Motion, row: Row) -> Motion:
    """The stretch of an AMASS motion that the row names, at 20 fps. Raises ValueError where it lies outside."""
    every = max(1, int(motion.fps / FPS))
    head = int(HEAD_SECONDS.get(row.collection, 0.0) * FPS)
    start, stop = ((head + frame) * every for frame in (row.start, row.end))
    if not 0 <= start < stop or start >= len(motion):
        raise ValueError(
            f"clip {row.name}: frames {start}:{stop} lie outside {row.source} with {len(motion)} frames"
        )
    return motion.slice(start, stop).resample(FPS)


def clips_of_row(motion: Motion, row: Row, captions: list[Caption], split: str) -> Iterator[ClipRecord]:
    """The clip, and one more for every stretch of it that has captions of its own."""
    whole = on_floor(cut_clip(motion, row))
    spans: dict[tuple[float, float], list[str]] = {}
    for caption in captions:
        if any(c.isalpha() for c in caption.text):
            spans.setdefault((caption.start, caption.end), []).append(caption.text)
    for (start, end), texts in spans.items():
        tagged = end > start
        part = slice(round(start * FPS), round(end * FPS)) if tagged else slice(0, len(whole))
        frames = range(len(whole))[part][:LONGEST]
        if len(frames) < SHORTEST:
            continue
        name = f"{row.name}_{start:g}_{end:g}" if tagged else row.name
        piece = whole.slice(frames.start, frames.stop).facing_front()
        yield ClipRecord(name, SOURCE, split, None, None, tuple(dict.fromkeys(texts)), piece, free=False)
