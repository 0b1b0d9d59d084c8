"""What is found out about a foreign skeleton before it is fitted."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from motion_core.formats.calibration import percentile


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40), st.floats(0, 100))
def test_percentile_is_numpys(values, percent):
    rows = np.array([values, values[::-1]]).T
    expected = np.percentile(rows, percent, axis=0)
    np.testing.assert_allclose(percentile(rows, percent), expected, rtol=1e-12, atol=1e-9)
