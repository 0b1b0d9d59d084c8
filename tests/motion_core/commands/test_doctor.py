"""`laban doctor`: what was found, and exit status 1 where something needed is missing."""

from __future__ import annotations

import json


def test_doctor_finds_what_is_here(laban, tiny_weights):
    status, stdout, _ = laban("doctor", "--json")
    facts = json.loads(stdout)
    by_name = {finding["name"]: finding for finding in facts["findings"]}
    assert status == 0 and facts["healthy"]
    assert "MiniLM" in by_name["text encoder"]["found"] and by_name["torch"]["state"] == "ok"
    assert "million parameters" in by_name["weights mdm"]["found"]


def test_doctor_says_what_is_missing(laban, tmp_path, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    (tmp_path / "mdm-action.safetensors").write_bytes(b"junk")
    status, stdout, _ = laban("doctor")
    assert status == 1
    assert "MISSING weights mdm " in stdout and f"put mdm.safetensors into {tmp_path}" in stdout
    assert "MISSING weights mdm-action" in stdout


def test_doctor_survives_absent_packages(laban, tiny_weights, monkeypatch):
    from importlib import util

    real = util.find_spec
    hidden = {"torch", "PIL"}
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name in hidden else real(name, *rest)
    )
    status, stdout, _ = laban("doctor")
    assert status == 1
    assert "MISSING torch" in stdout and "warning pillow" in stdout and "laban[backend]" in stdout
