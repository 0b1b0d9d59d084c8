"""Sentences that a model was trained on, as points of its text head's space: another wording is drawn to them.

A model knows what to do at the points it was trained at. What people type lies beside them, and the farther beside,
the less is done of it. So a sentence is replaced, nearly, by a mean of the learnt ones nearest to it. A sentence that
says left is drawn to sentences that say left alone: nearness never decides sides.

The points are means of neighbouring sentences (k-means), made when weights are packed (`training/pack_weights.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from motion_core.wording.sides import BOTH, sides_said

DRAWN = 0.9  # 1: a mean of learnt sentences alone, 0: the sentence as it is
NEIGHBOURS = 6
SHARPNESS = 0.03  # of cosine: a sentence so much nearer than another weighs e times as much
PREFIX = "learnt."  # of the tensors in a checkpoint


class LearntSentences(nn.Module):
    """vectors (N,D) of length 1, sides (N,) as `sides_said` tells them."""

    def __init__(self, vectors: Tensor, sides: Tensor) -> None:
        """Raises ValueError where they do not fit each other, or there are none."""
        super().__init__()
        if vectors.dim() != 2 or len(vectors) == 0 or sides.shape != vectors.shape[:1]:
            raise ValueError(
                f"learnt sentences of shape {tuple(vectors.shape)} have sides {tuple(sides.shape)}"
            )
        self.vectors: Tensor
        self.sides: Tensor
        self.register_buffer("vectors", functional.normalize(vectors.float(), dim=-1))
        self.register_buffer("sides", sides.long())

    def draw(self, pooled: Tensor, texts: Sequence[str]) -> Tensor:
        """Vectors (B,D) of sentences, each moved towards its neighbours; lengths stay.

        Not moved are "", sentences that say both sides (a mean would forget which comes first), and a side that no
        learnt sentence says.
        """
        said = torch.tensor([sides_said(text) for text in texts])
        alike = said[:, None] == self.sides.cpu()
        moves = torch.tensor([bool(text.strip()) for text in texts]) & alike.any(1) & (said != BOTH)
        if not moves.any():
            return pooled
        unit = functional.normalize(pooled[moves].float(), dim=-1)
        near = (unit @ self.vectors.to(unit).T).masked_fill(~alike[moves].to(unit.device), -torch.inf)
        best, places = near.topk(min(NEIGHBOURS, len(self.vectors)), dim=-1)
        weights = torch.softmax(best / SHARPNESS, dim=-1)  # 0 where fewer sentences say that side
        mean = functional.normalize((weights[..., None] * self.vectors.to(unit)[places]).sum(1), dim=-1)
        drawn = functional.normalize((1 - DRAWN) * unit + DRAWN * mean, dim=-1)
        result = pooled.clone()
        result[moves] = (drawn * pooled[moves].norm(dim=-1, keepdim=True)).to(pooled)
        return result

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint keeps."""
        return {PREFIX + "vectors": self.vectors, PREFIX + "sides": self.sides.to(torch.int8)}

    @classmethod
    def taken_from(cls, tensors: dict[str, Tensor]) -> LearntSentences | None:
        """Those of a checkpoint, taken out of its tensors; None where it has none."""
        own = {name: tensors.pop(name) for name in list(tensors) if name.startswith(PREFIX)}
        if not own:
            return None
        try:
            return cls(own[PREFIX + "vectors"], own[PREFIX + "sides"])
        except KeyError as error:
            raise ValueError(f"the checkpoint has no tensor {error.args[0]}") from None
