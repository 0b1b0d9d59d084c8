"""Tables of numbers read at once: the very values of `float`, or nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.formats.decimals import read_table

PLAIN = st.from_regex(r"-?(\d{1,7}(\.\d{0,8})?|\.\d{1,8})", fullmatch=True).filter(str.isascii)


@pytest.mark.slow
@given(
    st.lists(st.lists(PLAIN, min_size=3, max_size=3), min_size=1, max_size=20),
    st.sampled_from(["\n", "\r\n", " \n\n"]),
)
@settings(max_examples=200, deadline=None)
def test_values_are_those_of_float_bit_for_bit(rows, end):
    found = read_table((end.join("\t ".join(row) for row in rows) + end).encode(), 3)
    want = np.array([[float(word) for word in row] for row in rows])
    assert found is not None and found.tobytes() == want.tobytes()  # the sign of -0.0 too


@pytest.mark.parametrize(
    "text",
    ["", "1 2", "1 2 3 4", "1 2 3\n4 5", "1 2\n3", "1 2 nan", "1 2 3e1", "1 2 -", "1 2 .", "1 2 1.2.3", "1 2 1-2",
     "1 2 +3", "1 2 12345678.5", "1 2 0.123456789", "1 2 x3", "1 2 3,5", "1 2 --3", "1 2 3\xa0"],
)  # fmt: skip
def test_what_is_written_otherwise_is_left_to_the_slow_way(text):
    assert read_table(text.encode(), 3) is None
