"""What the models have learnt, as points of the frozen text encoder's space: how far a sentence is from all of it.

    known = load_known()
    known.closeness(vector), known.nearest(vector, 3)

`known.safetensors` is made by `training/make_known.py` from a training set and the plain list in `known.toml`.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.formats import FormatError
from motion_core.wording.verbs import inflect

HERE = Path(__file__).parent
PLAIN, KNOWN = HERE / "known.toml", HERE / "known.safetensors"
ENCODER = "minilm"
# Added to the threshold for sentences in which nothing moves; taken from it for words that say a manner alone.
NO_VERB, MANNER = 0.05, 0.2


@dataclass(frozen=True)
class Thing:
    """Something that the models know, in plain words with the verb first."""

    text: str
    group: str
    # Clips of the training set that show it.
    clips: int = 0

    @property
    def sentence(self) -> str:
        """ "walk forward" -> "a person walks forward"."""
        verb, blank, rest = self.text.partition(" ")
        third = "is" if verb == "be" else inflect(verb, "third")
        return f"a person {third}{blank}{rest}"


def read_plain(path: Path = PLAIN) -> tuple[Thing, ...]:
    """The plain list, in order."""
    groups = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Thing(text, group) for group, texts in groups.items() for text in texts)


@dataclass(frozen=True, eq=False)
class Known:
    """D: width of the encoder; P <= D: of the basis that training sentences are kept in; E: of the other encoder."""

    things: tuple[Thing, ...]
    # (M,D) float32, length 1: the sentence of each thing.
    plain: np.ndarray
    # (D,P) float32, orthonormal columns, and (N,P) float32: the training sentences in it.
    basis: np.ndarray
    learnt: np.ndarray
    # Closeness below which a sentence is far from everything.
    far: float
    # (M,E) float32, length 1: each thing as the encoder of other languages reads it; E is 0 without one.
    foreign: np.ndarray

    @property
    def bare(self) -> float:
        """Closeness below which a sentence without a word of movement is taken to have none."""
        return self.far + NO_VERB

    @property
    def far_fragment(self) -> float:
        """As `far`, for words that say a manner alone."""
        return self.far - MANNER

    def closeness(self, vector: np.ndarray) -> float:
        """Cosine of a sentence (D,), length 1, and the training sentence or thing that is nearest to it."""
        # no BLAS: its threads wait for each other longer than so small a product takes
        learnt = np.einsum("np,p->n", self.learnt, vector @ self.basis)
        return float(max(learnt.max(initial=-1.0), (self.plain @ vector).max(initial=-1.0)))

    def nearest(self, vector: np.ndarray, count: int = 3) -> tuple[Thing, ...]:
        """The things nearest to a sentence (D,), the nearest first."""
        order = np.argsort(-(self.plain @ vector), kind="stable")[:count]
        return tuple(self.things[k] for k in order)

    def groups(self) -> dict[str, tuple[Thing, ...]]:
        """All things by group."""
        names = dict.fromkeys(thing.group for thing in self.things)
        return {name: tuple(t for t in self.things if t.group == name) for name in names}


def quantised(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,P) float32 as int8 and a scale (N,1) float16 for each row."""
    scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-6) / 127
    return np.round(rows / scale).astype(np.int8), scale.astype(np.float16)


def save_known(path: Path, known: Known) -> None:
    """Write what `load_known` reads."""
    from safetensors.numpy import save_file

    learnt, scale = quantised(known.learnt)
    tensors = {
        "plain": known.plain.astype(np.float16),
        "basis": known.basis.astype(np.float16),
        "learnt": learnt,
        "scale": scale,
        "foreign": known.foreign.astype(np.float16),
    }
    things = [[thing.group, thing.text, thing.clips] for thing in known.things]
    about = {"things": json.dumps(things), "far": repr(known.far), "encoder": ENCODER}
    save_file({name: np.ascontiguousarray(array) for name, array in tensors.items()}, path, metadata=about)


def read_known(path: Path = KNOWN) -> Known:
    """Raises FileNotFoundError, or FormatError where the file is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            about = file.metadata() or {}
            arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        return Known(
            tuple(Thing(text, group, int(clips)) for group, text, clips in json.loads(about["things"])),
            arrays["plain"],
            arrays["basis"],
            arrays["learnt"] * arrays["scale"],
            float(about["far"]),
            arrays["foreign"],
        )
    except (SafetensorError, KeyError, ValueError) as error:
        raise FormatError(f"{path} is damaged ({error}): make it with training/make_known.py") from error


def things_json(known: Known) -> dict[str, Any]:
    """Everything that is known, by group."""
    groups = known.groups().items()
    return {"groups": {name: [{"text": t.text, "clips": t.clips} for t in things] for name, things in groups}}


@cache
def load_known() -> Known:
    """What the bundled models know, read once."""
    return read_known()
