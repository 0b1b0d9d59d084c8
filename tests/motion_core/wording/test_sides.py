import pytest

from motion_core.wording.sides import BOTH, LEFT, NONE, RIGHT, sides_said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a person kicks", NONE), ("", NONE), ("stands upright", NONE), ("kicks with the LEFT leg", LEFT),
        ("walks leftwards", LEFT), ("a right-handed throw", RIGHT), ("turns right, then left", BOTH),
        ("brightly lit", NONE),
    ],
)  # fmt: skip
def test_sides_said(text, said):
    assert sides_said(text) == said
