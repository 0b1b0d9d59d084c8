"""Makes the installable zip of the extension, with the wheel of motion_core inside: python build_addon.py --out dist

The wheel carries the bundled weights, so that the backend's environment can be made from it. Built from a copy of
the sources: nothing but the result is written to the checkout. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ADDON = ROOT / "blender_addon"
WHEEL_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "LICENSES.md")
SKIPPED = ("__pycache__", "wheels")
EPOCH = "1767225600"  # 2026-01-01: the time of every file in wheel and zip
STAMP = (2026, 1, 1, 0, 0, 0)


class BuildError(Exception):
    """The zip cannot be made; the message says why."""


def read_manifest() -> dict:
    """The manifest, checked against the version of the library. Raises BuildError."""
    manifest = tomllib.loads((ADDON / "blender_manifest.toml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if manifest["version"] != project["version"]:
        raise BuildError(
            f"blender_manifest.toml says version {manifest['version']}, pyproject.toml {project['version']}: "
            "make them the same"
        )
    return manifest


def _copy_sources(target: Path) -> None:
    for name in WHEEL_SOURCES:
        if (ROOT / name).is_file():
            shutil.copy2(ROOT / name, target / name)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "*.part")
    shutil.copytree(ROOT / "motion_core", target / "motion_core", ignore=ignored)


def _has_setuptools() -> bool:
    """A setuptools that builds our pyproject without an environment of its own, hence without a network."""
    try:
        return int(importlib.metadata.version("setuptools").partition(".")[0]) >= 77
    except importlib.metadata.PackageNotFoundError:
        return False


def build_wheel(out: Path) -> Path:
    """The wheel of motion_core, in `out`. Raises BuildError with what the build said."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="laban_wheel_") as folder:
        _copy_sources(Path(folder))
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(out), folder]
        command += ["--no-build-isolation"] if _has_setuptools() else []
        environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise BuildError(f"the wheel was not built:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return max(out.glob("laban-*.whl"), key=lambda path: path.stat().st_mtime)


def addon_files() -> Iterator[tuple[Path, str]]:
    """(file, name in the zip) of everything the extension is made of, in a fixed order."""
    for path in sorted(ADDON.rglob("*")):
        parts = path.relative_to(ADDON).parts
        if path.is_file() and not set(parts) & set(SKIPPED) and path.suffix != ".pyc":
            yield path, "/".join(parts)


def write_zip(path: Path, members: list[tuple[Path, str]]) -> None:
    """Beside, then renamed."""
    beside = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for source, name in members:
                info = zipfile.ZipInfo(name, STAMP)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(info, source.read_bytes())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def build(out: Path) -> Path:
    """The zip `laban-VERSION.zip` in `out`. Raises BuildError."""
    manifest = read_manifest()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="laban_zip_") as folder:
        wheel = build_wheel(Path(folder))
        named = f"./wheels/{wheel.name}"
        if manifest["wheels"] != [named]:
            raise BuildError(f"blender_manifest.toml lists wheels {manifest['wheels']}, built was {named}")
        path = out / f"{manifest['id']}-{manifest['version']}.zip"
        write_zip(path, [*addon_files(), (wheel, f"wheels/{wheel.name}")])
    return path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of the zip (default: dist)")
    try:
        path = build(parser.parse_args(arguments).out)
    except (BuildError, OSError) as error:
        print(f"build_addon: {error}", file=sys.stderr)
        return 1
    weights = [name for name in _wheel_names(path) if name.endswith(".safetensors")]
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB, {len(weights)} sets of weights)")
    if not weights:
        print(
            "no weights in motion_core/weights: motions can be made only with LABAN_WEIGHTS set",
            file=sys.stderr,
        )
    return 0


def _wheel_names(path: Path) -> list[str]:
    """The files in the wheel in the zip."""
    with zipfile.ZipFile(path) as archive:
        wheel = next(name for name in archive.namelist() if name.endswith(".whl"))
        with archive.open(wheel) as file, zipfile.ZipFile(file) as inner:
            return inner.namelist()


if __name__ == "__main__":
    sys.exit(main())
