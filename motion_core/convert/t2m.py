"""The T2M evaluator of EricGuo5513/text-to-motion: text_mot_match/model/finest.tar.

It also needs the mean and std of its data, and the table of word vectors. They lie in other folders of the official
download, which are searched too. Everything goes into the one checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.convert.keys import fit_model, rename
from motion_core.convert.statistics import read_array, read_statistics
from motion_core.convert.words import read_places, read_words
from motion_core.formats import FormatError
from motion_core.models.t2m_evaluator import CONTACTS, FAMILY, T2MEvaluator, T2MEvaluatorConfig

KEYS = {
    "movement_encoder/main.0.": "movement.first.",
    "movement_encoder/main.3.": "movement.second.",
    "movement_encoder/out_net.": "movement.output.",
    "motion_encoder/input_emb.": "motion.input.",
    "motion_encoder/gru.": "motion.gru.",
    "motion_encoder/hidden": "motion.start",
    "motion_encoder/output_net.": "motion.output.",
    "text_encoder/pos_emb.": "tags.",
    "text_encoder/input_emb.": "text.input.",
    "text_encoder/gru.": "text.gru.",
    "text_encoder/hidden": "text.start",
    "text_encoder/output_net.": "text.output.",
}
ENCODERS = (
    "movement_encoder/",
    "motion_encoder/",
    "text_encoder/",
)  # the rest of the file is optimisers and counters
DATASETS = {263: ("humanml263", 20.0), 251: ("kit251", 12.5)}
STATISTICS = ("mean.npy", "std.npy")
LICENCE = "MIT code; trained on AMASS-derived data: non-commercial research"


def knows(names: set[str]) -> bool:
    return {"movement_encoder/main.0.weight", "motion_encoder/hidden", "text_encoder/hidden"} <= names


def convert(path: Path, tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], CheckpointInfo]:
    """Our tensors and description. Raises FileNotFoundError naming what else is needed, FormatError for bad files."""
    official = {name: tensor for name, tensor in tensors.items() if name.startswith(ENCODERS)}
    ours = rename(path, official, KEYS, {})
    vocabulary, vectors = read_vectors(path)
    config = _config(path, ours, vocabulary, vectors.shape[1])
    ours["word_vectors"] = torch.from_numpy(vectors)
    if config.features not in DATASETS:
        known = " or ".join(map(str, DATASETS))
        raise FormatError(f"{path} reads {config.features} features: an evaluator of {known} is needed")
    features, fps = DATASETS[config.features]
    mean, std = _statistics(path, config.features)
    info = CheckpointInfo(
        family=FAMILY,
        config=config.to_json(),
        features=features,
        mean=mean,
        std=std,
        fps=fps,
        training={"source": path.name},
        licence=LICENCE,
    )
    return fit_model(path, T2MEvaluator, config, ours), info


def _config(
    path: Path, ours: dict[str, Tensor], vocabulary: list[str], word_width: int
) -> T2MEvaluatorConfig:
    """Every size from the weights."""
    try:
        return T2MEvaluatorConfig(
            features=ours["movement.first.weight"].shape[1] + CONTACTS,
            movement_width=ours["movement.first.weight"].shape[0],
            motion_width=ours["motion.start"].shape[-1],
            text_width=ours["text.start"].shape[-1],
            word_width=word_width,
            embedding=ours["motion.output.3.bias"].shape[0],
            vocabulary=tuple(vocabulary),
        )
    except (KeyError, IndexError) as error:
        raise FormatError(f"{path} lacks tensors of the evaluator ({error}): download it again") from error


def _statistics(path: Path, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and std (F,) that the evaluator was trained with, which are not those of the data set's own folder."""
    home = path.resolve().parent
    places = [home, home.parent / "meta"]
    if len(home.parents) > 1:
        places += [home.parents[1] / name / "meta" for name in ("Comp_v6_KLD01", "Comp_v6_KLD005")]
    fix = (
        "copy them beside it from Comp_v6_KLD01/meta (KIT-ML: Comp_v6_KLD005/meta) of the official checkpoints; the "
        "data set's Mean.npy and Std.npy are others"
    )
    return read_statistics(path, features, places, [STATISTICS], fix)


def read_vectors(path: Path) -> tuple[list[str], np.ndarray]:
    """(words, vectors (V,W) float32 in their order) of the official glove folder."""
    data = _find(path, "our_vab_data.npy")
    listed = _find_any(path, ("our_vab_words.txt", "our_vab_words.pkl"))
    words, vectors = read_words(listed), read_array(data)
    if vectors.ndim != 2 or len(vectors) < len(words):
        raise FormatError(f"{data} has shape {vectors.shape}: {len(words)} words need a row of numbers each")
    if listed.suffix == ".pkl" and (index := data.with_name("our_vab_idx.pkl")).is_file():
        places = read_places(index)
        if bad := next((w for w in words if not 0 <= places.get(w, -1) < len(vectors)), None):
            raise FormatError(f"{index} gives no row of {data.name} for the word {bad!r}")
        vectors = vectors[[places[word] for word in words]]
    if len(set(words)) < len(words) or "unk" not in words:
        raise FormatError(f"{listed} must name each word once, and 'unk' for unknown ones")
    return words, np.ascontiguousarray(vectors[: len(words)])


def _find(path: Path, name: str) -> Path:
    return _find_any(path, (name,))


def _find_any(path: Path, names: Iterable[str]) -> Path:
    """The first of these files beside the checkpoint, or in a folder `glove` there or in a folder above."""
    home = path.resolve().parent
    folders = [home, *(folder / "glove" for folder in (home, *list(home.parents)[:5]))]
    names = tuple(names)
    for file in (folder / name for folder in folders for name in names):
        if file.is_file():
            return file
    raise FileNotFoundError(
        f"no {' or '.join(names)} for {path}: copy the official glove folder (our_vab_data.npy, our_vab_words.pkl, "
        "our_vab_idx.pkl) beside it"
    )
