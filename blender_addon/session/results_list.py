"""The last results: the newest motion files in the folder of results, each with what made it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..properties.preferences import results_folder

NEWEST = 30


def newest_results(folder: Path, count: int = NEWEST) -> list[Path]:
    """The last motion files of a folder, the newest first."""
    if not folder.is_dir():
        return []
    files = [path for path in folder.glob("*.npz") if path.is_file()]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)[:count]


def describe(path: Path) -> tuple[str, str]:
    """Title of a result, and what made it; the file's name where it does not say."""
    from motion_core.formats.arrays import Archive
    from motion_core.formats.faults import format_faults
    from motion_core.formats.files import open_regular

    try:
        with format_faults(str(path), ".npz"), open_regular(path) as file:
            return _told(path, json.loads(str(Archive(file).read("meta"))))
    except (OSError, ValueError):
        return path.stem, "no motion file of ours"


def _told(path: Path, meta: dict[str, Any]) -> tuple[str, str]:
    about: dict[str, Any] = meta["blender"] if isinstance(meta.get("blender"), dict) else {}
    title = meta.get("text") or meta.get("action") or about.get("task") or path.stem
    parts = [about.get("task", "generate"), str(meta.get("model", "")), f"seed {meta.get('seed', '?')}"]
    if "first" in about:
        parts.append(f"frames {about['first']} to {about['first'] + about['frames'] - 1}")
    return str(title), ", ".join(filter(None, parts))


def refresh(manager: Any) -> int:
    """Reads the list anew; returns how many results there are."""
    kept = manager.laban_history
    kept.results.clear()
    for path in newest_results(results_folder()):
        row = kept.results.add()
        row.name, row.about = describe(path)
        row.path = str(path)
    kept.chosen = min(kept.chosen, max(0, len(kept.results) - 1))
    return len(kept.results)


def chosen_file(manager: Any) -> Path | None:
    """The file of the chosen row."""
    rows, at = manager.laban_history.results, manager.laban_history.chosen
    return Path(rows[at].path) if 0 <= at < len(rows) else None
