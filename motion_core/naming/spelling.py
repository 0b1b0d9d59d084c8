"""What a bone's name says: side, kinds of joint it may be, numbers. `words.py` has the table."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from motion_core.naming.words import (
    ANIMAL,
    HEIGHT,
    MIDDLE,
    NOISE,
    RARE_SIDES,
    SIDEKICKS,
    SIDES,
    STRANGE_SIDED,
    STRANGERS,
    USUAL_HEIGHT,
    WORDS,
)

EXTRA, SIDEKICK, MOST = (
    0.15,
    0.5,
    0.45,
)  # what words beside the known one take off, and how much unknown ones may
BALL = 1.05  # more than toes
SERIES = 0.75  # how surely arms that are numbered are what their number says
SHARED = 0.6  # a word that so many of the names have says nothing
FEW = 8  # names, too few to tell
EAST_ASIAN = 0x2E80  # first code point of the scripts that have no capitals and no spaces
XSENS = {"l5": 0, "l3": 1, "t12": 2, "t8": 3}  # vertebrae of Xsens' back
LONGEST = 200  # characters of a name that are read, the last ones: nobody names a bone by more
_LAST_PART = re.compile(r".*[:|]")


@dataclass(frozen=True)
class Spelled:
    """What a name says. side: "left", "right" or None. fits: kind of joint -> how surely, above 0.

    numbers: those in the name. height: how far up the back the word belongs. stranger: the name of something else.
    animal: a part of an animal.
    """

    side: str | None
    fits: Mapping[str, float]
    numbers: tuple[int, ...] = ()
    height: int = USUAL_HEIGHT
    stranger: bool = False
    animal: bool = False
    word: str = field(default="", compare=False)


def spell(names: Sequence[str]) -> list[Spelled]:
    """What each of the names of one skeleton says."""
    parts = [_parts(name) for name in names]
    noise = NOISE | _shared(parts)
    sides = SIDES
    if not {"left", "right"} <= {_side(words, SIDES)[0] for words, _ in parts}:
        sides = next((rare for rare in RARE_SIDES if _both(parts, rare)), SIDES)
    said = [_say(words, numbers, noise, sides) for words, numbers in parts]
    return _rigify_backs(names, _arms_in_series(_feet_below_ankles(said)))


def split_name(name: str) -> tuple[str | None, str]:
    """("left" | "right" | None, bare word) of a name alone: "mixamorig:LeftUpLeg" -> ("left", "upleg")."""
    words, numbers = _parts(name)
    said = _say(words, numbers, NOISE, SIDES)
    return said.side, said.word


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The words of a name, small and without accents, and its numbers; namespaces are cut off."""
    text = unicodedata.normalize("NFKC", name[-LONGEST:].strip())
    text = _LAST_PART.sub("", text) or text
    runs, numbers = [], []
    for run in _runs(_plain(text)):
        if run.isdecimal():
            numbers.append(int(run[:9]))
        else:
            runs.append(run.casefold())
    whole = re.sub(r"\W", "", text).casefold()
    vertebra = whole[-3:] if whole[-3:] in XSENS else whole[-2:]
    if vertebra in XSENS and (len(whole) == len(vertebra) or runs[:-1]):
        return ("spine",), (XSENS[vertebra],)
    return tuple(runs), tuple(numbers)


def _plain(text: str) -> str:
    """Latin letters without their accents."""
    return "".join(
        unicodedata.normalize("NFKD", letter)[0] if ord(letter) < 0x250 and letter != "ß" else letter
        for letter in text
    )


def _runs(text: str) -> list[str]:
    """Pieces of a name: cut at punctuation, digits, capitals and between scripts."""
    pieces: list[str] = []
    for piece in re.findall(r"\d+|[^\W\d_]+", text):
        pieces += _cut(piece) if not piece.isdecimal() else [piece]
    return pieces


def _cut(letters: str) -> list[str]:
    """ "LeftUpLeg" -> Left, Up, Leg; "LThigh" -> L, Thigh; "足IK親" -> 足, IK, 親."""
    cuts = [0]
    for at in range(1, len(letters)):
        before, here, after = letters[at - 1], letters[at], letters[at + 1 : at + 2]
        script = (ord(before) >= EAST_ASIAN) != (ord(here) >= EAST_ASIAN)
        capital = here.isupper() and (before.islower() or (before.isupper() and after.islower()))
        if script or capital:
            cuts.append(at)
    return [letters[a:b] for a, b in zip(cuts, [*cuts[1:], len(letters)])]


def _shared(parts: Iterable[tuple[tuple[str, ...], tuple[int, ...]]]) -> frozenset[str]:
    """Words that most names of a skeleton have: its character's name, a prefix."""
    rows = [set(words) for words, _ in parts]
    if len(rows) < FEW:
        return frozenset()
    counts = Counter(word for row in rows for word in row)
    return frozenset(w for w, n in counts.items() if n >= SHARED * len(rows) and w not in SIDES)


def _both(parts: Iterable[tuple[tuple[str, ...], tuple[int, ...]]], sides: Mapping[str, str]) -> bool:
    """Whether the words of a rare pair of sides stand beside the same others, at least five times."""
    rows = [_side(words, sides) for words, _ in parts]
    left, right = ({rest for side, rest in rows if side == wanted} for wanted in ("left", "right"))
    return len(left & right) >= 5


def _side(words: tuple[str, ...], sides: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """The side that words name, and the other words."""
    for long in (True, False):  # "left" before "l"
        for at, word in enumerate(words):
            if word in sides and (len(word) > 2) == long:
                return sides[word], words[:at] + words[at + 1 :]
    for side, rest in _glued("".join(words), sides):
        if rest in WORDS:  # LUArm
            return side, (rest,)
    for at, word in enumerate(words):
        for side, rest in _glued(word, sides):
            if rest in WORDS or long_side(word, rest):
                return side, words[:at] + (rest,) + words[at + 1 :]
    return None, words


def long_side(word: str, rest: str) -> bool:
    """Whether what was cut off is a word by itself, as left is and l is not."""
    return len(word) - len(rest) > 3 or ord(word[0]) >= EAST_ASIAN


def _glued(word: str, sides: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """(side, rest) of a word that begins or ends with a side: lthigh, leftfoot, 左足."""
    for name in sorted(sides, key=len, reverse=True):
        for rest in (word.removeprefix(name), word.removesuffix(name)):
            if rest and rest != word:
                yield sides[name], rest


def _say(
    words: tuple[str, ...], numbers: tuple[int, ...], noise: frozenset[str], sides: Mapping[str, str]
) -> Spelled:
    side, rest = _side(words, sides)
    animal = any(word in ANIMAL for word in rest)
    meant = tuple(word for word in rest if word not in noise or "".join(rest) == word)
    if "".join(rest) in WORDS:
        meant = rest
    strange = "".join(rest) not in WORDS and any(map(_strange, meant))
    strange |= side is not None and any(word in STRANGE_SIDED for word in rest)
    fits = {} if strange else _fits(meant)
    fits = {kind: fit for kind, fit in fits.items() if (side is None) or kind not in MIDDLE}
    word = "".join(meant)
    height = next((HEIGHT[w] for w in (word, *meant) if w in HEIGHT), USUAL_HEIGHT)
    return Spelled(side, fits, numbers, height, strange, animal, word)


def _strange(word: str) -> bool:
    if word in STRANGERS:
        return True
    return ord(word[0]) >= EAST_ASIAN and word not in WORDS and any(s in word for s in STRANGERS)


def _fits(words: tuple[str, ...]) -> dict[str, float]:
    """Kind -> how surely: of the known words among all neighbours, joined, less what stands beside them."""
    whole = "".join(words)
    if whole in WORDS:
        return dict(WORDS[whole])
    fits: dict[str, float] = {}
    for first in range(len(words)):
        for last in range(len(words), first, -1):
            known = WORDS.get("".join(words[first:last]))
            if known is None:
                continue
            less = _less(words[:first] + words[last:])
            for kind, weight in known.items():
                fits[kind] = max(fits.get(kind, 0.0), weight - less)
            break
    return {kind: fit for kind, fit in fits.items() if fit > 0}


def _less(others: tuple[str, ...]) -> float:
    """What the words beside the known one take off."""
    kicks = sum(word in SIDEKICKS for word in others)
    return SIDEKICK * min(kicks, 1) + min(EXTRA * (len(others) - kicks), MOST)


def _feet_below_ankles(said: list[Spelled]) -> list[Spelled]:
    """Where a side has an ankle, what is called a foot is the ball of the foot, and toes are its tip."""
    ankled = {one.side for one in said if one.word == "ankle"}
    return [
        replace(one, fits={**one.fits, "foot": BALL}) if one.word == "foot" and one.side in ankled else one
        for one in said
    ]


def _arms_in_series(said: list[Spelled]) -> list[Spelled]:
    """Arm1 and Arm2 of a side without an elbow are upper arm and forearm; of three, the first is a collar bone."""
    found = list(said)
    for side in ("left", "right"):
        arms = sorted(
            (one.numbers, at) for at, one in enumerate(said) if (one.word, one.side) == ("arm", side)
        )
        if len(arms) < 2 or any("elbow" in one.fits for one in said if one.side == side):
            continue
        for kind, (_, at) in zip(("elbow", "shoulder", "collar"), reversed(arms)):
            found[at] = replace(found[at], fits={kind: SERIES})
    return found


def _rigify_backs(names: Sequence[str], said: list[Spelled]) -> list[Spelled]:
    """Blender's own people: their spine is the pelvis, spine.004 the neck and spine.006 the head."""
    plain = {re.sub(r"^(DEF|ORG)-", "", name): at for at, name in enumerate(names)}
    if not {"spine", "spine.001", "spine.003"} <= set(plain):
        return said
    found = list(said)
    parts = {"spine": "pelvis"}
    if not any("neck" in one.fits for one in said):
        parts["spine.004"] = "neck"
    if not any("head" in one.fits for one in said):
        parts |= {"spine.006": "head"} if "spine.006" in plain else {"spine.005": "head"}
    for name, kind in parts.items():
        if name in plain:
            found[plain[name]] = Spelled(None, {kind: 1.0}, word=kind)
    if "spine.006" in plain and "spine.005" in plain and "spine.004" in parts:
        found[plain["spine.005"]] = Spelled(None, {}, stranger=True)
    return found
