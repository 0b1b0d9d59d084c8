"""What enabling the extension costs Blender: PYTHON_WITH_BPY bench/addon_startup.py [--runs 5]

Each run is a Blender of its own (the bpy module) with compiled files in place, as Blender has them from the second
start on. Goal: below 0.15 s, and neither torch nor scipy loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOAL = 0.15  # seconds
CODE = """
import json, os, sys, time
sys.path.insert(0, {root!r})
import bpy, addon_utils
before = set(sys.modules)
wall, cpu = time.perf_counter(), time.process_time()
assert addon_utils.enable("blender_addon") is not None
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
loaded = sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})
print("RESULT" + json.dumps([bpy.app.version_string, wall, cpu, loaded]))
addon_utils.disable("blender_addon")
sys.stdout.flush()
os._exit(0)
"""


def measure(folder: str) -> tuple[str, float, float, list[str]]:
    """(Blender's version, seconds, seconds of processor time, top-level modules it loaded) of one start."""
    environment = {
        **os.environ,
        "BLENDER_USER_RESOURCES": folder,
        "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", CODE.format(root=str(ROOT))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    if line is None:
        raise SystemExit(f"the extension was not enabled:\n{done.stdout}{done.stderr}")
    return tuple(json.loads(line.removeprefix("RESULT")))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="laban_startup_") as folder:
        measure(folder)  # compiles
        results = [measure(folder) for _ in range(runs)]
    version, _, _, loaded = results[0]
    best, processor = min(result[1] for result in results), min(result[2] for result in results)
    heavy = sorted({"torch", "scipy", "transformers", "numpy"} & set(loaded))
    print(
        f"Blender {version}: enabling takes {best:.3f} s (processor {processor:.3f} s), best of {runs}; goal {GOAL} s"
    )
    print(f"loads of the heavy modules: {', '.join(heavy) or 'none'}; modules: {', '.join(loaded)}")
    return 0 if processor < GOAL and not {"torch", "scipy"} & set(heavy) else 1


if __name__ == "__main__":
    sys.exit(main())
