"""The picture page: one file, small, and drawn with the same maths as our other pictures."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest

from motion_core.data.library import build_library
from motion_core.metrics.benchmark.lineup import Drawn
from motion_core.metrics.benchmark.page import POINTS, Shown, collect, page_html, quantised, write_page
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.metrics.benchmark.split import load_split
from motion_core.metrics.prompts.instructions import INSTRUCTIONS
from motion_core.pictures.figure import Camera, body_points
from motion_core.text import load_text_encoder


@pytest.fixture
def html(walking_motion) -> str:
    prompts = [
        Shown(
            "a person </script><b>walks</b>", "walk", {"real": walking_motion, "mdm": walking_motion.mirror()}
        )
    ]
    return page_html(prompts)


def data_of(html: str) -> dict:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1])


def test_nothing_points_elsewhere_and_no_prompt_is_code(html):
    assert not re.search(r"(src|href)\s*=|https?:|url\(|import ", html)
    assert html.count("</script>") == 3 and "<b>" not in html
    assert data_of(html)["prompts"][0]["text"] == "a person </script><b>walks</b>"


def test_positions_survive_to_half_a_millimetre(html, walking_motion):
    cell = data_of(html)["prompts"][0]["cells"][0]
    points = (
        np.frombuffer(base64.b64decode(cell["data"]), "<i2").reshape(cell["frames"], len(POINTS), 3) / 1000
    )
    body = body_points(walking_motion.facing_front())
    for number, name in enumerate(POINTS):
        np.testing.assert_allclose(points[:, number], body[name], atol=5.1e-4)
    assert (cell["fps"], cell["baseline"]) == (20.0, True)
    far = walking_motion.moved(offset=(50.0, 0, 0))
    assert quantised(far).max() == 32767  # held, not wrapped around


def test_a_page_too_large_is_thinned_in_time(walking_motion):
    shown = [Shown("walk", "walk", {"real": walking_motion})]
    whole = data_of(page_html(shown))["prompts"][0]["cells"][0]
    thin = data_of(page_html(shown, largest=3000))["prompts"][0]["cells"][0]
    assert whole["frames"] == len(walking_motion) and thin["frames"] < whole["frames"] / 2
    assert thin["frames"] / thin["fps"] == pytest.approx(whole["frames"] / whole["fps"], abs=1 / thin["fps"])


NODE = """
const html = require("fs").readFileSync(process.argv[2], "utf8");
const scripts = [...html.matchAll(/<script([^>]*)>([\\s\\S]*?)<\\/script>/g)];
const [maths, main] = ["maths", ""].map((id) => scripts.find((s) => s[1] === (id && ` id="${id}"`))[2]);
new Function(main);
const { decode, pose, camera, target } = new Function(maths + "; return { decode, pose, camera, target };")();
const page = JSON.parse(scripts.find((s) => s[1].includes("json"))[2]);
const cell = page.prompts[0].cells[0];
const { points, limbs, feet, pelvis } = page;
const motion = { ...cell, metres: decode(cell.data), points, limbs, feet, pelvis };
const places = pose(motion, 0.525);
const look = target(motion, 0.525, true);
console.log(JSON.stringify({ places, look, pixels: places.map(camera(look, 0.56, 0.2, 5.0)) }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="no node to run the page's script with")
def test_the_script_draws_what_python_would(html, walking_motion, tmp_path):
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    (tmp_path / "run.js").write_text(NODE, encoding="utf-8")
    done = subprocess.run(
        ["node", "run.js", "page.html"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    body = body_points(walking_motion.facing_front())
    between = np.array([(body[name][10] + body[name][11]) / 2 for name in POINTS])  # 0.525 s is frame 10.5
    np.testing.assert_allclose(found["places"], between, atol=1e-3)
    eye = Camera(np.array([*found["look"], 0.9]), azimuth=0.56, elevation=0.2)
    flat, depth = eye.project(between)
    pixels = np.array(found["pixels"])
    np.testing.assert_allclose(pixels[:, :2], flat, atol=2e-3)
    np.testing.assert_allclose(pixels[:, 2], depth, atol=2e-3)


class Sleeper:
    """A model that answers everything with the same motion."""

    name = "sleeper"

    def __init__(self, motion) -> None:
        self.motion = motion

    def draw(self, wanted, seeds) -> Drawn:
        return Drawn([self.motion] * len(wanted))


@pytest.mark.slow
def test_what_is_shown(evaluation_store, walking_motion, tmp_path):
    library = build_library(evaluation_store)
    contest = SimpleNamespace(
        split=load_split(evaluation_store),
        train=library,
        retrieval=Retrieval(library, load_text_encoder()),
        models=(Sleeper(walking_motion),),
    )
    shown = collect(contest, captions=2)
    assert len(shown) == 2 + len({row.group for row in INSTRUCTIONS})
    assert all(list(item.motions)[-2:] == ["retrieval", "sleeper"] for item in shown)
    assert "real" in shown[0].motions and "real" not in shown[-1].motions  # of two at once there is no clip
    path = write_page(shown, tmp_path / "out")
    assert len(data_of(path.read_text(encoding="utf-8"))["prompts"]) == len(shown)
