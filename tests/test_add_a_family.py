"""docs/add-a-family.md does what it says: its own code, put where it says, in a copy of the library."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_mdm import save_tiny_models
from tiny_tmr import bowing, save_tiny_tmr

from motion_core.data.store import ClipRecord, write_store
from motion_core.formats.npz import read_npz

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "add-a-family.md"


def code_of(page: str) -> list[str]:
    """The Python blocks of a page, in order."""
    return re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)


def put(path: Path, code: str) -> None:
    """The code below everything else in a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + code)


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the library with the family of the page in it, and weights."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        ROOT / "motion_core", folder / "motion_core", ignore=shutil.ignore_patterns("weights", "__pycache__")
    )
    (folder / "blender_addon").symlink_to(ROOT / "blender_addon")
    module, row, card, make_weights = code_of(PAGE.read_text(encoding="utf-8"))
    core = folder / "motion_core"
    (core / "generators/makers/mean_pose.py").write_text(module, encoding="utf-8")
    put(core / "generators/families.py", row)
    put(core / "catalog.py", card)
    weights = save_tiny_tmr(save_tiny_models(core / "weights"))
    script = folder / "make_weights.py"
    script.write_text(make_weights, encoding="utf-8")
    run(folder, [str(script), str(weights / "mdm.safetensors"), str(weights / "mean-pose.safetensors")])
    return folder


def run(copy: Path, arguments: list[str], python: str = sys.executable) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "LABAN_WEIGHTS"} | {"PYTHONPATH": str(copy)}
    done = subprocess.run([python, *arguments], capture_output=True, text=True, cwd=copy, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def laban(copy: Path, *arguments: str) -> dict:
    return json.loads(run(copy, ["-m", "motion_core", *arguments, "--json"]))


def test_it_is_listed_with_its_weights(copy):
    cards = {card["id"]: card for card in laban(copy, "models")["models"]}
    assert cards["mean-pose"]["weights_found"] and cards["mean-pose"]["family"] == "mean-pose"


def test_it_makes_the_mean_pose_and_says_what_it_takes(copy, tmp_path):
    out = tmp_path / "still.npz"
    laban(
        copy,
        "generate",
        "--model",
        "mean-pose",
        "--text",
        "a person stands",
        "--seconds",
        "2",
        "--out",
        str(out),
    )
    motion = read_npz(out)
    assert len(motion) == 40 and motion.meta["model"] == "mean-pose"
    assert np.allclose(motion.rotations, motion.rotations[0], atol=1e-5)


def test_it_is_evaluated_beside_the_others(copy, tmp_path):
    clips = [
        ClipRecord(f"{split}{n}", "made", split, "bow", "normal", (), bowing(0.2 * n + 0.1, 20 + n))
        for split in ("train", "val")
        for n in range(6)
    ]
    write_store(tmp_path / "data", clips, {"made": "our own"})
    command = ("evaluate", "--models", "mean-pose", "--benchmark", "--replications", "1", "--device", "cpu")
    rows = laban(copy, *command, "--data", str(tmp_path / "data"))["benchmark"]["rows"]
    assert [row["name"] for row in rows] == ["real", "retrieval", "random clip", "mean-pose"]
    assert rows[-1]["values"]["fd"][0] > 0


def test_the_panel_lists_it(copy):
    """The panel's list is made of the catalog, without torch and without Blender's window."""
    python = next(iter(sorted(ROOT.glob(".venvs/bpy-*/bin/python"))), None)
    if python is None:
        pytest.skip("no Blender module: make blenders")
    code = (
        "import bpy, addon_utils, os, sys\n"
        "assert addon_utils.enable('blender_addon') is not None\n"
        "scene = bpy.context.scene\n"
        "scene.laban.model = 'mean-pose'\n"
        "print(scene.laban.card.title, bpy.types.LABAN_PT_sampling.is_registered)\n"
        "addon_utils.disable('blender_addon')\n"
        "sys.stdout.flush(); os._exit(0)\n"
    )
    assert "The mean pose True" in run(copy, ["-c", code], str(python))
