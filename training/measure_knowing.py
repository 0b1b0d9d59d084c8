"""How well `laban knows` tells what is known: false alarms on held-out captions, and what it finds among strangers.

python training/measure_knowing.py --data data_prepared
Captions are those that `make_known.py` has not set its threshold on. The strangers are in `training/knowing.toml`.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from make_known import held_out_captions, sentences_by_clip

from motion_core.hearing.hearing import hear, knows

STRANGERS = Path(__file__).parent / "knowing.toml"


def noticed(text: str) -> bool:
    """Whether anything is said of a prompt but its spelling: also that it was read from another language."""
    heard = hear(text)
    return not knows(text).known or "(typed in " in heard.note


def strangers(part: str) -> dict[str, list[str]]:
    """{kind: sentences} of one part of the table, "dev" or "test"."""
    return tomllib.loads(STRANGERS.read_text(encoding="utf-8"))[part]


def report(captions: list[str], kinds: dict[str, list[str]]) -> list[str]:
    """Lines: false alarms, then what was noticed of each kind."""
    alarms = [text for text in captions if noticed(text)]
    lines = [f"false alarms: {len(alarms)} of {len(captions)} held-out captions"] if captions else []
    found = {kind: sum(map(noticed, texts)) for kind, texts in kinds.items()}
    lines += [f"noticed of {kind}: {found[kind]} of {len(texts)}" for kind, texts in kinds.items()]
    return [*lines, f"noticed of all: {sum(found.values())} of {sum(map(len, kinds.values()))}"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a prepared training set, for its held-out captions")
    parser.add_argument("--part", choices=("dev", "test"), default="test", help="default test")
    options = parser.parse_args(arguments)
    try:
        captions: list[str] = []
        if options.data is not None:
            learnt = {text for texts in sentences_by_clip(options.data, "train") for text in texts}
            captions = held_out_captions(options.data, learnt)[1::2]
        print("\n".join(report(captions, strangers(options.part))))
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
