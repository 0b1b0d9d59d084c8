"""Does it do what it is told? Prompts whose outcome simple kinematics can decide, as a table.

Each row is a prompt, a yes-or-no question to `Observed`, and the labels of real clips that such a prompt describes.
The thresholds were set on real clips (docs/evaluation.md gives the share of them that pass), never on a model's output.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from motion_core.metrics.observed import Observed

Check = Callable[[Observed], bool]
OTHER = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Instruction:
    """`actions`: store labels (`ClipRecord.action`) of real clips that fit the prompt; empty where there are none.

    `styles` narrows them; `group` names the row of the summary.
    """

    prompt: str
    check: Check
    group: str
    seconds: float = 4.0
    actions: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


def waves(side: str) -> Check:
    return lambda o: o.waves(side) >= 2 and o.raised(OTHER[side]) < 0.3


def waves_both(o: Observed) -> bool:
    return o.waves("left") >= 2 and o.waves("right") >= 2


def raises(side: str) -> Check:
    return lambda o: o.raised(side) > 0.3 and o.raised(OTHER[side]) < 0.3


def raises_both(o: Observed) -> bool:
    return o.raised("left") > 0.3 and o.raised("right") > 0.3


def walks(o: Observed) -> bool:
    return o.forward > 0.8 and 0.3 < o.top_speed < 2.2


def runs(o: Observed) -> bool:
    return o.forward > 1.5 and o.top_speed > 1.7


def backwards(o: Observed) -> bool:
    return o.forward < -0.4


def sidesteps(side: str) -> Check:
    sign = 1 if side == "left" else -1
    return lambda o: sign * o.leftward > 0.4 and abs(o.leftward) > abs(o.forward)


def turns(side: str) -> Check:
    sign = 1 if side == "left" else -1
    return lambda o: sign * o.turn > 35


def bows(o: Observed) -> bool:
    return o.bow > 25 and o.travel < 1.5


def kicks(side: str) -> Check:
    return lambda o: o.kick(side) > 0.25 and o.kick(side) > o.kick(OTHER[side]) + 0.05


def kicks_any(o: Observed) -> bool:
    return max(o.kick("left"), o.kick("right")) > 0.25


def punches(o: Observed) -> bool:
    return max(o.punch("left"), o.punch("right")) > 1.2 and o.travel < 2.0


def stands(o: Observed) -> bool:
    return o.travel < 0.4 and o.stillness < 0.2


def jumps(o: Observed) -> bool:
    return o.leap > 0.07


def slow_walk(o: Observed) -> bool:
    return o.forward > 0.4 and o.top_speed < 1.05


def tired_walk(o: Observed) -> bool:
    return o.forward > 0.4 and o.top_speed < 1.3


def brisk_walk(o: Observed) -> bool:
    return o.forward > 1.0 and o.top_speed > 1.15


def both_of(first: Check, second: Check) -> Check:
    return lambda o: first(o) and second(o)


WAVE = {side: (f"wave {side} hand",) for side in ("left", "right")}
RAISE = {side: (f"raise up {side} hand",) for side in ("left", "right")}
TURN = {side: (f"walk turn {side}",) for side in ("left", "right")}
OLD = ("old", "elderly")
FAST_STYLES = ("active", "angry", "happy", "energetic", "youthful")

INSTRUCTIONS: tuple[Instruction, ...] = (
    Instruction("a person waves with the right hand", waves("right"), "wave", 4, WAVE["right"]),
    Instruction("a person waves with the left hand", waves("left"), "wave", 4, WAVE["left"]),
    Instruction("someone waves hello with their right arm", waves("right"), "wave", 4, WAVE["right"]),
    Instruction("a man waves his left hand in the air", waves("left"), "wave", 4, WAVE["left"]),
    Instruction("a person waves both hands", waves_both, "wave", 4, ("wave both hands",)),
    Instruction("someone waves with both arms", waves_both, "wave", 4, ("wave both hands",)),
    Instruction("a person raises the right hand", raises("right"), "raise", 4, RAISE["right"]),
    Instruction("a person raises the left hand", raises("left"), "raise", 4, RAISE["left"]),
    Instruction("someone lifts their right arm up", raises("right"), "raise", 4, RAISE["right"]),
    Instruction("the man puts his left hand up", raises("left"), "raise", 4, RAISE["left"]),
    Instruction("a person raises both hands", raises_both, "raise", 4, ("raise up both hands",)),
    Instruction("someone lifts both arms above the head", raises_both, "raise", 4, ("raise up both hands",)),
    Instruction("a person walks forward", walks, "walk", 4, ("walk",)),
    Instruction("someone walks straight ahead", walks, "walk", 4, ("walk",)),
    Instruction("walk forward", walks, "walk", 4, ("walk",)),
    Instruction("an old man walks forward", walks, "walk", 4, ("walk",), OLD),
    Instruction("a person walks backwards", backwards, "walk back", 4, ("walk back",)),
    Instruction("someone takes a few steps backwards", backwards, "walk back", 4, ("walk back",)),
    Instruction("a person runs forward", runs, "run", 3, ("run", "dash")),
    Instruction("someone is jogging ahead", runs, "run", 3, ("run", "dash")),
    Instruction("the man runs fast", runs, "run", 3, ("run", "dash")),
    Instruction("a person walks forward and turns left", turns("left"), "turn", 5, TURN["left"]),
    Instruction("a person walks forward and turns right", turns("right"), "turn", 5, TURN["right"]),
    Instruction("someone turns to the left while walking", turns("left"), "turn", 5, TURN["left"]),
    Instruction("someone turns to the right while walking", turns("right"), "turn", 5, TURN["right"]),
    Instruction("a person bows", bows, "bow", 4, ("bow",)),
    Instruction("someone bows politely", bows, "bow", 4, ("bow",)),
    Instruction("a person kicks with the right leg", kicks("right"), "kick", 3),
    Instruction("a person kicks with the left leg", kicks("left"), "kick", 3),
    Instruction("a person kicks", kicks_any, "kick", 3, ("kick",)),
    Instruction("a person throws a punch", punches, "punch", 3, ("punch",)),
    Instruction("someone punches forward", punches, "punch", 3, ("punch",)),
    Instruction("a person jumps", jumps, "jump", 3, ("jump",)),
    Instruction("a person stands still", stands, "stand", 4, ("stand",)),
    Instruction("someone is standing without moving", stands, "stand", 4, ("stand",)),
    Instruction("an elderly person walks slowly", slow_walk, "style", 5, ("walk",), OLD),
    Instruction("someone walks forward slowly like an old person", slow_walk, "style", 5, ("walk",), OLD),
    Instruction("a tired person walks forward", tired_walk, "style", 5, ("walk",), ("tired", "exhausted")),
    Instruction("a person walks briskly", brisk_walk, "style", 4, ("walk",), FAST_STYLES),
    Instruction(
        "a person walks forward and waves with the right hand", both_of(walks, waves("right")), "together", 6
    ),
    Instruction(
        "a person walks forward while raising the left hand", both_of(walks, raises("left")), "together", 5
    ),
)
