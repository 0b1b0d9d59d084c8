"""The rules of docs/architecture.md about who may import whom, read from the source by ast."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Numpy only: these run inside Blender.
NUMPY_MODULES = (
    "joints", "skeleton", "quaternions", "motion", "checks", "wording", "constraints", "tasks",
    "catalog", "editing", "fitting", "formats", "rig_maps", "retarget",
    "body_mesh", "smpl_body",
)  # fmt: skip
# Lower ranks know nothing of higher ones; modules of one rank may use each other.
RANKS = (
    ("joints", "waiting"), ("skeleton",), ("quaternions",), ("motion", "checks", "wording"), ("constraints",),
    ("tasks",),
    ("catalog", "editing", "fitting", "body_mesh"),
    ("formats", "rig_maps"), ("retarget",), ("rotations", "figure"), ("kinematics", "preview"), ("features",),
    ("text", "checkpoint", "nn"), ("models", "diffusion"), ("convert", "generators", "embedding", "data"),
    ("train", "metrics", "search"), ("service", "smpl_body", "doctor"), ("cli", "commands", "__main__"),
)  # fmt: skip
RANK = {name: rank for rank, names in enumerate(RANKS) for name in names}
HEAVY = {
    "torch",
    "scipy",
    "transformers",
    "safetensors",
    "PIL",
    "imageio",
    "starlette",
    "uvicorn",
    "rich",
    "smplx",
}
ADDON_MAY_USE = set(sys.stdlib_module_names) | {
    "bpy",
    "bpy_extras",
    "mathutils",
    "gpu",
    "gpu_extras",
    "blf",
    "addon_utils",
    "numpy",
}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Full dotted names that a file imports anywhere, relative ones resolved, `if TYPE_CHECKING` blocks left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def core_part(name: str) -> str | None:
    """`motion_core.features.smpl205.encode` -> `features`; None for what is not ours."""
    parts = name.split(".")
    return parts[1] if parts[0] == "motion_core" and len(parts) > 1 else None


def part_of(path: Path) -> str:
    return path.relative_to(ROOT / "motion_core").with_suffix("").parts[0]


CORE = sources("motion_core")


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_core_imports_point_down(path: Path):
    part = part_of(path)
    if part == "__init__":
        return
    assert part in RANK, (
        f"{part} has no place in the import order: give it one in RANKS and docs/architecture.md"
    )
    for name in imports(path):
        assert name.split(".")[0] not in {"bpy", "mathutils", "blender_addon"}, f"{path.name} imports {name}"
        other = core_part(name)
        if other in RANK:
            assert RANK[other] <= RANK[part], f"{path.name} imports {name}, which stands above it"
        if part in NUMPY_MODULES:
            assert name.split(".")[0] not in HEAVY, f"{path.name} runs inside Blender but imports {name}"
        if part == "models":
            assert other not in {"diffusion", "text"}, f"models know no sampler and no text encoder: {name}"
        if part == "diffusion":
            assert other in {None, "diffusion", "nn"}, f"samplers know no {name}"


@pytest.mark.parametrize("path", sources("blender_addon"), ids=lambda p: str(p.relative_to(ROOT)))
def test_addon_imports_only_what_blender_has(path: Path):
    for name in imports(path):
        top = name.split(".")[0]
        assert top not in {"threading", "multiprocessing", "concurrent", "pickle"}, (
            f"{path.name} imports {name}"
        )
        if top == "motion_core":
            assert core_part(name) in {*NUMPY_MODULES, "__version__"}, f"{path.name} imports {name}"
        elif top != "blender_addon":
            assert top in ADDON_MAY_USE, f"{path.name} imports {name}, which Blender does not have"
    calls = [
        n.func.id
        for n in ast.walk(ast.parse(path.read_text()))
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    ]
    assert not {"eval", "exec", "compile"} & set(calls), f"{path.name} runs text as code"


@pytest.mark.parametrize(
    "path", [*CORE, *sources("training"), *sources("blender_addon")], ids=lambda p: str(p.relative_to(ROOT))
)
def test_nothing_unpickles(path: Path):
    text = path.read_text(encoding="utf-8")
    if "convert" not in path.parts and path.stem not in {"convert", "smpl_body"}:
        assert "torch.load(" not in text, f"{path.name}: checkpoints are safetensors at run time"
        assert not any(name.split(".")[0] == "pickle" for name in imports(path)), (
            f"{path.name} imports pickle"
        )
    assert "allow_pickle=True" not in text and "weights_only=False" not in text


def test_the_light_modules_load_neither_torch_nor_scipy():
    code = (
        "import sys, importlib\n"
        f"for name in {NUMPY_MODULES!r}: importlib.import_module('motion_core.' + name)\n"
        "import motion_core.formats.npz, motion_core.formats.bvh\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_files_stay_readable():
    long = {str(p.relative_to(ROOT)): n for p in [*CORE, *sources("blender_addon"), *sources("training")]
            if (n := len(p.read_text(encoding="utf-8").splitlines())) > 420}  # fmt: skip
    assert not long, f"files above 400 lines: {long}"
