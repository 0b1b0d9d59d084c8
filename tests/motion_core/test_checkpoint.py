"""A checkpoint says everything about itself, survives the disk, and refuses what it is not."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from broken_files import ABOUT, damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save, save_file

from motion_core.checkpoint import FORMAT, KEY, CheckpointInfo, load_checkpoint, read_info, save_checkpoint
from motion_core.formats import FormatError

MEAN = np.random.default_rng(0).normal(size=205).astype(np.float32)


@pytest.fixture
def info():
    return CheckpointInfo(
        family="mdm",
        config={"width": 8, "layers": 2, "norm": "post", "nested": {"a": [1, 2]}},
        features="smpl205",
        mean=MEAN,
        std=np.abs(MEAN) + 0.1,
        fps=20,
        conditioning="action",
        actions=("walk", "wave – left"),
        diffusion={"schedule": "cosine", "steps": 1000, "predicts": "x0"},
        training={"steps": 3, "loss": 0.25},
        licence="CC BY-NC 4.0",
    )


@pytest.fixture
def tensors():
    shared = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    return {"a.weight": shared, "a.tied": shared, "b": torch.arange(3), "c": shared.double().T}


def test_round_trip_is_exact(tmp_path, info, tensors):
    save_checkpoint(tmp_path / "new" / "x.safetensors", tensors, info)
    loaded, found = load_checkpoint(tmp_path / "new" / "x.safetensors", family="mdm")
    assert found == info == read_info(tmp_path / "new" / "x.safetensors")
    np.testing.assert_array_equal(np.array(found.mean, dtype=np.float32), MEAN)
    assert loaded["a.weight"].dtype == torch.float32 and loaded["b"].dtype == torch.int64
    for name, tensor in tensors.items():
        torch.testing.assert_close(loaded[name], tensor.to(loaded[name].dtype), rtol=0, atol=0)


def test_half_storage_comes_back_as_float32_at_half_the_size(tmp_path, info):
    weight = {"w": torch.randn(100, 100)}
    save_checkpoint(tmp_path / "full", weight, info)
    save_checkpoint(tmp_path / "half", weight, info, "float16")
    loaded, _ = load_checkpoint(tmp_path / "half")
    assert loaded["w"].dtype == torch.float32
    assert float((loaded["w"] - weight["w"]).abs().max()) < 2e-3
    saved = (tmp_path / "full").stat().st_size - (tmp_path / "half").stat().st_size
    assert saved == 100 * 100 * 2


def test_int8_rows_come_back_to_a_part_in_250_at_a_quarter_of_the_size(tmp_path, info):
    torch.manual_seed(0)
    rows = torch.randn(64, 256) * torch.logspace(-4, 4, 64)[:, None]  # each row has its own scale
    weights = {"w": rows, "zero": torch.zeros(64, 64), "small": torch.randn(3, 5), "bias": torch.randn(64)}
    save_checkpoint(tmp_path / "full", weights, info)
    save_checkpoint(tmp_path / "int8", weights, info, "int8")
    loaded, _ = load_checkpoint(tmp_path / "int8")
    assert loaded.keys() == weights.keys() and all(t.dtype == torch.float32 for t in loaded.values())
    off = (loaded["w"] - rows).abs().amax(1) / rows.abs().amax(1)
    assert off.max() <= 1 / 250 and not loaded["zero"].any()
    torch.testing.assert_close(loaded["bias"], weights["bias"], atol=2e-3, rtol=1e-3)
    assert (tmp_path / "int8").stat().st_size < 0.35 * (tmp_path / "full").stat().st_size
    with pytest.raises(ValueError, match="int4"):
        save_checkpoint(tmp_path / "no", weights, info, "int4")
    with pytest.raises(ValueError, match="not finite"):
        save_checkpoint(tmp_path / "no", {"w": rows / 0}, info, "int8")
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(("value", "half"), [(float("nan"), False), (1e6, True)])
def test_values_that_cannot_be_stored_leave_the_old_file(tmp_path, info, value, half):
    path = tmp_path / "x.safetensors"
    save_checkpoint(path, {"w": torch.ones(2)}, info)
    with pytest.raises(ValueError, match="'w' is not finite"):
        save_checkpoint(path, {"w": torch.tensor([value])}, info, "float16" if half else "float32")
    assert load_checkpoint(path)[0]["w"].tolist() == [1, 1]
    assert [p.name for p in tmp_path.iterdir()] == ["x.safetensors"]


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_truncated_file_is_named(tmp_path, info, tensors, keep):
    path = tmp_path / "cut.safetensors"
    save_checkpoint(path, tensors, info)
    path.write_bytes(path.read_bytes()[:keep])
    for read in (load_checkpoint, read_info):
        with pytest.raises(FormatError, match=r"cut\.safetensors is no complete safetensors file"):
            read(path)


def test_wrong_files_are_refused_with_the_reason(tmp_path, info, tensors):
    path = tmp_path / "x.safetensors"
    torch.save({"w": torch.ones(2)}, path)
    with pytest.raises(FormatError, match="laban convert"):
        load_checkpoint(path)
    save_file({"w": torch.ones(2)}, path)
    with pytest.raises(FormatError, match="no 'laban' metadata"):
        load_checkpoint(path)
    save_checkpoint(path, tensors, replace(info, family="temos"))
    with pytest.raises(FormatError, match="'temos', not 'mdm'"):
        load_checkpoint(path, family="mdm")
    with pytest.raises(FileNotFoundError, match="no checkpoint at"):
        load_checkpoint(tmp_path / "none.safetensors")


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("{", "damaged"),
        ("[]", "damaged"),
        ('{"format": 1}', "damaged"),
        ('{"format": "x"}', "damaged"),
        (json.dumps({"format": FORMAT + 1}), "update Laban"),
    ],
)
def test_damaged_or_newer_metadata(tmp_path, metadata, message):
    save_file({"w": torch.ones(2)}, tmp_path / "x", metadata={KEY: metadata})
    with pytest.raises(FormatError, match=message):
        read_info(tmp_path / "x")


def test_info_is_checked_when_made(info):
    with pytest.raises(ValueError, match="the mean has 205 values, the std 1"):
        replace(info, std=[1.0])
    with pytest.raises(ValueError, match="conditioning is 'music'"):
        replace(info, conditioning="music")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"layers": 1_000_000}, "layers is 1000000, its 4 tensors have room for 64"),
        ({"text_layers": 10**9}, "text_layers is 1000000000"),
        ({"width": 10**9}, "width is 1000000000"),
        ({"width": 4096, "layers": 60}, "of a larger network than its"),
        ({"width": 4096, "stack": 4096, "features": 100}, "of a larger network than its"),
        ({"max_frames": 10**9}, "max_frames is 1000000000"),
        ({"layers": 10**400}, "layers is 1000"),
    ],
)
def test_a_network_far_larger_than_its_weights_is_refused_before_it_is_built(
    tmp_path, info, tensors, config, said
):
    save_checkpoint(tmp_path / "a.safetensors", tensors, replace(info, config=config))
    with pytest.raises(FormatError, match=rf"a\.safetensors: .*{said}"):
        load_checkpoint(tmp_path / "a.safetensors")


@settings(max_examples=120, derandomize=True, deadline=None)
@given(st.integers(0, 2**32))
def test_no_damaged_header_is_a_fault_of_the_reader(tmp_path_factory, seed):
    """Of the length, of the header and of the metadata in it."""
    rng = random.Random(seed)
    metadata = damaged(json.dumps(ABOUT).encode(), rng).decode("latin1") if seed % 2 else json.dumps(ABOUT)
    content = save({"a": torch.zeros(2, 2)}, metadata={"laban": metadata})
    path = tmp_path_factory.mktemp("header") / "a.safetensors"
    path.write_bytes(content if seed % 2 else damaged(content, rng))
    try:
        load_checkpoint(path)
    except FormatError as error:
        assert str(path) in str(error)


@pytest.mark.parametrize(
    "metadata",
    [
        "[" * 100_000,
        "[]",
        "3",
        "{}",
        '{"format": []}',
        '{"format": 1, "config": 3}',
        '{"format": NaN, "config": {}}',
    ],
)
def test_metadata_of_any_kind_is_refused_with_the_file(tmp_path, metadata):
    (tmp_path / "a.safetensors").write_bytes(save({"a": torch.zeros(2)}, metadata={"laban": metadata}))
    with pytest.raises(FormatError, match=r"a\.safetensors has damaged"):
        read_info(tmp_path / "a.safetensors")
