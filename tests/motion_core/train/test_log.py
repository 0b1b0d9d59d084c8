"""The log of a run that was killed."""

from __future__ import annotations

from motion_core.train.log import RunLog, read_log


def test_log_drops_what_a_killed_run_wrote_after_its_last_save(tmp_path):
    path = tmp_path / "log.jsonl"
    with RunLog(path, total=10) as log:
        for step in (2, 4, 6):
            log.write({"step": step, "loss": 1 / 3})
    path.write_text(path.read_text() + '{"step": 8, "lo')
    RunLog(path, total=10).drop_after(4)
    assert read_log(path) == [{"step": 2, "loss": 1 / 3}, {"step": 4, "loss": 1 / 3}]
    RunLog(tmp_path / "none", total=1, quiet=True).write({"step": 1})
    assert not (tmp_path / "none").exists()
