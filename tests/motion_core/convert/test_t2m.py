"""The official evaluator's files come out as one checkpoint that embeds alike; others are refused."""

import numpy as np
import official_t2m
import pytest
import torch

from motion_core.checkpoint import load_checkpoint
from motion_core.convert import convert_checkpoint, t2m
from motion_core.convert.unpickle import tensors_of
from motion_core.formats import FormatError
from motion_core.metrics.humanml3d.protocol import T2MEmbedder

SPECIAL = {"walk": "Act_VIP", "left": "Loc_VIP", "slowly": "Desc_VIP"}
CAPTIONS = (
    ["a/DET", "person/NOUN", "walk/VERB", "slowly/ADV"],
    ["the/DET", "walk/NOUN"],
    ["zebra/NOUN", "left/ADJ", "a/PUNCT"],  # an unknown word, a word with its own tag, an unknown tag
    ["walk/VERB"] * 31,  # cut to 20
)
LENGTHS = (196, 40, 64, 8, 132)


def as_read(path):
    """The tensors of a file without the detour over a child process."""
    return dict(tensors_of(torch.load(path, weights_only=True)))


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """(root of the official files, our checkpoint), by the whole way."""
    root = tmp_path_factory.mktemp("official")
    path = official_t2m.write_official(root, pickled=True)
    info = convert_checkpoint(path, root / "t2m.safetensors", family="t2m-evaluator")
    assert (info.family, info.features, info.fps, info.conditioning) == (
        "t2m-evaluator",
        "humanml263",
        20.0,
        None,
    )
    assert "non-commercial" in info.licence
    return root, root / "t2m.safetensors"


@pytest.mark.slow
def test_motions_embed_as_officially(converted):
    root, path = converted
    rng = np.random.default_rng(1)
    motions = [rng.normal(size=(length, 263)) for length in LENGTHS]
    official = official_t2m.Official(root)
    expected = np.array([official.motion(x0) for x0 in motions])
    assert np.abs(T2MEmbedder.open(path).motions(motions) - expected).max() < 1e-5
    assert expected.std(axis=0).min() > 1e-3  # the motions are told apart


@pytest.mark.slow
def test_sentences_embed_as_officially(converted):
    root, path = converted
    official = official_t2m.Official(root)
    expected = np.array([official.text(tokens, SPECIAL) for tokens in CAPTIONS])
    assert np.abs(T2MEmbedder.open(path).texts(CAPTIONS) - expected).max() < 1e-5
    assert expected.std(axis=0).min() > 1e-3


@pytest.mark.slow
def test_the_checkpoint_carries_its_words_and_statistics(converted):
    root, path = converted
    tensors, info = load_checkpoint(path, "t2m-evaluator")
    official = official_t2m.Official(root)
    assert info.config["vocabulary"] == official_t2m.WORDS
    expected = np.array([official.vector_of[word] for word in official_t2m.WORDS])
    assert np.allclose(tensors["word_vectors"], expected, atol=1e-6)
    assert np.allclose(info.mean, official.mean) and np.allclose(info.std, official.std)


def test_kit_and_a_word_list_of_plain_text(tmp_path):
    path = official_t2m.write_official(tmp_path, features=251)
    glove = tmp_path / "glove"
    tensors, info = t2m.convert(path, as_read(path))
    assert (info.features, info.fps) == ("kit251", 12.5)
    assert np.allclose(
        tensors["word_vectors"], np.load(glove / "our_vab_data.npy")[: len(official_t2m.WORDS)], atol=1e-6
    )


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("checkpoints/t2m/Comp_v6_KLD01/meta/std.npy", "Comp_v6_KLD01/meta"),
        ("glove/our_vab_data.npy", "official glove folder"),
        ("glove/our_vab_words.txt", "our_vab_words.txt or our_vab_words.pkl"),
    ],
)
def test_a_missing_file_is_named_with_its_place(tmp_path, gone, said):
    path = official_t2m.write_official(tmp_path)
    (tmp_path / gone).unlink()
    with pytest.raises(FileNotFoundError, match=said):
        t2m.convert(path, as_read(path))


def broken_std(root):
    np.save(root / "checkpoints/t2m/Comp_v6_KLD01/meta/std.npy", np.zeros(263))


def short_mean(root):
    np.save(root / "checkpoints/t2m/Comp_v6_KLD01/meta/mean.npy", np.zeros(67))


def few_vectors(root):
    np.save(root / "glove/our_vab_data.npy", np.zeros((4, 7)))


def wide_vectors(root):
    np.save(root / "glove/our_vab_data.npy", np.zeros((12, 9)))


def no_unknown(root):
    (root / "glove/our_vab_words.txt").write_text("a\nb\n")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (broken_std, "not above 0"),
        (short_mean, "67 values; the model has 263"),
        (few_vectors, "9 words need a row"),
        (wide_vectors, "'tags.weight' is \\(7, 15\\), the model needs \\(9, 15\\)"),
        (no_unknown, "'unk' for unknown ones"),
    ],
)
def test_files_that_do_not_fit_are_named(tmp_path, spoil, said):
    path = official_t2m.write_official(tmp_path)
    spoil(tmp_path)
    with pytest.raises(FormatError, match=said):
        t2m.convert(path, as_read(path))


def test_weights_that_do_not_fit_are_named(tmp_path):
    path = official_t2m.write_official(tmp_path)
    tensors = as_read(path)
    assert t2m.knows(set(tensors)) and not t2m.knows({"movement_encoder/main.0.weight"})
    with pytest.raises(FormatError, match="reads 100 features"):
        t2m.convert(path, tensors | {"movement_encoder/main.0.weight": torch.zeros(12, 96, 4)})
    with pytest.raises(FormatError, match=r"lacks 'text\.gru.bias_hh_l0'"):
        t2m.convert(path, {n: t for n, t in tensors.items() if n != "text_encoder/gru.bias_hh_l0"})
    with pytest.raises(FormatError, match="has a tensor 'text_encoder/more'"):
        t2m.convert(path, tensors | {"text_encoder/more": torch.zeros(1)})
