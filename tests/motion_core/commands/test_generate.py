"""`laban generate`: from words or an action to a file; what cannot be made is said in one line."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from one_line import assert_one_line

from motion_core.formats.npz import read_npz

WAVE = ["generate", "--text", "a person waves", "--seconds", "1", "--steps", "3", "--device", "cpu"]


def test_generate_npz(laban, tiny_weights, tmp_path):
    out = tmp_path / "new folder" / "wave.npz"
    status, stdout, _ = laban(*WAVE, "--seed", 7, "--out", out)
    assert status == 0 and stdout.startswith(str(out)) and "CPU" in stdout
    motion = read_npz(out)
    assert len(motion) == 20 and motion.meta["seed"] == 7 and motion.meta["text"] == "a person waves"
    assert os.listdir(out.parent) == ["wave.npz"]


def test_generate_count_and_json(laban, tiny_weights, tmp_path):
    status, stdout, err = laban(*WAVE, "--seed", 4, "--count", 3, "--out", tmp_path / "wave.npz", "--json")
    facts = json.loads(stdout)
    assert status == 0 and not err
    assert facts["files"] == [str(tmp_path / f"wave_00{k}.npz") for k in range(3)]
    assert [motion["seed"] for motion in facts["motions"]] == [4, 5, 6]
    again = tmp_path / "again.npz"
    laban(*WAVE, "--seed", 5, "--out", again)
    assert np.allclose(read_npz(again).joints(), read_npz(tmp_path / "wave_001.npz").joints(), atol=1e-4)


def test_generate_action_chooses_its_model(laban, tiny_weights, tmp_path):
    status, _, _ = laban(
        "generate", "--action", "walk", "--seconds", 1, "--steps", 2, "--out", tmp_path / "w.npz"
    )
    assert status == 0
    assert read_npz(tmp_path / "w.npz").meta["model"] == "mdm-action"


def test_generate_part_by_part_or_whole(laban, tiny_weights, tmp_path):
    then = ("generate", "--text", "a person walks, then waves", "--seconds", 4, "--steps", 2)
    out = tmp_path / "story.npz"
    status, said, _ = laban(*then, "--out", out)
    assert status == 0
    assert "in parts: a person walks (1.74 s), a person waves (2.26 s)" in said
    assert read_npz(out).meta["prompts"] == [["a person walks", 1.74], ["a person waves", 2.26]]
    status, said, _ = laban(*then, "--whole", "--out", out)
    assert status == 0 and "in parts" not in said and "prompts" not in read_npz(out).meta
    status, said, _ = laban(*then, "--seconds", 2, "--out", out)
    assert status == 0 and "made as one: 2 s are too short for 2 parts, which need 3 s" in said


def test_generate_bvh(laban, tiny_weights, tmp_path):
    status, _, _ = laban(*WAVE, "--out", tmp_path / "wave.bvh")
    assert status == 0
    assert (tmp_path / "wave.bvh").read_text().startswith("HIERARCHY")


def test_same_seed_same_file(laban, tiny_weights, tmp_path):
    for name in ("a.npz", "b.npz"):
        laban(*WAVE, "--seed", 2, "--out", tmp_path / name)
    a, b = read_npz(tmp_path / "a.npz"), read_npz(tmp_path / "b.npz")
    assert np.array_equal(a.rotations, b.rotations) and np.array_equal(a.trans, b.trans)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--text", ""], ["prompt is empty"]),
        (["--text", "walk " * 2000], ["9999 characters", "1000"]),
        (["--text", "🙂🙂"], ["no words"]),
        (["--text", "walk", "--seconds", "0"], ["seconds is 0", "0.5"]),
        (["--text", "walk", "--seconds", "0.05"], ["seconds is 0.05"]),
        (["--text", "walk", "--seconds", "601"], ["seconds is 601", "from 0.5 to 600"]),
        (["--action", "walk", "--model", "mdm-action", "--seconds", "30"], ["at most 9.8", "laban sequence"]),
        (["--text", "walk", "--seconds", "nan"], ["seconds is nan"]),
        (["--text", "walk", "--seconds", "soon"], ["invalid float", "laban generate --help"]),
        (["--text", "walk", "--model", "gpt"], ["unknown model 'gpt'", "mdm, mdm-action"]),
        (["--text", "walk", "--model", "mdm-action"], ["takes no text", "mdm"]),
        (["--text", "walk", "--action", "walk"], ["not allowed with"]),
        (["--action", "fly", "--model", "mdm-action"], ["unknown action 'fly'", "walk"]),
        (["--action", "walk", "--model", "mdm"], ["needs a text"]),
        ([], ["needs a text"]),
        (["--text", "walk", "--seed", "-1"], ["seed is -1"]),
        (["--text", "walk", "--seed", "99999999999999999999"], ["seed is"]),
        (["--text", "walk", "--steps", "0"], ["steps is 0"]),
        (["--text", "walk", "--steps", "900"], ["from 1 to 50"]),
        (["--text", "walk", "--guidance", "nan"], ["guidance is nan"]),
        (["--text", "walk", "--count", "0"], ["count is 0"]),
        (["--text", "walk", "--count", "100000"], ["count is 100000", "64"]),
        (["--text", "walk", "--sed", "1"], ["unrecognized arguments: --sed"]),
    ],
)
def test_generate_bad_arguments(laban, tiny_weights, tmp_path, arguments, words):
    out = tmp_path / "x.npz"
    status, stdout, err = laban("generate", *arguments, "--out", out)
    assert status == 2 and not stdout and not out.exists()
    assert_one_line(err, *words)


def test_emoji_and_other_scripts_are_read(laban, tiny_weights, tmp_path):
    status, _, _ = laban(
        "generate", "--text", "他挥手 🙂", "--seconds", 0.5, "--steps", 1, "--out", tmp_path / "x.npz"
    )
    assert status == 0 and read_npz(tmp_path / "x.npz").meta["text"] == "他挥手 🙂"


def test_absent_weights_fail_with_the_fix(laban, tmp_path, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    status, stdout, err = laban(*WAVE, "--out", tmp_path / "x.npz", "--json")
    assert status == 1
    assert_one_line(err, "dit-adaln.safetensors", "LABAN_WEIGHTS")
    assert "dit-adaln.safetensors" in json.loads(stdout)["error"]


def test_broken_checkpoint_and_device(laban, tiny_weights, tmp_path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes((tiny_weights / "dit-adaln.safetensors").read_bytes()[:5000])
    status, _, err = laban(*WAVE, "--checkpoint", broken, "--out", tmp_path / "x.npz")
    assert status == 1
    assert_one_line(err, "broken.safetensors")
    status, _, err = laban(*WAVE[:-2], "--device", "tpu", "--out", tmp_path / "x.npz")
    assert status == 1
    assert_one_line(err, "unknown device 'tpu'", "mps")
