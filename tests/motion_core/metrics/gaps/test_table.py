"""The table of in-betweening, in words and figures."""

from __future__ import annotations

import json

import pytest
from gap_store import save_gap_store

from motion_core.metrics.gaps.completion import INTERPOLATIONS, run_completion
from motion_core.metrics.gaps.table import completion_to_markdown, write_completion


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return save_gap_store(tmp_path_factory.mktemp("gaps"), (60, 80, 100))


def test_the_table_has_every_row_and_names_the_best(store, tiny_weights, tmp_path):
    steps = []
    table = run_completion(
        ["mdm@steps=2"], store, gaps=(15, 5), limit=2, device="cpu", progress=lambda k, n: steps.append(k / n)
    )
    names = ["real", *INTERPOLATIONS, "mdm@steps=2"]
    assert [(row.gap, row.name) for row in table.rows] == [(gap, name) for gap in (5, 15) for name in names]
    for gap in (5, 15):
        rows = {row.name: row for row in table.rows if row.gap == gap}
        best = min(INTERPOLATIONS, key=lambda name: rows[name].values["l2p"][0])
        assert [name for name, row in rows.items() if row.best] == [best]
        assert rows[best].over_best["l2p"] == pytest.approx((1.0, 0.0))
        mean = rows["mdm@steps=2"].values["l2p"][0] / rows[best].values["l2p"][0]
        assert rows["mdm@steps=2"].over_best["l2p"][0] == pytest.approx(mean)
        assert set(rows["real"].values) == {"sliding", "down", "pop", "glide"} and not rows["real"].over_best
    assert steps == sorted(steps) and 0 < steps[-1] <= 1
    markdown = completion_to_markdown(table)
    assert markdown.count("\n| 5 | ") == 5 and "**" in markdown and "| 15 | mdm@steps=2 | " in markdown
    write_completion(table, tmp_path)
    assert (tmp_path / "completion.md").read_text() == markdown
    assert len(json.loads((tmp_path / "completion.json").read_text())["rows"]) == 10
