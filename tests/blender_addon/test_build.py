"""The zip: Blender's own validator accepts it, Blender installs it, and it works from there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import bpy
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built(backend_python, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [backend_python, str(ROOT / "build_addon.py"), "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (path,) = out.iterdir()
    return path


def scripts(name: str) -> Path:
    """A file of Blender's own scripts; bpy itself lies in scripts/modules."""
    return Path(bpy.__file__).resolve().parents[2] / name


def test_blender_s_validator_accepts_it(built):
    tool = scripts("addons_core/bl_pkg/cli/blender_ext.py")
    tags = scripts("modules/_bpy_internal/extensions/tags.py")
    command = [sys.executable, str(tool), "validate", str(built)]
    if tags.is_file():
        command += ["--valid-tags", str(tags)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success" in done.stdout


def test_it_holds_what_it_needs_and_no_more(built):
    with zipfile.ZipFile(built) as archive:
        names = set(archive.namelist())
        (wheel,) = (name for name in names if name.startswith("wheels/"))
        with archive.open(wheel) as file, zipfile.ZipFile(file) as inner:
            core = set(inner.namelist())
    assert {"blender_manifest.toml", "__init__.py", "LICENSE", "operators/generate.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert {
        "motion_core/catalog.py",
        "motion_core/service/server.py",
        "motion_core/data/phrases.toml",
        "motion_core/hearing/vocabulary.txt",
    } <= core
    bundled = {path.name for path in (ROOT / "motion_core").rglob("*.safetensors")}
    assert {Path(name).name for name in core if name.endswith(".safetensors")} == bundled
    assert not [name for name in core if not name.startswith(("motion_core/", "laban-"))]


INSTALL = """
import os, sys
from pathlib import Path
import bpy
assert bpy.ops.extensions.package_install_files(
    filepath=sys.argv[1], repo="user_default", enable_on_install=True) == {"FINISHED"}
name = "bl_ext.user_default.laban"
assert name in bpy.context.preferences.addons
import motion_core
assert ".local" in motion_core.__file__, motion_core.__file__
assert bpy.ops.laban.add_rig() == {"FINISHED"}
assert len(bpy.context.object.data.bones) == 22
from bl_ext.user_default.laban import paths
from bl_ext.user_default.laban.properties import preferences
assert paths.bundled_wheel().is_file()
assert preferences.environment_folder() == Path(bpy.utils.extension_path_user(name, path="backend"))
folder = Path(paths.__file__).parent
before = sorted(str(p) for p in folder.rglob("*") if "__pycache__" not in p.parts)
assert bpy.ops.laban.generate.poll() is False
assert before == sorted(str(p) for p in folder.rglob("*") if "__pycache__" not in p.parts)
repo = [r.module for r in bpy.context.preferences.extensions.repos].index("user_default")
bpy.ops.extensions.package_uninstall(repo_index=repo, pkg_id="laban")
assert name not in bpy.context.preferences.addons
assert not hasattr(bpy.types.Scene, "laban")
assert not folder.exists()
print("INSTALLED AND REMOVED")
sys.stdout.flush()
os._exit(0)
"""


def test_blender_installs_enables_and_removes_it(built, tmp_path):
    script = tmp_path / "install.py"
    script.write_text(INSTALL)
    environment = {
        key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "LABAN_BACKEND_PYTHON")
    }
    done = subprocess.run(
        [sys.executable, str(script), str(built)], capture_output=True, text=True, timeout=120, cwd=tmp_path,
        env={**environment, "BLENDER_USER_RESOURCES": str(tmp_path / "user")},
    )  # fmt: skip
    assert "INSTALLED AND REMOVED" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]


def test_the_same_sources_give_the_same_bytes(built, backend_python, tmp_path):
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import build_addon as b;"
        "b.write_zip(pathlib.Path(sys.argv[2]), list(b.addon_files()))"
    )
    made = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for path in made:
        subprocess.run([backend_python, "-c", code, str(ROOT), str(path)], check=True, timeout=60)
    assert made[0].read_bytes() == made[1].read_bytes()
