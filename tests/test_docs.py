"""The docs tell the truth about names: links, anchors, files, modules and commands that they mention exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from motion_core.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# `motion_core/editing/floor.py`, `training/configs/`, `editing/floor.py`: a path of ours, from the root or from a part
PATH = re.compile(r"(?<![\w/.])((?:[a-z_]+/)+(?:[\w.-]+\.(?:py|toml|md|html|sh))?)(?=[`\s:,;).]|$)")
BASES = ("", "motion_core", "blender_addon", "tests")
TOP = {"motion_core", "blender_addon", "training", "tests", "tools", "bench", "docs", "examples"}
BUILT = "docs/api/"  # by `make docs`
COMMAND = re.compile(r"\blaban ([a-z]+)\b(?=[ `\n])")


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """What GitHub makes of a page's headings: lower case, no punctuation, spaces as hyphens."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found: dict[str, int] = {}
    names = set()
    for heading in re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        names.add(f"{name}-{found[name]}" if name in found else name)
        found[name] = found.get(name, 0) + 1
    return names


def paths_in(text: str) -> set[str]:
    """Paths of this repository in a text: those that begin with one of its folders or with a room of a part."""
    rooms = {path.name for base in BASES[1:] for path in (ROOT / base).iterdir() if path.is_dir()}
    return {path for path in PATH.findall(text) if path.split("/")[0] in TOP | rooms}


def exists(path: str) -> bool:
    return any((ROOT / base / path).exists() for base in BASES)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page: Path):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name} links to {target}: there is no such file"
        if anchor:
            assert anchor in anchors(file), f"{page.name} links to {target}: {file.name} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_files_and_modules_exist(page: Path):
    text = page.read_text(encoding="utf-8")
    paths = paths_in(text) - set(re.findall(r"^Save this as `([^`]+)`", text, re.MULTILINE))
    missing = sorted(path for path in paths if not exists(path) and not path.startswith(BUILT))
    assert not missing, f"{page.name} names {', '.join(missing)}"


@pytest.mark.slow
def test_modules_named_in_code_can_be_imported():
    names = {
        name
        for page in PAGES
        for block in FENCE.findall(page.read_text(encoding="utf-8"))
        for name in re.findall(r"^(from motion_core[\w.]* import .+|import motion_core[\w.]*)$", block, re.M)
    }
    assert names
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(sorted(names))],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_commands_exist(page: Path):
    text = page.read_text(encoding="utf-8")
    code = " ".join([*FENCE.findall(text), *re.findall(r"`[^`\n]+`", text)])
    assert not set(COMMAND.findall(code)) - set(COMMANDS), page.name


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_targets_of_make_exist(page: Path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z]+)", text)) | set(re.findall(r"^make ([a-z]+)", text, re.M))
    assert not named - targets, f"{page.name} names targets that the Makefile lacks"


def test_every_page_is_linked():
    linked = set()
    for page in PAGES:
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        linked |= {(page.parent / target.partition("#")[0]).resolve() for target in LINK.findall(text)}
    lonely = [page_id(page) for page in PAGES if page.resolve() not in linked and page.name != "README.md"]
    assert not lonely, f"no page links to {', '.join(lonely)}"


def test_the_picture_of_the_rooms_is_up_to_date():
    done = subprocess.run([sys.executable, "tools/draw_rooms.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "rooms have changed: run python tools/draw_rooms.py"


def test_a_wrong_name_is_found():
    assert paths_in("see `motion_core/editing/nothing.py`") == {"motion_core/editing/nothing.py"}
    assert not exists("motion_core/editing/nothing.py")
    assert exists("motion_core/editing/floor.py") and exists("editing/floor.py")
