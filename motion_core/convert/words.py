"""Word lists of HumanML3D's evaluator: `our_vab_words.pkl`, `our_vab_idx.pkl`, or plain text with a word a line."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from motion_core.convert.reader import ask_child
from motion_core.formats import FormatError

PROGRAM = Path(__file__).with_name("unpickle_plain.py")


def read_words(path: Path) -> list[str]:
    """The words in the order of their vectors' table, or of another table where an index says so."""
    if path.suffix == ".txt":
        words: Any = [
            word for line in path.read_text(encoding="utf-8").splitlines() if (word := line.strip())
        ]
    else:
        words = _read_pickle(path)
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise FormatError(f"{path} is no list of words: copy it again from the official glove folder")
    return words


def read_places(path: Path) -> dict[str, int]:
    """{word: row of the table of vectors}."""
    places = _read_pickle(path)
    if not isinstance(places, dict) or not all(type(row) is int for row in places.values()):
        raise FormatError(
            f"{path} does not give each word's row: copy it again from the official glove folder"
        )
    return places


def _read_pickle(path: Path) -> Any:
    with tempfile.TemporaryDirectory(prefix="laban-convert-") as folder:
        out = Path(folder) / "words.json"
        answer = ask_child(PROGRAM, path, out)
        if "error" in answer:
            raise FormatError(f"{path} {answer['error']}")
        return json.loads(out.read_text(encoding="utf-8"))
