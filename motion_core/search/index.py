"""`LibraryIndex`: the embeddings of a folder of motions, kept on disk and up to date, and their ranking."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motion_core.formats.reading import Reading
from motion_core.results import Broken, Hit
from motion_core.search import store
from motion_core.search.contents import contents_to_motions, read_content
from motion_core.search.folder import Found, check_library, look
from motion_core.search.store import Entry, Stored

if TYPE_CHECKING:
    from motion_core.body.motion import Motion
    from motion_core.formats.bvh_clip import BvhClip

TOGETHER, FRAMES_TOGETHER = 128, 60_000  # files, and their frames, that are read before they are embedded
SAVE_SECONDS = 4.0  # between two saves, so that an interruption costs little
SAVE_SHARE = 20  # ... but saving a large index must not take more than this part of the time
OnFile = Callable[[int, int], None]  # files done, files to do; may raise (no ValueError) to stop


@dataclass(frozen=True)
class UpdateReport:
    """files: motion files that the library has; `embedded` of them now, `dropped` vanished; note: what else to know."""

    files: int
    embedded: int
    dropped: int
    broken: tuple[Broken, ...]
    note: str = ""


class LibraryIndex:
    """The index of one folder; use `LibraryIndex.open`. Several processes may update one folder at a time."""

    def __init__(self, folder: Path, reading: Reading | None = None) -> None:
        self.folder, self.reading = folder, reading
        self.fingerprint = ""
        self._entries: dict[str, Entry] = {}
        self._seen: tuple[Any, ...] = ()  # which version of which file we know
        self._ranked: tuple[list[str], np.ndarray] | None = None

    @classmethod
    def open(cls, folder: str | Path, reading: Reading | None = None) -> LibraryIndex:
        """With what an earlier update has left. reading: what its files do not say themselves.

        Raises FileNotFoundError or NotADirectoryError with the fix.
        """
        index = cls(check_library(Path(folder)), reading)
        if stored := index._read_stored():
            index.fingerprint, index._entries = stored.fingerprint, stored.entries
        return index

    def __len__(self) -> int:
        """Motions that can be found."""
        return sum(entry.vector is not None for entry in self._entries.values())

    @property
    def broken(self) -> tuple[Broken, ...]:
        """Files that could not be read as a motion; they are tried again when they change."""
        return tuple(Broken(path, e.error) for path, e in sorted(self._entries.items()) if e.error)

    def update(self, embedder: Any, on_file: OnFile | None = None) -> UpdateReport:
        """Embed new and changed files and forget vanished ones. Where another model made the index, embed all files.

        What is done is kept, whatever stops it (Ctrl-C, `on_file`).
        """
        found = look(self.folder)
        before = len(self._entries)
        if self.fingerprint != (mark := self.mark_of(embedder)):
            self.fingerprint, self._entries, before = mark, {}, -1
        dropped = [path for path in self._entries if path not in found.stamps]
        for path in dropped:
            del self._entries[path]
        work = _Update(self, embedder, found, on_file)
        try:
            work.run()
        finally:
            self._ranked = None
            if work.done or dropped or (before < 0 and found.stamps):
                work.save()
        faults = {broken.path: broken.error for broken in self.broken} | found.faults | work.unread
        listed = tuple(Broken(path, error) for path, error in sorted(faults.items()))
        return UpdateReport(len(found.stamps), work.embedded, len(dropped), listed, work.note)

    def mark_of(self, embedder: Any) -> str:
        """The fingerprint of vectors of this embedder, of files that are read in this way."""
        return str(embedder.fingerprint) if self.reading is None else f"{embedder.fingerprint} {self.reading}"

    def rank(self, vector: np.ndarray, count: int) -> list[Hit]:
        """The `count` motions whose embeddings point most like `vector` (D,), best first; equals by name."""
        paths, units = self._units()
        if not paths or count < 1:
            return []
        vector = np.asarray(vector, dtype=np.float32)
        if vector.shape != units.shape[1:] or not np.all(np.isfinite(vector)):
            raise ValueError(
                f"the question has shape {vector.shape}: it must be {units.shape[1:]}, all finite"
            )
        # (N,); rounded, because equal rows come out of the product different in the last digits
        scores = np.round(units @ (vector / max(float(np.linalg.norm(vector)), 1e-12)), 6)
        best = np.argsort(-scores, kind="stable")[:count]
        return [Hit(paths[k], round(float(scores[k]), 6), self._entries[paths[k]].seconds) for k in best]

    def _units(self) -> tuple[list[str], np.ndarray]:
        """Paths in order, and their embeddings (N,D) scaled to length 1."""
        if self._ranked is None:
            rows = {path: e.vector for path, e in sorted(self._entries.items()) if e.vector is not None}
            matrix = np.stack(list(rows.values())) if rows else np.zeros((0, 0), dtype=np.float32)
            lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
            self._ranked = list(rows), matrix / np.maximum(lengths, 1e-12)
        return self._ranked

    def _read_stored(self) -> Stored | None:
        """The newer of the files where the index may lie, unless it is the one we know; None for none."""
        versions = [(s.st_mtime_ns, s.st_ino, s.st_size, path) for path in store.places(self.folder)
                    if (s := _status(path)) is not None]  # fmt: skip
        if not versions or max(versions) == self._seen:
            return None
        self._seen = max(versions)
        return store.load(self._seen[-1])

    def _write(self) -> str:
        """Save where it can be; returns what the user should know about that."""
        stored = Stored(self.fingerprint, dict(sorted(self._entries.items())))
        faults = []
        for path in store.places(self.folder):
            try:
                store.save(path, stored)
            except OSError as fault:
                faults.append(f"{path.parent}: {fault.strerror or fault}")
                continue
            if (status := _status(path)) is not None:
                self._seen = (status.st_mtime_ns, status.st_ino, status.st_size, path)
            return f"the library cannot be written: its index lies in {path.parent}" if faults else ""
        return f"the index cannot be kept, the next search reads everything again ({'; '.join(faults)})"


class _Update:
    """One walk over what has changed. done: files looked at; embedded: those of them that are motions now."""

    def __init__(self, index: LibraryIndex, embedder: Any, found: Found, on_file: OnFile | None) -> None:
        self.index, self.embedder, self.found = index, embedder, found
        self.done = self.embedded = 0
        self.unread: dict[str, str] = {}  # not to be opened now, which may pass: tried again the next time
        self.note = ""
        self._on_file = on_file or (lambda done, total: None)
        self._wanted = [path for path in found.stamps if not self._is_known(path)]
        self._saved = time.monotonic()
        self._pause = SAVE_SECONDS

    def run(self) -> None:
        for number, batch in self._batches():
            self._embed(self._motions(batch))
            self.done = number
            self._on_file(self.done, len(self._wanted))
            if time.monotonic() - self._saved > self._pause:
                self.save()

    def save(self) -> None:
        begun = time.monotonic()
        self._adopt()
        self.note = self.index._write()
        self._saved = time.monotonic()
        self._pause = max(SAVE_SECONDS, SAVE_SHARE * (self._saved - begun))

    def _is_known(self, path: str) -> bool:
        entry = self.index._entries.get(path)
        return entry is not None and entry.stamp == self.found.stamps[path]

    def _adopt(self) -> None:
        """Take over what another process has saved meanwhile, so that neither loses the other's work."""
        stored = self.index._read_stored()
        if stored is None or stored.fingerprint != self.index.fingerprint:
            return
        for path, entry in stored.entries.items():
            if (
                path in self.found.stamps
                and entry.stamp == self.found.stamps[path]
                and not self._is_known(path)
            ):
                self.index._entries[path] = entry

    def _batches(self) -> Iterator[tuple[int, dict[str, Motion | BvhClip]]]:
        """(files looked at so far, the contents of readable ones by path), as many as fit in memory at a time."""
        batch: dict[str, Motion | BvhClip] = {}
        for number, path in enumerate(self._wanted, 1):
            self._on_file(self.done, len(self._wanted))  # reading is slow too: a chance to stop
            if not self._is_known(path) and (content := self._read(path)) is not None:
                batch[path] = content
            frames = sum(map(len, batch.values()))
            if len(batch) >= TOGETHER or frames >= FRAMES_TOGETHER or number == len(self._wanted):
                yield number, batch
                batch = {}

    def _read(self, path: str) -> Motion | BvhClip | None:
        try:
            return read_content(self.index.folder / path, self.index.reading)
        except OSError as fault:
            self.unread[path] = fault.strerror or str(fault)
        except (
            Exception
        ) as fault:  # whatever a foreign file does to a reader, the others are still to be read
            self._break(path, fault)
        return None

    def _motions(self, batch: dict[str, Motion | BvhClip]) -> dict[str, Motion]:
        """The motions of the contents; files that hold none are noted as broken."""
        motions = {}
        found = contents_to_motions(list(batch.values()), self.embedder.fps)
        for path, motion in zip(batch, found, strict=True):
            if isinstance(motion, Exception):
                self._break(path, motion)
            else:
                motions[path] = motion
        return motions

    def _break(self, path: str, fault: Exception) -> None:
        words = str(fault).replace(f"{self.index.folder / path}", "the file").strip()
        error = words if words and isinstance(fault, ValueError) else f"{type(fault).__name__}: {words}"
        self.index._entries[path] = Entry(self.found.stamps[path], error=error)

    def _embed(self, batch: dict[str, Motion]) -> None:
        """If a batch fails, each motion is tried alone, so that a bad one harms nobody else's."""
        if not batch:
            return
        try:
            motions = list(batch.values())
            rows = np.asarray(self.embedder.motions(motions, on_batch=self._on_batch), dtype=np.float32)
            if not np.all(np.isfinite(rows)):
                raise ValueError("its embedding is not finite")
        except ValueError as fault:
            if len(batch) == 1:
                self._break(next(iter(batch)), fault)
                return
            for path, motion in batch.items():
                self._embed({path: motion})
            return
        for (path, motion), row in zip(batch.items(), rows, strict=True):
            self.index._entries[path] = Entry(self.found.stamps[path], motion.seconds, row.copy())
        self.embedded += len(batch)

    def _on_batch(self, done: int, total: int) -> None:
        self._on_file(self.done + done, len(self._wanted))


def _status(path: Path) -> Any:
    """`path.stat()`, None where there is nothing to see."""
    try:
        return path.stat()
    except OSError:
        return None
