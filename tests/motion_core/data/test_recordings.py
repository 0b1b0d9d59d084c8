"""Repetitions stay on one side of the split, and a split that leaks is refused."""

from __future__ import annotations

import pytest

from motion_core.data.recordings import (
    Groups,
    Held,
    action_words,
    actor_keys,
    check_split,
    held_groups,
    main_action,
    without_sides,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("walk, veer left", {"walk"}),
        ("RegularWalkRightAngleTurns", {"walk", "turn"}),
        ("run/jog", {"run"}),
        ("walking, jumping, punching", {"walk", "jump", "punch"}),
        ("dance - coupe dessous", {"dance"}),
        ("Male1_B17_Walk2Hop2Walk", {"walk", "jump"}),
        ("genie (human subject)", set()),
        ("", set()),
    ],
)
def test_actions_of_descriptions(text, words):
    assert action_words(text) == words


def test_keys_of_an_actor():
    assert actor_keys("07", "slow walk") == actor_keys("07", "walk") == ["07:walk"]
    assert actor_keys("54", "penguin (human subject)") == ["54:penguin"]
    assert actor_keys("108", "") == ["108:other"]


def test_the_main_action_is_the_first_one():
    assert main_action("step over, then walk") == "step" and main_action("genie") == ""


def test_left_and_right_are_one_action():
    assert without_sides("walk turn left") == without_sides("walk turn Right") == "walk turn side"
    assert without_sides("walk leftover") == "walk leftover"


def test_what_shares_a_key_is_one_group():
    groups = Groups()
    groups.join("c", "07:walk")
    groups.join("a", "07:walk", "07:turn")
    groups.join("b", "07:turn")
    groups.join("d", "08:walk")
    assert groups.of("a") == groups.of("b") == groups.of("c") != groups.of("d")
    assert groups.of("new") == "new"


def test_held_groups_are_few_small_and_of_every_kind():
    clips = (
        {f"walk{i}": 4 for i in range(20)} | {f"jump{i}": 2 for i in range(10)} | {"dance": 60, "empty": 0}
    )
    kinds = {name: name.rstrip("0123456789") for name in clips}
    held = held_groups(clips, kinds, Held(share=0.1, largest=0.05))
    assert [sum(clips[n] for n in held if kinds[n] == kind) for kind in ("walk", "jump", "dance")] == [
        8,
        2,
        0,
    ]
    assert held == held_groups(dict(reversed(clips.items())), kinds, Held(share=0.1, largest=0.05))
    assert held_groups(clips, kinds, Held(share=0.0)) == set()


@pytest.mark.parametrize("held", [Held(share=1.0), Held(share=-0.1), Held(largest=0.0)])
def test_shares_that_are_none(held):
    with pytest.raises(ValueError, match="between 0 and 1"):
        held_groups({"a": 1}, {"a": "walk"}, held)


def test_leaks_are_refused():
    sound = [
        ("a", "train", "one", "g"),
        ("b", "train", "two", "g"),
        ("c", "val", "three", "h"),
        ("d", "val", "", ""),
    ]
    check_split([*sound, ("e", "train", "", "")])  # clips of which nothing is known are not compared
    with pytest.raises(
        ValueError, match="recording 'one' is on both sides: clip 'a' trains, clip 'x' validates"
    ):
        check_split([*sound, ("x", "val", "one", "")])
    with pytest.raises(ValueError, match="group of repetitions 'h' is on both sides: clip 'x' trains"):
        check_split([*sound, ("x", "train", "new", "h")])
