"""Whether a prompt is something the models know, how it is read, and the nearest things known. Alone: all things."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING

from motion_core.commands.console import answer

if TYPE_CHECKING:
    from motion_core.hearing.hearing import Knows
    from motion_core.hearing.known import Known

EXAMPLE = """examples:
  laban knows "a persn wlaks foward, then sits donw"
  laban knows                                        (everything, by group)"""
WIDTH = 100  # characters of a line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", help="a prompt; without one, what the models know is listed")


def run(args: argparse.Namespace) -> int:
    from motion_core.hearing.known import load_known, things_json

    if args.text is None:
        known = load_known()
        answer(args, things_json(known), listed(known))
        return 0
    from motion_core.generators.prompt_parts import part_texts
    from motion_core.hearing.hearing import knows

    found = knows(args.text, part_texts)
    answer(args, found.to_json(), described(found))
    return 0


def described(found: Knows) -> list[str]:
    """For people: how it is read, then each part."""
    lines = [found.heard.note] if found.heard.note else []
    for text, judged in found.parts:
        lines.append(f"{'known' if judged.known else 'not known'}: {text}")
        lines += [f"  {remark}" for remark in judged.remarks]
        lines += [f"  nearest known: {', '.join(judged.nearest)}"] if judged.nearest else []
    return lines


def listed(known: Known) -> list[str]:
    """All things by group, with the number of clips that show them."""
    lines = []
    for group, things in known.groups().items():
        lines.append(group)
        told = ", ".join(f"{thing.text} ({thing.clips})" for thing in things)
        lines += textwrap.wrap(told, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return [*lines, "In brackets: clips of the training set that show it."]
