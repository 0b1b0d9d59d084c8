"""Are seeded results what they were? Records motions of tasks of every kind, and compares two such records bit for bit.

    python tools/seeded_results.py record before        # then change the code
    python tools/seeded_results.py record after
    python tools/seeded_results.py compare before after

Bits depend on the machine and on torch: compare records of one machine alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

TASKS = Path(__file__).with_name(
    "seeded_tasks.jsonl"
)  # a batch file; its first line makes what others are handed


def record(folder: Path) -> None:
    """Makes every motion of TASKS in `folder`."""
    folder.mkdir(parents=True)
    lines = TASKS.read_text(encoding="utf-8").splitlines()
    for name, chosen in (("given.jsonl", lines[:1]), ("tasks.jsonl", lines)):
        (folder / name).write_text("\n".join(chosen), encoding="utf-8")
        command = [sys.executable, "-m", "motion_core", "batch", str(folder / name), "--out", str(folder)]
        subprocess.run([*command, "--device", "cpu"], check=True)


def compare(first: Path, second: Path) -> list[str]:
    """What differs: a line for each array or entry of meta. The version does not count."""
    found = []
    names = {path.name for folder in (first, second) for path in folder.glob("*.npz")}
    for name in sorted(names):
        if not ((first / name).is_file() and (second / name).is_file()):
            found.append(f"{name}: in one record only")
            continue
        with (
            np.load(first / name, allow_pickle=False) as one,
            np.load(second / name, allow_pickle=False) as two,
        ):
            metas = [json.loads(str(stored["meta"])) | {"version": ""} for stored in (one, two)]
            found += [
                f"{name}: {key}"
                for key in one.files
                if key != "meta" and not np.array_equal(one[key], two[key])
            ]
        if metas[0] != metas[1]:
            found.append(f"{name}: meta")
    return found


def main(arguments: list[str]) -> int:
    match arguments:
        case ["record", folder]:
            record(Path(folder))
            return 0
        case ["compare", first, second]:
            differences = compare(Path(first), Path(second))
            print("\n".join([*differences, f"{len(differences)} differences"]))
            return 1 if differences else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
