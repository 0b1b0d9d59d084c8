"""The benchmark as a table."""

from __future__ import annotations

from dataclasses import replace

from motion_core.metrics.benchmark.benchmark import (
    Benchmark,
    RowResult,
)
from motion_core.metrics.benchmark.cost import Cost
from motion_core.metrics.benchmark.table import benchmark_to_markdown


def test_cells_of_the_table():
    cost = Cost(9.8, 0.25, 2.0, None, "CPU")
    row = RowResult(
        "mdm", {}, {"fd": (0.5, 0.25), "r1_32": (0.75, None), "near_copies": (0.1, 0.01)}, 0.2, cost
    )
    real = RowResult("real", {}, {"r1_32": (None, None)})
    text = benchmark_to_markdown(Benchmark("val", 9, 2, None, (real, row)))
    assert "| mdm | 0.500 ± 0.250 | 0.750 | 10.0 ± 1.0 | 0.250 (0.200) | – |" in text
    assert "| *real* | – | – | – | – | – |" in text
    assert replace(cost, memory=100.4) and "| 100 |" in benchmark_to_markdown(
        Benchmark("val", 9, 2, None, (replace(row, cost=replace(cost, memory=100.4)),))
    )
