"""A prompt as it is heard: spelling first, then what of it no model can make, then how far it is from all learnt.

    heard = hear("a persn wlaks foward")      # heard.text is what a model is told, heard.note what the user is told
    knows("a cat jumps onto the sofa").remarks

`hear` costs nothing worth naming. `judge` reads a sentence with the frozen text encoder, whose cache the models share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from motion_core.formats import FormatError
from motion_core.hearing.known import ENCODER, Known, load_known
from motion_core.hearing.languages import installed, nearest_foreign, spoken, to_english
from motion_core.hearing.spelling import Spelled, spell
from motion_core.tasks.checks import check_prompt
from motion_core.wording.english import foreign_language
from motion_core.wording.limits import LIMITS, limits_of, names_movement, names_nothing
from motion_core.wording.verbs import KNOWN, inflect

NEAREST = 3  # things that are named
NO_MOVEMENT = "no movement that is known is named"
FAR = "far from all that was learnt"
LEARN = "only English is understood; `pip install laban[languages]` brings sixteen languages"


@dataclass(frozen=True)
class Heard:
    """A prompt, before a model is told it."""

    typed: str
    # What the model is told.
    text: str
    # How it was taken, for the user; "" where it stands as typed.
    note: str = ""


@dataclass(frozen=True)
class Judged:
    """What is to be said of a sentence; nothing where it is known."""

    remarks: tuple[str, ...] = ()
    # The nearest things known, plain words, the nearest first.
    nearest: tuple[str, ...] = ()
    # Cosine to the nearest of all that was learnt; None without the text encoder.
    closeness: float | None = None

    @property
    def known(self) -> bool:
        return not self.remarks

    @property
    def note(self) -> str:
        """All of it in a sentence, for the user."""
        if not self.remarks:
            return ""
        near = f" (nearest known: {', '.join(self.nearest)})" if self.nearest else ""
        return "; ".join(self.remarks) + near


@dataclass(frozen=True)
class Knows:
    """What `laban knows` says of a prompt."""

    heard: Heard
    # Each part that the prompt is made in, and what is to be said of it.
    parts: tuple[tuple[str, Judged], ...]

    @property
    def known(self) -> bool:
        return all(judged.known for _, judged in self.parts)

    @property
    def note(self) -> str:
        return "; ".join(note for note in (self.heard.note, parts_note(self.parts)) if note)

    def to_json(self) -> dict[str, Any]:
        nearest = list(dict.fromkeys(thing for _, judged in self.parts for thing in judged.nearest))
        return {
            "typed": self.heard.typed,
            "read": self.heard.text,
            "known": self.known,
            "note": self.note,
            "nearest": nearest,
            "parts": [{"text": text, "known": j.known, "remarks": list(j.remarks), "nearest": list(j.nearest),
                       "closeness": j.closeness} for text, j in self.parts],
        }  # fmt: skip


@lru_cache(maxsize=512)
def hear(typed: str) -> Heard:
    """A prompt with its spelling corrected, or read as the English sentence that says the same."""
    spelled = spell(typed)
    language = foreign_language(typed)
    if (language or spelled.strange) and (english := to_english(typed)):
        named = f" in {spoken(language)}" if language else ""
        return Heard(typed, english, f"read as {english!r} (typed{named}: {typed!r})")
    return Heard(typed, spelled.text, spelled.note)


@lru_cache(maxsize=512)
def judge(text: str, fragment: bool = False) -> Judged:
    """What is to be said of one sentence that a model is told. fragment: it may say a manner alone ("old, hunched").

    Raises FileNotFoundError and FormatError as `load_known` does.
    """
    spelled = spell(text)
    known = load_known()
    vector, closeness = _closest(text, known)
    remarks = _remarks(spelled, closeness, known, fragment)
    if not remarks:
        return Judged(closeness=closeness)
    if foreign_language(text):  # of which the English encoder makes nothing
        return Judged(remarks, nearest_foreign(text, NEAREST), closeness)
    nearest = () if vector is None else known.nearest(vector, NEAREST)
    return Judged(remarks, tuple(thing.text for thing in nearest), closeness)


def _closest(text: str, known: Known) -> tuple[np.ndarray | None, float | None]:
    """(the sentence as a point, its closeness). A bare command that is far is tried with somebody who does it."""
    vector = _vector(text)
    if vector is None:
        return None, None
    closeness, acted = known.closeness(vector), with_subject(text)
    if closeness < known.far and acted and (other := _vector(acted)) is not None:
        vector, closeness = max(
            (other, known.closeness(other)), (vector, closeness), key=lambda pair: pair[1]
        )
    return vector, round(closeness, 3)


def with_subject(text: str) -> str:
    """ "look around" -> "a person looks around"; "" for a text that begins with no verb."""
    first, blank, rest = text.strip().partition(" ")
    base, form = KNOWN.get(first.lower(), ("", ""))
    if form == "base":
        return f"a person {inflect(base, 'third')}{blank}{rest}"
    return f"a person {'is ' if form == 'gerund' else ''}{text.strip()}" if base else ""


def _remarks(spelled: Spelled, closeness: float | None, known: Known, fragment: bool) -> tuple[str, ...]:
    if language := foreign_language(spelled.typed):
        said = f"this seems to be {spoken(language)}"
        return (said if installed() else f"{said}: {LEARN}",)
    close = 1.0 if closeness is None else closeness
    remarks = [LIMITS[kind] for kind in limits_of(spelled.text)]
    empty = names_nothing(spelled.text) or (close < known.bare and not names_movement(spelled.text))
    if empty and not fragment and not remarks:
        return (NO_MOVEMENT,)
    if close < (known.far_fragment if fragment else known.far):
        if spelled.unread:
            remarks.append(f"unknown words: {', '.join(spelled.unread)}")
        remarks.append(FAR)
    return tuple(remarks)


def _vector(text: str) -> np.ndarray | None:
    """The sentence as a point (D,) float32, length 1; None where the text encoder is not there."""
    from motion_core.text import shared_encoder

    try:
        encoder = shared_encoder(ENCODER)
    except (FileNotFoundError, ImportError):
        return None
    return np.asarray(encoder.encode([text]).pooled[0].numpy(), dtype=np.float32)


def parts_note(parts: Sequence[tuple[str, Judged]]) -> str:
    """What is to be said of the parts of a prompt, each named where there are several."""
    told = [(text, judged.note) for text, judged in parts if judged.note]
    if len(parts) == 1:
        return told[0][1] if told else ""
    return "; ".join(f"{text!r}: {note}" for text, note in told)


def remarks_on(texts: Sequence[str], fragment: bool = False) -> str:
    """What the user should know of the sentences that a model is told; "" where nothing can be compared."""
    try:
        return parts_note([(text, judge(text, fragment)) for text in dict.fromkeys(texts)])
    except (FileNotFoundError, FormatError):
        return ""


def knows(
    typed: str, split: Callable[[str], Sequence[str]] = lambda text: (text,), *, fragment: bool = False
) -> Knows:
    """How a prompt is heard, and what is to be said of each of its parts. split: the reader of parts. fragment: as in
    `judge`.

    Raises TaskError for a prompt that no task takes, FileNotFoundError or FormatError without what was learnt.
    """
    heard = hear(check_prompt(typed))
    texts = split(heard.text) or (heard.text,)
    return Knows(heard, tuple((text, judge(text, fragment)) for text in texts))


def hear_task(task: Any) -> tuple[Any, str]:
    """A task with its words as they are heard, and the note of it; the task itself where they stand as typed."""
    if getattr(task, "prompts", None):
        heard = [hear(text) for text, _ in task.prompts]
        prompts = tuple((h.text, seconds) for h, (_, seconds) in zip(heard, task.prompts))
        changed: dict[str, Any] = {"prompts": prompts} if any(h.note for h in heard) else {}
    else:
        heard = [hear(task.text)] if getattr(task, "text", None) else []
        changed = {"text": heard[0].text} if heard and heard[0].note else {}
    notes = "; ".join(dict.fromkeys(h.note for h in heard if h.note))
    return (replace(task, **changed) if changed else task), notes
