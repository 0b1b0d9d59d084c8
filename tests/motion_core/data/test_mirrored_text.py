import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.data.mirrored_text import mentions_side, mirror_text


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("a man waves his Left hand", "a man waves his Right hand"),
        ("walks left, then RIGHT", "walks right, then LEFT"),
        ("turns clockwise", "turns counterclockwise"),
        ("Anti-clockwise circle", "Clockwise circle"),
        ("a clock wise turn", "a counterclockwise turn"),
        ("left-handed throw to the leftward side", "right-handed throw to the rightward side"),
        ("steps right before turning left", "steps left before turning right"),
        ("steps right then left then back", "steps left then right then back"),
        ("jabs with their right and their left", "jabs with their left and their right"),
        ("he has left hand up", "he has right hand up"),
        ("leans left over the right leg", "leans right over the left leg"),
        ("turns right away from it", "turns left away from it"),
    ],
)
def test_sides_are_exchanged(text, mirrored):
    assert mirror_text(text) == mirrored
    assert mentions_side(text)


@pytest.mark.parametrize(
    "text",
    [
        "runs right away",
        "stands upright",
        "all right",
        "he left the room",
        "what is left",
        "he has left.",
        "bright",
    ],
)
def test_other_meanings_stay(text):
    assert mirror_text(text) == text
    assert not mentions_side(text)


VOCABULARY = (
    "a person left right Left RIGHT the room away from now clockwise counterclockwise his hand has all what is "
    "left-handed rightwards , . then angles leftmost"
)
WORDS = st.sampled_from(VOCABULARY.split())


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_mirroring_twice_changes_nothing(text):
    assert mirror_text(mirror_text(text)) == text


def test_captions_of_people(shared_data):
    import csv

    with (shared_data / "clips.csv").open(encoding="utf-8") as file:
        captions = [row["caption"] for row in csv.DictReader(file)]
    for caption in captions:
        once = mirror_text(caption)
        assert mirror_text(mirror_text(once)) == once
        assert len(once.split()) <= len(caption.split())
    assert sum(map(mentions_side, captions)) > 200
