"""What a result says of how it was made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from editing_motions import swaying
from tiny_maker import CARD

from motion_core import __version__
from motion_core.generators.prompt_parts import Reading
from motion_core.generators.ready_job import ReadyJob, made_of
from motion_core.tasks import Edit, Generate, Made, Sampling, Sequence

MOTION = swaying(0, 40, 20.0)
PARTS = Sequence((("a person walks", 1.23456), ("a person sits", 2.0)))


def made(tiny, task, note="", reading=None, **settings) -> Made:
    asked = Sampling(7, settings)
    job = ReadyJob(task, asked, tiny.card.settled(asked)[0], reading or Reading(), note)
    return made_of(job, tiny.card, tiny.maker, MOTION)


def test_a_new_motion(tiny):
    task = Generate("a person walks", seconds=2.5)
    assert made(tiny, task, rounds=4) == Made(
        task="generate", text="a person walks", model="tiny", seed=7, seconds=2.5, licence=CARD.licence,
        version=__version__, more={"text": "a person walks", "seconds": 2.5, "rounds": 4},
    )  # fmt: skip


def test_remarks_are_told_part_by_part_before_other_notes(tiny):
    strange = Sequence((("a person walks", 1.0), ("a cat jumps", 2.0)))
    told = made(tiny, strange, note="guidance is built in").note
    assert told.startswith("'a cat jumps': only a human body is made")
    assert told.endswith("; guidance is built in")


def test_seconds_are_the_motion_s_where_none_are_asked_for(tiny):
    assert made(tiny, Edit(MOTION)).seconds == 2.0


def test_the_licence_of_what_is_handed_in_is_told_too(tiny):
    given = replace(MOTION, meta={"licence": "CC BY-SA 4.0"})
    told = made(tiny, Edit(given))
    assert (told.licence, told.given_licence) == (f"{CARD.licence}; CC BY-SA 4.0", "CC BY-SA 4.0")
    assert made(tiny, Edit(MOTION)).given_licence == ""


def test_parts_are_told_with_the_words_they_came_from(tiny):
    split = made(tiny, Generate("a person walks, then sits"), reading=Reading(PARTS))
    assert split.text == "a person walks, then sits" and split.note == ""
    assert split.parts == (("a person walks", 1.2346), ("a person sits", 2.0))
    assert made(tiny, PARTS).text == "a person walks; a person sits"


@pytest.mark.parametrize(
    ("text", "reading", "note", "told"),
    [
        ("walk", Reading(), "", ""),
        ("walk", Reading(), "guidance is left out", "guidance is left out"),
        ("walk", Reading(note="made as one"), "guidance is left out", "made as one; guidance is left out"),
        ("a person walks very slowly", Reading(note="made as one"), "",
         "only the first 20 characters were read; made as one"),
    ],
)  # fmt: skip
def test_notes_are_joined(tiny, text, reading, note, told):
    assert made(tiny, Generate(text), note, reading).note == told


def test_hidden_settings_are_told_only_where_they_were_asked_for(tiny):
    hidden = replace(CARD.settings[0], name="hidden", shown=False)
    tiny.card = replace(tiny.card, settings=(*CARD.settings, hidden))
    assert "hidden" not in made(tiny, Generate("walk")).more
    assert made(tiny, Generate("walk"), hidden=5).more["hidden"] == 5
