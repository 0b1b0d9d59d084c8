"""The rules of docs/architecture.md about who may import whom, read from the source by ast."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blender_addon import rooms as addon_rooms
from motion_core.rooms import FLOORS, NEED_TORCH, NUMPY_ONLY

ROOT = Path(__file__).resolve().parents[1]
# Lower ranks know nothing of higher ones; rooms of one rank may use each other.
RANK = {name: rank for rank, names in enumerate(FLOORS) for name in names}
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
TORCH_MODULES = tuple("motion_core." + file.removesuffix(".py").replace("/", ".") for file in NEED_TORCH)


def numpy_only(path: Path) -> bool:
    inside = path.relative_to(ROOT / "motion_core").as_posix()
    return part_of(path) in NUMPY_ONLY and inside not in NEED_TORCH


def needs_torch(name: str) -> bool:
    """Whether a dotted name is, or lies in, a module that needs torch."""
    return any(name == module or name.startswith(module + ".") for module in TORCH_MODULES)


def room_arrows(folder: str) -> dict[str, set[str]]:
    """Which rooms (folders and files right below `folder`) each room imports."""
    arrows: dict[str, set[str]] = {}
    for path in sources(folder):
        room = path.relative_to(ROOT / folder).with_suffix("").parts[0]
        found = {name.split(".")[1] for name in imports(path) if name.startswith(folder + ".")}
        arrows.setdefault(room, set()).update(found - {room})
    return {room: {other for other in others if other in arrows} for room, others in arrows.items()}


def circle_in(arrows: dict[str, set[str]]) -> list[str]:
    """The rooms of some circle, or none: what is left when rooms that import no other left one are taken away."""
    left = {room: set(others) for room, others in arrows.items() if room != "__init__"}
    while free := [room for room, others in left.items() if not others & left.keys()]:
        for room in free:
            del left[room]
    return sorted(left)


def test_a_circle_is_found():
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert circle_in({"a": {"b"}, "b": set()}) == []


PARTS = ("motion_core", "blender_addon")


@pytest.mark.parametrize("part", PARTS)
def test_no_rooms_import_each_other_in_a_circle(part: str):
    assert circle_in(room_arrows(part)) == []


def module_arrows(folder: str) -> dict[str, set[str]]:
    """Which modules each module imports when it is loaded or later; dotted names."""
    names = {_module_of(path) for path in sources(folder)}
    arrows: dict[str, set[str]] = {}
    for path in sources(folder):
        found = {name if name in names else name.rpartition(".")[0] for name in imports(path)}
        arrows[_module_of(path)] = {name for name in found if name in names} - {_module_of(path)}
    return arrows


def _module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("part", PARTS)
def test_no_files_import_each_other_in_a_circle(part: str):
    assert circle_in(module_arrows(part)) == []


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_core_imports_point_down(path: Path):
    part = part_of(path)
    if part == "__init__":
        return
    assert part in RANK, f"{part} has no floor: give it one in motion_core/rooms.py"
    for name in imports(path):
        assert name.split(".")[0] not in {"bpy", "mathutils", "blender_addon"}, f"{path.name} imports {name}"
        other = core_part(name)
        if other in RANK:
            assert RANK[other] <= RANK[part], f"{path.name} imports {name}, which stands above it"
        if numpy_only(path):
            assert name.split(".")[0] not in HEAVY, f"{path.name} runs inside Blender but imports {name}"
        if part == "models":
            assert other not in {"diffusion", "text"}, f"models know no sampler and no text encoder: {name}"
        if part == "diffusion":
            assert other in {None, "diffusion", "nn"}, f"samplers know no {name}"


def test_the_arrows_between_rooms_of_the_addon_point_down_and_are_few():
    floor = {room: number for number, rooms in enumerate(addon_rooms.FLOORS) for room in rooms}
    arrows = room_arrows("blender_addon")
    assert arrows.keys() == floor.keys(), "every room has a floor in blender_addon/rooms.py"
    for room, others in arrows.items():
        for other in others:
            assert floor[other] < floor[room], f"{room} imports {other}, which stands on no lower floor"
    assert sum(map(len, arrows.values())) <= 50


def test_the_rooms_of_the_addon_that_need_no_blender_import_none():
    for path in sources("blender_addon"):
        room = path.relative_to(ROOT / "blender_addon").with_suffix("").parts[0]
        if room in addon_rooms.NO_BPY:
            for name in imports(path):
                top, _, rest = name.partition(".")
                known = top in sys.stdlib_module_names or (
                    top == "blender_addon" and rest.split(".")[0] in addon_rooms.NO_BPY
                )
                assert known, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", sources("blender_addon"), ids=lambda p: str(p.relative_to(ROOT)))
def test_addon_imports_only_what_blender_has(path: Path):
    for name in imports(path):
        top = name.split(".")[0]
        assert top not in {"threading", "multiprocessing", "concurrent", "pickle"}, (
            f"{path.name} imports {name}"
        )
        if top == "motion_core":
            assert core_part(name) in {*NUMPY_ONLY, "__version__"} and not needs_torch(name), (
                f"{path.name} imports {name}"
            )
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
    if "convert" not in path.parts and path.stem not in {"convert", "array_pickles"}:
        assert "torch.load(" not in text, f"{path.name}: checkpoints are safetensors at run time"
        assert not any(name.split(".")[0] == "pickle" for name in imports(path)), (
            f"{path.name} imports pickle"
        )
    assert "allow_pickle=True" not in text and "weights_only=False" not in text


LIGHT = sorted(_module_of(path) for path in CORE if numpy_only(path))


def test_the_light_modules_load_neither_torch_nor_scipy():
    code = (
        "import sys, importlib\n"
        f"for name in {LIGHT!r}: importlib.import_module(name)\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_files_stay_readable():
    long = {str(p.relative_to(ROOT)): n for p in [*CORE, *sources("blender_addon"), *sources("training")]
            if (n := len(p.read_text(encoding="utf-8").splitlines())) > 420}  # fmt: skip
    assert not long, f"files above 400 lines: {long}"


def test_the_command_line_is_parsed_without_numpy():
    code = "import sys; from motion_core.cli import make_parser; make_parser(); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False"
