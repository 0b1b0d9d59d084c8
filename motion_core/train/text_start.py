"""A first text layer that hears the words: fitted to what sentences say about motions, by linear algebra.

Sentence vectors that differ in one decisive word ("left", "right") are almost the same vector (cosine 0.98 for MiniLM),
while the subject and the phrasing move them far. A random first layer keeps these proportions, and a network then needs
tens of thousands of steps to hear the word. Canonical correlation analysis (Hotelling 1936) finds the directions of the
sentences that tell most about the motions and makes them equally loud; the layer's shape stays as published.
"""

from __future__ import annotations

import numpy as np
import torch

from motion_core.data.dataset import TrainingSet

BATCHES, BATCH_SIZE = 320, 32
PARTS = 3  # a motion is summed up by the mean of each third and by the deviation of the whole
DIRECTIONS = 64
RIDGE = 0.02  # of the mean variance: keeps directions that hardly occur from being blown up
CANONICAL_SHARE = 0.5  # loudness beside an action table that the network knows already


def summaries(data: TrainingSet, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sentence vectors (N,D), motion summaries (N,(PARTS+1)*F) and actions (N,) of BATCHES training batches."""
    texts, motions, actions = [], [], []
    for step in range(BATCHES):
        batch = data.batch_at(step, BATCH_SIZE, seed)
        for x0, length in zip(batch.x0.numpy(), batch.lengths.tolist()):
            thirds = [part.mean(0) for part in np.array_split(x0[:length], PARTS)]
            motions.append(np.concatenate([*thirds, x0[:length].std(0)]))
        texts.append(batch.sentences.numpy())
        actions.append(batch.action.numpy())
    return np.concatenate(texts), np.stack(motions), np.concatenate(actions)


def token_loudness(data: TrainingSet) -> float:
    """How much longer the mean of a sentence's token states is than its pooled vector, on average: encoders may
    normalise the latter.
    """
    ratios = []
    for batch in data.val_batches(BATCH_SIZE):
        assert batch.tokens is not None and batch.token_mask is not None
        mean = batch.tokens.sum(1) / batch.token_mask.sum(1, keepdim=True)  # (B,D)
        ratios.append(mean.norm(dim=-1) / batch.sentences.norm(dim=-1).clamp(min=1e-6))
    return float(torch.cat(ratios).mean())


def inverse_root(covariance: np.ndarray) -> np.ndarray:
    """The symmetric inverse square root of a covariance (D,D), its smallest variances lifted by RIDGE of the mean."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors / np.sqrt(np.maximum(values, 0) + RIDGE * values.mean())) @ vectors.T


def canonical_directions(x: np.ndarray, y: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Directions (D,count) of x (N,D) that correlate most with y (N,M), each of about unit variance, and how much
    (count,): the left singular vectors of Sxx^-1/2 Sxy Syy^-1/2, turned back by Sxx^-1/2.
    """
    x, y = (x - x.mean(0)).astype(np.float64), (y - y.mean(0)).astype(np.float64)
    root_x, root_y = inverse_root(x.T @ x / len(x)), inverse_root(y.T @ y / len(y))
    left, correlations, _ = np.linalg.svd(root_x @ (x.T @ y / len(x)) @ root_y, full_matrices=False)
    return root_x @ left[:, :count], correlations[:count]


def canonical_layer(x: np.ndarray, y: np.ndarray, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Weight (width,D) and bias (width,): the canonical variates, louder where they correlate more, spread over all
    outputs by a random rotation so that an output has about unit variance.
    """
    count = min(DIRECTIONS, width, x.shape[1], y.shape[1])
    directions, correlations = canonical_directions(x, y, count)
    spread, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(width, count)))
    loudness = correlations * np.sqrt(width / np.sum(correlations**2))
    weight = spread @ (directions * loudness).T
    return weight, -weight @ x.mean(0)


def action_layer(x: np.ndarray, actions: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weight (width,D) and bias (width,) of the ridge regression from sentences to rows of an action table
    (A,width), over the samples that show an action.
    """
    known = actions >= 0
    x, y = x[known].astype(np.float64), table[actions[known]].astype(np.float64)
    centre, target = x.mean(0), y.mean(0)
    covariance = (x - centre).T @ (x - centre) / len(x)
    covariance += RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    weight = np.linalg.solve(covariance, (x - centre).T @ (y - target) / len(x)).T
    return weight, target - weight @ centre


def fitted_text_layer(
    data: TrainingSet, width: int, seed: int, action_table: np.ndarray | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight (width,D) and bias (width,) float32 for the text layer of a model with `width` channels.

    Sentences begin as the rows of an action table, with the canonical directions for what actions leave unsaid (styles,
    joined actions) beside them. action_table: (A,width) of the action model whose body the text model starts from;
    without one, random rows, which are as far apart as rows can be.
    """
    texts, motions, actions = summaries(data, seed)
    weight, bias = canonical_layer(texts, motions, width, seed)
    if action_table is None:
        action_table = np.random.default_rng(seed).normal(size=(len(data.actions), width))
    if len(action_table) and (actions >= 0).any():
        named, named_bias = action_layer(texts, actions, action_table)
        weight, bias = named + CANONICAL_SHARE * weight, named_bias + CANONICAL_SHARE * bias
    return torch.from_numpy(weight.astype(np.float32)), torch.from_numpy(bias.astype(np.float32))
