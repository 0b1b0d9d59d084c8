"""The sentences of the demo page, read from sentences.toml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from motion_core.formats import FormatError
from motion_core.formats.tables import toml_table

SENTENCES_FILE = Path(__file__).with_name("sentences.toml")


@dataclass(frozen=True)
class Sentence:
    """One sentence of the page. manner: whose demo page speaks like that."""

    text: str
    seconds: float
    manner: str


def load_sentences(path: Path = SENTENCES_FILE) -> tuple[Sentence, ...]:
    """In the order of the file. Raises FormatError for a table that is not readable, or a sentence said twice."""
    with toml_table(path) as table:
        rows = table["sentence"]
        sentences = tuple(Sentence(str(r["text"]), float(r["seconds"]), str(r["manner"])) for r in rows)
    texts = [sentence.text for sentence in sentences]
    if twice := [text for text in texts if texts.count(text) > 1]:
        raise FormatError(f"{path.name} has the sentence {twice[0]!r} twice: say it once")
    return sentences
