"""Yes-or-no questions to `Observed`: does the motion do it? Thresholds were set on real clips (docs/measures.md)."""

from __future__ import annotations

from collections.abc import Callable

from motion_core.metrics.prompts.observed import Observed

Check = Callable[[Observed], bool]
OTHER = {"left": "right", "right": "left"}
SIGN = {"left": 1, "right": -1}
ROSE, STAYED = 0.25, 0.25  # metres a hand goes up that is raised; and at most one that is not
MOMENTS = (0.25, 0.35, 0.45, 0.55, 0.65, 0.75)  # shares of a motion at which it may go over to something else
IN_PLACE = 1.5  # metres of path that still count as staying where one is


# --- hands ------------------------------------------------------------------------------------------------------------


def waves(side: str) -> Check:
    return lambda o: o.waves(side) >= 2 and o.raised(OTHER[side]) < 0.3


def waves_both(o: Observed) -> bool:
    return o.waves("left") >= 2 and o.waves("right") >= 2


def swings(side: str) -> Check:
    """Small waves too, nowhere near as high as a greeting."""
    return lambda o: o.swings(side) >= 3 and o.travel < IN_PLACE


def swings_a_hand(o: Observed) -> bool:
    return swings("left")(o) or swings("right")(o)


def swings_both(o: Observed) -> bool:
    return swings("left")(o) and swings("right")(o)


def raised(o: Observed, side: str) -> bool:
    """About as high as the shoulder: old people in the data lift a hand no further."""
    return o.lift(side) > ROSE and o.above(side, f"{side}_shoulder") > -0.1


def raises(side: str) -> Check:
    return lambda o: raised(o, side) and o.lift(OTHER[side]) < STAYED


def raises_both(o: Observed) -> bool:
    return raised(o, "left") and raised(o, "right")


def points(side: str) -> Check:
    """A hand goes out, not up, and further than the other."""
    return lambda o: (
        o.lift(side) > max(ROSE, o.lift(OTHER[side])) and o.above(side, "head") < 0 and o.travel < IN_PLACE
    )


def punches(o: Observed) -> bool:
    return max(o.punch("left"), o.punch("right")) > 0.9 and o.travel < 3.0


def punches_with(side: str) -> Check:
    return lambda o: punches(o) and o.punch(side) > o.punch(OTHER[side])


def drinks(o: Observed) -> bool:
    return min(o.face_distance("left"), o.face_distance("right")) < 0.22 and o.travel < IN_PLACE


def dribbles(o: Observed) -> bool:
    return any(o.bounces(side) >= max(5, 2 * o.bounces(OTHER[side])) for side in OTHER)


def hands_slower(limit: float) -> Check:
    return lambda o: max(o.hand_speed("left"), o.hand_speed("right")) < limit


def hands_faster(limit: float) -> Check:
    return lambda o: max(o.hand_speed("left"), o.hand_speed("right")) > limit


# --- going ------------------------------------------------------------------------------------------------------------


def walks(o: Observed) -> bool:
    return o.forward > 0.8 and 0.3 < o.top_speed < 2.2


def runs(o: Observed) -> bool:
    return o.forward > 1.5 and o.top_speed > 1.7


def sprints(o: Observed) -> bool:
    return o.forward > 1.5 and o.top_speed > 2.4


def backwards(o: Observed) -> bool:
    return o.forward < -0.4


def sidesteps(side: str) -> Check:
    return lambda o: SIGN[side] * o.leftward > 0.4 and abs(o.leftward) > abs(o.forward)


def drifts(side: str) -> Check:
    """Goes diagonally."""
    return lambda o: SIGN[side] * o.leftward > 0.4 and o.forward > 0.4


def turns(side: str) -> Check:
    return lambda o: SIGN[side] * o.turn > 35


def slower(limit: float) -> Check:
    return lambda o: o.forward > 0.4 and o.top_speed < limit


def faster(limit: float) -> Check:
    return lambda o: o.forward > 1.0 and o.top_speed > limit


def jogs(o: Observed) -> bool:
    """Runs as slowly as old people do."""
    return o.forward > 1.0 and 1.1 < o.top_speed < 2.1


def stops(o: Observed) -> bool:
    return o.end_speed < 0.35


# --- the whole body ---------------------------------------------------------------------------------------------------


def bows(o: Observed) -> bool:
    return o.bow > 25 and o.travel < IN_PLACE


def kicks(side: str) -> Check:
    return lambda o: o.kick(side) > 0.25 and o.kick(side) > o.kick(OTHER[side]) + 0.05


def kicks_any(o: Observed) -> bool:
    return max(o.kick("left"), o.kick("right")) > 0.25


def stands(o: Observed) -> bool:
    return o.travel < 0.4 and o.stillness < 0.2


def jumps(o: Observed) -> bool:
    return o.leap > 0.07


def crouches(o: Observed) -> bool:
    return o.crouch > 0.3


def crawls(o: Observed) -> bool:
    return o.low > 0.5 and o.travel > 0.5


def overturns(o: Observed) -> bool:
    return o.overturned > 0.2


# --- several ----------------------------------------------------------------------------------------------------------


def both_of(first: Check, second: Check) -> Check:
    return lambda o: first(o) and second(o)


def then(first: Check, second: Check) -> Check:
    """One before some moment, the other after it; when that is, is for the model to choose."""
    return lambda o: any(first(o.part(0.0, m)) and second(o.part(m, 1.0)) for m in MOMENTS)
