"""The tests lie as the add-on lies: blender_addon/ROOM/x.py is tested by ROOM/test_x.py in one of two folders.

tests/addon_pure holds what needs no Blender, tests/blender_addon what runs in Blender.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADDON = ROOT / "blender_addon"
TESTS = (ROOT / "tests" / "addon_pure", ROOT / "tests" / "blender_addon")

# Modules without a test of their name, and why.
EXEMPT = {
    "__init__.py": "two calls of registration.py; every test in Blender goes through them",
    "backend/reports.py": "two values and a sentence; the tests of the preferences page show them",
    "operators/__init__.py": "the type of what every operator returns",
    "rooms.py": "a table; tests/test_architecture.py holds all imports to it",
}

# Tests that are of no single module, and why.
CROSS_CUTTING = {
    "rig/test_any_rig.py": "any humanoid rig, from its bones to the motion on it",
    "write/test_export.py": "what other programs read of what was written: BVH, FBX, glTF",
    "backend/test_client_search.py": "the client and a real service that searches",
    "test_batch.py": "many results on one rig by script, as a pipeline does it",
    "test_build.py": "the extension as a file, built and installed",
    "test_stage.py": "the scene of the examples",
}


MODULES = [
    module
    for path in sorted(ADDON.rglob("*.py"))
    if (module := path.relative_to(ADDON)).as_posix() not in EXEMPT
    and (path.name != "__init__.py" or path.read_text(encoding="utf-8").strip())
]
TEST_FILES = sorted({path.relative_to(tests) for tests in TESTS for path in tests.rglob("test_*.py")})


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_has_its_tests(module: Path):
    test = module.with_name(f"test_{module.name}")
    assert any((tests / test).is_file() for tests in TESTS), (
        f"blender_addon/{module} has no {test} in tests/addon_pure or tests/blender_addon: write it, or say in EXEMPT "
        "why not"
    )


def test_every_test_file_has_its_module():
    homes = {module.with_name(f"test_{module.name}") for module in MODULES}
    lost = [
        test.as_posix() for test in TEST_FILES if test.as_posix() not in CROSS_CUTTING and test not in homes
    ]
    assert not lost, f"tests of no module: {lost}; name them like their module, or say why in CROSS_CUTTING"


def test_the_exceptions_are_of_files_that_exist():
    assert all((ADDON / name).is_file() and reason for name, reason in EXEMPT.items())
    there = {test.as_posix() for test in TEST_FILES}
    assert all(name in there and reason for name, reason in CROSS_CUTTING.items())
