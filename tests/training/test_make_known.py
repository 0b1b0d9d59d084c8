"""The scripts behind `laban knows`: the vocabulary, what is known, and how well that is told."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))

import make_known
import make_vocabulary
import measure_knowing
from editing_motions import swaying

from motion_core.data.store import ClipRecord, write_store
from motion_core.hearing.known import Thing, read_known
from motion_core.hearing.spelling import read_vocabulary

pytestmark = pytest.mark.slow

CAPTIONS = ("a persn walks forward", "someone walks", "a man strolls ahead", "a person walks on")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Eight clips of walks: half with captions, two of them held out."""
    clips = [
        ClipRecord(
            f"clip{n}",
            "own",
            "val" if n > 5 else "train",
            "walk" if n % 2 else None,
            None,
            () if n % 2 else (CAPTIONS[n // 2],),
            swaying(n, 24, 20.0),
        )
        for n in range(8)
    ]
    folder = tmp_path_factory.mktemp("known") / "store"
    write_store(folder, clips, {"own": "CC0"})
    return folder


def test_words_are_counted_and_mistakes_left_out(store, tmp_path):
    table = tmp_path / "captions.csv"
    table.write_text("caption\nsomeone wlaks and walks\n", encoding="utf-8")
    out = tmp_path / "vocabulary.txt"
    status = make_vocabulary.main(["--data", str(store), "--captions", str(table), "--out", str(out)])
    words = read_vocabulary(out)
    assert status == 0
    assert words["walks"] == 3 and words["forward"] == 1
    assert "wlaks" not in words and "persn" not in words and "on" not in words
    assert words["capoeira"] == 0


def test_a_vocabulary_needs_no_caption():
    assert set(make_vocabulary.vocabulary(Counter()).values()) == {0}


def test_what_is_known_is_what_clips_show(store, tmp_path, capsys, monkeypatch):
    things = (Thing("walk forward", "going"), Thing("do a backflip", "turning"))
    monkeypatch.setattr(make_known, "read_plain", lambda: things)
    monkeypatch.setattr(make_known, "installed", lambda: False)
    out = tmp_path / "known.safetensors"
    assert make_known.main(["--data", str(store), "--out", str(out)]) == 0
    known = read_known(out)
    assert [thing.text for thing in known.things] == ["walk forward"]
    assert known.things[0].clips >= 3
    assert known.foreign.shape == (1, 0)
    assert 0.3 < known.far < 1.01  # one caption was held out
    assert "not known, 0 clips: do a backflip" in capsys.readouterr().err
    own = make_known.vectors(["a person walks forward"])[0]  # a caption, its mistake corrected
    assert known.closeness(own) == pytest.approx(1.0, abs=0.02)


def test_without_held_out_captions_the_threshold_must_be_given(tmp_path, capsys):
    write_store(
        tmp_path / "store",
        [
            ClipRecord(f"c{n}", "own", "train", None, None, ("a person walks",), swaying(n, 24, 20.0))
            for n in range(3)
        ],
        {"own": "CC0"},
    )
    assert make_known.main(["--data", str(tmp_path / "store"), "--out", str(tmp_path / "k")]) == 1
    assert "--far" in capsys.readouterr().err


def test_strangers_are_told_and_captions_pass():
    lines = measure_knowing.report(
        ["a person walks forward", "someone sits down"],
        {"things": ["a cat jumps onto the sofa"], "language": ["der Mann hebt beide Arme"]},
    )
    assert lines == [
        "false alarms: 0 of 2 held-out captions",
        "noticed of things: 1 of 1",
        "noticed of language: 1 of 1",
        "noticed of all: 2 of 2",
    ]


def test_the_table_of_strangers_is_large_and_its_halves_differ():
    test, dev = measure_knowing.strangers("test"), measure_knowing.strangers("dev")
    assert test.keys() == dev.keys()
    sentences = [text for texts in test.values() for text in texts]
    assert len(sentences) >= 100 and len(set(sentences)) == len(sentences)
    assert not set(sentences) & {text for texts in dev.values() for text in texts}
    assert np.all([len(texts) >= 5 for texts in test.values()])
