"""What a model costs, measured in a process of its own."""

from __future__ import annotations

import pytest

from motion_core.metrics.benchmark.cost import cost_in_child


@pytest.mark.slow
def test_the_cost_is_that_of_a_process_of_its_own(all_weights, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(all_weights))
    with pytest.raises(ValueError, match=r"cost of mdm@steps=999 could not be measured: .*from 1 to 50"):
        cost_in_child("mdm@steps=999", "cpu", 1.0)
