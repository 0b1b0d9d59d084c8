"""Requests: checked at the door, with words that tell the user what to do; JSON there and back."""

from __future__ import annotations

import json

import pytest
from editing_motions import swaying

from motion_core.catalog import CATALOG, DEFAULT_MODEL, find_card
from motion_core.tasks import (
    MAX_COUNT,
    MAX_PROMPT,
    MAX_SECONDS,
    MAX_SEED,
    MIN_SECONDS,
    Edit,
    Generate,
    Request,
    Sampling,
    TaskError,
    check_prompt,
)


def test_prompt_is_tidied():
    assert check_prompt("  a person\n\twalks  ") == "a person walks"
    assert check_prompt("un homme marche à gauche 🙂") == "un homme marche à gauche 🙂"
    assert check_prompt("人が歩く") == "人が歩く"
    assert len(check_prompt("a" * MAX_PROMPT)) == MAX_PROMPT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("walk " * 2000, r"9999 characters: shorten it to 1000"),
        ("🙂🙃", "no words"),
        ("...!", "no words"),
        ("walk \ud800", "not valid text"),
        (7, "int"),
        (b"walk", "bytes"),
    ],
)
def test_bad_prompts(text, message):
    with pytest.raises(TaskError, match=message):
        Generate(text=text)


@pytest.mark.parametrize(
    "seconds",
    [0, 0.05, 600, -1, float("nan"), float("inf"), "6", True, None, pytest.param(10**400, id="huge"), [6]],
)
def test_bad_seconds(seconds):
    with pytest.raises(TaskError, match="seconds is"):
        Generate(text="walk", seconds=seconds)


def test_good_seconds():
    for seconds in (MIN_SECONDS, 6, MAX_SECONDS):
        assert Generate(text="walk", seconds=seconds).seconds == seconds


def test_action():
    assert Generate(action=" walk ").action == "walk"
    for action in ("", "  ", 3):
        with pytest.raises(TaskError, match="action"):
            Generate(action=action)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seed", -1), ("seed", MAX_SEED + 1), ("seed", 1.5), ("seed", True), ("seed", None),
        pytest.param("seed", 10**400, id="huge"),
    ],
)  # fmt: skip
def test_bad_sampling(field, value):
    with pytest.raises(TaskError, match=f"{field} is"):
        Sampling(**{field: value})


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


def test_a_seed_out_of_range_is_shown_in_full():
    with pytest.raises(TaskError, match=f"seed is {MAX_SEED + 1}: .* 0 to {MAX_SEED}"):
        Sampling(seed=MAX_SEED + 1)


@pytest.mark.parametrize(
    ("task", "sampling", "count"),
    [
        (Generate(text="a person walks", seconds=3.5), Sampling(4, {"steps": 20, "guidance": 2.5}), 3),
        (Generate(action="walk"), Sampling(), 1),
        (Generate(), Sampling(settings={"guidance": 0.0}), MAX_COUNT),
    ],
)
def test_json_there_and_back(task, sampling, count):
    line = json.dumps(Request(task, sampling, "mdm", count).to_json())
    assert Request.from_json(json.loads(line)) == Request(task, sampling, "mdm", count)


def test_json_defaults_and_id():
    assert Request.from_json({"id": "a1", "text": "walk"}) == Request(
        Generate(text="walk"), Sampling(), "", 1
    )


def test_settings_may_be_said_as_fields_of_old():
    request = Request.from_json({"text": "walk", "steps": 4, "guidance": None})
    assert request.sampling == Sampling(0, {"steps": 4}, old=("steps",))
    assert Request.from_json(request.to_json()) == request  # a setting of old stays one
    new = Request.from_json({"text": "walk", "steps": 4, "settings": {"steps": 5}})
    assert new.sampling == Sampling(0, {"steps": 5})


@pytest.mark.parametrize(
    ("settings", "message"),
    [([1], "settings is"), ({"steps": [4]}, "setting steps is"), ({"steps": True}, "setting steps is True")],
)
def test_bad_settings(settings, message):
    with pytest.raises(TaskError, match=message):
        Request.from_json({"text": "walk", "settings": settings})


def test_json_leaves_its_argument_alone():
    entry = {"id": "a1", "text": "walk"}
    Request.from_json(entry)
    assert entry == {"id": "a1", "text": "walk"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ([], "JSON object"),
        ("walk", "JSON object"),
        ({"task": "dance"}, "'dance'.*generate"),
        ({"task": []}, "unknown task"),
        ({"task": None}, "unknown task"),
        ({"text": "walk", "lenght": 3}, "'lenght'.*seconds"),
        ({"text": "walk", "model": 5}, "model is 5"),
        ({"text": "walk", "count": 0}, "count is 0"),
        ({"text": "walk", "count": MAX_COUNT + 1}, "count is"),
        ({"text": "walk", "count": "2"}, "count is"),
        ({"text": ["walk"]}, "list"),
        ({"text": "walk", "seed": 2.0}, "seed is 2.0"),
    ],
)
def test_bad_json(entry, message):
    with pytest.raises(TaskError, match=message):
        Request.from_json(entry)


def test_cards_are_consistent():
    assert DEFAULT_MODEL in CATALOG
    for name, card in CATALOG.items():
        assert card.id == name
        assert card.requires <= card.takes <= {"text", "action"}
        assert 0 < card.max_seconds <= MAX_SECONDS
        assert card.fps > 0
    with pytest.raises(TaskError, match=r"'mdn'.*mdm"):
        find_card("mdn")


def test_a_motion_s_licence_is_text():
    entry = Request(Edit(swaying(frames=5)), Sampling(), "mdm").to_json()
    assert "licence" not in entry["motion"]
    for licence in (5, ["CC BY"], "x" * 1001):
        entry["motion"]["licence"] = licence
        with pytest.raises(TaskError, match="motion's licence is"):
            Request.from_json(entry)
    entry["motion"]["licence"] = "CC BY 4.0"
    assert Request.from_json(entry).task.motion.meta == {"licence": "CC BY 4.0"}
