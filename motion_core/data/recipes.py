"""How training samples are made from clips: as they are, mirrored, faster, composed, chained, with rests.

A recipe is a function (materials, rng) -> Made, or None where the clips it drew do not fit together; it is then asked
again. Every sample is a function of (seed, number) alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.augment import compose, concatenate, time_scaled
from motion_core.data.joins import Clause, caption_clause, clause_for, then_text, while_text
from motion_core.data.labels import FAST, SLOW
from motion_core.data.library import Clip
from motion_core.data.phrases import (
    Label,
    Subject,
    find_content,
    pace_word,
    pick,
    possessive,
    subject_for,
    weighted,
)
from motion_core.data.samples import Made, Materials, between, choose, cut, said, standing

SILENT = (0.8, 1.25)  # speeds that need no word
SLOWED, HURRIED = (0.55, 0.72), (1.35, 1.7)
PIECE = (30, 84)  # frames of a piece that may be cut, 1.5 to 4.2 s
REST = (12, 50)
TRIES = 60
_PACED = re.compile(
    r"\b(slow|slowly|quick|quickly|fast|faster|rapid|rapidly|brisk|briskly|leisurely|hurr\w+|speed\w*)\b"
)
_LEGS_ONLY = re.compile(r"^(walks|jogs|runs|strolls|marches|steps|paces)\b")
_ARMS_TOO = re.compile(
    r"\b(hand|hands|arm|arms|wav\w+|throw\w*|punch\w*|pick\w*|carr\w+|hold\w*|swing\w*|stop\w*|then)\b"
)


# --- the clip itself, and its pace ------------------------------------------------------------------------------------


def plain(materials: Materials, clip: Clip, rng: np.random.Generator) -> Made:
    """The clip as it was recorded."""
    motion = materials.library.motion(clip)
    if clip.label is None:
        return Made(motion, clip.captions, clip.action, "weak" if clip.weak else "real", clip.weight)
    return Made(motion, said(clip.label, materials, rng), clip.action, _group(clip), clip.weight)


def _group(clip: Clip) -> str:
    """Of a clip with a label: one that was acted to it, or a part in which it was seen."""
    return "label" if clip.start is None else "seen"


def _repaced(label: Label, ratio: float) -> Label:
    kept = label.traits - {"slow", "fast"}
    return replace(label, traits=kept | ({"slow"} if ratio < SLOW else {"fast"} if ratio > FAST else set()))


def _speed(rng: np.random.Generator, worded: bool) -> float:
    span = (SLOWED, HURRIED)[int(rng.integers(2))] if worded else SILENT
    return float(np.exp(rng.uniform(np.log(span[0]), np.log(span[1]))))


def scaled(materials: Materials, rng: np.random.Generator) -> Made | None:
    """A clip at another pace; a clear change is put into words."""
    real = bool(materials.written) and (rng.random() < materials.mix.real or not materials.labelled)
    worded = rng.random() < 0.35
    if real:
        return _scaled_written(materials, choose(rng, materials.written), worded, rng)
    clip = materials.clip_of(materials.wanted(), materials.style(rng), rng)
    if clip is None or clip.label is None:
        return None
    content = find_content(clip.label.content)
    speed = _speed(rng, worded and content.paced)
    motion = time_scaled(materials.library.motion(clip), speed)
    if content.sustained and rng.random() < 0.5:
        motion = cut(motion, between(rng, PIECE[0], materials.max_frames), rng)
    label = _repaced(clip.label, clip.pace * speed)
    return Made(motion, said(label, materials, rng), clip.action, _group(clip), clip.weight)


def _scaled_written(materials: Materials, clip: Clip, worded: bool, rng: np.random.Generator) -> Made:
    motion = materials.library.motion(clip)
    plain_captions = tuple(c for c in clip.captions if not _PACED.search(c) and len(c.split()) <= 14)
    if not (worded and plain_captions):
        return Made(
            time_scaled(motion, _speed(rng, False)), clip.captions, clip.action, "real scaled", clip.weight
        )
    speed = _speed(rng, True)
    word = {"slow"} if speed < 1 else {"fast"}
    captions = tuple(f"{caption} {pace_word(word, rng)}" for caption in plain_captions)
    return Made(time_scaled(motion, speed), captions, clip.action, "real scaled", clip.weight)


# --- two at once ------------------------------------------------------------------------------------------------------

LEGS = {"walk": 9, "run": 4, "dash": 1, "walk back": 3, "walk left": 1, "walk right": 1,
        "walk turn left": 2, "walk turn right": 2}  # fmt: skip


def composed(materials: Materials, rng: np.random.Generator) -> Made | None:
    """The arms of a gesture on the legs of a walk or run."""
    style = materials.style(rng)
    carried = {c: w for c, w in materials.wanted().items() if find_content(c).carries}
    arms = materials.clip_of(carried, style, rng)
    legs, who, clause = _legs(materials, style, rng)
    if arms is None or arms.label is None or legs is None or who is None or clause is None:
        return None
    content = find_content(arms.label.content)
    parts = (
        content.carries if len(content.carries[0]) > 4 and rng.random() < 0.6 else _with_head(content.carries)
    )
    upper, whole = materials.library.motion(arms), _whole(legs)
    frames = min(
        legs.frames, materials.max_frames, legs.frames if whole else len(upper) + between(rng, 0, 30)
    )
    if frames < PIECE[0] or (len(upper) > frames and not content.sustained):
        return None
    lower = cut(materials.library.motion(legs), frames, rng)
    upper = cut(upper, len(lower), rng)
    motion = compose(upper, lower, parts, start=between(rng, 0, len(lower) - len(upper)))
    waving = clause_for(arms.label.content, rng, who.my)
    captions = dict.fromkeys(while_text(who, clause, waving, rng) for _ in range(3))
    return Made(motion, tuple(captions), None, "composed")


def _with_head(parts: Sequence[str]) -> tuple[str, ...]:
    return (*parts, "head") if "upper_body" not in parts else tuple(parts)


def _whole(clip: Clip) -> bool:
    """Whether the clip must not be cut: what it shows may lie anywhere."""
    return clip.label is None or not find_content(clip.label.content).sustained


def _legs(
    materials: Materials, style: str, rng: np.random.Generator
) -> tuple[Clip | None, Subject | None, Clause | None]:
    """A clip that travels, who does it, and what to call it."""
    if style == "normal" and materials.written and rng.random() < materials.mix.real_joined:
        clip = choose(rng, materials.written)
        found = caption_clause(pick(rng, clip.captions))
        if found is None or not _LEGS_ONLY.match(found[1].third) or any(map(_ARMS_TOO.search, clip.captions)):
            return None, None, None
        return clip, Subject(found[0], possessive(found[0])), found[1]
    labelled = materials.clip_of(LEGS, style, rng)
    if labelled is None or labelled.label is None:
        return None, None, None
    who = subject_for(style, rng)
    return labelled, who, clause_for(labelled.label.content, rng, who.my)


# --- one after the other ----------------------------------------------------------------------------------------------

CHAINS: dict[tuple[str, ...], int] = {
    ("travel", "gesture"): 36, ("travel", "travel"): 18, ("gesture", "travel"): 12, ("travel", "still"): 8,
    ("still", "travel"): 7, ("gesture", "gesture"): 10, ("still", "gesture"): 4,
    ("travel", "still", "gesture"): 5, ("travel", "gesture", "travel"): 6,
}  # fmt: skip


def chained(materials: Materials, rng: np.random.Generator) -> Made | None:
    """Two or three actions in a row."""
    if materials.written and rng.random() < materials.mix.real_joined:
        return _after_written(materials, rng)
    style = materials.style(rng)
    kinds = list(CHAINS)[
        int(rng.choice(len(CHAINS), p=np.array(list(CHAINS.values())) / sum(CHAINS.values())))
    ]
    who = subject_for(style, rng, travel=False)
    pieces = [_piece(materials, kind, style, rng) for kind in kinds]
    names = [piece[0] for piece in pieces if piece]
    if len(names) < len(kinds) or any(a == b for a, b in pairwise(names)):
        return None
    motion = _joined([piece[1] for piece in pieces if piece], materials.max_frames)
    if motion is None:
        return None
    clauses = [clause_for(name, rng, who.my) for name in names]
    captions = dict.fromkeys(then_text(who, clauses, rng) for _ in range(3))
    return Made(motion, tuple(captions), None, "chained")


def _joined(motions: Sequence[Motion], max_frames: int) -> Motion | None:
    if sum(map(len, motions)) > max_frames + 16 * (len(motions) - 1):
        return None  # each seam takes at least a blend away
    whole = motions[0]
    for motion in motions[1:]:
        whole = concatenate(whole, motion)
    return whole if len(whole) <= max_frames else None


def _piece(
    materials: Materials, kind: str, style: str, rng: np.random.Generator
) -> tuple[str, Motion] | None:
    """(content, motion) of a part of a chain."""
    if kind == "still":
        motion = standing(materials, style, between(rng, *PIECE), rng)
        return ("stand", motion) if motion else None
    clip = materials.clip_of(LEGS if kind == "travel" else materials.wanted(kind), style, rng)
    if clip is None or clip.label is None:
        return None
    motion = materials.library.motion(clip)
    return clip.label.content, motion if _whole(clip) else cut(motion, between(rng, *PIECE), rng)


def _after_written(materials: Materials, rng: np.random.Generator) -> Made | None:
    """A described clip, then a gesture, a walk or standing; or a rest before it."""
    clip = choose(rng, materials.written)
    found = caption_clause(pick(rng, clip.captions))
    piece = _piece(materials, weighted(rng, {"travel": 3, "gesture": 4, "still": 3}), "normal", rng)
    if found is None or piece is None or len(found[1].third.split()) > 14:
        return None
    who = Subject(found[0], possessive(found[0]))
    clause = clause_for(piece[0], rng, who.my)
    parts = [(clause, piece[1]), (found[1], materials.library.motion(clip))]
    if rng.random() < 0.7:
        parts.reverse()
    motion = _joined([part for _, part in parts], materials.max_frames)
    if motion is None:
        return None
    captions = dict.fromkeys(then_text(who, [said for said, _ in parts], rng) for _ in range(2))
    return Made(motion, tuple(captions), None, "chained")


# --- resting ----------------------------------------------------------------------------------------------------------


def rested(materials: Materials, rng: np.random.Generator) -> Made | None:
    """A gesture with standing before or after it, or done twice: the same action in a longer clip."""
    style = materials.style(rng)
    piece = materials.clip_of(materials.wanted("gesture"), style, rng)
    if piece is None or piece.label is None:
        return None
    motion, label = materials.library.motion(piece), piece.label
    if rng.random() < 0.2 and not find_content(label.content).sustained:
        whole, captions = _joined([motion, motion], materials.max_frames), _twice(label, rng)
    else:
        before, after = (standing(materials, style, between(rng, *REST), rng) for _ in range(2))
        if before is None or after is None:
            return None
        parts = ([before, motion], [motion, after], [before, motion, after])[int(rng.integers(3))]
        whole, captions = _joined(parts, materials.max_frames), said(label, materials, rng)
    return Made(whole, captions, piece.action, "rested") if whole else None


def _twice(label: Label, rng: np.random.Generator) -> tuple[str, ...]:
    who = subject_for(label.style, rng)
    clauses = [clause_for(label.content, rng, who.my) for _ in range(3)]
    return (
        who.says(f"{clauses[0].third} twice"),
        who.says(f"{clauses[1].third} two times"),
        who.says(f"{clauses[2].third}, then does it again"),
    )


def stood(materials: Materials, rng: np.random.Generator) -> Made | None:
    """Somebody who just stands."""
    style = materials.style(rng)
    motion = standing(materials, style, between(rng, PIECE[0], materials.max_frames), rng)
    return Made(motion, said(Label("stand", style), materials, rng), "stand", "stood") if motion else None


RECIPES: dict[str, Callable[[Materials, np.random.Generator], Made | None]] = {
    "scaled": scaled, "composed": composed, "chained": chained, "rested": rested, "stood": stood,
}  # fmt: skip


def make(materials: Materials, number: int, seed: int) -> Made | None:
    """Sample `number`: first every clip, then every clip mirrored, then the recipes. None where nothing fits.

    Starts facing front over the origin.
    """
    rng = np.random.default_rng([seed, number])
    clips = materials.library.clips
    if number < 2 * len(clips):
        made = plain(materials, clips[number % len(clips)], rng)
        made = made.mirrored() if number >= len(clips) else made
    else:
        found = _draw(materials, rng)
        if found is None:
            return None
        made = found.mirrored() if rng.random() < 0.5 else found
    return replace(made, motion=made.motion.facing_front())


def _draw(materials: Materials, rng: np.random.Generator) -> Made | None:
    shares = {name: getattr(materials.mix, name) for name in RECIPES}
    if not any(shares.values()):
        return None
    recipe = RECIPES[weighted(rng, shares)]  # one choice: a recipe that often fails is not made rarer
    return next((made for _ in range(TRIES) if (made := recipe(materials, rng))), None)
