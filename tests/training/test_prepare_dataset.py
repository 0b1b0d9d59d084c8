"""The command that makes a pool, with the real sentence encoder, on clips made here."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT
from motion_core.data.dataset import TrainingSet
from motion_core.data.store import ClipRecord, write_store
from motion_core.text import load_text_encoder

SCRIPT = Path(__file__).resolve().parents[2] / "training" / "prepare_dataset.py"
sys.path.insert(0, str(SCRIPT.parent))

import prepare_dataset  # noqa: E402


def gliding(frames: int, speed: float) -> Motion:
    rotations = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    sway = 0.05 * np.sin(np.arange(frames) / 4)[:, None, None] * np.ones((1, 21, 3))
    rotations[:, 1:] = quat.rotvec_to_quat(sway)
    rotations[:, 0] = UPRIGHT
    pelvis = np.zeros((frames, 3))
    pelvis[:, 1], pelvis[:, 2] = -np.arange(frames) * speed / 20, STANDING_PELVIS
    return Motion.from_pelvis(20.0, pelvis, rotations)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    clips = [
        ClipRecord(
            f"walk{n}", "studio", "train", "walk", "normal", (), gliding(40 + n, 1 + n / 10), free=False
        )
        for n in range(4)
    ]
    clips.append(ClipRecord("told", "people", "train", None, None, ("a man turns left",), gliding(50, 0.5)))
    for source in ("people", "studio"):
        said, free = ("somebody walks",), source == "people"
        clips.append(ClipRecord(f"val {source}", source, "val", "walk", None, said, gliding(40, 1.0), free))
    write_store(folder, clips, {"studio": "non-commercial", "people": "free"})
    return folder


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.slow
def test_a_pool_from_the_command_line(store, tmp_path):
    done = run("--store", store, "--out", tmp_path, "--size", 24, "--phrases", 2, "--workers", 2, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["samples"]["val"] == 4
    pool = TrainingSet.open(tmp_path)
    assert 10 <= len(pool) <= 24
    batch = pool.batch_at(0, 4, 0)
    encoded = load_text_encoder().encode(list(batch.captions)).pooled
    np.testing.assert_allclose(batch.pooled.numpy(), encoded.numpy(), atol=2e-3)  # float16 on disk
    assert any("turns right" in caption for caption in pool.captions)


def test_free_clips_only_and_nothing_made_up(store, tmp_path, capsys):
    arguments = ("--store", store, "--out", tmp_path, "--size", 1, "--free-only", "--workers", 1, "--json")
    assert prepare_dataset.main(list(map(str, arguments))) == 0
    about = json.loads(capsys.readouterr().out)
    assert (
        about["free"] and list(about["sources"]) == ["people"] and about["samples"] == {"train": 2, "val": 2}
    )


@pytest.mark.slow
def test_the_features_of_a_pool_can_be_chosen(store, tmp_path, capsys):
    arguments = ("--store", store, "--out", tmp_path, "--size", 1, "--workers", 2, "--json")
    assert prepare_dataset.main([*map(str, arguments), "--features", "humanml263"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert (about["features"], about["dim"]) == ("humanml263", 263)
    pool = TrainingSet.open(tmp_path)
    row = int(np.argmax(pool.lengths))
    x0 = pool.stats.denormalize(pool.clip(row, 3, 20))
    np.testing.assert_allclose(x0, pool.stats.denormalize(pool.clip(row))[3:23], atol=1e-4)
    speeds = np.linalg.norm(np.diff(pool.kind.decode(x0, pool.fps).pelvis[:, :2], axis=0), axis=1) * pool.fps
    assert 0.3 < speeds.mean() < 2.0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--store", "nowhere"), "is no training set"),
        (("--official",), "has no official split"),
        (("--mix", "juggled=1"), "unknown share 'juggled'"),
        (("--mix", "scaled=lots"), "'lots' is not a number"),
        (("--sources", "ghost"), "unknown source 'ghost'"),
        (("--min-frames", "300"), "min_frames 300"),
        (("--features", "smpl99"), "features is 'smpl99': use one of smpl205, smpl205-lab"),
    ],
)
def test_mistakes_are_named(store, tmp_path, arguments, complaint, capsys):
    assert prepare_dataset.main(["--store", str(store), "--out", str(tmp_path), *arguments]) == 1
    assert complaint in " ".join(capsys.readouterr().err.split())
