"""The command of the demo page: sheets and an empty file of grades first, then the page with its sums."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from motion_core.metrics.demo.grades import read_grades
from motion_core.metrics.demo.sentences import load_sentences

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / "tools" / "demo_page.py"
_spec = importlib.util.spec_from_file_location("demo_page", TOOL)
assert _spec and _spec.loader
demo_page = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(demo_page)


@pytest.mark.slow
def test_sheets_then_grades_then_the_page(tmp_path, monkeypatch, capsys):
    from tiny_mdm import save_tiny_models

    monkeypatch.setenv("LABAN_WEIGHTS", str(save_tiny_models(tmp_path / "weights")))
    monkeypatch.setattr(demo_page, "load_sentences", lambda: load_sentences()[:2])
    grades = tmp_path / "grades.toml"
    command = ["--model", "mdm@steps=2", "--grades", str(grades)]
    assert demo_page.main([*command, "--sheets", str(tmp_path / "sheets")]) == 0
    assert (tmp_path / "sheets" / "sentences-01-02.png").is_file()
    text = grades.read_text(encoding="utf-8")
    assert text.count('["", ""]') == 2
    grades.write_text(text.replace('["", ""]', '["shown", "other: stands"]', 1), encoding="utf-8")
    assert demo_page.main([*command, "--out", str(tmp_path / "page.html")]) == 0
    assert "1 shown (50%), 0 part, 1 other, 2 not graded yet" in capsys.readouterr().out
    grades.write_text(text.replace("checkpoint = ", "checkpoint = 'x' #"), encoding="utf-8")
    with pytest.raises(ValueError, match="grade it anew"):
        demo_page.main([*command, "--out", str(tmp_path / "page.html")])


def test_nothing_asked_for_is_named(capsys):
    assert demo_page.main([]) == 2 and "--sheets" in capsys.readouterr().err


def test_committed_grades_are_of_the_sentences():
    texts = {s.text for s in load_sentences()}
    files = list((ROOT / "docs" / "demo").glob("grades-*.toml"))
    assert files  # those that somebody has filled in
    for path in files:
        grades = read_grades(path)
        assert set(grades.marks) == texts and path.name.endswith(f"{grades.checkpoint[:8]}.toml")
        assert all(None not in given and len(given) == 2 for given in grades.marks.values())
