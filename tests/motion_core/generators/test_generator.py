"""The generator: same seed same motion in any batch, progress, cancelling, bad requests, a full GPU."""

from __future__ import annotations

import numpy as np
import pytest
from distance import distance

from motion_core import load_generator
from motion_core.body.skeleton import JOINT
from motion_core.editing.planting import lock_feet
from motion_core.generators.finishing import frame_count, tidied
from motion_core.tasks import Generate, Request, Sampling, Sequence, TaskError

WALK = Generate(text="a person walks forward", seconds=1.0)


def test_a_motion_with_its_facts(text_model):
    motion = text_model.run(WALK, Sampling(3, {"steps": 4}))
    assert len(motion) == 20 and motion.fps == 20.0
    assert np.allclose(motion.pelvis[0, :2], 0, atol=1e-5) and abs(motion.heading()[0]) < 0.5
    facts = {"text": WALK.text, "model": "mdm", "seed": 3, "seconds": 1.0, "steps": 4, "guidance": 2.5}
    assert facts.items() <= motion.meta.items()
    assert motion.meta["licence"] == "CC0 (random numbers)" and motion.meta["version"]


def test_seed_text_and_guidance_matter_and_nothing_else(text_model):
    first = text_model.run(WALK, Sampling(1, {"steps": 4}))
    assert distance(first, text_model.run(WALK, Sampling(1, {"steps": 4}))) == 0
    assert distance(first, text_model.run(WALK, Sampling(2, {"steps": 4}))) > 1e-3
    other = Generate(text="a person jumps", seconds=1.0)
    assert distance(first, text_model.run(other, Sampling(1, {"steps": 4}))) > 1e-4
    assert distance(first, text_model.run(WALK, Sampling(1, {"steps": 4, "guidance": 9.0}))) > 1e-4


def test_same_motion_in_any_batch(text_model):
    """Other lengths (so padding), other prompts (so text padding), other settings beside it."""
    jobs = [
        (WALK, Sampling(5, {"steps": 4})),
        (Generate(text="run", seconds=3.0), Sampling(6, {"steps": 4})),
        (
            Generate(text="somebody bows, then waves and slowly walks away", seconds=2.05),
            Sampling(7, {"steps": 4}),
        ),
        (WALK, Sampling(8, {"steps": 7})),
        (WALK, Sampling(9, {"steps": 4, "guidance": 1.0})),
    ]
    together = text_model.run_batch(jobs)
    for job, motion in zip(jobs, together):
        alone = text_model.run(*job)
        assert len(alone) == len(motion) == frame_count(job[0].seconds, 20.0)
        assert distance(alone, motion) < 1e-4
        assert motion.meta["seed"] == job[1].seed


def test_actions(action_model):
    walk, run = (
        action_model.run(Generate(action=a, seconds=1.0), Sampling(settings={"steps": 3}))
        for a in ("walk", "run")
    )
    assert walk.meta["action"] == "walk" and "text" not in walk.meta
    assert distance(walk, run) > 1e-4


def test_humanml3d_features(tmp_path, make_tiny, walking_motion):
    """A checkpoint on the 263 features decodes through joint positions."""
    from motion_core.features import humanml263

    x0 = humanml263.motion_to_features(walking_motion)
    path = tmp_path / "263.safetensors"
    make_tiny(
        path, "text", config={"features": 263}, features="humanml263", mean=x0.mean(0), std=np.full(263, 0.01)
    )
    motion = load_generator("mdm", device="cpu", checkpoint=path).run(WALK, Sampling(settings={"steps": 3}))
    bone = np.linalg.norm(
        motion.joints()[:, JOINT["left_knee"]] - motion.joints()[:, JOINT["left_hip"]], axis=-1
    )
    assert len(motion) == 20 and np.allclose(bone, bone[0], atol=1e-4)


def test_progress_and_cancelling(text_model):
    seen = []
    text_model.run(WALK, Sampling(settings={"steps": 5}), on_step=lambda k, n: seen.append((k, n)))
    assert seen == [(k, 5) for k in range(1, 6)]

    class Cancelled(Exception):
        pass

    def stop(k, n):
        if k == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        text_model.run(WALK, Sampling(settings={"steps": 5}), on_step=stop)
    text_model.run(WALK, Sampling(settings={"steps": 2}))  # and works on


@pytest.mark.parametrize(
    ("task", "sampling", "message"),
    [
        (Generate(seconds=1), {}, "needs a text"),
        (Generate(action="walk"), {}, "needs a text"),
        (Generate(text="walk", action="walk"), {}, "takes no action; models that do: mdm-action"),
        (Generate(text="walk"), {"steps": 51}, "from 1 to 50"),
    ],
)
def test_requests_that_do_not_fit(text_model, task, sampling, message):
    with pytest.raises(TaskError, match=message):
        text_model.run(task, Sampling(settings=sampling))


def test_unknown_action_lists_the_known(action_model):
    with pytest.raises(TaskError, match=r"unknown action 'walkk' \(did you mean 'walk'\?\).*walk, run, wave"):
        action_model.run(Generate(action="walkk"))
    with pytest.raises(TaskError, match=r"'mdm-action' makes at most 9\.8 seconds"):
        action_model.run(Generate(action="walk", seconds=9.85))
    with pytest.raises(TaskError, match="takes no text; models that do: mdm"):
        action_model.run(WALK)
    with pytest.raises(TaskError, match="needs an action; actions of 'mdm-action': walk, run, wave"):
        action_model.run(Generate())


def test_the_longest_clip_is_allowed(action_model):
    motion = action_model.run(Generate(action="run", seconds=9.8), Sampling(settings={"steps": 1}))
    assert len(motion) == 196


def test_a_long_prompt_leaves_a_note(text_model):
    motion = text_model.run(
        Generate(text="walk " * 199 + "x" * 4, seconds=0.5), Sampling(settings={"steps": 1})
    )
    assert "were read" not in motion.meta.get("note", "")
    motion = text_model.run(Generate(text="a b c " * 160, seconds=0.5), Sampling(settings={"steps": 1}))
    assert "only the first 254 were read" in motion.meta["note"]


def test_a_result_says_how_its_words_were_heard_and_that_they_are_strange(text_model):
    quick = Sampling(settings={"steps": 1})
    typed = text_model.run(Generate(text="a persn wlaks", seconds=0.5), quick)
    right = text_model.run(Generate(text="a person walks", seconds=0.5), quick)
    assert typed.meta["note"] == "read as 'a person walks' (typed 'a persn wlaks')"
    assert typed.meta["text"] == "a person walks" and "note" not in right.meta
    assert distance(typed, right) < 1e-6
    cat = text_model.run(Generate(text="a cat jumps onto the sofa", seconds=0.5), quick)
    assert "only a human body is made" in cat.meta["note"] and len(cat) == 10


def test_raw_leaves_the_feet_where_they_are(action_model):
    job = Generate(action="wave", seconds=1.0), Sampling(settings={"steps": 3})
    cleaned = action_model.run(*job)
    action_model.clean_up = False
    raw = action_model.run(*job)
    action_model.clean_up = True
    assert distance(lock_feet(tidied(raw)), cleaned) < 1e-6 < distance(raw, cleaned)


# ---- with a maker that is no diffusion


JOBS = [
    (Generate("a person walks", seconds=1.0), Sampling(1)),
    (Generate("a person dances", seconds=2.0), Sampling(2)),
    (Generate("a person dances, then drinks", seconds=4.0), Sampling(3)),
    (Generate("a person walks", seconds=1.0), Sampling(4, {"rounds": 5})),
    (Generate("a person nods", seconds=1.5), Sampling(1)),
]


def test_it_knows_no_family(tiny):
    motion = tiny.run(*JOBS[0])
    assert len(motion) == 20 and motion.meta["model"] == "tiny" and motion.meta["rounds"] == 3
    assert "steps" not in motion.meta and "guidance" not in motion.meta


def test_any_maker_s_motions_are_the_same_in_any_batch(tiny):
    together = tiny.run_batch(JOBS)
    assert max(tiny.maker.sizes) > 1
    for job, motion in zip(JOBS, together):
        assert distance(tiny.run(*job), motion) < 1e-6 and motion.meta["seed"] == job[1].seed
    backwards = tiny.run_batch(JOBS[::-1])[::-1]
    assert all(distance(a, b) < 1e-6 for a, b in zip(together, backwards))


def test_progress_adds_the_steps_of_all_batches_up(tiny):
    seen = []
    tiny.run_batch(JOBS, lambda k, n: seen.append((k, n)))
    # Two batches of three rounds, one of five, and three rounds of what the sequence asks for at last
    assert seen == [(k, 14) for k in range(1, 15)]


def test_progress_of_many_parts_is_one_bar(tiny):
    """Each part was counted anew: "step 9 of 9" came five times."""
    seen = []
    parts = Sequence((("dance", 1.0), ("drink", 1.0), ("sing", 1.0), ("laugh", 1.0), ("sway", 1.0)))
    tiny.run(parts, Sampling(1), lambda k, n: seen.append((k, n)))
    assert seen == [(k, 15) for k in range(1, 16)]


def test_what_a_maker_does_not_read_is_told(tiny):
    assert "note" not in tiny.run(Generate("a person walks"), Sampling()).meta
    long = tiny.run(Generate("a person walks very slowly"), Sampling())
    assert long.meta["note"] == "only the first 20 characters were read"


def test_a_field_of_old_that_means_nothing_is_told_with_the_result(tiny):
    old = Request.from_json({"text": "a person walks very slowly", "guidance": 2.0, "steps": 3})
    meta = tiny.run(old.task, old.sampling).meta
    assert meta["note"] == (
        "only the first 20 characters were read; steps means nothing to model 'tiny' and is left out; "
        "guidance means nothing to model 'tiny' and is left out"
    )
    assert "guidance" not in meta and "steps" not in meta
    with pytest.raises(TaskError, match="unknown setting 'guidance': model 'tiny' has rounds"):
        tiny.run(old.task, Sampling(settings={"guidance": 2.0}))


def test_cancelling_stops_any_maker(tiny):
    class Cancelled(Exception):
        pass

    def stop(k, n):
        raise Cancelled

    with pytest.raises(Cancelled):
        tiny.run_batch(JOBS, stop)
    assert tiny.maker.sizes == [2]  # no further batch was begun
