"""Models with settings, as they are written on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motion_core.metrics.benchmark.contenders import Contender
from motion_core.tasks import Generate, Sampling, TaskError


def test_a_plain_id_leaves_everything_to_the_model(tiny_weights):
    contender = Contender.parse("mdm")
    assert contender.sampling(7) == Sampling(seed=7) and contender.settings == {}
    generator = contender.load("cpu")
    assert generator.card.id == "mdm" and generator.clean_up and not generator.again
    assert Contender.parse("mdm@again=1").load("cpu").again


def test_settings_reach_the_generator(tiny_weights):
    file = tiny_weights / "mdm.safetensors"
    contender = Contender.parse(f" mdm@steps=4, guidance=2.5,spacing=2,sampler=ddim,raw=1,checkpoint={file}")
    asked = {"steps": 4, "guidance": 2.5, "spacing": 2.0, "sampler": "ddim"}
    assert contender.sampling(0) == Sampling(0, asked)
    assert contender.checkpoint == Path(file)
    generator = contender.load("cpu")
    assert not generator.clean_up
    walk = Generate(text="a person walks", seconds=1.0)
    made = generator.run(walk, contender.sampling(0))
    assert (made.meta["steps"], made.meta["sampler"]) == (4, "ddim")
    plain = generator.run(walk, Sampling(0, {**asked, "spacing": 1.0}))
    assert not np.allclose(made.joints(), plain.joints(), atol=1e-3)  # the levels reach the network


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nobody", "unknown model 'nobody'"),
        ("mdm@steps=fast", "'fast', not a number"),
        ("mdm@steps=0", "steps is 0"),
        ("mdm@guidance=nan", "guidance is nan"),
        ("mdm@spacing=wide", "'wide', not a number"),
        ("mdm@speed=3", "'speed=3' is no setting"),
        ("mdm@steps", "'steps' is no setting"),
        ("mdm@sampler=euler", "unknown sampler 'euler'"),
        ("mdm@raw=yes", "raw is 'yes': use 0 or 1"),
        ("mdm@again=2", "again is '2': use 0 or 1"),
        ("mdm@whole=2", "whole is '2': use 0 or 1"),
    ],
)
def test_faults_are_named(text, fault):
    with pytest.raises(TaskError, match=fault):
        Contender.parse(text)


def test_what_a_model_cannot_do_is_said_before_anything_runs(tiny_weights):
    with pytest.raises(TaskError, match="needs action, not a text"):
        Contender.parse("mdm-action").load("cpu")
    with pytest.raises(TaskError, match=r"steps is 80.*from 1 to 50"):
        Contender.parse("mdm@steps=80").load("cpu")
    with pytest.raises(TaskError, match=r"spacing is 0\.5: .* from 1 to 4"):
        Contender.parse("mdm@spacing=0.5")
    with pytest.raises(TaskError, match=r"spacing is 3\.0: .* takes no other"):
        Contender.parse("dit-adaln-fast@spacing=3")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.safetensors"):
        Contender.parse("mdm@checkpoint=nowhere.safetensors").load("cpu")
