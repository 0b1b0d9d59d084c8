"""What a user says about a file."""

from __future__ import annotations

import pytest

from motion_core.formats.reading import Reading, unit_name, unit_size


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"up": "w"}, "up is 'w'"),
        ({"unit": "inch"}, "unit is 'inch'"),
        ({"unit": -1.0}, "above 0"),
        ({"unit": float("nan")}, "above 0"),
        ({"fps": 0.0}, "fps is 0"),
        ({"fps": float("inf")}, "fps is inf"),
        ({"fps": 1e9}, "from 0.01 to 1000"),
    ],
)
def test_bad_values_are_named(what, said):
    with pytest.raises(ValueError, match=said):
        Reading(**what)


def test_units_by_name_and_by_number():
    assert unit_size("cm") == 0.01 and unit_size(0.0254) == 0.0254
    assert unit_name(0.001) == "mm" and unit_name(0.0254) == "0.0254 m"
