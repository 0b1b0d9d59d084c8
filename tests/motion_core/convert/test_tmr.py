"""Official TMR files come out as models that answer alike, from a run's folder or from the lab's pair of files."""

import tempfile
from pathlib import Path

import numpy as np
import official_tmr as official
import pytest
import torch
from safetensors.torch import load_file

from motion_core import convert
from motion_core.checkpoint import load_checkpoint
from motion_core.convert import convert_checkpoint, tmr
from motion_core.convert.unpickle import main as unpickle
from motion_core.embedding import load_embedder
from motion_core.formats import FormatError
from motion_core.models.tmr import TMR, TMRConfig

pytestmark = pytest.mark.slow

# features, text states, decoder, folder of the parts, prefix, names of the statistics and whether one folder up
LAYOUTS = {
    "run": (263, 768, True, "last_weights", "", ("mean.pt", "std.pt"), True),
    "lab": (205, 512, False, "", "tmr-", ("tmr-rifke-mean.pt", "tmr-rifke-std.pt"), False),
    "numpy": (205, 768, True, "", "", ("Mean.npy", "Std.npy"), False),
}


def statistics(folder, names, features):
    """Mean and std as saved."""
    values = [torch.linspace(-1, 1, features), torch.linspace(0.5, 2, features)]
    for name, value in zip(names, values):
        if name.endswith(".npy"):
            np.save(folder / name, value.numpy())
        else:
            torch.save(value, folder / name)
    return values


def read_here(path):
    """What the child process does, without the seconds that starting one takes; test_convert.py starts real ones."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "tensors.safetensors"
        unpickle(str(path), str(out))
        return load_file(out)


@pytest.fixture(scope="module", autouse=True)
def one_process():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(convert, "read_pickled", read_here)
        patch.setattr(tmr, "read_pickled", read_here)
        yield


@pytest.fixture(scope="module", params=LAYOUTS)
def converted(request, tmp_path_factory):
    """(official parts, folder, our model, info) of each layout, converted from its folder."""
    features, text, decoder, inner, prefix, names, up = LAYOUTS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    parts = official.official_parts(features, text, decoder=decoder)
    official.save_parts(parts, folder / inner, prefix)
    mean, std = statistics(folder if up else folder / inner, names, features)
    info = convert_checkpoint(folder, folder / "ours.safetensors", family="tmr")
    tensors, read = load_checkpoint(folder / "ours.safetensors", "tmr")
    assert read == info and np.allclose(info.mean, mean) and np.allclose(info.std, std)
    model = TMR(TMRConfig.from_json(info.config)).eval()
    model.load_state_dict(tensors)
    return parts, folder, model, info


def batch(width, generator):
    mask = torch.arange(9) < torch.tensor([9, 4, 1])[:, None]
    return torch.randn(3, 9, width, generator=generator), mask


@torch.no_grad()
def test_both_encoders_and_the_decoder_answer_alike(converted):
    parts, _, model, info = converted
    generator = torch.Generator().manual_seed(0)
    x0, mask = batch(info.config["features"], generator)
    theirs = parts["motion_encoder"](x0, mask)
    for found, wanted in zip(model.encode_motion(x0, mask), theirs.unbind(1)):
        assert torch.allclose(found, wanted, atol=1e-5) and wanted.abs().max() > 0.1
    states, mask = batch(info.config["text_width"], generator)
    for found, wanted in zip(model.encode_text(states, mask), parts["text_encoder"](states, mask).unbind(1)):
        assert torch.allclose(found, wanted, atol=1e-5)
    if "motion_decoder" in parts:
        z = torch.randn(3, 32, generator=generator)
        assert torch.allclose(model.decode(z, mask), parts["motion_decoder"](z, mask), atol=1e-5)
    else:
        assert model.decoder is None


def test_the_description_names_features_and_text_encoder(converted):
    _, folder, _, info = converted
    kinds = (("smpl205-stmc", 205, "distilbert"), ("smpl205-lab", 205, "clip-vit-b32-states"))
    kind = (info.features, info.config["features"], info.text_encoder)
    assert kind in (*kinds, ("humanml263", 263, "distilbert"))
    assert info.text_encoder == {768: "distilbert", 512: "clip-vit-b32-states"}[info.config["text_width"]]
    assert info.fps == 20.0 and info.conditioning == "text" and "non-commercial" in info.licence
    assert load_embedder(checkpoint=folder / "ours.safetensors", device="cpu").features == info.features


def test_any_part_may_be_named(converted):
    _, folder, model, info = converted
    part = next(folder.rglob("*text_encoder.pt"))
    assert convert_checkpoint(part, folder / "again.safetensors").config == info.config
    tensors, _ = load_checkpoint(folder / "again.safetensors")
    assert all(torch.equal(tensors[name], value) for name, value in model.state_dict().items())


def refused(folder, kind, **where):
    with pytest.raises(kind) as error:
        convert_checkpoint(where.get("path", folder), folder / "ours.safetensors")
    assert not (folder / "ours.safetensors").exists()
    return str(error.value)


def test_what_is_missing_is_named(tmp_path):
    assert "motion_encoder.pt" in refused(tmp_path, FileNotFoundError)
    parts = official.official_parts(205, 768)
    official.save_parts(parts, tmp_path)
    assert "mean.pt" in refused(tmp_path, FileNotFoundError)
    statistics(tmp_path, ("mean.pt", "std.pt"), 205)
    (tmp_path / "text_encoder.pt").unlink()
    assert "text_encoder.pt" in refused(tmp_path, FileNotFoundError)


def test_what_does_not_fit_is_named(tmp_path):
    statistics(tmp_path, ("mean.pt", "std.pt"), 205)
    official.save_parts(official.official_parts(251, 768), tmp_path)
    assert "251 features" in refused(tmp_path, FormatError)
    official.save_parts(official.official_parts(263, 768), tmp_path)
    assert "205 values" in refused(tmp_path, FormatError)
    parts = official.official_parts(205, 768)
    parts["text_encoder"].tokens = torch.nn.Parameter(torch.zeros(1, 32))
    official.save_parts(parts, tmp_path)
    assert "without variances" in refused(tmp_path, FormatError)
    (tmp_path / "motion_encoder.pt").rename(tmp_path / "mine.pt")
    assert "which?" in refused(tmp_path, FormatError, path=tmp_path / "mine.pt")
