"""The project's own data folder (its README gives the layout): every file of it with its cuts, groups and split."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from motion_core.data.actions import action_of, title_words
from motion_core.data.captures import (
    PIECE_SECONDS,
    CaptureFile,
    Cut,
    caption_cuts,
    marked_leaks,
    read_table,
    remaining_pieces,
    usable_rows,
)
from motion_core.data.recordings import (
    Groups,
    Held,
    actor_keys,
    held_groups,
    main_action,
    without_sides,
)
from motion_core.data.things import carried_by_words
from motion_core.data.weak_captions import names_one_thing, walk_caption, weak_caption

LICENCES = {
    "cmu": "CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu), free for any use but resale of the data",
    "accad": "ACCAD Open Motion Project, Ohio State University, CC BY 3.0",
    "bandai": "Bandai-Namco-Research-Motiondataset, CC BY-NC 4.0 (non-commercial)",
    "snu": "SNU walks, snumrl/DataDrivenBipedController, MIT, (c) 2013 Yoonsang Lee",
    "hdm05": "HDM05, University of Bonn and MPI Informatik, CC BY-SA 3.0 (share-alike)",
}
ARCHIVES = (
    "cmu_bvh.tar.xz",
    "accad_bvh.tar.xz",
    "cmu_more/cmu_more_bvh.tar.xz",
    "cmu_more/cmu_more_uncaptioned_bvh.tar.xz",
    "snu_walk/snu_walk_bvh.tar.xz",
    "bandai/bandai_bvh.tar.xz",
    "hdm05/hdm05_bvh.tar.xz",
)
# Files whose motion is wrong as it comes: nothing is cut from them.
BROKEN = {"13_18": "its arms are bent backwards, hands behind the body"}
PARTNERS = {"19": "18", "21": "20", "23": "22"}  # CMU subjects of one trial with two people
SPARSE = "fbx@12"  # keys a second
HELD = {"accad": Held(0.1, 0.05), "bandai": Held(0.1, 0.09), "bandai dataset-1": Held(0.1, 0.04)}
SIDES = ("train", "val")


@dataclass(frozen=True)
class Kin:
    """What a recording repeats: keys it shares with others of its group, and the kind of action it shows."""

    keys: tuple[str, ...]
    kind: str
    pool: str  # recordings among which a share is held out


def shared_files(data: Path, faults: list[str], *, share_alike: bool = False) -> list[CaptureFile]:
    """Every file of the folder with what to cut from it; what is wrong with its tables is added to `faults`.

    A file's `group` and its cuts' `split` keep repetitions on one side. share_alike: HDM05 too.
    """
    files, kin = [], {}
    for file, relation in (
        *_trials(data, faults),
        *_bandai(data),
        *_snu(data),
        *(_hdm05(data) if share_alike else ()),
    ):
        files.append(file)
        kin[file.name] = relation
    return with_split(files, kin)


# --- the split --------------------------------------------------------------------------------------------------------


def with_split(files: list[CaptureFile], kin: dict[str, Kin]) -> list[CaptureFile]:
    """The files with their groups, some of which are held out; of these only clips that people described, or labels."""
    groups = Groups()
    for file in files:
        groups.join(f"recording {file.name}", *kin[file.name].keys)
    name = {file.name: groups.of(f"recording {file.name}") for file in files}
    held: set[str] = set()
    for pool in sorted({relation.pool for relation in kin.values()}):
        members = [file for file in files if kin[file.name].pool == pool]
        clips = Counter[str]()
        kinds: dict[str, str] = {}
        for file in members:
            clips[name[file.name]] += sum(map(_judged, file.cuts))
            kinds.setdefault(name[file.name], kin[file.name].kind)
        held |= held_groups(clips, kinds, HELD.get(pool, Held()))
    return [_on_side(replace(file, group=name[file.name]), name[file.name] in held) for file in files]


def _judged(cut: Cut) -> bool:
    """Whether a clip is fit to judge models by: people described it, or it has a label and a style."""
    return bool(cut.captions and not cut.weak) or cut.style is not None


def _on_side(file: CaptureFile, held: bool) -> CaptureFile:
    cuts = [cut for cut in file.cuts if _judged(cut)] if held else list(file.cuts)
    return replace(file, cuts=tuple(replace(cut, split=SIDES[held]) for cut in cuts))


# --- CMU and ACCAD ----------------------------------------------------------------------------------------------------


def _trials(data: Path, faults: list[str]) -> Iterator[tuple[CaptureFile, Kin]]:
    """Trials of both tables of recordings with the captions of both tables of clips."""
    needed = ("file", "source", "seconds", "description")
    trials = _once([row for table in _tables(data, "trials") for row in read_table(table, needed)], faults)
    captions = _distinct(_captions(data, faults), faults)
    cuts = caption_cuts(captions)
    for name in sorted(set(cuts) - {row["file"] for row in trials}):
        faults.append(f"the caption table names {name}, which is not among the recordings")
    actors = _actors(trials)
    for row in trials:
        if row["file"] not in BROKEN:
            sparse = row.get("from_format") == SPARSE
            own = tuple(trial_cuts(row, cuts.get(row["file"], [])))
            yield (
                CaptureFile(row["file"], row["source"], True, own, sparse=sparse),
                _trial_kin(row, actors),
            )


def _tables(data: Path, name: str) -> list[Path]:
    places = (data / f"{name}.csv", data / "cmu_more" / f"{name}_cmu_more.csv")
    if found := [place for place in places if place.exists()]:
        return found
    raise FileNotFoundError(f"{places[0]} does not exist: --data names the folder with this table")


def _captions(data: Path, faults: list[str]) -> list[dict[str, str]]:
    needed = ("clip_id", "file", "start", "end", "split", "object", "caption")
    return [
        row
        for table in _tables(data, "clips")
        for row in usable_rows(read_table(table, needed), table.name, faults)
    ]


def _once(rows: list[dict[str, str]], faults: list[str]) -> list[dict[str, str]]:
    """Each motion once: a recording that is listed again, or whose twin is, is named and left out."""
    seen: dict[str, str] = {}
    kept = []
    for row in rows:
        names = [row["file"], *row.get("same_motion_as", "").split()]
        if earlier := next((seen[name] for name in names if name in seen), None):
            faults.append(f"{row['file']} is listed twice, or is the twin of {earlier}: left out here")
            continue
        seen |= dict.fromkeys(names, row["file"])
        kept.append(row)
    return kept


def _distinct(rows: list[dict[str, str]], faults: list[str]) -> list[dict[str, str]]:
    """Each clip id for one stretch: rows that give it to a second one are named and left out."""
    places: dict[str, tuple[str, ...]] = {}
    kept = []
    for row in rows:
        place = (row["file"], row["start"], row["end"])
        if places.setdefault(row["clip_id"], place) == place:
            kept.append(row)
        else:
            faults.append(
                f"captions: clip {row['clip_id']} is listed twice, in {row['file']} too: left out there"
            )
    return kept


def _actors(trials: Iterable[dict[str, str]]) -> Groups:
    """CMU's subject numbers: one person has several where trials are twins, and partners count as one."""
    actors = Groups()
    for row in trials:
        names = [row["file"], *row.get("same_motion_as", "").split()]
        subjects = [name.split("_")[0] for name in names]
        actors.join(*subjects, *(PARTNERS[s] for s in subjects if s in PARTNERS))
    return actors


def _trial_kin(row: dict[str, str], actors: Groups) -> Kin:
    actor = actors.of(row["file"].split("_")[0])
    described = row["description"] or ("" if row["source"] == "cmu" else row["file"])
    keys = tuple(f"{row['source']} {key}" for key in actor_keys(actor, described))
    return Kin(keys, main_action(described), row["source"])


def trial_cuts(row: dict[str, str], cuts: list[Cut]) -> list[Cut]:
    """All cuts of a CMU or ACCAD trial: the captioned ones, and what is left of the file.

    What nobody captioned takes CMU's one-line description or ACCAD's title as a weak caption, where it says something;
    a piece of a longer recording only where it names one thing.
    """
    described = row["description"] or ("" if row["source"] == "cmu" else title_words(row["file"]))
    action, carried = action_of(described), carried_by_words([described])
    kept = [
        replace(cut, action=action, thing=cut.thing or _thing(described))
        for cut in marked_leaks(cuts)
        if not (cut.thing and carried_by_words(cut.captions))
    ]
    if carried:
        return kept
    held = any(cut.official == "val" for cut in cuts)
    seconds = float(row["seconds"])
    pieces = remaining_pieces(cuts, seconds) if cuts or seconds > PIECE_SECONDS else [(0.0, seconds)]
    whole = not cuts and len(pieces) == 1
    weak = weak_caption(described) if whole or names_one_thing(described) else None
    extra = Cut(
        "", 0.0, None, "train", (weak,) if weak else (), action,
        weak=True, official=None if held else "train", thing=_thing(described),
    )  # fmt: skip
    return kept + [replace(extra, id=f"{row['file']}_{a:.1f}", start=a, end=b) for a, b in pieces]


_THINGS = (
    "climb",
    "sit",
    "step",
    "stairs",
    "terrain",
    "slope",
    "hang",
    "playground",
    "ladder",
    "stool",
    "ledge",
)


def _thing(description: str) -> bool:
    return any(word in description.lower() for word in _THINGS)


# --- the others -------------------------------------------------------------------------------------------------------


def _labels(data: Path, folder: str, needed: tuple[str, ...]) -> list[dict[str, str]]:
    table = data / folder / "labels.csv"
    return read_table(table, needed) if table.exists() else []


def _bandai(data: Path) -> Iterator[tuple[CaptureFile, Kin]]:
    for row in _labels(data, "bandai", ("file", "dataset", "content", "style", "split")):
        action = bandai_action(row["content"])
        cut = Cut(row["file"], 0.0, None, row["split"], (), action, row["style"], official=row["split"])
        kind = _BEGIN_ALIKE.sub("hand up", without_sides(action))
        pool = "bandai dataset-1" if row["dataset"] == "dataset-1" else "bandai"
        keys = (f"bandai {row['dataset']}:{kind}:{row['style']}",)
        yield CaptureFile(row["file"], "bandai", False, (cut,)), Kin(keys, kind, pool)


_BEGIN_ALIKE = re.compile(r"(raise up|wave) (side hand|both hands)")  # an actor's waves begin as raised hands


def bandai_action(content: str) -> str:
    """The label as it is, without its remarks on length: "dance short" -> "dance"."""
    return content.removesuffix(" short").removesuffix(" long")


def _snu(data: Path) -> Iterator[tuple[CaptureFile, Kin]]:
    """Long walks of one person, in pieces; all of them repeat each other."""
    for row in _labels(data, "snu_walk", ("file", "seconds", "label", "object")):
        caption = walk_caption(row["label"])
        cuts = tuple(
            Cut(
                f"{row['file']}_{a:.1f}", a, b, "train", (caption,) if caption else (), "walk",
                weak=True, official="train", thing=row["object"] == "1",
            )
            for a, b in remaining_pieces([], float(row["seconds"]))
        )  # fmt: skip
        yield CaptureFile(row["file"], "snu", True, cuts), Kin(("snu:walk",), "walk", "snu")


def _hdm05(data: Path) -> Iterator[tuple[CaptureFile, Kin]]:
    """One sentence for each class; share-alike, so that no free weights may come of it."""
    for row in _labels(data, "hdm05", ("file", "class", "sentence")):
        actor = row["file"].split("_")[1]
        cut = Cut(row["file"], 0.0, None, "train", (row["sentence"],), weak=True, official="train")
        yield (
            CaptureFile(row["file"], "hdm05", False, (cut,)),
            Kin((f"hdm05 {actor}:{row['class']}",), row["class"], "hdm05"),
        )
