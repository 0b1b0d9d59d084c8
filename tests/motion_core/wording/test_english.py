"""Captions of other languages are recognised, English ones never mistaken."""

from __future__ import annotations

import csv

import pytest

from motion_core.wording.english import foreign_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Eine Person geht nach vorne und winkt mit der Hand", "German"),
        ("un homme marche vers l'avant", "French"),
        ("una persona camina hacia adelante", "Spanish"),
        ("un uomo cammina e saluta con la mano", "Italian"),
        ("uma pessoa anda para a frente", "Portuguese"),
        ("een persoon loopt naar voren", "Dutch"),
        ("человек идёт вперёд", "Cyrillic"),
        ("人走路", "Cjk"),
    ],
)
def test_other_languages(text, language):
    assert foreign_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "jumping jacks",
        "a plié in ballet",
        "a man walks as if drunk",
        "",
        "180º turn",
        "he dies on the floor",
        "la la la",
    ],
)
def test_english_and_fragments_pass(text):
    assert foreign_language(text) is None


@pytest.mark.slow
@pytest.mark.shared_data
def test_no_caption_of_the_data_is_mistaken(shared_data):
    with open(shared_data / "captions_humanml3d_trainval.csv", encoding="utf-8", newline="") as file:
        captions = [row["caption"] for row in csv.DictReader(file)]
    assert len(captions) > 20_000
    assert [caption for caption in captions if foreign_language(caption)] == []
