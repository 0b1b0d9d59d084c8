"""Making the training pool: every sample's features and sentences, computed once, read by `data/dataset.py`.

It knows no model. A pool without captions has no sentences, and clips of which nothing is known are in it, too.
A pool is a folder: `features.f16` (sum T, F) float16 normalised features, all samples one after another;
`samples.npz` (offsets, captions, action, group, weight, split, mean, std); `captions.json`, `pooled.npy` (C,D) float16
and `tokens.f16` (sum L, D) float16, the sentences and what the text encoder says of them and of each of their tokens;
`pool.json`, written last, what the rest is. A pool without it is a broken run.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from motion_core.data.library import Library, build_library, describe
from motion_core.data.recipes import make, plain
from motion_core.data.samples import Made, Materials, Mix
from motion_core.data.store import ClipStore
from motion_core.features import FEATURES, FeatureStats
from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write

ROWS, SAMPLES, CAPTIONS, POOLED, TOKENS, ABOUT = (
    "features.f16",
    "samples.npz",
    "captions.json",
    "pooled.npy",
    "tokens.f16",
    "pool.json",
)
VERSION = 2
NO_ACTION = -1
STATS_SAMPLES = 1500  # the mean and deviation are taken over this many of the samples
STD_FLOOR = 0.25
TEXTS_AT_ONCE = 2048
LARGEST = 6e4  # float16 ends at 65504; a normalised feature beyond this is a fault
Report = Callable[[str], None]


class Encoder(Protocol):
    """What is needed of `text.TextEncoder`."""

    name: str

    def encode(self, texts: list[str]) -> Any: ...


class SummaryEncoder(Protocol):
    """What is needed of `text.TextEncoder` to sum up token states that are there already."""

    name: str

    def summary_of(self, states: np.ndarray, offsets: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class DatasetConfig:
    """What a pool is made of, beside its clips."""

    seed: int = 0
    size: int = 24_000  # train samples; at least every clip and its mirror image are in
    min_frames: int = 16
    max_frames: int = 196  # of the made samples
    phrases: int = 6  # sentences of a sample that has a label alone
    min_clips: int = 8  # an action with fewer recorded clips is not offered to action models
    mix: Mix = field(default_factory=Mix)
    features: str = "smpl205"  # a key of FEATURES
    seen: bool = True  # parts of captured clips in which one deed is seen are samples, too

    def __post_init__(self) -> None:
        if self.features not in FEATURES:
            raise ValueError(f"features is {self.features!r}: use one of {', '.join(FEATURES)}")
        for name in ("size", "phrases", "min_clips"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be at least 1")
        if not 4 <= self.min_frames <= self.max_frames:
            raise ValueError(
                f"min_frames {self.min_frames} must lie between 4 and max_frames {self.max_frames}"
            )
        if self.seed < 0 or any(share < 0 for share in asdict(self.mix).values()):
            raise ValueError("seed and the shares of the mix must not be negative")


@dataclass
class _Rows:
    """What is known of the samples written so far, column by column."""

    frames: list[int] = field(default_factory=list)
    captions: list[tuple[str, ...]] = field(default_factory=list)
    action: list[str | None] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    with_captions: bool = True

    def add(self, frames: int, made: Made, split: str) -> None:
        self.frames.append(frames)
        self.captions.append(made.captions if self.with_captions else ())
        self.action.append(made.action)
        self.group.append(made.group)
        self.split.append(split)
        self.weight.append(made.weight)


# --- samples, in several processes ------------------------------------------------------------------------------------

_materials: Materials | None = None  # of this worker
_config = DatasetConfig()


def _start_worker(materials: Materials, config: DatasetConfig) -> None:
    global _materials, _config
    _materials, _config = materials, config


def _sample(number: int) -> tuple[np.ndarray, Made] | None:
    """Features (T,F) of sample `number` and what was made, without its motion's arrays."""
    assert _materials is not None
    made = make(_materials, number, _config.seed)
    return None if made is None else _encoded(made, _config.features, f"sample {number}")


def _encoded(made: Made, features: str, name: str) -> tuple[np.ndarray, Made]:
    x0 = FEATURES[features].encode(made.motion)
    if not np.all(np.isfinite(x0)):
        raise ValueError(f"{name} ({_words(made)!r}) has features that are not finite: check its motion")
    return x0, replace(made, motion=made.motion.slice(0, 1))


def _words(made: Made) -> str:
    """What tells a sample from others in a message."""
    return made.captions[0] if made.captions else made.group


@contextmanager
def _mapper(
    materials: Materials, config: DatasetConfig, workers: int
) -> Iterator[Callable[[Iterable[int]], Iterator[Any]]]:
    """A function that makes samples in order, in `workers` processes."""
    if workers <= 1:
        _start_worker(materials, config)
        yield lambda numbers: map(_sample, numbers)
        return
    # forked workers share the memory-mapped clips; where there is no fork they are sent over
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    with context.Pool(workers, _start_worker, (materials, config)) as processes:
        yield lambda numbers: processes.imap(_sample, numbers, chunksize=8)


def _val_samples(materials: Materials, features: str) -> Iterator[tuple[np.ndarray, Made]]:
    """Every validation clip as it is, then mirrored."""
    for mirrored in (False, True):
        for clip in materials.library.clips:
            made = plain(materials, clip, np.random.default_rng([clip.index, int(mirrored)]))
            made = made.mirrored() if mirrored else made
            front = Made(made.motion.facing_front(), made.captions, made.action, "val")
            yield _encoded(front, features, f"val clip {clip.index}")


# --- the folder -------------------------------------------------------------------------------------------------------


def build_training_set(
    store: ClipStore,
    encoder: Encoder | None,
    config: DatasetConfig,
    out: str | Path,
    *,
    workers: int = 2,
    report: Report = print,
    stats: FeatureStats | None = None,
) -> dict[str, Any]:
    """Make the pool in folder `out`; returns what `pool.json` says. The same config and store give the same pool.

    encoder: of the sentences; None makes a pool without captions. stats: of the features, instead of the samples' own:
    those of a model that is to be trained on.
    Raises ValueError for an empty split, a label without phrases, or features that are not finite.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / ABOUT).unlink(missing_ok=True)
    for left_over in out.glob(f".{ROWS}.*.part"):  # of a build that was killed: gigabytes
        left_over.unlink()
    libraries = {
        split: build_library(
            store,
            split,
            config.min_frames,
            undescribed=encoder is None,
            seen=config.seen and encoder is not None and split == "train",
        )
        for split in ("train", "val")
    }
    materials = Materials(libraries["train"], config.max_frames, config.phrases, config.mix)
    validation = Materials(libraries["val"], config.max_frames, config.phrases)
    for split, library in libraries.items():
        report(f"{split}: {describe(library)}")
    count = 2 * len(materials.library.clips)
    if materials.labelled or materials.written:  # samples are made of clips of which something is known
        count = max(config.size, count)
    rows = _Rows(with_captions=encoder is not None)
    with _mapper(materials, config, workers) as samples, atomic_write(out / ROWS) as file:
        stats = stats or _stats(samples, count, config)
        for number, found in enumerate(samples(range(count))):
            if number % 2000 == 0:
                report(f"sample {number} of {count}")
            if found:
                _write(file, rows, stats, found, "train")
        for found in _val_samples(validation, config.features):
            _write(file, rows, stats, found, "val")
    sentences = sorted(
        {caption for captions in rows.captions for caption in captions}, key=lambda c: (len(c), c)
    )
    token_counts = _write_captions(out, sentences, encoder, report) if encoder else []
    actions = _actions(materials.library, config.min_clips)
    _write_samples(out, rows, stats, (sentences, token_counts), actions)
    about = _about(store, config, rows, actions, encoder.name if encoder else None, len(sentences))
    with atomic_write(out / ABOUT, "w") as text:
        json.dump(about, text, indent=1)
    return about


def stats_of(pool: str | Path, features: str) -> FeatureStats:
    """What the samples of a pool are normalised by. Raises FormatError where there is none, or of other features."""
    pool = Path(pool)
    try:
        about = json.loads((pool / ABOUT).read_text(encoding="utf-8"))
        with np.load(pool / SAMPLES, allow_pickle=False) as arrays:
            stats = FeatureStats(arrays["mean"], arrays["std"])
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(f"{pool} is no training pool to be like: {error}") from error
    if about["features"] != features:
        raise FormatError(f"{pool} has features {about['features']!r}, the new pool {features!r}")
    return stats


def _stats(
    samples: Callable[[Iterable[int]], Iterator[Any]], count: int, config: DatasetConfig
) -> FeatureStats:
    """Mean and deviation, the latter at least STD_FLOOR of what is usual for features of its kind.

    Without that a knee that hardly ever twists would, where it does, weigh more than all the rest of a clip.
    """
    numbers = np.random.default_rng(config.seed).permutation(count)[:STATS_SAMPLES]
    plain_stats = FeatureStats.fit([found[0] for found in samples(numbers.tolist()) if found])
    std = plain_stats.std.copy()
    for part in FEATURES[config.features].slices.values():
        std[part] = np.maximum(std[part], STD_FLOOR * np.sqrt(np.mean(np.square(std[part]))))
    return FeatureStats(plain_stats.mean, std)


def _write(file: Any, rows: _Rows, stats: FeatureStats, found: tuple[np.ndarray, Made], split: str) -> None:
    x0, made = found
    normal = stats.normalize(x0)
    if np.abs(normal).max() > LARGEST:
        raise ValueError(f"features of {_words(made)!r} lie beyond float16: check its motion")
    file.write(normal.astype(np.float16).tobytes())
    rows.add(len(x0), made, split)


def _write_captions(out: Path, sentences: list[str], encoder: Encoder, report: Report) -> list[int]:
    """Every sentence with its pooled embedding and token states; returns how many tokens each has."""
    pooled, counts = [], []
    with atomic_write(out / TOKENS) as file:
        for start in range(0, len(sentences), TEXTS_AT_ONCE):
            report(f"sentence {start} of {len(sentences)}")
            text = encoder.encode(sentences[start : start + TEXTS_AT_ONCE])
            pooled.append(text.pooled.float().numpy().astype(np.float16))
            file.write(text.tokens[text.mask].float().numpy().astype(np.float16).tobytes())
            counts += text.mask.sum(1).tolist()
    with atomic_write(out / CAPTIONS, "w") as names:
        json.dump(sentences, names, ensure_ascii=False, indent=0)
    with atomic_write(out / POOLED) as file:
        np.save(file, np.concatenate(pooled), allow_pickle=False)
    return counts


def told_anew(pool: str | Path, encoder: SummaryEncoder, out: str | Path) -> dict[str, Any]:
    """A pool like `pool` whose sentences are summed up by another head on the same token states.

    All other files are links to those of `pool`, or copies where there can be none. Returns what `pool.json` says.
    Raises FormatError where `pool` has no token states.
    """
    pool, out = Path(pool), Path(out)
    about = json.loads((pool / ABOUT).read_text(encoding="utf-8"))
    if about["text_encoder"] is None:
        raise FormatError(f"{pool} has no captions: make a pool without --no-captions")
    out.mkdir(parents=True, exist_ok=True)
    with np.load(pool / SAMPLES, allow_pickle=False) as arrays:
        offsets = arrays["token_offsets"]
    width = np.load(pool / POOLED, mmap_mode="r", allow_pickle=False).shape[1]
    width = about.get("token_width", width)
    states = np.memmap(pool / TOKENS, np.float16, "r").reshape(-1, width)
    pooled = [
        encoder.summary_of(states, offsets[start : start + TEXTS_AT_ONCE + 1])
        for start in range(0, len(offsets) - 1, TEXTS_AT_ONCE)
    ]
    for name in (ROWS, SAMPLES, CAPTIONS, TOKENS):
        (out / name).unlink(missing_ok=True)
        try:
            (out / name).hardlink_to(pool / name)
        except OSError:  # another disk, or one without links
            shutil.copyfile(pool / name, out / name)
    with atomic_write(out / POOLED) as file:
        np.save(file, np.concatenate(pooled).astype(np.float16), allow_pickle=False)
    about |= {"text_encoder": encoder.name, "token_width": width}
    with atomic_write(out / ABOUT, "w") as text:
        json.dump(about, text, indent=1)
    return about


def _actions(library: Library, min_clips: int) -> list[str]:
    counts = library.actions()
    if sum(stand.stop - stand.start for stand in library.stands) > min_clips * 100:
        counts["stand"] = min_clips
    return sorted(name for name, clips in counts.items() if clips >= min_clips)


def _write_samples(
    out: Path, rows: _Rows, stats: FeatureStats, sentences: tuple[list[str], list[int]], actions: list[str]
) -> None:
    """sentences: all of them in the order of the files, and how many tokens each has."""
    groups = sorted(set(rows.group))
    place = {sentence: number for number, sentence in enumerate(sentences[0])}
    known = {name: number for number, name in enumerate(actions)}
    arrays: dict[str, Any] = {
        "offsets": np.cumsum([0, *rows.frames]),
        "caption_offsets": np.cumsum([0, *map(len, rows.captions)]),
        "caption_ids": np.array([place[c] for captions in rows.captions for c in captions], dtype=np.int32),
        "token_offsets": np.cumsum([0, *sentences[1]]),
        "action": np.array([known.get(name or "", NO_ACTION) for name in rows.action], dtype=np.int16),
        "group": np.array([groups.index(name) for name in rows.group], dtype=np.int8),
        "groups": np.array(groups),
        "weight": np.array(rows.weight, dtype=np.float32),
        "val": np.array([split == "val" for split in rows.split]),
        "mean": stats.mean,
        "std": stats.std,
    }
    with atomic_write(out / SAMPLES) as file:
        np.savez(file, **arrays)


def _about(
    store: ClipStore,
    config: DatasetConfig,
    rows: _Rows,
    actions: list[str],
    encoder: str | None,
    sentences: int,
) -> dict[str, Any]:
    settings = {name: value for name, value in asdict(config).items() if name != "features"}
    return {
        "version": VERSION,
        "features": config.features,
        "dim": FEATURES[config.features].dim,
        "fps": store.fps,
        "text_encoder": encoder,
        "actions": actions,
        "samples": Counter(rows.split),
        "groups": Counter(rows.group),
        "frames": sum(rows.frames),
        "sentences": sentences,
        "sources": store.sources,
        "free": all(entry["free"] for entry in store.entries),
        "config": settings,
    }
