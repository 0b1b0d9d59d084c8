"""Does it do what it is told? Prompts whose outcome simple kinematics can decide, as a table.

Each row is a prompt, a question of `outcomes.py`, and the labels of real clips that such a prompt describes. The
thresholds were set on real clips (docs/lab-log.md gives the share of them that pass), never on a model's output.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from motion_core.metrics.prompts.outcomes import (
    Check,
    backwards,
    both_of,
    bows,
    crawls,
    crouches,
    dribbles,
    drifts,
    drinks,
    faster,
    hands_faster,
    hands_slower,
    jogs,
    jumps,
    kicks,
    kicks_any,
    overturns,
    points,
    punches,
    punches_with,
    raises,
    raises_both,
    runs,
    sidesteps,
    slower,
    sprints,
    stands,
    stops,
    swings,
    swings_a_hand,
    swings_both,
    then,
    turns,
    walks,
    waves,
    waves_both,
)


@dataclass(frozen=True)
class Instruction:
    """`actions`: store labels (`ClipRecord.action`) of real clips that fit the prompt; empty where there are none.

    `styles` and `sources` narrow them; `group` names the row of the summary. `said`, `unsaid`: instead of labels,
    patterns of captions. A share of `least` or more of a clip's captions say the one, none the other.
    """

    prompt: str
    check: Check
    group: str
    seconds: float = 4.0
    actions: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    said: str = ""
    unsaid: str = ""
    least: float = 0.5

    def fits(self, entry: Mapping[str, Any]) -> bool:
        """Whether a clip, by its entry in the store's index, is one that the prompt describes."""
        if self.said:
            return self._is_said([caption.lower() for caption in entry["captions"]])
        return (
            entry["action"] in self.actions
            and (not self.styles or entry["style"] in self.styles)
            and (not self.sources or entry["source"] in self.sources)
        )

    def _is_said(self, captions: Sequence[str]) -> bool:
        """Whether enough of the captions say it, and none what it is not."""
        if self.unsaid and any(re.search(self.unsaid, caption) for caption in captions):
            return False
        saying = sum(bool(re.search(self.said, caption)) for caption in captions)
        return saying > 0 and saying >= self.least * len(captions)


STANDING = ("stand",)
WAVE = {side: (f"wave {side} hand",) for side in ("left", "right")}
RAISE = {side: (f"raise up {side} hand",) for side in ("left", "right")}
BOTH_WAVE, BOTH_RAISE = ("wave both hands",), ("raise up both hands",)
RUN, WALK, BACK = ("run", "dash"), ("walk",), ("walk back", "run back")
OLD = ("old", "elderly")
TIRED = ("tired", "exhausted")
FAST_STYLES = ("active", "angry", "happy", "energetic", "youthful")
LIVELY = ("active", "youthful")
CAPTURED = ("cmu", "accad")  # whose side steps are side steps; Bandai-Namco's "walk left" is a diagonal walk

slow_walk, tired_walk, brisk_walk = slower(1.05), slower(1.3), faster(1.15)


def _sided(
    prompt: str, question: Callable[[str], Check], group: str, seconds: float, stem: str
) -> tuple[Instruction, ...]:
    """A row for each side: {side} in the prompt and in the label `stem`; `question(side)` is the check."""
    return tuple(
        Instruction(
            prompt.format(side=side),
            question(side),
            group,
            seconds,
            (stem.format(side=side),) if stem else (),
        )
        for side in ("right", "left")
    )


HANDS: tuple[Instruction, ...] = (
    *_sided("a person waves with the {side} hand", waves, "wave", 4, "wave {side} hand"),
    *_sided("someone waves hello with their {side} arm", waves, "wave", 4, "wave {side} hand"),
    Instruction("a man waves his left hand in the air", waves("left"), "wave", 4, WAVE["left"]),
    Instruction("greeting someone by waving the right hand", waves("right"), "wave", 3, WAVE["right"]),
    Instruction("a woman waves her left hand back and forth", waves("left"), "wave", 5, WAVE["left"]),
    Instruction("a person waves both hands", waves_both, "wave", 4, BOTH_WAVE),
    Instruction("someone waves with both arms", waves_both, "wave", 4, BOTH_WAVE),
    Instruction("wave your arms", waves_both, "wave", 4, BOTH_WAVE),
    Instruction("a person waves goodbye", swings_a_hand, "goodbye", 4, ("bye",)),
    Instruction("someone says goodbye with a wave of the hand", swings_a_hand, "goodbye", 4, ("bye",)),
    Instruction("a person waves goodbye with both hands", swings_both, "goodbye", 4, ("byebye",)),
    *_sided("a person raises the {side} hand", raises, "raise", 4, "raise up {side} hand"),
    *_sided("someone lifts their {side} arm up", raises, "raise", 4, "raise up {side} hand"),
    Instruction("the man puts his left hand up", raises("left"), "raise", 4, RAISE["left"]),
    Instruction("right hand up", raises("right"), "raise", 3, RAISE["right"]),
    Instruction("a person raises both hands", raises_both, "raise", 4, BOTH_RAISE),
    Instruction("someone lifts both arms above the head", raises_both, "raise", 4, BOTH_RAISE),
    Instruction("hands up", raises_both, "raise", 3, BOTH_RAISE),
    Instruction("a person shows the way with the right hand", points("right"), "guide", 4, ("guide",)),
    Instruction("someone guides a visitor with a gesture", points("right"), "guide", 4, ("guide",)),
    Instruction("a person throws a punch", punches, "punch", 3, ("punch",)),
    Instruction("someone punches forward", punches, "punch", 3, ("punch",)),
    Instruction("a man is boxing", punches, "punch", 4, ("punch",)),
    *_sided("a person throws a punch with the {side} hand", punches_with, "punch", 3, ""),
    Instruction("a person drinks from a bottle", drinks, "drink", 6, ("drink",)),
    Instruction("someone takes a drink", drinks, "drink", 6, ("drink",)),
    Instruction("a person dribbles a basketball", dribbles, "dribble", 4, ("dribble",)),
)

GOING: tuple[Instruction, ...] = (
    Instruction("a person walks forward", walks, "walk", 4, WALK),
    Instruction("someone walks straight ahead", walks, "walk", 4, WALK),
    Instruction("walk forward", walks, "walk", 4, WALK),
    Instruction("an old man walks forward", walks, "walk", 4, WALK, OLD),
    Instruction("a woman is walking across the room", walks, "walk", 6, WALK),
    Instruction("a person walks backwards", backwards, "walk back", 4, BACK),
    Instruction("someone takes a few steps backwards", backwards, "walk back", 4, BACK),
    Instruction("walking backward in a straight line", backwards, "walk back", 5, BACK),
    Instruction("a person runs forward", runs, "run", 3, RUN),
    Instruction("someone is jogging ahead", runs, "run", 3, RUN),
    Instruction("the man runs fast", runs, "run", 3, RUN),
    Instruction("a person sprints", sprints, "run", 3, ("dash",)),
    Instruction("dash forward at full speed", sprints, "run", 3, ("dash",)),
    *_sided("a person walks forward and turns {side}", turns, "turn", 5, "walk turn {side}"),
    *_sided("someone turns to the {side} while walking", turns, "turn", 5, "walk turn {side}"),
    *_sided("walk straight and then make a {side} turn", turns, "turn", 6, "walk turn {side}"),
    Instruction(
        "a person sidesteps to the right", sidesteps("right"), "aside", 3, ("walk right",), (), CAPTURED
    ),
    Instruction(
        "a person sidesteps to the left", sidesteps("left"), "aside", 3, ("walk left",), (), CAPTURED
    ),
    *(
        Instruction(
            f"a person walks diagonally to the {side}",
            drifts(side),
            "aside",
            5,
            (f"walk {side}",),
            (),
            ("bandai",),
        )
        for side in ("right", "left")
    ),
)

BODY: tuple[Instruction, ...] = (
    Instruction("a person bows", bows, "bow", 4, ("bow",)),
    Instruction("someone bows politely", bows, "bow", 4, ("bow",)),
    Instruction("take a bow", bows, "bow", 4, ("bow",)),
    *_sided("a person kicks with the {side} leg", kicks, "kick", 3, ""),
    Instruction("a person kicks", kicks_any, "kick", 3, ("kick",)),
    Instruction("someone does a karate kick", kicks_any, "kick", 3, ("kick",)),
    Instruction("a person jumps", jumps, "jump", 3, ("jump",)),
    Instruction("a man jumps up into the air", jumps, "jump", 3, ("jump",)),
    Instruction("a person crouches down", crouches, "low", 4, ("crouch",)),
    Instruction("someone crawls on hands and knees", crawls, "low", 5, ("crawl",)),
    Instruction("a person does a cartwheel", overturns, "cartwheel", 4, ("cartwheel",)),
    Instruction("a person stands still", stands, "stand", 4, STANDING),
    Instruction("someone is standing without moving", stands, "stand", 4, STANDING),
    Instruction("standing in place", stands, "stand", 3, STANDING),
)

STYLED: tuple[Instruction, ...] = (
    Instruction("an elderly person walks slowly", slow_walk, "style", 5, WALK, OLD),
    Instruction("someone walks forward slowly like an old person", slow_walk, "style", 5, WALK, OLD),
    Instruction("a tired person walks forward", tired_walk, "style", 5, WALK, TIRED),
    Instruction("a person walks briskly", brisk_walk, "style", 4, WALK, FAST_STYLES),
    Instruction("an energetic person walks forward", brisk_walk, "style", 4, WALK, LIVELY),
    Instruction("an old man runs", jogs, "style", 4, RUN, OLD),
    Instruction("a person runs energetically", faster(2.8), "style", 3, ("run",), ("active",)),
    Instruction("an elderly person raises the right hand", both_of(raises("right"), hands_slower(1.4)), "style", 4,
                RAISE["right"], OLD),
    Instruction("an old person raises both hands", both_of(raises_both, hands_slower(1.4)), "style", 4,
                BOTH_RAISE, OLD),
    Instruction("someone raises the left hand with a lot of energy", both_of(raises("left"), hands_faster(3.6)),
                "style", 3, RAISE["left"], ("active",)),
    Instruction("an energetic person raises both hands", both_of(raises_both, hands_faster(3.6)), "style", 3,
                BOTH_RAISE, ("active",)),
    Instruction("an energetic person waves with the right hand", both_of(waves("right"), hands_faster(3.2)), "style",
                4, WAVE["right"], ("active",)),
)  # fmt: skip

SEVERAL: tuple[Instruction, ...] = (
    Instruction(
        "a person walks forward and waves with the right hand", both_of(walks, waves("right")), "together", 6
    ),
    Instruction("a person walks forward while raising the left hand", both_of(walks, raises("left")), "together", 5),
    Instruction("someone walks backwards while waving both hands", both_of(backwards, waves_both), "together", 5),
    Instruction("a person walks forward, then stops and bows", then(walks, bows), "in turn", 7),
    Instruction("a person runs forward and then stops", then(runs, stops), "in turn", 6),
    Instruction("someone walks forward and then raises both hands", then(walks, raises_both), "in turn", 7),
    Instruction("a person waves with the left hand, then walks forward", then(swings("left"), walks), "in turn", 8),
    Instruction("a person stands still, then walks forward", then(stands, walks), "in turn", 6),
)  # fmt: skip

INSTRUCTIONS: tuple[Instruction, ...] = (*HANDS, *GOING, *BODY, *STYLED, *SEVERAL)
