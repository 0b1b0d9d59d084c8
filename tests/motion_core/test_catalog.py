"""Every card tells the truth about the weights that are bundled with it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from editing_motions import same_frames, stepping

from motion_core import load_generator
from motion_core.body.skeleton import BODY_HEIGHT, JOINT
from motion_core.catalog import (
    CATALOG,
    DEFAULT_MODEL,
    GUIDANCE,
    INBETWEEN_CARDS,
    RETRIEVAL_CARDS,
    SAMPLER,
    STEPS,
    all_settings,
    every_card,
    find_card,
    sampling_of,
)
from motion_core.checkpoint import read_info
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.editing.fill import hermite, hold
from motion_core.generators.weights import weights_path
from motion_core.tasks import (
    MAX_SECONDS,
    TASKS,
    Complete,
    Generate,
    Sampling,
    TaskError,
)
from motion_core.text import ENCODERS

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE, MAX_ALL = 16e6, 100e6  # bytes


@pytest.fixture(autouse=True)
def bundled(monkeypatch):
    """The weights of the package, whatever the environment says."""
    monkeypatch.delenv("LABAN_WEIGHTS", raising=False)


@pytest.mark.parametrize("card", [*CATALOG.values(), *INBETWEEN_CARDS.values()], ids=lambda card: card.id)
def test_a_card_agrees_with_its_checkpoint(card):
    info = read_info(weights_path(card, None))
    assert (info.family, info.fps) == (card.family, card.fps)
    assert card.takes == card.requires == {info.conditioning}
    assert info.licence == card.licence
    assert tuple(info.actions) == card.actions
    folded = {s.name: s.default for s in card.settings if s.fixed}
    assert folded == {name[7:]: v for name, v in info.diffusion.items() if name.startswith("folded_")}
    assert set(card.tasks) <= set(TASKS)


@pytest.mark.slow
@pytest.mark.parametrize("card", INBETWEEN_CARDS.values(), ids=lambda card: card.id)
def test_a_specialist_is_named_by_a_card_and_lies_nearer_to_real_motion_than_a_cubic(card):
    assert card.id not in CATALOG and any(card.id == other.between for other in CATALOG.values())
    generator = load_generator(DEFAULT_MODEL, device="cpu")
    walk = stepping(80, 30.0)
    gap = (20, 60)
    made = generator.run(Complete(hold(walk, gap), ((0, 20), (60, 80))), Sampling(seed=1))
    assert made.meta["model"] == card.id and same_frames(made, walk, np.r_[0:20, 60:80])
    ours, cubic = (np.abs(m.joints() - walk.joints())[20:60].mean() for m in (made, hermite(walk, gap)))
    assert ours < cubic


@pytest.mark.parametrize("card", RETRIEVAL_CARDS.values(), ids=lambda card: card.id)
def test_a_retrieval_card_agrees_with_its_checkpoint(card):
    info = read_info(weights_path(card, None))
    assert (info.family, info.fps) == (card.family, card.fps)
    assert card.takes == card.requires == {info.conditioning}
    assert info.licence == card.licence
    assert info.config["trained_frames"] == round(card.max_seconds * card.fps)
    assert card.id not in CATALOG and card.tasks == ("search",)


@pytest.mark.slow
@pytest.mark.parametrize("card", CATALOG.values(), ids=lambda card: card.id)
def test_a_bundled_model_makes_a_person(card):
    task = Generate(
        seconds=3, **({"text": "a person stands still"} if "text" in card.takes else {"action": "stand"})
    )
    motion = load_generator(card.id, device="cpu").run(task, Sampling(seed=1))
    head = motion.joints()[:, JOINT["head"], 2]
    assert motion.fps == card.fps and len(motion) == round(3 * card.fps)
    assert motion.meta["licence"] == card.licence
    assert np.all(head > 0.7 * BODY_HEIGHT) and np.all(head < 1.05 * BODY_HEIGHT)


@pytest.mark.slow
def test_the_longest_clip_is_one_clip_and_a_longer_motion_several():
    card = find_card(DEFAULT_MODEL)
    generator = load_generator(card.id, device="cpu")
    motion = generator.run(Generate(text="walk", seconds=card.max_seconds), Sampling())
    assert len(motion) == round(card.max_seconds * card.fps)
    longer = generator.run(Generate(text="walk", seconds=card.max_seconds + 2), Sampling())
    assert len(longer) == round((card.max_seconds + 2) * card.fps)
    with pytest.raises(TaskError, match="seconds is 601"):
        Generate(text="walk", seconds=601)


def test_weights_are_small_and_accounted_for():
    files = sorted((ROOT / "motion_core" / "weights").glob("*.safetensors"))
    cards = [*CATALOG.values(), *INBETWEEN_CARDS.values(), *RETRIEVAL_CARDS.values()]
    heads = {spec.head for spec in ENCODERS.values() if spec.head}
    assert {file.name for file in files} == {card.checkpoint for card in cards} | heads
    assert all(file.stat().st_size <= MAX_FILE for file in files)
    assert sum(file.stat().st_size for file in files) <= MAX_ALL
    story = (ROOT / "docs" / "weights.md").read_text(encoding="utf-8")
    assert all(file.name in story for file in files)


@pytest.mark.parametrize(
    "card", [c for c in CATALOG.values() if c.id.endswith("-open")], ids=lambda card: card.id
)
def test_an_open_model_has_seen_nothing_that_is_not_free(card):
    info = read_info(weights_path(card, None))
    assert "non-commercial" not in info.licence.lower() and not info.training["sources"].keys() & {"bandai"}
    named = {card.between, *(setting.elsewhere for setting in card.settings)}
    others = [find_card(name) for name in named if name]
    assert all(other.id.endswith("-open") for other in others)  # what helps it would bind its motions, too


def test_a_distilled_model_is_asked_for_its_own_steps_alone():
    free, fixed = find_card("dit-adaln"), find_card("dit-adaln-fast")
    asked = {"steps": 8, "guidance": 1.5}
    assert sampling_of(free, 3, asked) == Sampling(3, asked)
    assert sampling_of(free, 3, {"steps": 0, "guidance": 0.0}) == sampling_of(fixed, 3, asked) == Sampling(3)


def test_an_unknown_setting_is_answered_with_those_there_are():
    with pytest.raises(
        TaskError, match=r"unknown setting 'speed': model 'mdm' has steps, guidance, spacing, sampler"
    ):
        find_card("mdm").settled(Sampling(settings={"speed": 2}))
    with pytest.raises(TaskError, match="model 'tmr' has none"):
        find_card("tmr").settled(Sampling(settings={"steps": 2}))


def test_a_field_of_old_that_means_nothing_is_named_in_a_note():
    values, note = find_card("tmr").settled(Sampling(0, {"steps": 2}, old=("steps",)))
    assert values == {} and note == "steps means nothing to model 'tmr' and is left out"


def test_settings_have_the_names_of_no_field_of_a_task():
    names = {setting.name for card in every_card().values() for setting in card.settings}
    assert not names & {field for kind in TASKS.values() for field in kind.field_names()}


def test_the_samplers_of_a_card_are_those_there_are():
    assert set(SAMPLER.choices) == set(SAMPLERS)


def test_an_unknown_model_is_answered_with_those_there_are():
    with pytest.raises(TaskError, match="mdm, mdm-action"):
        find_card("mdn")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 0), ("steps", 1001), ("steps", "50"), ("steps", 2.5), pytest.param("steps", 10**400, id="huge"),
        ("guidance", -0.1), ("guidance", 31), ("guidance", float("nan")), ("sampler", "euler"), ("sampler", 3),
    ],
)  # fmt: skip
def test_bad_settings_are_named_with_what_the_model_takes(name, value):
    with pytest.raises(TaskError, match=f"{name} .*model 'mdm' takes"):
        CATALOG["mdm"].settled(Sampling(settings={name: value}))


def test_cards_are_consistent():
    assert DEFAULT_MODEL in CATALOG
    for name, card in CATALOG.items():
        assert card.id == name
        assert card.requires <= card.takes <= {"text", "action"}
        assert 0 < card.max_seconds <= MAX_SECONDS
        assert card.fps > 0
    with pytest.raises(TaskError, match=r"'mdn'.*mdm"):
        find_card("mdn")


def test_a_setting_checks_its_value_and_gives_it_its_type():
    assert (
        STEPS.kind is int and GUIDANCE.check(3, "mdm") == 3.0 and isinstance(GUIDANCE.check(3, "mdm"), float)
    )
    assert SAMPLER.check("ddim", "mdm") == "ddim" and not SAMPLER.fixed
    one = STEPS.fixed_at(8)
    assert one.fixed and one.check(8, "mdm") == 8 and (one.default, one.low, one.high) == (8, 8, 8)
    with pytest.raises(
        TaskError, match=r"steps is 9: model 'mdm' was made for 8 and takes no other; leave it out$"
    ):
        one.check(9, "mdm")


def test_all_settings_are_those_that_a_model_has_free():
    found = all_settings()
    assert list(found) and set(found) == {s.name for c in CATALOG.values() for s in c.settings if not s.fixed}
    assert not any(setting.fixed for setting in found.values())
    assert all(setting.label and setting.help for setting in found.values())


def test_a_model_has_its_own_value_of_its_settings_alone():
    card = find_card("dit-adaln-fast")
    assert card.own("steps") == 8 and card.setting("speed") is None
    with pytest.raises(KeyError, match="speed"):
        card.own("speed")


def test_a_card_is_json():
    for card in every_card().values():
        entry = json.loads(json.dumps(card.to_json()))
        assert entry["takes"] == sorted(card.takes) and entry["settings"] == [
            asdict(s) | {"choices": list(s.choices)} for s in card.settings
        ]
