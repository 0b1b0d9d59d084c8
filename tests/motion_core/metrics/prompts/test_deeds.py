"""The questions about deeds, on bodies posed by hand, and their mirror images."""

from __future__ import annotations

import numpy as np
import pytest
from gliding_motions import FRAMES, moving
from posed_motions import ARM_AHEAD, KNEELING, SITTING, SQUATTING, gait, posed, pulses

from motion_core.metrics.prompts.deeds import (
    balances,
    balances_on,
    bows_counted,
    circles,
    circles_to,
    climbs,
    crawls_along,
    jacks,
    jacks_counted,
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
from motion_core.metrics.prompts.observed import Observed

OTHER = {"left": "right", "right": "left"}
UPRIGHT, WALK = posed(), posed(velocity=(0, 1.2))


def test_who_sits_and_who_does_not():
    assert sits(posed(SITTING, height=0.5)) and not sits(UPRIGHT)
    assert not sits(posed(SITTING, height=0.5, velocity=(0, 1.0)))  # nobody sits while going
    assert not sits(posed(SITTING, height=0.5, pitch=1.3)) and not sits(posed(KNEELING, height=0.5))


def test_who_lies_and_who_bows():
    assert lies(posed(height=0.12, pitch=-1.5)) and lies(
        posed(height=0.7, pitch=1.5)
    )  # on the floor, on a mat
    assert (
        not lies(UPRIGHT)
        and not lies(posed({"spine1": [1.5, 0, 0]}))
        and not lies(posed(SITTING, height=0.5))
    )


def test_rising_is_from_low_to_high():
    falling = np.clip(np.linspace(1.6, -0.6, FRAMES), 0, 1)
    assert stands_up(posed(height=0.12, pitch=-1.5, share=falling))
    assert stands_up(posed(SITTING, height=0.5, share=falling))
    assert not stands_up(posed(SITTING, height=0.5, share=falling[::-1])) and not stands_up(UPRIGHT)


def test_kneeling_needs_a_knee_on_the_floor():
    assert kneels(posed(KNEELING, height=0.55)) and not kneels(UPRIGHT)
    assert not kneels(posed(SITTING, height=0.55)) and not kneels(posed(KNEELING, height=0.55, pitch=1.4))


def test_crawling_is_on_hands_and_gets_on():
    crawl = {"height": 0.45, "pitch": 1.4}
    assert crawls_along(posed(ARM_AHEAD, **crawl, velocity=(0, 0.4)))
    assert not crawls_along(posed(ARM_AHEAD, **crawl)) and not crawls_along(WALK)


@pytest.mark.parametrize("side", ["left", "right"])
def test_one_leg_is_the_one_that_stands(side):
    lifted = posed({f"{OTHER[side]}_hip": [-0.9, 0, 0], f"{OTHER[side]}_knee": [1.5, 0, 0]})
    assert balances(lifted) and balances_on(side)(lifted) and not balances_on(OTHER[side])(lifted)
    assert balances_on(OTHER[side])(Observed(lifted.motion.mirror())) and not balances(UPRIGHT)


def test_arms_apart_are_a_stretch_or_a_balance():
    apart = {"left_shoulder": [0, 0, 0], "right_shoulder": [0, 0, 0]}
    assert (
        stretches(posed(apart)) and not stretches(posed(apart, velocity=(0, 0.8))) and not stretches(UPRIGHT)
    )
    assert (
        spreads_arms(posed(apart, velocity=(0, 0.4)))
        and not spreads_arms(posed(apart))
        and not spreads_arms(WALK)
    )


def test_a_limp_is_uneven():
    assert limps(gait(0.5, 0.15, 3, bob=0.02)) and limps(gait(0.15, 0.5, 3, bob=0.02))
    assert not limps(gait(0.35, 0.35, 3)) and not limps(UPRIGHT)
    assert not limps(gait(0.5, 0.15, 3, bob=0.02, speed=2.0))  # nobody limps that fast


def test_sneaking_is_slow_and_bent_or_on_the_toes():
    bent = {"spine1": [0.7, 0, 0], **{name: np.array(v) * 0.5 for name, v in SITTING.items()}}
    toes = {"left_ankle": [0.6, 0, 0], "right_ankle": [0.6, 0, 0]}
    assert sneaks(posed(bent, height=0.75, velocity=(0, 0.5))) and sneaks(posed(toes, velocity=(0, 0.5)))
    assert not sneaks(posed(bent, height=0.75, velocity=(0, 2.0))) and not sneaks(posed(velocity=(0, 0.5)))


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_a_circle_and_a_full_turn_have_a_side(side, sign):
    around = posed(velocity=(0, 1.0), turn=sign * 2 * np.pi)
    assert circles(around) and circles_to(side)(around) and not circles_to(OTHER[side])(around)
    spin = posed(turn=sign * 2 * np.pi)
    assert turns_around(spin) and turns_around_to(side)(spin) and not turns_around_to(OTHER[side])(spin)
    assert not circles(spin) and not circles(WALK) and not turns_around(posed(turn=sign * np.pi))


def test_there_and_back_is_no_circle():
    there = moving((0, 1.0))
    back = Observed(there.concatenate(moving((0, 1.0), np.pi)).concatenate(there))
    assert not circles(back)


def test_stairs_raise_the_lower_foot_and_jumps_only_for_a_moment():
    assert climbs(posed(height=0.93 + np.linspace(0, 0.6, FRAMES), velocity=(0, 0.4)))
    assert not climbs(WALK) and not climbs(posed(height=0.93 + 0.4 * pulses(4, 0.4)))


def test_a_roll_is_upside_down_near_the_floor():
    assert (
        rolls(posed(height=0.5, pitch=2.6))
        and not rolls(posed(height=0.12, pitch=1.5))
        and not rolls(UPRIGHT)
    )


@pytest.mark.parametrize("side", ["left", "right"])
def test_picking_up_is_done_by_the_hand_that_goes_down(side):
    reach = {"spine1": [1.6, 0, 0], f"{side}_shoulder": ARM_AHEAD[f"{side}_shoulder"]}
    bent = posed(reach, height=0.85, share=pulses(1, 0.8))
    assert picks_up(bent) and picks_up_with(side)(bent) and not picks_up_with(OTHER[side])(bent)
    assert not picks_up(UPRIGHT) and not picks_up(
        posed({"spine1": [1.0, 0, 0]}, share=pulses(1))
    )  # that is a bow


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_throw_is_a_fast_hand(side):
    def swung(frames: int) -> Observed:
        turned = np.interp(np.arange(FRAMES), [20, 20 + frames], [0.0, 1.5])
        sign = -1 if side == "left" else 1
        return posed({f"{side}_shoulder": np.outer(turned, [0, sign, 0])})

    assert throws(swung(4)) and throws_with(side)(swung(4)) and not throws_with(OTHER[side])(swung(4))
    assert not throws(swung(40)) and not throws(UPRIGHT)


def test_how_often():
    for count in (1, 2, 3):
        assert jumps_counted(posed(height=0.93 + 0.3 * pulses(count, 0.4))) == count
        assert bows_counted(posed({"spine1": [0.9, 0, 0]}, share=pulses(count))) == count
        assert squats_counted(posed(SQUATTING, height=0.45, share=pulses(count))) == count
        assert kicks_counted(posed({"left_hip": [-1.3, 0, 0]}, share=pulses(count))) == count
        swing = np.outer(1.5 * pulses(count), [0, -1, 0])
        assert punches_counted(posed({"left_shoulder": swing})) == count
    assert jumps_counted(WALK) == bows_counted(WALK) == squats_counted(WALK) == kicks_counted(WALK) == 0
    assert times(jumps_counted, 2)(posed(height=0.93 + 0.3 * pulses(2, 0.4)))
    assert not times(jumps_counted, 2)(posed(height=0.93 + 0.3 * pulses(3, 0.4)))


def test_jumping_jacks_open_arms_and_legs_together():
    legs = {"left_hip": [0, 0, 0.4], "right_hip": [0, 0, -0.4]}
    arms = {"left_shoulder": [0, 0, 1.3], "right_shoulder": [0, 0, -1.3]}
    assert (
        jacks(posed(legs | arms, share=pulses(3))) and jacks_counted(posed(legs | arms, share=pulses(3))) == 3
    )
    assert not jacks(posed(legs, share=pulses(3))) and not jacks(posed(arms, share=pulses(3)))


def test_four_steps_are_about_four():
    assert (
        walks_steps(4)(gait(0.4, 0.4, 2))
        and not walks_steps(4)(gait(0.4, 0.4, 5))
        and not walks_steps(4)(UPRIGHT)
    )
