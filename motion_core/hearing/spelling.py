"""Typing mistakes, corrected to the words of captions. A word that English has is never touched, however rare.

The vocabulary (`vocabulary.txt`, a word and its count a line) is made by `training/make_vocabulary.py`. The candidates
come from SymSpell, whose English list of 82,765 words also says what stays.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from motion_core.wording.english import foreign_language

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
ENGLISH = "frequency_dictionary_en_82_765.txt"  # in the package symspellpy
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SHORTEST = 3  # letters of a word that is looked at
SHORT = 4  # letters of a word up to which the first is not taken for a mistake: "goku" is a name
LONG = 7  # letters from which two mistakes are forgiven
LONGEST = 30
MIN_COUNT = 3  # of captions' uses: rarer words are never put in another's place
RIVAL = 0.02  # a second reading is named where it is at least so frequent, against the first
STRANGE = (
    0.5  # share of words with mistakes from which nothing is corrected if one of them is beyond correction
)
BORROWED = frozenset(
    [
        "plié",
        "pliés",
        "jeté",
        "relevé",
        "passé",
        "arabesqué",
        "café",
        "naïve",
        "fiancé",
        "fiancée",
        "déjà",
        "vu",
        "cliché",
        "entrée",
    ]
)
NEGATIONS = frozenset(
    ["no", "not", "nor", "never", "none", "without", "cannot", "neither"]
)  # put in only where nothing else fits
ENDINGS = ("'s", "’s")


@dataclass(frozen=True)
class Change:
    """A word that was read as another."""

    typed: str
    read: str
    # What else it could have been.
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spelled:
    """A text with its mistakes corrected."""

    typed: str
    text: str
    changes: tuple[Change, ...] = ()
    # Words that are neither English nor near any.
    unread: tuple[str, ...] = ()
    # Whether so many words are unknown that nothing was corrected.
    strange: bool = False

    @property
    def note(self) -> str:
        """What the user should know; "" where nothing was changed."""
        if not self.changes:
            return ""
        said = f"read as {self.text!r} (typed {self.typed!r})"
        doubts = [f"{c.typed!r} could also be {_listed(c.rivals)}" for c in self.changes if c.rivals]
        return "; ".join([said, *doubts])


def _listed(words: tuple[str, ...]) -> str:
    return " or ".join(map(repr, words))


@dataclass(frozen=True, eq=False)
class Speller:
    """Corrects to a vocabulary: word -> count, 0 for a word that only stays as it is."""

    vocabulary: dict[str, int]
    _symspell: list[Any] = field(default_factory=list)

    def spell(self, text: str) -> Spelled:
        """Corrects what is English with mistakes; leaves another language, and what nobody could read, as it is."""
        if not any(self.vocabulary.values()) or foreign_language(text):
            return Spelled(text, text)
        matches = list(WORD.finditer(text))
        odd = [m for m in matches if not self._stays(m[0], m.start() > 0 and not text.isupper())]
        found = {m.start(): self._read(m[0]) for m in odd}
        unread = tuple(m[0] for m in odd if found[m.start()] == m[0])
        if unread and len(odd) >= STRANGE * len(matches):
            return Spelled(text, text, unread=tuple(m[0] for m in odd), strange=True)
        changes = {start: change for start, change in found.items() if isinstance(change, Change)}
        read = WORD.sub(lambda m: changes[m.start()].read if m.start() in changes else m[0], text)
        return Spelled(text, read, tuple(changes.values()), unread)

    def _stays(self, word: str, inside: bool) -> bool:
        """Whether a word is left alone. inside: it does not begin the text, so that a capital means a name."""
        low = word.lower()
        if not SHORTEST <= len(word) <= LONGEST or (inside and word[0].isupper()) or low in BORROWED:
            return True
        return self.has(low)

    def has(self, low: str) -> bool:
        """Whether a word in lower case is English, as it stands or without the mark of the genitive."""
        bare = next((low.removesuffix(end) for end in ENDINGS if low.endswith(end)), low)
        if low in self.vocabulary or bare in self.vocabulary:
            return True
        return low in english_words() or bare in english_words()

    def _read(self, word: str) -> Change | str | None:
        """What a word was meant to be; the word itself where it is near to none, None where it is best left alone."""
        near = self._near(word.lower()) if word.isascii() else []
        if not near:
            return self._parted(word) or word
        if len(near) > 1 and NEGATIONS & {w for w, _ in near}:
            return None
        best, *rest = near
        rivals = tuple(w for w, count in rest if count >= RIVAL * best[1] and not _one_word(w, best[0]))[:2]
        return Change(word, _like(word, best[0]), rivals)

    def _near(self, low: str) -> list[tuple[str, int]]:
        """(word, count) of the nearest words, the most frequent first."""
        from symspellpy import Verbosity

        allowed = 2 if len(low) >= LONG else 1
        found = self._engine().lookup(low, Verbosity.CLOSEST, allowed)
        return [(e.term, e.count) for e in found if len(low) > SHORT or e.term[1:] != low[1:]]

    def _parted(self, word: str) -> Change | None:
        """Two words without the blank between them: "walksforward"."""
        low, best = word.lower(), (0, "")
        for place in range(1, len(low)):
            first, second = low[:place], low[place:]
            least = min(self.vocabulary.get(first, 0), self.vocabulary.get(second, 0))
            if min(len(first), len(second)) >= SHORTEST or first == "a":
                best = max(best, (least, f"{first} {second}"))
        return Change(word, _like(word, best[1])) if best[0] >= MIN_COUNT else None

    def _engine(self) -> Any:
        """SymSpell over the vocabulary, made when first needed: most prompts have no mistake."""
        if not self._symspell:
            from symspellpy import SymSpell

            engine = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
            for word, count in self.vocabulary.items():
                if count >= MIN_COUNT and len(word) >= SHORTEST:
                    engine.create_dictionary_entry(word, count)
            self._symspell.append(engine)
        return self._symspell[0]


def _one_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: "walk", "walks"."""
    return one.startswith(other) or other.startswith(one)


def _like(typed: str, read: str) -> str:
    """The word that is read, in the capitals of the one that was typed."""
    if len(typed) > 1 and typed.isupper():
        return read.upper()
    return read[0].upper() + read[1:] if typed[0].isupper() else read


def read_vocabulary(path: Path = VOCABULARY) -> dict[str, int]:
    """Word -> count; {} for a file that is empty or absent: then nothing is corrected."""
    try:
        fields = path.read_text(encoding="utf-8").split()
    except OSError:
        return {}
    return dict(zip(fields[::2], map(int, fields[1::2])))


@cache
def english_words() -> frozenset[str]:
    """A general list of English words."""
    package = importlib.util.find_spec("symspellpy")  # not imported: that takes longer than the list
    if package is None or package.origin is None:
        return frozenset()
    return frozenset(Path(package.origin).with_name(ENGLISH).read_text(encoding="utf-8-sig").split()[::2])


@cache
def _speller() -> Speller:
    return Speller(read_vocabulary())


def spell(text: str) -> Spelled:
    """The text with its typing mistakes corrected to the words of captions."""
    return _speller().spell(text)
