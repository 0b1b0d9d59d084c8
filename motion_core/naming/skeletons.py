"""A skeleton as far as names need it: names, tree, places at rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

ADULT_CHAIN = 1.35  # metres from the hips along the longest chain of bones (to the finger tips or the crown)


@dataclass(frozen=True, eq=False)
class Skeleton:
    """parents: index or -1 of each, None where they are not known. places: (N,3) at rest, in any unit, or None."""

    names: tuple[str, ...]
    parents: tuple[int, ...] | None = None
    places: np.ndarray | None = None

    @classmethod
    def of_tree(
        cls, names: Sequence[str], parents: Mapping[str, str | None], heads: Mapping[str, np.ndarray] | None
    ) -> Skeleton:
        """From {bone: bone above} and {bone: (3,) where it begins}; without parents only names are known."""
        if not parents:
            return cls(tuple(names))
        index = {name: number for number, name in enumerate(names)}
        above = tuple(index.get(parents.get(name) or "", -1) for name in names)
        places = None if not heads else np.array([heads[name] for name in names], dtype=np.float64)
        return cls(tuple(names), above, places)

    @cached_property
    def below(self) -> np.ndarray:
        """(N,N) bool: whether the second hangs below the first, at any depth; a loop of parents ends."""
        assert self.parents is not None
        below = np.zeros((len(self.names),) * 2, dtype=bool)
        done = [False] * len(self.names)
        for number in range(len(self.names)):
            way: dict[int, None] = {}
            at = number
            while at >= 0 and not done[at] and at not in way:
                way[at] = None
                at = self.parents[at]
            for bone in reversed(way):
                if (above := self.parents[bone]) >= 0:
                    below[:, bone] |= below[:, above]
                    below[above, bone] = True
                done[bone] = True
        return below

    @cached_property
    def depths(self) -> np.ndarray:
        """(N,) how many are above each."""
        return np.asarray(self.below.sum(axis=0))

    @cached_property
    def along(self) -> np.ndarray | None:
        """(N,) lengths of the bones from the root to each, in metres of an adult; None where places are unknown."""
        if self.places is None or self.parents is None:
            return None
        order = np.argsort(self.depths, kind="stable")
        along, chain = np.zeros(len(order)), np.zeros(len(order))
        counts = np.bincount([p for p in self.parents if p >= 0], minlength=len(order))
        for number in order:
            if (above := self.parents[number]) >= 0:
                length = float(np.linalg.norm(self.places[number] - self.places[above]))
                along[number] = along[above] + length
                # what lies above the first joint with several children is the track through the room
                chain[number] = chain[above] + length if counts[above] > 1 or chain[above] > 0 else 0.0
        longest = float(chain.max(initial=0.0))
        return along * ADULT_CHAIN / longest if longest > 0 else None
