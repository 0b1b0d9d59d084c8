"""Results of any kind: each says its media type, its file endings and its bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from editing_motions import swaying
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body.motion import Motion
from motion_core.formats.npz import bytes_to_motion
from motion_core.results import MAX_LISTED, RESULTS, Broken, Hit, Hits, Words
from motion_core.tasks import TASKS

META = {"text": "a person \u00fcbt", "seed": 3}
MOTION = swaying(1, 30, 29.97)
HITS = Hits(Path("/x"), (Hit("a/b.npz", 0.5, 1.5),), 3, (Broken("c.bvh", "no frames"),), "a note", META)


def test_every_task_gives_a_kind_that_there_is():
    assert {kind.gives for kind in TASKS.values()} <= set(RESULTS)
    assert {kind.name for kind in TASKS.values() if kind.gives == "hits"} == {"search"}


@pytest.mark.parametrize("kind", RESULTS.values(), ids=RESULTS)
def test_a_kind_says_how_it_is_sent_and_written(kind):
    assert kind.media_type.count("/") == 1 and kind.endings
    assert all(ending.startswith(".") and ending == ending.lower() for ending in kind.endings)
    assert callable(kind.to_bytes) and "meta" in kind.__dataclass_fields__


def test_media_types_and_endings():
    assert (Motion.media_type, Motion.endings) == ("application/octet-stream", (".npz", ".bvh"))
    assert (
        (Words.media_type, Words.endings)
        == (Hits.media_type, Hits.endings)
        == ("application/json", (".json",))
    )


def test_a_motion_s_bytes_are_a_file_of_it():
    again = bytes_to_motion(MOTION.to_bytes())
    assert again.fps == MOTION.fps and len(again) == 30
    np.testing.assert_allclose(again.joints(), MOTION.joints(), atol=1e-5)


@given(
    st.lists(st.text(max_size=30), max_size=4),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
@settings(max_examples=50, derandomize=True, deadline=None)
def test_words_come_back(texts, meta):
    try:
        body = Words(tuple(texts), meta).to_bytes()
    except UnicodeEncodeError:
        assert any("\ud800" <= letter <= "\udfff" for text in [*texts, *meta] for letter in text)
        return
    assert json.loads(body.decode("utf-8")) == {"texts": texts, "meta": meta}


def test_other_scripts_are_written_as_they_are():
    assert "\u6b69\u304f".encode() in Words(("\u6b69\u304f",)).to_bytes()


def test_hits_come_back():
    entry = json.loads(HITS.to_bytes())
    assert entry == {
        "library": str(Path("/x")), "files": 3, "hits": [{"path": "a/b.npz", "score": 0.5, "seconds": 1.5}],
        "broken_count": 1, "broken": [{"path": "c.bvh", "error": "no frames"}], "note": "a note",
    }  # fmt: skip
    assert Hit(**entry["hits"][0]) == HITS.hits[0] and HITS.meta == META


def test_of_many_broken_files_the_first_are_named_and_all_counted():
    many = Hits(Path("/x"), (), 99, tuple(Broken(f"{n}.npz", "cut") for n in range(99)))
    entry = json.loads(many.to_bytes())
    assert entry["broken_count"] == 99 and len(entry["broken"]) == MAX_LISTED
    assert entry["broken"][0] == {"path": "0.npz", "error": "cut"} and entry["note"] == ""
