"""The same prompts in other words: plain, paraphrased, and as people type, read from wordings.toml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motion_core.formats import FormatError
from motion_core.formats.tables import toml_table
from motion_core.metrics.prompts.further import FURTHER
from motion_core.metrics.prompts.instructions import INSTRUCTIONS, Instruction

WORDINGS_FILE = Path(__file__).with_name("wordings.toml")
PLAIN, PARAPHRASED, TYPED = KINDS = ("plain", "paraphrased", "typed")
SIDES = ("right", "left")
_SIDED = re.compile(r"\b(left|right)\b")


@dataclass(frozen=True)
class Worded:
    """One decidable prompt. wordings: {kind: sentence}, for each of KINDS."""

    instruction: Instruction
    wordings: dict[str, str]

    @property
    def sided(self) -> bool:
        """Whether it says left or right."""
        return _SIDED.search(self.wordings[PLAIN]) is not None


def load_wordings(
    path: Path = WORDINGS_FILE, instructions: Sequence[Instruction] = (*INSTRUCTIONS, *FURTHER)
) -> tuple[Worded, ...]:
    """Every instruction with its wordings, in the instructions' order.

    Raises FormatError for a file that is not readable, a wording that is absent, and a prompt that nobody asks.
    """
    with toml_table(path) as table:
        said = dict(pair for prompt, entry in table.items() for pair in _filled_in(prompt, entry))
    prompts = {row.prompt for row in instructions}
    if lost := sorted(set(said) - prompts):
        raise FormatError(
            f"{path.name} words {lost[0]!r}, which is no prompt of instructions.py or further.py"
        )
    return tuple(Worded(row, _complete(path, row, said.get(row.prompt, {}))) for row in instructions)


def _filled_in(prompt: str, entry: dict[str, str]) -> list[tuple[str, dict[str, str]]]:
    """An entry for each side where the prompt leaves it open, else the entry itself."""
    if "{side}" not in prompt:
        return [(prompt, entry)]
    return [
        (prompt.format(side=side), {kind: text.format(side=side) for kind, text in entry.items()})
        for side in SIDES
    ]


def _complete(path: Path, row: Instruction, entry: dict[str, str]) -> dict[str, str]:
    wordings = {PLAIN: row.prompt, **entry}
    for kind in KINDS:
        if not wordings.get(kind):
            raise FormatError(f"{path.name} has no {kind} wording of {row.prompt!r}: write one")
    return {kind: wordings[kind] for kind in KINDS}
