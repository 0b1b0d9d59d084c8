"""`laban models`: what there is."""

from __future__ import annotations

import json


def test_models(laban, tiny_weights):
    status, stdout, _ = laban("models")
    assert status == 0 and "mdm-action" in stdout and "weights found" in stdout
    facts = json.loads(laban("models", "--json")[1])["models"]
    assert [row["id"] for row in facts][:2] == ["mdm", "mdm-action"]
    assert all(row["weights_found"] and row["licence"] for row in facts if "generate" in row["tasks"])
