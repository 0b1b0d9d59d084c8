"""More instructions, of what people ask for most and labels hardly name: sit, sneak, roll, throw, "three times".

Real clips are found by what their captions say, not by labels.
"""

from __future__ import annotations

from dataclasses import dataclass

from motion_core.metrics.prompts.deeds import (
    balances,
    balances_on,
    bows_counted,
    circles,
    circles_to,
    climbs,
    crawls_along,
    jacks,
    jumps_counted,
    kicks_counted,
    kneels,
    lies,
    limps,
    picks_up,
    picks_up_with,
    punches_counted,
    rolls,
    sits,
    sneaks,
    spreads_arms,
    squats_counted,
    stands_up,
    stretches,
    throws,
    throws_with,
    times,
    turns_around,
    turns_around_to,
    walks_steps,
)
from motion_core.metrics.prompts.instructions import Instruction
from motion_core.metrics.prompts.outcomes import Check, both_of, runs, then, walks

FEW = 0.3  # of the captions are enough, where hardly a clip is described alike by all


@dataclass(frozen=True)
class Kind:
    """A group of prompts. said, unsaid, least: as in `Instruction`; check: what its real clips are asked."""

    group: str
    check: Check
    said: str
    unsaid: str = ""
    least: float = 0.5

    def ask(self, prompt: str, seconds: float, check: Check | None = None) -> Instruction:
        """A prompt of this kind. One with a question of its own has no real clips: captions hardly tell sides."""
        if check is not None:
            return Instruction(prompt, check, self.group, seconds)
        return Instruction(
            prompt, self.check, self.group, seconds, said=self.said, unsaid=self.unsaid, least=self.least
        )


SIT = Kind("sit", sits, r"\b(sits?|sitting|seated)\b(?!.?up)", r"pretend|wants|mimick|sit ?-?up")
RISE = Kind(
    "stand up", stands_up,
    r"(stands?|gets?|rises?|standing|getting) (back )?up from"
    r"|(get|gets|getting|rises?|stands?) (up )?.*from (a )?(lying|sitting|laying|kneel|the (floor|ground))"
    r"|laying .*stands? up|sitting person is standing",
    r"sits down then|walk",
)  # fmt: skip
LIMP = Kind("limp", limps, r"\blimp(s|ing)?\b", r"hops|arms .*limp")
SNEAK = Kind("sneak", sneaks, r"sneak|tip-?toe|stealth|creep", r"reach")
STRETCH = Kind("stretch", stretches, r"\bstretch(es|ing)?\b", r"stretched|stretch\w* out|pick")
ROLL = Kind(
    "roll", rolls, r"(forward|action|combat|shoulder) ?-?roll|somm?ersault|summersault|\brolls? (on|onto|across|over)",
    r"arms?|hand|cartwheel|ball|laying|lying|shoulders",
)  # fmt: skip
CIRCLE = Kind(
    "circle", circles, r"(walk|jog|run|ran)\w* .*\b(in|around in) (a |an )?(\w+[- ]){0,2}circles?\b",
    r"\barms?\b|hand|danc|half|semi|zig|eight|pattern|stairs|small|way|begin|reverse|or counter|then counter",
)  # fmt: skip
TURN = Kind(
    "full turn", turns_around, r"(full|complete) (turn|circle|spin|rotation)|360|spins? (around|in)|twirl|pirouett",
    r"danc|arm|hand|whip|run",
)  # fmt: skip
PICK = Kind(
    "pick up", picks_up,
    r"pick\w* .*(from|off) (of )?(the )?(floor|ground)|bend\w* .*pick|reach\w* down.*pick|squat.*pick",
)  # fmt: skip
THROW = Kind("throw", throws, r"\b(throw|toss|pitch)(s|ing|es)?\b", r"punch|dribbl|basket|lay|jab|pick")
JACKS = Kind("jumping jacks", jacks, r"jumping jacks?")
CRAWL = Kind("crawl", crawls_along, r"\bcrawl", r"swim|front crawl")
KNEEL = Kind(
    "kneel", kneels, r"kneel|\b(on|onto) (one|both|his|her|their) knees?\b", r"crawl|bend|chair", FEW
)
LIE = Kind("lie down", lies, r"\b(lies?|lying|laying|lays?)\b", r"lay ?up|lays? (it|the|something|an)|throw")
CLIMB = Kind(
    "climb", climbs,
    r"\b(climb\w*|(walk|go|goes|step)\w* up) (up )?(the |some |a |\w+ )?(\w+ )?(stairs|steps|flight)|upstairs",
    r"wide",
)  # fmt: skip
BALANCE = Kind(
    "balance", balances, r"balanc.*\b(leg|foot)\b|stands? on (one|his|her|their)? ?(left|right|one)? ?(leg|foot)",
    r"hop|jump|walk|kick", FEW,
)  # fmt: skip
BEAM = Kind("balance", spreads_arms, r"tight ?-?rope|arms.*balanc|balanc.*arms", r"one leg")
ONCE = r"\b(jump|leap)\w*\b[\w ,]{0,30}\b"
JUMP_TWICE = Kind(
    "count", times(jumps_counted, 2), ONCE + r"(twice|two times)", r"then|turn(s|ing|ed)?\b", FEW
)
JUMP_THRICE = Kind("count", times(jumps_counted, 3), ONCE + r"(three times)", r"then|turn(s|ing|ed)?\b", FEW)
COUNT = Kind("count", times(jumps_counted, 1), ONCE + r"once\b", r"then|turn(s|ing|ed)?\b", FEW)
FOUR_STEPS = Kind(
    "count", walks_steps(4), r"\bfour (big |small |slow |large )?steps\b",
    r"side|stairs|left|right|then|jump|back|turn|run|sprit", FEW,
)  # fmt: skip

FURTHER: tuple[Instruction, ...] = (
    SIT.ask("a person sits down", 4),
    SIT.ask("a man is sitting on a chair", 4),
    SIT.ask("someone walks forward and then sits down", 7, then(walks, sits)),
    RISE.ask("a person stands up from a chair", 4),
    RISE.ask("someone gets up from the floor", 5),
    LIMP.ask("a person walks with a limp", 5),
    LIMP.ask("an injured man limps forward", 5),
    SNEAK.ask("a person sneaks forward", 5),
    SNEAK.ask("someone tiptoes forward quietly", 5),
    STRETCH.ask("a person stretches", 5),
    STRETCH.ask("someone stretches both arms", 5),
    ROLL.ask("a person does a forward roll", 4),
    ROLL.ask("a man does a somersault", 4),
    CIRCLE.ask("a person walks in a circle", 7),
    CIRCLE.ask("someone runs in a circle", 6, both_of(circles, runs)),
    *(CIRCLE.ask(f"a person walks in a circle to the {s}", 7, circles_to(s)) for s in ("right", "left")),
    TURN.ask("a person spins around once", 4),
    TURN.ask("someone makes a full turn on the spot", 5),
    *(TURN.ask(f"a person makes a full turn to the {s}", 5, turns_around_to(s)) for s in ("right", "left")),
    PICK.ask("a person picks something up from the floor", 4),
    PICK.ask("a man bends down and picks up a box", 5),
    *(
        PICK.ask(f"a person picks something up from the floor with the {s} hand", 4, picks_up_with(s))
        for s in ("right", "left")
    ),
    THROW.ask("a person throws a ball", 4),
    *(THROW.ask(f"a person throws a ball with the {s} hand", 4, throws_with(s)) for s in ("right", "left")),
    JACKS.ask("a person does jumping jacks", 5),
    CRAWL.ask("a person crawls forward on all fours", 5),
    CRAWL.ask("a man gets down on the floor and crawls", 6),
    KNEEL.ask("a person kneels down", 4),
    KNEEL.ask("someone kneels on one knee", 4),
    LIE.ask("a person lies down on the floor", 6),
    LIE.ask("a man is lying on the ground", 4),
    CLIMB.ask("a person climbs stairs", 5),
    CLIMB.ask("a man walks up a flight of stairs", 5),
    BALANCE.ask("a person balances on one leg", 5),
    *(BALANCE.ask(f"a person stands on the {s} leg alone", 5, balances_on(s)) for s in ("right", "left")),
    BEAM.ask("someone walks along a narrow beam with the arms out to the sides for balance", 6),
    COUNT.ask("a person jumps once", 3),
    JUMP_TWICE.ask("a person jumps twice", 4),
    JUMP_THRICE.ask("a person jumps three times", 5),
    COUNT.ask("someone kicks twice", 5, times(kicks_counted, 2)),
    COUNT.ask("a person bows twice", 6, times(bows_counted, 2)),
    COUNT.ask("a person squats three times", 6, times(squats_counted, 3)),
    COUNT.ask("a person punches three times", 4, times(punches_counted, 3)),
    FOUR_STEPS.ask("a man takes four steps forward", 4),
)
KINDS = (
    SIT, RISE, LIMP, SNEAK, STRETCH, ROLL, CIRCLE, TURN, PICK, THROW, JACKS, CRAWL, KNEEL, LIE, CLIMB, BALANCE, BEAM,
    COUNT, JUMP_TWICE, JUMP_THRICE, FOUR_STEPS,
)  # fmt: skip
