"""More yes-or-no questions: sitting, rising, limping, rolling, throwing, counting. Thresholds were set on real clips.

docs/measures.md has the share of real clips that pass, of the action and of all others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from motion_core.metrics.prompts.observed import Observed
from motion_core.metrics.prompts.outcomes import OTHER, SIGN, Check
from motion_core.metrics.prompts.postures import (
    SIDES,
    events,
    feet_apart,
    height,
    lean_forward,
    longest,
    lowest_foot,
    on_toes,
    over_itself,
    roundness,
    speed,
    steps,
    thigh,
    thrust,
    trunk,
    turned,
    unevenness,
    way_turned,
    wrists_apart,
)

# --- postures ---------------------------------------------------------------------------------------------------------


def sitting(o: Observed) -> np.ndarray:
    """Frames (T,) with both thighs raised, the trunk upright and the pelvis low and at rest."""
    thighs = np.minimum(thigh(o, "left"), thigh(o, "right"))
    return (over_itself(o, "pelvis") < 0.82) & (trunk(o) < 50) & (thighs > 50) & (speed(o) < 0.4)


def sits(o: Observed) -> bool:
    return longest(o, sitting(o)) > 0.6


def lies(o: Observed) -> bool:
    return longest(o, (over_itself(o, "pelvis") < 0.35) & (trunk(o) > 60)) > 0.4


def stands_up(o: Observed) -> bool:
    """Low or lying in the first third, upright at the end."""
    pelvis, lean = over_itself(o, "pelvis"), trunk(o)
    first, last = slice(0, max(1, len(pelvis) // 3)), slice(int(0.8 * len(pelvis)), None)
    low = (pelvis[first] < 0.65) | (lean[first] > 60)
    return bool(low.mean() > 0.3 and np.any((pelvis[last] > 0.68) & (lean[last] < 45)))


def kneels(o: Observed) -> bool:
    knee = np.minimum(height(o, "left_knee"), height(o, "right_knee"))
    return longest(o, (knee < 0.2) & (trunk(o) < 60) & (over_itself(o, "pelvis") < 0.75)) > 0.3


def crawls_along(o: Observed) -> bool:
    """On hands and knees for a second, and somewhere else than before."""
    hands = np.minimum(height(o, "left_wrist"), height(o, "right_wrist"))
    down = (over_itself(o, "pelvis") < 0.66) & (trunk(o) > 50) & (hands < 0.25)
    return longest(o, down) > 1.0 and o.travel > 0.5


def balances_on(side: str) -> Check:
    """The other foot is in the air for more than a second."""
    return lambda o: longest(o, height(o, f"{OTHER[side]}_ankle") - height(o, f"{side}_ankle") > 0.1) > 1.2


def balances(o: Observed) -> bool:
    return balances_on("left")(o) or balances_on("right")(o)


def spreads_arms(o: Observed) -> bool:
    """Gets along with the arms wide apart, as on a beam."""
    return float(np.percentile(wrists_apart(o), 70)) > 0.9 and o.travel > 0.4


def stretches(o: Observed) -> bool:
    """On the spot, both arms wide apart or both hands over the head for a while."""
    wide = longest(o, wrists_apart(o) > 1.15) > 0.3
    hands = np.minimum(height(o, "left_wrist"), height(o, "right_wrist"))
    return o.travel < 2 and (wide or longest(o, hands > height(o, "head")) > 0.8)


# --- ways of going ----------------------------------------------------------------------------------------------------


def limps(o: Observed) -> bool:
    return o.travel > 0.8 and o.top_speed < 1.25 and unevenness(o) > 1.8


def sneaks(o: Observed) -> bool:
    """Slowly, and bent or low or on the toes."""
    bent = o.low > 0.08 and float(np.median(trunk(o))) > 18
    return o.travel > 0.5 and o.top_speed < 1.2 and (bent or on_toes(o) > 0.085)


def circles(o: Observed) -> bool:
    """The way turns by more than 220 degrees and is round."""
    return o.travel > 1.5 and abs(way_turned(o)) > 220 and roundness(o) > 0.3


def circles_to(side: str) -> Check:
    return lambda o: circles(o) and SIGN[side] * way_turned(o) > 0


def turns_around(o: Observed) -> bool:
    """A whole turn, on the spot or nearly."""
    return turned(o) > 290 and o.travel < 3


def turns_around_to(side: str) -> Check:
    return lambda o: turns_around(o) and SIGN[side] * o.turn > 0


def climbs(o: Observed) -> bool:
    """The lower foot stays above where it was, longer than in any jump."""
    return longest(o, lowest_foot(o) > 0.15) > 0.7


# --- single deeds -----------------------------------------------------------------------------------------------------


def rolls(o: Observed) -> bool:
    """The head gets below a pelvis that is near the floor."""
    return longest(o, (height(o, "head") < height(o, "pelvis")) & (over_itself(o, "pelvis") < 0.75)) > 0.1


def picks_up_with(side: str) -> Check:
    """That hand gets down to half a metre and up again, on feet."""

    def check(o: Observed) -> bool:
        hand = height(o, f"{side}_wrist")
        down = int(hand.argmin())
        on_feet = float(np.percentile(over_itself(o, "pelvis"), 70)) > 0.75 and o.overturned < 0.25
        return on_feet and hand[down] < 0.5 and hand[down:].max() - hand[down] > 0.25

    return check


def picks_up(o: Observed) -> bool:
    return any(picks_up_with(side)(o) for side in SIDES)


def throws_with(side: str) -> Check:
    """That hand shoots forward, faster than the other, by somebody who stays about where they are."""

    def check(o: Observed) -> bool:
        ours, other = thrust(o, side).max(), thrust(o, OTHER[side]).max()
        return bool(ours > 2.4 and ours > 1.2 * other and o.travel < 3)

    return check


def throws(o: Observed) -> bool:
    return any(throws_with(side)(o) for side in SIDES)


# --- how often --------------------------------------------------------------------------------------------------------


def jumps_counted(o: Observed) -> int:
    return events(o, lowest_foot(o) > 0.06, least=0.1)


def jacks_counted(o: Observed) -> int:
    """How often both hands are over the head while the feet are apart."""
    hands = np.minimum(height(o, "left_wrist"), height(o, "right_wrist"))
    return events(o, (hands > height(o, "head") - 0.05) & (feet_apart(o) > 0.4))


def kicks_counted(o: Observed) -> int:
    return sum(
        events(o, height(o, f"{side}_ankle") - np.percentile(height(o, f"{side}_ankle"), 10) > 0.3, apart=0.3)
        for side in SIDES
    )


def bows_counted(o: Observed) -> int:
    return events(o, lean_forward(o) > 25, least=0.2, apart=0.3)


def squats_counted(o: Observed) -> int:
    return events(o, over_itself(o, "pelvis") < 0.68, least=0.1, apart=0.3)


def punches_counted(o: Observed) -> int:
    """Both hands' thrusts at about the height of the shoulders."""
    return sum(
        events(
            o,
            (thrust(o, side) > 0.9)
            & (np.abs(height(o, f"{side}_wrist") - height(o, f"{side}_shoulder")) < 0.3),
        )
        for side in SIDES
    )


def jacks(o: Observed) -> bool:
    return jacks_counted(o) >= 2


def times(count: Callable[[Observed], int], wanted: int) -> Check:
    """Exactly so often as is said."""
    return lambda o: count(o) == wanted


def walks_steps(wanted: int) -> Check:
    """One step more or less is no fault: the last one may only draw level."""
    return lambda o: abs(steps(o) - wanted) <= 1
