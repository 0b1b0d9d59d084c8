"""Runs the tests of this folder in Blender's module: PYTHON_WITH_BPY tests/blender_addon/run_bpy.py [pytest options]

Blender's module hangs (4.5) or crashes (4.2) when Python ends while add-on classes are registered, and may do so
for reasons of its own; so the tests unregister and this process leaves by os._exit, with pytest's status.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="laban_bpy_") as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources  # never the user's own settings
        sys.path.insert(0, str(ROOT))
        import pytest

        options = ["--rootdir", str(ROOT), "-p", "no:cacheprovider", *arguments]
        if not any(not argument.startswith("-") and Path(argument).exists() for argument in arguments):
            options.append(str(FOLDER))
        return int(pytest.main(options))


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
