"""The tests lie as the library lies: a module motion_core/ROOM/x.py is tested by tests/motion_core/ROOM/test_x.py.

A folder's own code (`ROOM/__init__.py`, where it defines something) is tested by ROOM/test_ROOM.py.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY, TESTS = ROOT / "motion_core", ROOT / "tests" / "motion_core"

# Modules without a test of their name, and why.
EXEMPT = {
    "__init__.py": "names the public classes; every test imports through it",
    "__main__.py": "one call of the command line",
    "body/mesh/anatomy.py": "a table of solids; test_mannequin.py tests the body that they make",
    "formats/__init__.py": "one kind of error; the tests of every format raise it",
    "rooms.py": "a table; tests/test_architecture.py holds all imports to it",
}

# Tests that are of no single module, and why.
CROSS_CUTTING = {
    "service/test_editing_service.py": "completing, editing and sequences, from HTTP to the motion that comes back",
}


def defines(path: Path) -> bool:
    """Whether a file has a function or a class of its own."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)


def test_of(module: Path) -> Path:
    """Where the tests of a module lie; both relative."""
    name = module.parent.name if module.stem == "__init__" else module.stem
    return module.with_name(f"test_{name}.py")


test_of.__test__ = False  # type: ignore[attr-defined]  # it is a helper, whatever its name
MODULES = [
    module
    for path in sorted(LIBRARY.rglob("*.py"))
    if (module := path.relative_to(LIBRARY)).as_posix() not in EXEMPT
    and (path.stem != "__init__" or defines(path))
]
TEST_FILES = [
    test
    for path in sorted(TESTS.rglob("test_*.py"))
    if (test := path.relative_to(TESTS)).as_posix() not in CROSS_CUTTING
]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_has_its_tests(module: Path):
    assert (TESTS / test_of(module)).is_file(), (
        f"motion_core/{module} has no tests/motion_core/{test_of(module)}: write it, or say in EXEMPT why not"
    )


def test_every_test_file_has_its_module():
    homes = {test_of(module) for module in MODULES}
    lost = [test.as_posix() for test in TEST_FILES if test not in homes]
    assert not lost, f"tests of no module: {lost}; name them like their module, or say why in CROSS_CUTTING"


def test_the_exceptions_are_of_files_that_exist():
    assert all((LIBRARY / name).is_file() and reason for name, reason in EXEMPT.items())
    assert all((TESTS / name).is_file() and reason for name, reason in CROSS_CUTTING.items())
