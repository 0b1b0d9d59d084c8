"""How much wording matters to a text head, and how much meaning does: beside the encoder's own mean state.

    python training/measure_sentences.py runs/sentence/ema.safetensors --data corpus

On the groups of sentences that the corpus holds out. First: of all groups, the nearest sentence is of the same group.
Fooled: a sentence with its sides, its order or one word exchanged lies nearer than what says the same.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.checkpoint import load_checkpoint
from motion_core.data.mirrored_text import mirror_text
from motion_core.data.rewording import reordered
from motion_core.data.sentences import Corpus
from motion_core.nn.sentence_head import FAMILY, SentenceHead, SentenceHeadConfig

Vectors = Callable[[list[int]], Tensor]
ROUNDS = 5  # draws of two sentences a group


def mean_states(corpus: Corpus) -> Vectors:
    """Unit vectors (N,D) by the mean of the token states."""

    def vectors(numbers: list[int]) -> Tensor:
        tokens, mask = corpus.token_states(numbers)
        return F.normalize((tokens * mask[..., None]).sum(1), dim=-1)

    return vectors


def head_vectors(corpus: Corpus, head: SentenceHead) -> Vectors:
    """Unit vectors (N,P) by a head."""

    @torch.inference_mode()
    def vectors(numbers: list[int]) -> Tensor:
        return head(*corpus.token_states(numbers))

    return vectors


def found_first(anchors: Tensor, others: Tensor) -> float:
    """Share of rows of anchors (B,D) whose nearest row of others (B,D) is their own."""
    return float(((anchors @ others.T).argmax(1) == torch.arange(len(anchors))).float().mean())


def kind_of(text: str, other: str) -> str:
    """How a look-alike was made."""
    if other == mirror_text(text):
        return "sides"
    return "order" if other == reordered(text) else "one word"


def measured(corpus: Corpus, vectors: Vectors, groups: np.ndarray) -> dict[str, float]:
    """Shares, by name, over ROUNDS draws of two sentences a group; each sentence may be told as people type it."""
    first, told = [], []
    fooled: dict[str, list[bool]] = {"sides": [], "order": [], "one word": []}
    several = [int(group) for group in groups if len(corpus.members[int(group)]) > 1]
    for seed in range(ROUNDS):
        rng = np.random.default_rng(seed)
        pairs = [rng.permutation(corpus.members[group])[:2].tolist() for group in several]
        anchors, others = vectors([one for one, _ in pairs]), vectors([two for _, two in pairs])
        typed = vectors([int(corpus.retold[one][0]) for one, _ in pairs])
        first.append(found_first(anchors, others))
        told.append(found_first(typed, others))
        for row, (one, _) in enumerate(pairs):
            wrong = corpus.exchanged[one].tolist()
            near = vectors(wrong) @ anchors[row] > anchors[row] @ others[row] if wrong else ()
            for number, nearer in zip(wrong, near):
                fooled[kind_of(corpus.sentences[one], corpus.sentences[number])].append(bool(nearer))
    return {
        "first": float(np.mean(first)),
        "first, as people type": float(np.mean(told)),
        **{f"fooled by {name}": float(np.mean(found)) for name, found in fooled.items() if found},
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path, help="a head made by training/train.py")
    parser.add_argument(
        "--data", type=Path, required=True, help="corpus made by training/prepare_sentences.py"
    )
    parser.add_argument("--groups", type=int, default=400, help="groups of sentences (default: 400)")
    options = parser.parse_args(argv)
    console = Console()
    try:
        corpus = Corpus(options.data)
        tensors, info = load_checkpoint(options.checkpoint, family=FAMILY)
    except (ValueError, OSError) as error:
        Console(stderr=True).print(f"[red]error:[/red] {error}", highlight=False)
        return 1
    head = SentenceHead(SentenceHeadConfig.from_json(info.config))
    head.load_state_dict(tensors)
    groups = np.random.default_rng(0).permutation(corpus.val)[: options.groups]
    rows = {
        "mean state": measured(corpus, mean_states(corpus), groups),
        "head": measured(corpus, head_vectors(corpus, head.eval()), groups),
    }
    table = Table(title=f"{len(groups)} held-out groups of sentences")
    table.add_column("")
    for name in rows["head"]:
        table.add_column(name, justify="right")
    for name, values in rows.items():
        table.add_row(name, *(f"{100 * value:.1f} %" for value in values.values()))
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
