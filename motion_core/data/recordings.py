"""Which recordings are repetitions of one another, and a validation split that shares none with training.

Recordings belong together where one person does one action: the same trial, its twins under other numbers, the takes
of it, and whatever else this actor recorded of the action. Training mirrors its clips, so left and right are one.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from motion_core.data.actions import title_words

# Words that name an action in CMU's descriptions and ACCAD's titles. Who shares one with an earlier trial repeats it.
ACTIONS = (
    "walk", "run", "jog", "dash", "march", "sneak", "limp", "tiptoe", "jump", "hop", "leap", "skip", "step", "climb",
    "crawl", "dance", "salsa", "charleston", "arabesque", "pirouette", "kick", "punch", "box", "wave", "sit", "stand",
    "lay", "lie", "roll", "cartwheel", "flip", "backflip", "fall", "stumble", "turn", "spin", "twist", "bend", "lean",
    "reach", "stretch", "pick", "put", "place", "lift", "push", "pull", "drag", "carry", "throw", "toss", "catch",
    "swing", "wash", "wipe", "sweep", "mop", "drink", "eat", "yawn", "laugh", "cry", "drive", "direct", "signal",
    "balance", "squat", "crouch", "duck", "dribble", "shoot", "basketball", "football", "soccer", "golf", "baseball",
    "swim", "stroke", "dive", "motorcycle", "stairs", "terrain", "slope", "pose", "vignette", "rhyme", "story",
    "playground", "conversation", "gesture", "point", "hammer", "saw", "screw", "bolt", "umbrella", "monkey", "slash",
    "sword", "cross", "jab", "hook", "uppercut", "fist", "roundhouse", "axe", "block", "hang", "grab", "wait", "sway",
    "pivot", "vacation",
)  # fmt: skip
_ALIKE = {
    "jog": "run", "dash": "run", "march": "walk", "salsa": "dance", "fist": "punch", "box": "punch", "cross": "punch",
    "jab": "punch", "hook": "punch", "uppercut": "punch", "leap": "jump", "hop": "jump", "stairs": "step",
    "lie": "lay", "backflip": "flip", "roundhouse": "kick", "axe": "kick", "sweep": "mop", "stroke": "swim",
    "toss": "throw",
}  # fmt: skip
_IRREGULAR = {
    "ran": "run",
    "running": "run",
    "sitting": "sit",
    "putting": "put",
    "lying": "lay",
    "sat": "sit",
}
SPILL = 1.5  # a kind may give that much more than it lacks
_SIDES = re.compile(r"\b(left|right|clockwise|counter ?clockwise)\b")


def action_words(text: str) -> frozenset[str]:
    """The actions that a title or description names: {"walk", "turn"} for "RegularWalkRightAngleTurns"."""
    found = {_action_word(word) for word in _words(text)}
    return frozenset(word for word in found if word)


def main_action(text: str) -> str:
    """The action that a title or description names first, "" where it names none."""
    return next((action for word in _words(text) if (action := _action_word(word))), "")


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", title_words(text))


def _action_word(word: str) -> str:
    for stem in (word, _IRREGULAR.get(word, ""), *_stems(word)):
        if stem in ACTIONS:
            return _ALIKE.get(stem, stem)
    return ""


def _stems(word: str) -> Iterator[str]:
    for ending in ("s", "es", "ing", "ed", "er"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            yield from (stem, stem + "e", stem[:-1] if stem[-1] == stem[-2] else stem)


def without_sides(text: str) -> str:
    """ "walk turn left" -> "walk turn side"."""
    return _SIDES.sub("side", text.lower())


def actor_keys(actor: str, description: str) -> list[str]:
    """One key for each action that the actor shows, or for the first word; all without a description share one."""
    words = sorted(action_words(description)) or _words(description)[:1] or ["other"]
    return [f"{actor}:{word}" for word in words]


class Groups:
    """Names joined by shared keys (union-find): two recordings with a key in common are in one group."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def join(self, *names: str) -> None:
        """Put all the names into one group."""
        roots = sorted({self.of(name) for name in names})
        for root in roots[1:]:
            self._parent[root] = roots[0]

    def of(self, name: str) -> str:
        """The group's name: the first of its names in order of the alphabet."""
        self._parent.setdefault(name, name)
        while self._parent[name] != name:
            self._parent[name] = self._parent[self._parent[name]]
            name = self._parent[name]
        return name


@dataclass(frozen=True)
class Held:
    """How much of a source is held out: that share of its clips, in groups with at most `largest` of all clips."""

    share: float = 0.1
    largest: float = 0.01


def held_groups(clips: Mapping[str, int], kinds: Mapping[str, str], held: Held) -> set[str]:
    """Groups for validation, from {group: clips that count} and {group: what it shows}.

    Each kind gives about its share. Always the kind that lacks most gives its next group, in an order that depends on
    the names alone, so that more data moves few groups. Raises ValueError where a share is no share.
    """
    if not 0 <= held.share < 1 or not 0 < held.largest <= 1:
        raise ValueError(
            f"validation share {held.share}, largest group {held.largest}: both lie between 0 and 1"
        )
    total = sum(clips.values())
    small = {name for name, n in clips.items() if 0 < n <= max(1.0, held.largest * total)}
    queues: dict[str, list[str]] = defaultdict(list)
    lack: dict[str, float] = defaultdict(float)
    for name in sorted(clips, key=_shuffled, reverse=True):
        lack[kinds[name]] += held.share * clips[name]
        if name in small:
            queues[kinds[name]].append(name)
    chosen: set[str] = set()
    room = held.share * total
    while queues:
        kind = min(queues, key=lambda k: (-lack[k], k))
        name = queues[kind].pop()
        if clips[name] <= min(room, SPILL * lack[kind] + 1):
            chosen.add(name)
            room -= clips[name]
            lack[kind] -= clips[name]
        if not queues[kind]:
            del queues[kind]
    return chosen


def _shuffled(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def check_split(clips: Sequence[tuple[str, str, str, str]]) -> None:
    """Raises ValueError where a recording or a group is on both sides: clips are (id, split, recording, group)."""
    for what, column in (("recording", 2), ("group of repetitions", 3)):
        sides: dict[str, dict[str, str]] = defaultdict(dict)
        for clip in clips:
            sides[clip[column]].setdefault(clip[1], clip[0])
        for name, found in sides.items():
            if name and len(found) > 1:
                raise ValueError(
                    f"the {what} {name!r} is on both sides: clip {found['train']!r} trains, "
                    f"clip {found['val']!r} validates"
                )
