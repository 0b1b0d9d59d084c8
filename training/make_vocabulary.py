"""Counts the words of captions: the vocabulary that spelling is corrected to. No caption is kept.

python training/make_vocabulary.py --data data_prepared --captions data/captions_humanml3d_trainval.csv
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.data.store import ClipStore
from motion_core.formats.files import atomic_write
from motion_core.hearing.spelling import VOCABULARY, WORD, english_words
from motion_core.text import find_encoder
from motion_core.wording.verbs import word_set

SHORTEST = 3  # letters of a word that has to be known besides the caption's own
# Words of movement that neither English list has.
MORE = word_set("""
    backflip backflips breakdance breakdances breakdancing capoeira chacha charleston crabwalk crabwalks crip
    criss crosslegged dab dabs drunkenly floss flosses frontflip frontflips griddy hopscotch macarena moonwalking
    overarm parkour sashays sideflip sidestep sidestepping sideward sidewards starjump starjumps strafe strafes
    strafing swaggers tiptoeing twerk twerking twerks uncross uncrosses unclasps windmills yeet yeets zag zags
    zigzagging
""")


def count_words(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in WORD.findall(text.lower()))


def encoder_words() -> set[str]:
    """The whole words among the pieces that the frozen text encoder reads."""
    folder, _ = find_encoder("minilm")
    pieces = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return {p for p in pieces if p.isascii() and p.isalpha() and len(p) >= SHORTEST}


def vocabulary(counts: Counter[str]) -> dict[str, int]:
    """Words that English has, with their counts; 0 for words that no caption has but that shall stay as they are."""
    english = english_words()
    known = english | encoder_words() | MORE
    counted = {word: n for word, n in counts.items() if word in known and (len(word) >= SHORTEST or n > 20)}
    return counted | dict.fromkeys(known - english - counted.keys(), 0)


def texts_of(data: Path | None, captions: Path | None) -> list[str]:
    """The captions of a training set's own half, and of a table."""
    found: list[str] = []
    if data is not None:
        entries = ClipStore.open(data).entries
        found += [text for entry in entries if entry["split"] == "train" for text in entry["captions"]]
    if captions is not None:
        with captions.open(encoding="utf-8", newline="") as file:
            found += [row["caption"] for row in csv.DictReader(file)]
    return found


def write_vocabulary(path: Path, words: dict[str, int]) -> None:
    """The most frequent first; those without a count in one line each like the others."""
    rows = sorted(words.items(), key=lambda row: (-row[1], row[0]))
    with atomic_write(path, "w") as file:
        file.writelines(f"{word} {count}\n" for word, count in rows)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a prepared training set")
    parser.add_argument("--captions", type=Path, help="a table with a column `caption`")
    parser.add_argument("--out", type=Path, default=VOCABULARY, help="default: where spelling reads it")
    options = parser.parse_args(arguments)
    try:
        words = vocabulary(count_words(texts_of(options.data, options.captions)))
        write_vocabulary(options.out, words)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    counted = sum(count > 0 for count in words.values())
    print(f"{options.out}: {counted} words of captions, {len(words) - counted} that stay as they are")
    return 0


if __name__ == "__main__":
    sys.exit(main())
