"""The train clips of a store, looked at once: what each really shows, and where somebody just stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.augment import still_spans, with_calm_arm
from motion_core.data.labels import observed_content, pace, usual_paces, with_traits
from motion_core.data.phrases import Label, action_of_content, find_content, plain_style
from motion_core.data.seen.deeds import deeds_in
from motion_core.data.store import ClipStore

SHORTEST_STAND = 30  # frames, 1.5 s
MOST_OFTEN = 2.0  # times as often as usual a rarely seen deed is drawn


@dataclass(frozen=True)
class Clip:
    """One clip of the store. label: what it shows, where it has no sentences; pace: against the usual one.

    action: what an action model calls it, if anything. weak: its captions are titles. weight: how often it is drawn.
    start: its first frame, in a part of a clip in which a single deed was seen (`data/seen/deeds.py`).
    """

    index: int
    source: str
    frames: int
    captions: tuple[str, ...]
    label: Label | None
    action: str | None
    pace: float = 1.0
    weak: bool = False
    weight: float = 1.0
    start: int | None = None

    @property
    def written(self) -> bool:
        """Whether people described it."""
        return bool(self.captions) and not self.weak


@dataclass(frozen=True)
class Stand:
    """Frames start:stop of a clip in which somebody stands, once the `busy` arm (if any) hangs like the other one."""

    index: int
    start: int
    stop: int
    style: str
    busy: str | None


def tidy(caption: str) -> str:
    """One space between words, lower case, no full stop at the end."""
    return " ".join(caption.lower().split()).rstrip(" .,;")


@dataclass
class Library:
    """Train clips by content and style; motions are read from the store when asked for."""

    store: ClipStore
    clips: list[Clip]
    stands: list[Stand]
    by_label: dict[tuple[str, str], list[Clip]] = field(default_factory=dict)  # (content, style)

    def __post_init__(self) -> None:
        table: dict[tuple[str, str], list[Clip]] = defaultdict(list)
        for clip in self.clips:
            if clip.label:
                table[clip.label.content, clip.label.style].append(clip)
        self.by_label = dict(table)

    def motion(self, clip: Clip | Stand) -> Motion:
        """A clip's whole motion, or a stand's frames with both arms at rest."""
        if isinstance(clip, Clip):
            return _motion_of(self.store, clip)
        motion = self.store.clip(clip.index).motion
        calm = with_calm_arm(motion, clip.busy) if clip.busy else motion
        return calm.slice(clip.start, clip.stop)

    def actions(self) -> Counter[str]:
        """{action: clips of it}, described ones too."""
        return Counter(clip.action for clip in self.clips if clip.action)

    def contents(self) -> dict[str, int]:
        """{content: clips of it}."""
        counts: dict[str, int] = defaultdict(int)
        for (content, _), clips in self.by_label.items():
            counts[content] += len(clips)
        return dict(counts)


def check_sources(store: ClipStore, sources: Sequence[str] | None) -> None:
    """Raises ValueError for a source that the store does not have."""
    if unknown := sorted(set(sources or ()) - set(store.sources)):
        raise ValueError(f"unknown source {unknown[0]!r}: the training set has {', '.join(store.sources)}")


def numbers_of(store: ClipStore, split: str, sources: Sequence[str] | None = None) -> list[int]:
    """The store's numbers of a split's clips, those of `sources` alone where some are named.

    Raises ValueError for a source that the store does not have.
    """
    check_sources(store, sources)
    return [
        number
        for number, entry in enumerate(store.entries)
        if entry["split"] == split and (not sources or entry["source"] in sources)
    ]


def selected(store: ClipStore, sources: Sequence[str] | None = None, free_only: bool = False) -> ClipStore:
    """The same store with fewer clips. Raises ValueError for a source it does not have."""
    check_sources(store, sources)
    kept = [
        e for e in store.entries if (not sources or e["source"] in sources) and (e["free"] or not free_only)
    ]
    used = {
        name: licence for name, licence in store.sources.items() if any(e["source"] == name for e in kept)
    }
    return ClipStore(store.trans, store.rotations, {"fps": store.fps, "sources": used, "clips": kept})


def official_split(store: ClipStore) -> ClipStore:
    """The same store by HumanML3D's split, without clips on neither side. Raises ValueError where it has none."""
    kept = [entry | {"split": entry["official"]} for entry in store.entries if entry.get("official")]
    if not kept:
        raise ValueError("the training set has no official split: it was prepared without one")
    return ClipStore(
        store.trans, store.rotations, {"fps": store.fps, "sources": store.sources, "clips": kept}
    )


def build_library(
    store: ClipStore,
    split: str = "train",
    min_frames: int = 16,
    *,
    undescribed: bool = False,
    seen: bool = False,
) -> Library:
    """Look at every clip of the split; undescribed: also at those of which nothing is known.

    seen: with parts of captured clips in which one deed is seen, as clips of their own that have a label.

    Raises ValueError where the split is empty or a label has no phrases."""
    clips, stands, paces = [], [], []
    parts = _seen(store, split, min_frames) if seen else ()
    for clip, motion in chain(_looked_at(store, split, min_frames, undescribed), parts):
        if clip.start is None:
            stands += _stands(clip, motion)
        if clip.label:
            own = pace(clip.label, motion)
            paces.append((clip.label, own))
            clip = replace(clip, pace=own)
        clips.append(clip)
    if not clips:
        raise ValueError(f"the {split} split has no clip of {min_frames} frames or more: prepare more data")
    usual = usual_paces(paces)
    return Library(store, [_with_traits(clip, store, usual) for clip in clips], stands)


def _looked_at(
    store: ClipStore, split: str, min_frames: int, undescribed: bool
) -> Iterator[tuple[Clip, Motion]]:
    """Clips with a sentence or a label, and `undescribed` ones where they are asked for."""
    for index, entry in enumerate(store.entries):
        if entry["split"] != split or entry["frames"] < min_frames:
            continue
        record = store.clip(index)
        captions = tuple(dict.fromkeys(text for c in record.captions if (text := tidy(c))))
        content = observed_content(record.action, record.motion) if record.action else None
        if not captions and content is None and not undescribed:
            continue
        label = Label(content, plain_style(record.style)) if content and not captions else None
        action = action_of_content(content) if content else None
        clip = Clip(index, record.source, len(record.motion), captions, label, action)
        yield replace(clip, weak=record.weak, weight=record.weight), record.motion


def _motion_of(store: ClipStore, clip: Clip) -> Motion:
    motion = store.clip(clip.index).motion
    return motion if clip.start is None else motion.slice(clip.start, clip.start + clip.frames)


def _seen(store: ClipStore, split: str, min_frames: int) -> Iterator[tuple[Clip, Motion]]:
    """Deeds measured in clips, rarer ones drawn more often; a clip that has a label alone shows no other."""
    found = [
        (index, span)
        for index, entry in enumerate(store.entries)
        if entry["split"] == split and (entry["captions"] or not entry["action"])
        for span in deeds_in(store.clip(index).motion)
        if span.stop - span.start >= min_frames
    ]
    counts = Counter(span.content for _, span in found)
    usual = float(np.median(list(counts.values()))) if counts else 1.0
    for index, span in found:
        clip = Clip(
            index,
            store.entries[index]["source"],
            span.stop - span.start,
            (),
            Label(span.content),
            None,
            weight=min(MOST_OFTEN, (usual / counts[span.content]) ** 0.5),
            start=span.start,
        )
        yield clip, _motion_of(store, clip)


def _with_traits(clip: Clip, store: ClipStore, usual: dict[str, float]) -> Clip:
    if clip.label is None:
        return clip
    label = with_traits(clip.label, _motion_of(store, clip), usual, clip.pace)
    return replace(clip, label=label, pace=clip.pace / max(usual[label.content], 1e-6))


def _stands(clip: Clip, motion: Motion) -> list[Stand]:
    """Clips in which one arm is busy show, but for that arm, somebody who stands for the whole time."""
    busy = None
    if clip.label:
        carries = find_content(clip.label.content).carries
        busy = carries[0].removesuffix("_arm") if carries in (("left_arm",), ("right_arm",)) else None
    style = clip.label.style if clip.label else "normal"
    calm = with_calm_arm(motion, busy) if busy else motion
    return [Stand(clip.index, a, b, style, busy) for a, b in still_spans(calm, SHORTEST_STAND)]


def describe(library: Library) -> str:
    """A line for people."""
    seen = sum(clip.start is not None for clip in library.clips)
    labelled = sum(clip.label is not None for clip in library.clips) - seen
    titled = sum(clip.weak and clip.label is None for clip in library.clips)
    seconds = sum(clip.frames for clip in library.clips if clip.start is None) / library.store.fps
    standing = sum(s.stop - s.start for s in library.stands) / library.store.fps
    return (
        f"{len(library.clips) - seen} clips, {np.round(seconds / 3600, 2)} h: "
        f"{len(library.clips) - seen - labelled - titled} with written captions, {titled} with titles, "
        f"{labelled} with labels; {seen} parts in which one deed is seen; "
        f"{len(library.stands)} spans of standing, {standing / 60:.1f} min"
    )
