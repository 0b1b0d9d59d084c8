"""List the models: what each needs, how long its clips are, whether its weights are here, under which licence."""

from __future__ import annotations

import argparse

from motion_core.catalog import CATALOG, INBETWEEN_CARDS, ModelCard
from motion_core.commands.console import answer
from motion_core.generators.weights import weights_folder

EXAMPLE = "example:\n  laban models --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    cards = [*CATALOG.values(), *INBETWEEN_CARDS.values()]
    here = {card.id: (weights_folder() / card.checkpoint).is_file() for card in cards}
    facts = [card.to_json() | {"weights_found": here[card.id]} for card in cards]
    lines = [line for card in cards for line in _describe(card, here[card.id])]
    answer(args, {"models": facts}, lines)
    return 0


def _describe(card: ModelCard, found: bool) -> list[str]:
    length = f"up to {card.max_seconds:g} s at {card.fps:g} fps"
    needs = (
        f"needs {', '.join(sorted(card.requires)) or 'nothing'}"
        if "generate" in card.tasks
        else "works for the model that names it"
    )
    lines = [
        f"{card.id:<20} {card.title}; {needs}; {length}",
        f"{'':<20} can {', '.join(card.tasks)}" + (f"; short gaps by {card.between}" if card.between else ""),
        f"{'':<20} {card.licence}; weights {'found' if found else 'ABSENT'}",
    ]
    if card.actions:
        lines.append(f"{'':<20} actions: {', '.join(card.actions)}")
    return lines
