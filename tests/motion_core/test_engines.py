"""Engines: a finder for searches, a generator for what makes motions; each says no to the tasks of the other."""

from __future__ import annotations

import pytest
from tiny_tmr import save_tiny_tmr, write_library
from word_embedder import WordEmbedder

from motion_core.catalog import RETRIEVAL_CARDS
from motion_core.engines import load_engine
from motion_core.generators import Generator
from motion_core.search import Finder
from motion_core.tasks import Generate, Sampling, Search, TaskError

WALK = Generate(action="walk", seconds=1.0)
BOW = Search("bow number 1", "/x")


def test_a_retrieval_model_is_a_finder_and_is_not_loaded_yet(tmp_path, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))  # where there are none
    engine = load_engine("tmr", device="cpu")
    assert isinstance(engine, Finder) and engine.card is RETRIEVAL_CARDS["tmr"]
    assert not engine.loaded and engine.note == ""


def test_any_other_model_is_a_generator(tiny_weights):
    engine = load_engine("mdm-action", device="cpu")
    assert isinstance(engine, Generator) and engine.clean_up and "CPU" in engine.note
    assert not load_engine("mdm-action", device="cpu", raw=True).clean_up
    (motion,) = engine.run_batch([(WALK, Sampling(1, {"steps": 1}))])
    assert motion.meta["model"] == engine.card.id == "mdm-action"


@pytest.mark.parametrize(
    ("model", "task", "words"),
    [
        ("tmr", WALK, "model 'tmr' cannot generate; it can search"),
        ("mdm-action", BOW, "model 'mdm-action' cannot search; it can generate"),
    ],
)
def test_a_task_of_another_kind_is_refused_before_anything_runs(tiny_weights, model, task, words):
    engine = load_engine(model, device="cpu")
    for ask in (lambda: engine.check(task, Sampling()), lambda: engine.run_batch([(task, Sampling())])):
        with pytest.raises(TaskError, match=words):
            ask()


def test_settings_that_there_are_not_are_refused_by_every_engine(tiny_weights):
    asked = Sampling(settings={"speed": 2})
    with pytest.raises(TaskError, match="unknown setting 'speed': model 'tmr' has none"):
        load_engine("tmr", device="cpu").check(BOW, asked)
    with pytest.raises(TaskError, match="unknown setting 'speed': model 'mdm-action' has steps, guidance"):
        load_engine("mdm-action", device="cpu").check(WALK, asked)


def test_a_search_says_which_fields_of_old_meant_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    task = Search(BOW.text, str(write_library(tmp_path / "library")))
    old = Sampling(0, {"steps": 8}, old=("steps",))
    plain, noted = Finder(WordEmbedder).run_batch([(task, Sampling()), (task, old)])
    assert plain.note == "" and noted.note == "steps means nothing to model 'tmr' and is left out"
    assert plain.hits == noted.hits


@pytest.mark.slow
def test_the_finder_s_model_comes_from_the_file_that_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    checkpoint = save_tiny_tmr(tmp_path) / "tmr.safetensors"
    engine = load_engine("tmr", device="cpu", checkpoint=checkpoint)
    (hits,) = engine.run_batch(
        [(Search("a person bows", str(write_library(tmp_path / "library"))), Sampling())]
    )
    assert len(hits.hits) == 5 and engine.loaded and "CPU" in engine.note
