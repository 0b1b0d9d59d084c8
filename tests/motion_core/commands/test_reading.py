"""The options that say what a motion file does not say itself."""

from __future__ import annotations

import argparse
import json

import numpy as np
import pytest

from motion_core.body.skeleton import JOINT
from motion_core.commands.reading import add_reading_arguments, read_given, reading_of
from motion_core.tasks import TaskError


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_reading_arguments(parser)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def test_nothing_said_is_no_reading():
    assert reading_of(parsed()) is None


def test_all_that_can_be_said(tmp_path):
    (tmp_path / "names.json").write_text(json.dumps({"left_knee": "Knie L"}))
    reading = reading_of(
        parsed("--up", "z", "--unit", "0.0254", "--fps", "24", "--joints", "pelvis=Hüfte, head=Kopf")
    )
    assert (reading.up, reading.unit, reading.fps) == ("z", 0.0254, 24.0)
    assert reading_of(parsed("--t-pose", "12")).t_pose == 12
    assert reading.names == {"pelvis": "Hüfte", "head": "Kopf"}
    assert reading_of(parsed("--joints", str(tmp_path / "names.json"))).names == {"left_knee": "Knie L"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--up", "north"), "up is 'north'"),
        (("--unit", "inch"), "unit is 'inch'"),
        (("--fps", "-1"), "fps is -1"),
        (("--t-pose", "0"), "frame 0: frames are counted from 1"),
        (("--joints", "pelvis"), "write OURS=THEIRS"),
        (("--joints", "absent.json"), "absent.json"),
    ],
)
def test_faults_name_the_value(words, said):
    with pytest.raises(TaskError, match=said):
        reading_of(parsed(*words))


def test_what_is_taken_is_said_and_can_be_overruled(tmp_path, walking_motion, capsys):
    np.save(tmp_path / "a.npy", walking_motion.joints())
    motion = read_given(parsed(), tmp_path / "a.npy")
    assert "a.npy is read as Z up; m; 20 Hz (--up" in capsys.readouterr().err
    lying = read_given(parsed("--up", "y", "--json"), tmp_path / "a.npy")
    assert capsys.readouterr().err == ""
    assert motion.joints()[0, JOINT["head"], 2] > 1.3 > 0.9 > np.ptp(lying.joints()[0, :, 2])
