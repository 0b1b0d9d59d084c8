"""The retrieval model's training, as a user runs it; its losses against hand-made cases."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import train_tmr

from motion_core.checkpoint import load_checkpoint
from motion_core.data.dataset import TrainingSet
from motion_core.embedding import load_embedder
from motion_core.models.tmr import TMR, TMRConfig
from motion_core.train import text_start
from motion_core.train.config import ConfigError, read_config
from motion_core.train.log import read_log
from motion_core.train.tmr import (
    TMRTrainConfig,
    TMRTraining,
    token_states,
)

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).resolve().parents[2] / "training" / "configs" / "tmr.toml"
TINY = """
batch_size = 6
[model]
width = 16
layers = 1
text_layers = 1
decoder_layers = 1
heads = 2
feedforward = 16
stack = 4
max_frames = 200
[loop]
steps = 40
learning_rate = 2e-3
warmup = 4
ema_decay = 0.9
precision = "fp32"
threads = 1
log_every = 10
val_every = 20
save_every = 20
"""


@pytest.fixture(scope="module", autouse=True)
def few_summaries():
    """The canonical directions of a dozen clips need no thousands of samples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_start, "BATCHES", 4)
        yield


@pytest.fixture(scope="module")
def config_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "tiny.toml"
    path.write_text(TINY)
    return path


def arguments(config_file, pool, out, *more):
    options = ["--config", config_file, "--data", pool, "--out", out, "--device", "cpu", *more]
    return [str(option) for option in options]


@pytest.fixture(scope="module")
def unbroken(config_file, telling_pool, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "unbroken"
    assert train_tmr.main(arguments(config_file, telling_pool, out)) == 0
    return out


def logged(out, name):
    return [record[name] for record in read_log(out / "log.jsonl") if name in record]


def test_the_loss_falls_and_the_checkpoint_rebuilds_its_model(unbroken, telling_pool):
    losses = logged(unbroken, "contrast")
    assert losses[-1] < losses[0] - 0.05 and all(map(math.isfinite, losses))
    tensors, info = load_checkpoint(unbroken / "ema.safetensors", family="tmr")
    TMR(TMRConfig.from_json(info.config)).load_state_dict(tensors)
    data = TrainingSet.open(telling_pool)
    assert (info.features, info.fps, info.text_encoder) == ("smpl205", 20.0, "minilm")
    assert info.config["trained_frames"] == data.max_frames and info.training["steps"] == 40
    assert "CC0" in info.licence
    embedder = load_embedder(checkpoint=unbroken / "ema.safetensors", device="cpu")
    assert embedder.width == 16 and embedder.licence == info.licence


def test_a_stopped_run_goes_on_with_the_same_losses(config_file, telling_pool, unbroken, tmp_path):
    out = tmp_path / "stopped"
    assert train_tmr.main(arguments(config_file, telling_pool, out, "--max-minutes", "0")) == 0
    assert train_tmr.main(arguments(config_file, telling_pool, out, "--resume")) == 0
    assert logged(out, "loss")[-1] == pytest.approx(logged(unbroken, "loss")[-1], rel=1e-4)
    assert logged(out, "val_loss")[-1] == pytest.approx(logged(unbroken, "val_loss")[-1], rel=1e-4)


def test_bad_input_is_named(config_file, telling_pool, tmp_path, capsys):
    assert train_tmr.main(arguments(config_file, tmp_path, tmp_path / "a")) == 1
    assert "no training pool" in capsys.readouterr().err
    broken = tmp_path / "broken.toml"
    broken.write_text(TINY.replace("width = 16", "widht = 16"))
    assert train_tmr.main(arguments(broken, telling_pool, tmp_path / "b")) == 1
    assert "widht" in capsys.readouterr().err
    for change in ({"batch_size": 1}, {"temperature": 0.0}):
        with pytest.raises(ConfigError, match=next(iter(change))):
            replace(read_config(config_file, TMRTrainConfig), **change)
    with pytest.raises(ValueError, match="tokens=True"):
        token_states(TrainingSet.open(telling_pool).batch_at(0, 2, 0))


def test_the_bundled_models_config_is_small(telling_pool):
    config = read_config(CONFIG, TMRTrainConfig).model_config(205, 384, 196)
    assert sum(p.numel() for p in TMR(config).parameters()) <= 4e6


def test_the_first_text_layer_says_on_states_what_was_fitted_to_their_mean(config_file, telling_pool):
    training = TMRTraining(
        read_config(config_file, TMRTrainConfig),
        TrainingSet.open(telling_pool, tokens=True),
        torch.device("cpu"),
    )
    training.fit_text_layer()
    batch = training.data.batch_at(0, 6, 0)
    mapped = training.model.text.input(batch.tokens * training.model.config.text_scale)
    lengths = batch.tokens[:, 0].norm(dim=-1)  # one token a sentence here: it is the mean
    weight, bias = text_start.fitted_text_layer(training.data, 16, 0)
    fitted = (batch.pooled / float(lengths.mean())) @ weight.T + bias
    assert torch.allclose(mapped[:, 0], fitted, atol=0.2 * float(fitted.std()))
