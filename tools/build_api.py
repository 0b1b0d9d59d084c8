"""Build the API reference from docstrings: every module of `motion_core`, one page each. Any warning stops it.

python tools/build_api.py --out docs/api        then open docs/api/index.html
"""

from __future__ import annotations

import argparse
import pkgutil
import shutil
import sys
import warnings
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pdoc

import motion_core

RUNS_WHEN_IMPORTED = "motion_core.__main__"


def module_names() -> list[str]:
    """`motion_core` and all modules in it, rooms first to last."""
    found = pkgutil.walk_packages(motion_core.__path__, "motion_core.")
    return ["motion_core", *sorted(module.name for module in found if module.name != RUNS_WHEN_IMPORTED)]


def bring_in_public_names(names: list[str]) -> None:
    """Some packages import a public name only when it is asked for; the generator reads what is there."""
    for name in names:
        module = import_module(name)
        for public in getattr(module, "__all__", ()):
            setattr(module, public, getattr(module, public))


def build(out: Path) -> int:
    """Write the pages; returns how many modules they describe. An older reference there is replaced."""
    names = module_names()
    bring_in_public_names(names)
    shutil.rmtree(out, ignore_errors=True)
    pdoc.render.configure(docformat="markdown", show_source=True, footer_text="Laban")
    pdoc.pdoc(*names, output_directory=out)
    return len(names)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "api", metavar="DIR")
    out = parser.parse_args().out
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # what pdoc warns of is a docstring or a name of ours
        # ... but that a module was named before: as a part of its package, where that has no `__all__`
        warnings.filterwarnings("ignore", "The module specification", UserWarning)
        # ... and that the constructor of a NamedTuple cannot find numpy: Python makes it outside of our module
        warnings.filterwarnings("ignore", r"Error parsing type annotation ForwardRef\('np\.", UserWarning)
        count = build(out)
    print(f"{out / 'index.html'}: {count} modules")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
