"""List the models: what each needs, how long its clips are, whether its weights are here, under which licence."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from motion_core.catalog import CATALOG, ModelCard
from motion_core.commands.console import answer
from motion_core.generators.weights import weights_folder

EXAMPLE = "example:\n  laban models --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    here = {card.id: (weights_folder() / card.checkpoint).is_file() for card in CATALOG.values()}
    facts = [asdict(card) | {"weights_found": here[card.id]} for card in CATALOG.values()]
    lines = [line for card in CATALOG.values() for line in _describe(card, here[card.id])]
    answer(args, {"models": facts}, lines)
    return 0


def _describe(card: ModelCard, found: bool) -> list[str]:
    length = f"up to {card.max_seconds:g} s at {card.fps:g} fps"
    lines = [
        f"{card.id:<14} {card.title}; needs {card.needs or 'nothing'}; {length}",
        f"{'':<14} {card.licence}; weights {'found' if found else 'ABSENT'}",
    ]
    if card.actions:
        lines.append(f"{'':<14} actions: {', '.join(card.actions)}")
    return lines
