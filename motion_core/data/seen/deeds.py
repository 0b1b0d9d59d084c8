"""Single deeds found in captured clips by measuring them: a hand raised, a kick of the left leg, a turn to the right.

People's captions say a side in one of four sentences, and hardly ever say one thing alone. A span in which one deed is
clearly seen gives a model what a label gives it: the side, and the deed without others. Thresholds are strict on
purpose: what is found shows it, and much that shows it is not found. Names are contents of `phrases.toml`.
"""

from __future__ import annotations

from collections import Counter

from motion_core.body.motion import Motion
from motion_core.data.seen import feet, hands, postures
from motion_core.data.seen.spans import Finder, Span
from motion_core.editing.measures import Measures

MOST_OF_ONE = 2  # spans of one content that a clip gives: a dance must not be a hundred raised hands
LONGEST = 9.8  # seconds
FINDERS: tuple[Finder, ...] = (
    hands.raised_hands, hands.waves, hands.punches, hands.throws, hands.picked_up, hands.spread_arms, feet.kicks,
    feet.balances, feet.turns, feet.circles, feet.sideways, postures.postures, postures.bends,
)  # fmt: skip


def deeds_in(motion: Motion) -> list[Span]:
    """What is clearly seen in a motion, by its start; at most MOST_OF_ONE spans of a content."""
    measures = Measures(motion)
    if len(motion) < motion.fps:
        return []
    found = [span for finder in FINDERS for span in finder(measures)]
    kept, counts = [], Counter[str]()
    for span in sorted(found, key=lambda s: (s.start, s.stop)):
        short_enough = span.stop - span.start <= LONGEST * motion.fps
        if short_enough and counts[span.content] < MOST_OF_ONE:
            kept.append(span)
            counts[span.content] += 1
    return kept
