import pytest

from motion_core.wording.ways import Way, way_of

SAID = {
    "a person walks in a circle": Way("circle", "", 1.0, 1, "a person walks"),
    "a person walks in a circle to the right": Way("circle", "right", 1.0, 1, "a person walks"),
    "walk circle left": Way("circle", "left", 1.0, 1, "walk"),
    "running in circles": Way("circle", "", 1.0, 0, "running"),
    "a person walks in three circles": Way("circle", "", 1.0, 3, "a person walks"),
    "an old man walks slowly in a wide circle": Way("circle", "", 1.7, 1, "an old man walks slowly"),
    "she walks in a counter-clockwise circle": Way("circle", "left", 1.0, 1, "she walks"),
    "a person walks around in circles clockwise": Way("circle", "right", 1.0, 0, "a person walks"),
    "a person walks clockwise in a circle": Way("circle", "right", 1.0, 1, "a person walks"),
    "walking round and round": Way("circle", "", 1.0, 0, "walking"),
    "walks in a semi-circle to the left": Way("half circle", "left", 1.0, 1, "walks"),
    "she runs a figure of 8": Way("eight", "", 1.0, 1, "she runs"),
    "a man walks in a square to the left": Way("square", "left", 1.0, 1, "a man walks"),
    "a person jogs in a zigzag": Way("zigzag", "", 1.0, 0, "a person jogs"),
    "a person walks in a circle while waving": Way("circle", "", 1.0, 1, "a person walks while waving"),
}
UNSAID = (
    "", "a person walks forward", "a person moves her right arm in a circle", "the arm moves in a circle",
    "spins in a circle", "draws a circle with the foot", "someone walks around the chair",
    "a person walks with the arms in a circle", "a person walks in a straight line", "stands in a circle",
)  # fmt: skip


@pytest.mark.parametrize(("text", "way"), SAID.items())
def test_ways_that_are_said(text, way):
    assert way_of(text) == way


@pytest.mark.parametrize("text", UNSAID)
def test_what_says_no_way(text):
    assert way_of(text) is None
