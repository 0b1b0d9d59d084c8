"""The search box: what the panel shows before, while and after a search."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest

from blender_addon.backend.client import Service
from blender_addon.session.chosen import hits_of
from blender_addon.session.outcome import Outcome
from blender_addon.session.session import SESSION
from blender_addon.ui.search_panel import LABAN_PT_search, LABAN_UL_hits, search_progress

ICONS = set(bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items.keys())


@pytest.fixture
def box(preferences, backend_python, context):
    """A library and words to search for are set, a rig is selected, nothing was found yet."""
    preferences.python = backend_python
    SESSION.search_outcome = Outcome()
    bpy.ops.laban.add_rig()
    context.scene.laban.library, context.scene.laban.search_text = "/somewhere", "a person bows"
    hits_of(context).hits.clear()


def draw(context) -> list[tuple]:
    """What the panel draws."""
    drawn: list[tuple] = []

    class Recorder:
        def __getattr__(self, name):
            if name in ("row", "column", "box"):
                return lambda **more: Recorder()
            return lambda *given, **more: self.note(name, *given, **more)

        def note(self, name, *given, icon="NONE", **more):
            assert icon in ICONS
            assert name in bpy.types.UILayout.bl_rna.functions
            if name in ("prop", "template_list"):
                assert given[-1] in given[-2].bl_rna.properties
            drawn.append((name, *given, *more.values()))

    LABAN_PT_search.draw(SimpleNamespace(layout=Recorder()), context)
    return drawn


def names(drawn: list[tuple], kind: str) -> list[str]:
    return [entry[1] for entry in drawn if entry[0] == kind]


def test_the_panel_in_its_states(context, box):
    drawn = draw(context)
    assert {"library", "search_text"} <= {entry[2] for entry in drawn if entry[0] == "prop"}
    assert names(drawn, "operator") == ["laban.search"]
    found = hits_of(context)
    hit = found.hits.add()
    hit.name = hit.path = "deep/folder/bow.npz"
    hit.seconds, hit.score = 3.25, 0.5
    drawn = draw(context)
    assert names(drawn, "operator") == ["laban.search", "laban.use_found"]
    assert names(drawn, "template_list") == ["LABAN_UL_hits"]
    assert "Deep/folder/bow.npz" in " ".join(names(drawn, "label"))
    words: list[str] = []
    row = SimpleNamespace(label=lambda text, **more: words.append(text))
    row.row = lambda: row
    LABAN_UL_hits.draw_item(None, context, row, found, hit, 0, found)
    assert words == ["bow", "3.2 s   0.50"]


@pytest.mark.parametrize(
    ("state", "step", "steps", "left", "text"),
    [
        ("queued", 0, 0, None, "Waiting for its turn"),
        ("running", 0, 0, None, "Searching"),
        ("running", 7, 7, 0.0, "Searching"),
        ("running", 30, 120, 8.6, "New file 30 of 120, 9 s left"),
    ],
)
def test_progress_is_put_into_words(state, step, steps, left, text):
    service = Service()
    service.state = "ready"
    job = service.search("bow", "/x", 1)
    job.state, job.step, job.steps, job.seconds_left = state, step, steps, left
    assert search_progress(job) == (text, pytest.approx(step / steps if steps else 0))
    service.state = "starting"
    assert search_progress(job)[0] == "Starting the service"


def test_without_a_backend_the_preferences_are_one_click_away(context, box, preferences):
    assert "laban.open_preferences" not in names(draw(context), "operator")
    preferences.python = ""
    drawn = draw(context)
    assert "laban.open_preferences" in names(drawn, "operator")
    assert "No backend yet" in " ".join(names(drawn, "label"))
