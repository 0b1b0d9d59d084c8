"""Motions and sentences as points of TMR's space: what search ranks by and the metrics compare.

    embedder = load_embedder()
    texts, motions = embedder.texts(["a person bows"]), embedder.motions([motion])  # (N,256) float32 each

A motion may have any frame rate, place and heading. The cosine of two points says how well they fit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from motion_core.body.motion import Motion
from motion_core.catalog import RETRIEVAL_CARDS
from motion_core.checkpoint import CheckpointInfo, load_checkpoint
from motion_core.features import FEATURES, FeatureStats
from motion_core.formats import FormatError
from motion_core.generators.device import Device, pick_device
from motion_core.generators.weights import weights_path
from motion_core.models.tmr import TMR, TMRConfig
from motion_core.tasks import TaskError
from motion_core.text import TextEncoder, load_text_encoder

FAMILY = "tmr"
FRAMES_AT_ONCE = 4096  # of a batch, padding included: more is not faster, and memory stays small
TEXTS_AT_ONCE = 128
OnBatch = Callable[[int, int], None]  # motions done, motions in all


def load_embedder(
    model_id: str = "tmr", *, device: str = "auto", checkpoint: str | Path | None = None
) -> Embedder:
    """The retrieval model of that id, or the checkpoint named instead.

    Raises TaskError for an unknown id, FileNotFoundError where there are no weights, FormatError for a checkpoint of
    another family or of features that Laban does not compute.
    """
    if model_id not in RETRIEVAL_CARDS:
        raise TaskError(f"unknown retrieval model {model_id!r}; there are {', '.join(RETRIEVAL_CARDS)}")
    path = weights_path(RETRIEVAL_CARDS[model_id], checkpoint)
    tensors, info = load_checkpoint(path, family=FAMILY)
    if info.features not in FEATURES:
        raise FormatError(
            f"{path} needs the features {info.features!r}; Laban computes {', '.join(FEATURES)}"
        )
    try:
        model = TMR(TMRConfig.from_json(info.config))
        model.load_state_dict(tensors)
    except (TypeError, ValueError, RuntimeError) as error:
        raise FormatError(f"{path} does not fit its own description ({error}): make it again") from error
    with path.open("rb") as file:
        fingerprint = hashlib.file_digest(file, "sha256").hexdigest()
    return Embedder(model, info, fingerprint, pick_device(device))


class Embedder:
    """A retrieval model in use. fingerprint: SHA-256 of its checkpoint; points of different ones do not compare."""

    def __init__(self, model: TMR, info: CheckpointInfo, fingerprint: str, device: Device) -> None:
        self.info, self.fingerprint, self.device = info, fingerprint, device
        self.features, self.fps, self.licence = info.features, info.fps, info.licence
        self.model = model.eval().requires_grad_(False).to(device.torch_device)
        self.stats = FeatureStats(np.array(info.mean), np.array(info.std))
        self.window = model.config.trained_frames
        self.width = model.config.width

    @property
    def note(self) -> str:
        """What it runs on and why, for the user."""
        return self.device.note

    @cached_property
    def encoder(self) -> TextEncoder:
        """Of the words; loaded when the first sentence comes."""
        return load_text_encoder(self.info.text_encoder or "minilm")

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        """Means mu (N,D) float32 of sentences."""
        points = np.zeros((len(texts), self.width), dtype=np.float32)
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            part = slice(start, start + TEXTS_AT_ONCE)
            said = self.encoder.encode(list(texts[part]))
            tokens, mask = (x.to(self.device.torch_device) for x in (said.tokens, said.mask))
            with self.device.computing(0):
                points[part] = self.model.encode_text(tokens, mask)[0].cpu().numpy()
        return points

    def motions(self, motions: Sequence[Motion], on_batch: OnBatch | None = None) -> np.ndarray:
        """Means mu (N,D) float32; that of a motion longer than any in training is the mean over its windows.

        on_batch: told (motions done, motions in all). Raises ValueError, with its number, for a motion that is not
        finite.
        """
        points = np.zeros((len(motions), self.width), dtype=np.float32)
        order = np.argsort([motion.seconds for motion in motions], kind="stable")
        done = 0
        for numbers in _batches(order, motions, self.fps):
            clips = self._encode([motions[n] for n in numbers], numbers)
            points[numbers] = self._points(clips)
            done += len(numbers)
            if on_batch:
                on_batch(done, len(motions))
        return points

    def _encode(self, motions: list[Motion], numbers: list[int]) -> list[np.ndarray]:
        """Normalised features (T,F) of each."""
        for motion, number in zip(motions, numbers):
            if not (np.isfinite(motion.trans).all() and np.isfinite(motion.rotations).all()):
                raise ValueError(f"motion {number} is not finite: leave it out, or repair its file")
        at_rate = [m if abs(m.fps - self.fps) < 1e-6 else m.resample(self.fps) for m in motions]
        return [self.stats.normalize(x0) for x0 in FEATURES[self.features].encode_canonical(at_rate)]

    def _points(self, clips: list[np.ndarray]) -> np.ndarray:
        """(N,D): each clip's windows through the network, then their mean."""
        windows = [(row, part) for row, clip in enumerate(clips) for part in self._windows(clip)]
        rows = np.array([row for row, _ in windows])
        found = np.zeros((len(clips), self.width), dtype=np.float64)
        each = max(1, FRAMES_AT_ONCE // max(len(part) for _, part in windows))
        for start in range(0, len(windows), each):
            mu = self._forward([part for _, part in windows[start : start + each]])
            np.add.at(found, rows[start : start + each], mu)
        return found / np.bincount(rows)[:, None]

    def _windows(self, clip: np.ndarray) -> list[np.ndarray]:
        """The clip (T,F), or stretches of the longest trained length that cover it evenly, each a clip of its own."""
        count = -(-len(clip) // self.window)
        if count == 1:
            return [clip]
        starts = np.linspace(0, len(clip) - self.window, count).round().astype(int)
        parts = [clip[start : start + self.window] for start in starts]
        # a first frame may hold the place and heading so far, which must be those of a start
        return [FEATURES[self.features].canonical_normal(part, self.stats) for part in parts]

    def _forward(self, parts: list[np.ndarray]) -> np.ndarray:
        """mu (N,D) of clips (T,F) of differing lengths."""
        lengths = torch.tensor([len(part) for part in parts])
        x0 = torch.zeros(len(parts), int(lengths.max()), parts[0].shape[1])
        for row, part in enumerate(parts):
            x0[row, : len(part)] = torch.from_numpy(np.asarray(part, dtype=np.float32))
        mask = torch.arange(x0.shape[1]) < lengths[:, None]
        with self.device.computing(x0.shape[0] * x0.shape[1]):
            mu, _ = self.model.encode_motion(
                x0.to(self.device.torch_device), mask.to(self.device.torch_device)
            )
        return mu.float().cpu().numpy()


def _batches(order: np.ndarray, motions: Sequence[Motion], fps: float) -> Iterator[list[int]]:
    """Numbers of motions of about one length, about FRAMES_AT_ONCE frames at a time, in `order`."""
    batch: list[int] = []
    frames = 0.0
    for number in order.tolist():
        length = motions[number].seconds * fps
        if batch and frames + length > FRAMES_AT_ONCE:
            yield batch
            batch, frames = [], 0.0
        batch.append(number)
        frames += length
    if batch:
        yield batch
