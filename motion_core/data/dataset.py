"""Batches of a training pool (`data/pool.py`): pure functions of (seed, step), so that a resumed run goes on exactly.

Samples are drawn by group, so that the few clips with written captions are not drowned by the many with labels, and
sorted by length over several batches, so that little is padding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from motion_core.data.pool import ABOUT, CAPTIONS, NO_ACTION, POOLED, ROWS, SAMPLES, TOKENS, VERSION
from motion_core.features import FEATURES, FeatureStats
from motion_core.formats import FormatError

# Shares of the draws. What is missing in a pool gives its share to the others.
SHARES = {
    "real": 0.33, "real scaled": 0.09, "label": 0.07, "seen": 0.30, "weak": 0.04, "composed": 0.07, "chained": 0.08,
    "rested": 0.09, "stood": 0.02,
}  # fmt: skip
EVENNESS = 0.85  # inside a group; 0: every sample as often, 1: every action as often
LIKE_ACTION_OF = 30  # samples: a sample without an action is drawn as if its action had so many
BUCKET = 8  # batches drawn together and sorted by length
JITTER = 0.08  # of the length, so that a batch is not always made of the same neighbours


@dataclass(frozen=True, eq=False)
class TrainBatch:
    """Clips of one step, with what the set was opened for."""

    x0: torch.Tensor  # (B,T,F) float32 normalised, zero where padded
    mask: torch.Tensor  # (B,T) true where real
    action: torch.Tensor  # (B,) long, -1 where it is none of the pool's actions
    lengths: torch.Tensor  # (B,) long, frames
    captions: tuple[str, ...] = ()  # one a clip, or none at all
    pooled: torch.Tensor | None = None  # (B,D) float32, of the captions
    tokens: torch.Tensor | None = None  # (B,L,D) float32 states of the captions, zero where padded
    token_mask: torch.Tensor | None = None  # (B,L) bool, true where real

    @property
    def sentences(self) -> torch.Tensor:
        """`pooled` of a set that has captions. Raises ValueError for one without."""
        if self.pooled is None:
            raise ValueError("the batch has no captions: open the pool with TrainingSet.open(folder)")
        return self.pooled

    def to(self, device: torch.device | str) -> TrainBatch:
        moved: dict[str, Any] = {
            f.name: part.to(device, non_blocking=True)
            for f in fields(self)
            if isinstance(part := getattr(self, f.name), torch.Tensor)
        }
        return replace(self, **moved)


@dataclass(frozen=True, eq=False)
class _Draw:
    """What a batch is made of: rows of the pool (N,), first frames, frames, caption rows."""

    rows: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    captions: np.ndarray  # meaningless in a set without captions

    def at(self, places: np.ndarray | slice) -> _Draw:
        return _Draw(self.rows[places], self.starts[places], self.lengths[places], self.captions[places])


class TrainingSet:
    """A pool opened for training; nothing is kept in memory but its small tables."""

    def __init__(
        self,
        folder: Path,
        about: dict[str, Any],
        table: dict[str, np.ndarray],
        *,
        actions_only: bool,
        captions: bool,
        tokens: bool,
        window: int | None,
    ) -> None:
        self.folder, self.about, self.table = folder, about, table
        self.fps = float(about["fps"])
        self.dim = int(about["dim"])
        self.kind = FEATURES[about["features"]]
        self.actions: tuple[str, ...] = tuple(about["actions"])
        self.max_frames = int(about["config"]["max_frames"])
        self.min_frames = int(about["config"]["min_frames"])
        self.window = window  # frames of every sample; shorter ones are left out
        self.windows: tuple[int, int] | None = None  # least and most frames that longer samples are cut to
        self.stats = FeatureStats(table["mean"], table["std"])
        self.captions: list[str] = []
        self.pooled: np.ndarray | None = None
        if captions:
            self.captions = json.loads((folder / CAPTIONS).read_text(encoding="utf-8"))
            self.pooled = np.load(folder / POOLED, mmap_mode="r", allow_pickle=False)
        self.rows = np.memmap(folder / ROWS, np.float16, "r").reshape(-1, self.dim)
        self.tokens: np.ndarray | None = None
        if tokens:
            self.tokens = np.memmap(folder / TOKENS, np.float16, "r").reshape(-1, self.token_width)
        self.lengths = np.diff(table["offsets"])
        kept = self.table["action"] != NO_ACTION if actions_only else np.ones(len(self.lengths), dtype=bool)
        kept = kept & (self.lengths >= (window or 0))
        self.train_rows = np.flatnonzero(~table["val"] & kept)
        self.val_rows = np.flatnonzero(table["val"] & kept)
        self._check()
        weights = self._action_weights() if actions_only else self._group_weights()
        if "weight" in table:  # pools made before clips had weights are without
            weights = weights * table["weight"][self.train_rows]
        self.cumulative = np.cumsum(weights / weights.sum())

    @classmethod
    def open(
        cls,
        folder: str | Path,
        *,
        actions_only: bool = False,
        captions: bool = True,
        tokens: bool = False,
        window: int | None = None,
    ) -> TrainingSet:
        """A pool, to be read as a family wants it.

        actions_only: leave out samples that show no single action of the list. captions: batches have sentences and
        their vectors. tokens: and their token states, too. window: every sample is cut to so many frames, and shorter
        ones are left out.

        Raises FileNotFoundError where there is no pool, FormatError where its files disagree, ValueError where a
        split is empty or captions are asked for that the pool does not have.
        """
        folder = Path(folder)
        if window is not None and window < 1:
            raise ValueError(f"window is {window}: give a number of frames, from 1 on")
        if not (folder / ABOUT).exists():
            raise FileNotFoundError(
                f"{folder} is no training pool (no {ABOUT}): make one with training/prepare_dataset.py"
            )
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            if about["version"] != VERSION:
                raise FormatError(
                    f"{folder} has version {about['version']}, this program reads {VERSION}: make the pool anew"
                )
            if about["features"] not in FEATURES:
                raise FormatError(
                    f"{folder} has features {about['features']!r}, this program knows {', '.join(FEATURES)}"
                )
            if (captions or tokens) and about["text_encoder"] is None:
                raise ValueError(
                    f"{folder} has no captions: make a pool with training/prepare_dataset.py without --no-captions"
                )
            with np.load(folder / SAMPLES, allow_pickle=False) as arrays:
                table = {name: arrays[name] for name in arrays.files}
            return cls(
                folder,
                about,
                table,
                actions_only=actions_only,
                captions=captions or tokens,
                tokens=tokens,
                window=window,
            )
        except (KeyError, TypeError, OSError, json.JSONDecodeError) as error:
            raise FormatError(f"{folder} is not a readable training pool: {error}") from error

    def _check(self) -> None:
        counted = int(self.table["offsets"][-1])
        if len(self.rows) != counted:
            raise FormatError(f"{self.folder / ROWS} has {len(self.rows)} frames, {SAMPLES} counts {counted}")
        if self.pooled is not None and len(self.pooled) != len(self.captions):
            raise FormatError(
                f"{self.folder}: {len(self.captions)} sentences but {len(self.pooled)} embeddings"
            )
        if self.tokens is not None and len(self.tokens) != self.table["token_offsets"][-1]:
            raise FormatError(f"{self.folder / TOKENS} does not have the tokens that {SAMPLES} counts")
        for name, rows in (("train", self.train_rows), ("val", self.val_rows)):
            if len(rows) == 0:
                long = f" of {self.window} frames or more" if self.window else ""
                raise ValueError(f"the {name} split of {self.folder} has no clip{long}: prepare more clips")

    def __len__(self) -> int:
        return len(self.train_rows)

    @property
    def text_width(self) -> int:
        """D of the sentences' vectors. Raises ValueError for a set without captions."""
        if self.pooled is None:
            raise ValueError(f"{self.folder} was opened without captions")
        return int(self.pooled.shape[1])

    @property
    def token_width(self) -> int:
        """D of the token states; that of the sentences' vectors, but where a head sums them up."""
        return int(self.about.get("token_width", self.text_width))

    # --- what is drawn how often --------------------------------------------------------------------------------------

    def _group_weights(self) -> np.ndarray:
        """(train samples,) by SHARES; inside a group, rarer actions weigh more."""
        group, action = self.table["group"][self.train_rows], self.table["action"][self.train_rows]
        weights = np.zeros(len(group))
        for number, name in enumerate(self.table["groups"]):
            inside = np.flatnonzero(group == number)
            if len(inside):
                counts = np.bincount(action[inside] + 1)
                counts[0] = LIKE_ACTION_OF
                rarity = counts[action[inside] + 1] ** -EVENNESS
                weights[inside] = SHARES[str(name)] * rarity / rarity.sum()
        return weights

    def _action_weights(self) -> np.ndarray:
        """(train samples,): every action as often."""
        action = self.table["action"][self.train_rows]
        return 1 / np.bincount(action, minlength=len(self.actions))[action]

    # --- batches ------------------------------------------------------------------------------------------------------

    def batch_at(self, step: int, batch_size: int, seed: int, rank: int = 0, world: int = 1) -> TrainBatch:
        """Batch of `step`; `batch_size` counts all processes together, each rank gets its part of the one batch.

        All parts are padded to the same length. Raises ValueError where the size does not divide.
        """
        if batch_size < 1 or batch_size % world or not 0 <= rank < world:
            raise ValueError(f"batch_size {batch_size} cannot be dealt to rank {rank} of {world} processes")
        draw = self._draw(step // BUCKET, batch_size, seed)
        order = np.random.default_rng([seed, step // BUCKET, 1]).permutation(BUCKET)
        place = int(order[step % BUCKET]) * batch_size
        whole = draw.at(slice(place, place + batch_size))
        size = batch_size // world
        return self._batch(whole.at(slice(rank * size, (rank + 1) * size)), int(whole.lengths.max()))

    def _draw(self, bucket: int, batch_size: int, seed: int) -> _Draw:
        """Samples of BUCKET batches, sorted by (about) their length; those inside one batch in random order."""
        rng = np.random.default_rng([seed, bucket])
        count = BUCKET * batch_size
        found = np.searchsorted(self.cumulative, rng.random(count), side="right")
        rows = self.train_rows[np.minimum(found, len(self.train_rows) - 1)]
        draw = self._cropped(rows, rng.random(count), rng.random(count), self._limits(rng, count))
        order = np.argsort(draw.lengths * (1 + JITTER * rng.random(count)), kind="stable")
        order = rng.permuted(order.reshape(BUCKET, batch_size), axis=1).ravel()
        return draw.at(order)

    def _limits(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """(count,) the most frames of each sample of a batch."""
        if self.windows is None or self.window:
            return np.full(count, self.window or self.max_frames)
        return rng.integers(self.windows[0], self.windows[1] + 1, count)

    def _cropped(self, rows: np.ndarray, where: np.ndarray, which: np.ndarray, most: np.ndarray) -> _Draw:
        """A stretch of at most `most` frames, and a caption, by numbers (N,) in [0,1)."""
        lengths = np.minimum(self.lengths[rows], most)
        starts = (where * (self.lengths[rows] - lengths + 1)).astype(int)
        if self.pooled is None:
            return _Draw(rows, starts, lengths, np.empty(len(rows), dtype=np.int32))
        first, last = self.table["caption_offsets"][rows], self.table["caption_offsets"][rows + 1]
        captions = self.table["caption_ids"][first + (which * (last - first)).astype(int)]
        return _Draw(rows, starts, lengths, captions)

    def _batch(self, draw: _Draw, frames: int) -> TrainBatch:
        x0 = np.zeros((len(draw.rows), frames, self.dim), dtype=np.float32)
        for place, (row, start, length) in enumerate(zip(draw.rows, draw.starts, draw.lengths)):
            x0[place, :length] = self.clip(int(row), int(start), int(length))
        lengths = torch.from_numpy(draw.lengths.astype(np.int64))
        batch = TrainBatch(
            torch.from_numpy(x0),
            torch.arange(frames) < lengths[:, None],
            torch.from_numpy(self.table["action"][draw.rows].astype(np.int64)),
            lengths,
        )
        return batch if self.pooled is None else self._told(batch, draw.captions)

    def _told(self, batch: TrainBatch, captions: np.ndarray) -> TrainBatch:
        """The batch with its captions (B,) by number."""
        assert self.pooled is not None
        tokens, token_mask = self._token_states(captions)
        return replace(
            batch,
            captions=tuple(self.captions[i] for i in captions),
            pooled=torch.from_numpy(self.pooled[captions].astype(np.float32)),
            tokens=tokens,
            token_mask=token_mask,
        )

    def _token_states(self, captions: np.ndarray) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """States (B,L,D) of the sentences (B,) and which are real (B,L)."""
        if self.tokens is None:
            return None, None
        first, last = self.table["token_offsets"][captions], self.table["token_offsets"][captions + 1]
        counts = torch.from_numpy(last - first)
        states = torch.zeros(len(captions), int(counts.max()), self.tokens.shape[1])
        for row, (start, stop) in enumerate(zip(first, last)):
            states[row, : stop - start] = torch.from_numpy(self.tokens[start:stop].astype(np.float32))
        return states, torch.arange(states.shape[1]) < counts[:, None]

    def clip(self, row: int, start: int = 0, frames: int | None = None) -> np.ndarray:
        """Normalised features (T,F) float32 of a stretch of sample `row`, starting over the origin with heading 0."""
        first = int(self.table["offsets"][row]) + start
        frames = int(self.lengths[row]) - start if frames is None else frames
        x0 = self.rows[first : first + frames].astype(np.float32)
        if start == 0:
            return x0
        return np.asarray(self.kind.canonical_normal(x0, self.stats), dtype=np.float32)

    def val_batches(self, batch_size: int) -> Iterator[TrainBatch]:
        """The validation samples in order of length, each once, with one caption each: always the same batches."""
        rng = np.random.default_rng(0)
        count = len(self.val_rows)
        where, which = rng.random(count), rng.random(count)
        draw = self._cropped(self.val_rows, where, which, self._limits(rng, count))
        draw = draw.at(np.argsort(draw.lengths, kind="stable"))
        for start in range(0, len(draw.rows), batch_size):
            part = draw.at(slice(start, start + batch_size))
            yield self._batch(part, int(part.lengths.max()))
