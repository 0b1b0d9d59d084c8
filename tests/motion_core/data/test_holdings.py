"""What a set holds, source by source."""

from __future__ import annotations

from motion_core.data.holdings import holdings, markdown
from motion_core.data.store import ClipStore, write_store
from tests.motion_core.data.test_store import record


def test_counts(tmp_path):
    clips = [
        record("a", 72, captions=("one", "two"), official="train", recording="r"),
        record("b", 72, captions=("title",), weak=True, recording="r"),
        record("c", 36, captions=(), recording="s"),
        record("d", 36, split="val", official="val"),
        record("e", 18, source="hall", captions=(), action=None),
    ]
    write_store(tmp_path, clips, {"lab": "own", "hall": "own"})
    lab, hall, total = holdings(ClipStore.open(tmp_path))
    assert (lab.recordings, lab.clips, lab.described, lab.captions, lab.titled, lab.labelled) == (
        3,
        4,
        2,
        4,
        1,
        1,
    )
    assert (lab.held_out, lab.held_out_captions, lab.official_held_out) == (1, 2, 1)
    assert abs(lab.hours - 216 / 20 / 3600) < 1e-9
    assert (hall.clips, hall.labelled, total.clips, total.source) == (1, 0, 5, "all")
    table = markdown([lab, hall, total]).splitlines()
    assert len(table) == 5 and table[2].startswith("| lab | 3 | 0.00 | 4 | 2 | 4 |")
