"""HumanML3D's evaluator stated anew in numpy, one motion and one sentence at a time, from the layout of its official
file: a conversion is judged by something that shares no code with it. And such a file with random weights."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import torch

WIDTHS = {"movement": 12, "motion": 10, "text": 8, "out": 6, "word": 7}
WORDS = ["a", "person", "walk", "left", "sos", "eos", "unk", "the", "slowly"]
OFFICIAL_TAGS = (
    "VERB", "NOUN", "DET", "ADP", "NUM", "AUX", "PRON", "ADJ", "ADV",
    "Loc_VIP", "Body_VIP", "Obj_VIP", "Act_VIP", "Desc_VIP", "OTHER",
)  # fmt: skip


def random_state(rng: np.random.Generator, features: int) -> dict[str, dict[str, torch.Tensor]]:
    """The three encoders of finest.tar, in small."""
    w = WIDTHS

    def values(*shape: int) -> torch.Tensor:
        return torch.from_numpy(rng.normal(0, 0.35, shape)).float()

    def linear(name: str, outputs: int, inputs: int) -> dict[str, torch.Tensor]:
        return {f"{name}.weight": values(outputs, inputs), f"{name}.bias": values(outputs)}

    def summary(inputs: int, width: int) -> dict[str, torch.Tensor]:
        state = {"hidden": values(2, 1, width), **linear("input_emb", width, inputs)}
        for end in ("", "_reverse"):
            for part in ("ih", "hh"):
                state[f"gru.weight_{part}_l0{end}"] = values(3 * width, width)
                state[f"gru.bias_{part}_l0{end}"] = values(3 * width)
        norm = {"output_net.1.weight": 1 + values(width), "output_net.1.bias": values(width)}
        return (
            state | linear("output_net.0", width, 2 * width) | norm | linear("output_net.3", w["out"], width)
        )

    movement = {
        "main.0.weight": values(w["movement"], features - 4, 4),
        "main.0.bias": values(w["movement"]),
        "main.3.weight": values(w["movement"], w["movement"], 4),
        "main.3.bias": values(w["movement"]),
        **linear("out_net", w["movement"], w["movement"]),
    }
    text = summary(w["word"], w["text"]) | linear("pos_emb", w["word"], len(OFFICIAL_TAGS))
    return {
        "movement_encoder": movement,
        "motion_encoder": summary(w["movement"], w["motion"]),
        "text_encoder": text,
    }


def write_official(root: Path, features: int = 263, pickled: bool = False) -> Path:
    """The official download in small: finest.tar, the statistics and the glove folder in their places.

    pickled: the words lie as officially, which a child process has to read; otherwise in a text file.
    """
    rng = np.random.default_rng(0)
    state = random_state(rng, features)
    model = root / "checkpoints" / "t2m" / "text_mot_match" / "model"
    meta = root / "checkpoints" / "t2m" / "Comp_v6_KLD01" / "meta"
    glove = root / "glove"
    for folder in (model, meta, glove):
        folder.mkdir(parents=True)
    optimiser = {"state": {0: {"step": 3, "exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1e-4}]}
    torch.save(state | {"opt_text_encoder": optimiser, "epoch": 7, "iter": 9}, model / "finest.tar")
    np.save(meta / "mean.npy", rng.normal(size=features))
    np.save(meta / "std.npy", rng.uniform(0.5, 2, size=features))
    np.save(glove / "our_vab_data.npy", rng.normal(size=(len(WORDS) + 3, WIDTHS["word"])))
    if not pickled:
        (glove / "our_vab_words.txt").write_text("\n".join(WORDS) + "\n")
        return model / "finest.tar"
    order = rng.permutation(len(WORDS) + 3)[
        : len(WORDS)
    ]  # rows of the table in another order than the list's
    (glove / "our_vab_words.pkl").write_bytes(pickle.dumps(WORDS))
    (glove / "our_vab_idx.pkl").write_bytes(pickle.dumps({w: int(r) for w, r in zip(WORDS, order)}))
    return model / "finest.tar"


class Official:
    """The evaluator as its paper and files say, in float64."""

    def __init__(self, root: Path) -> None:
        model = root / "checkpoints" / "t2m" / "text_mot_match" / "model" / "finest.tar"
        state = torch.load(model, weights_only=True)
        self.state = {
            encoder: {name: tensor.double().numpy() for name, tensor in state[encoder].items()}
            for encoder in ("movement_encoder", "motion_encoder", "text_encoder")
        }
        meta = root / "checkpoints" / "t2m" / "Comp_v6_KLD01" / "meta"
        self.mean, self.std = np.load(meta / "mean.npy"), np.load(meta / "std.npy")
        vectors = np.load(root / "glove" / "our_vab_data.npy")
        index = root / "glove" / "our_vab_idx.pkl"  # written above
        rows = pickle.loads(index.read_bytes()) if index.is_file() else {w: i for i, w in enumerate(WORDS)}
        self.vector_of = {word: vectors[row] for word, row in rows.items()}

    def motion(self, x0: np.ndarray, frames: int = 196) -> np.ndarray:
        """(T,F) as stored, T a multiple of 4 -> (D,)"""
        padded = np.zeros((frames, x0.shape[1]))
        padded[: len(x0)] = (x0 - self.mean) / self.std
        s = self.state["movement_encoder"]
        x = strided(padded[:, :-4], s["main.0.weight"], s["main.0.bias"])
        x = strided(x, s["main.3.weight"], s["main.3.bias"])
        steps = x @ s["out_net.weight"].T + s["out_net.bias"]
        return self.summary("motion_encoder", steps[: len(x0) // 4])

    def text(self, tokens: list[str], special: dict[str, str]) -> np.ndarray:
        """ "word/POS" tokens -> (D,); special: the words that have a tag of their own."""
        s, rows = self.state["text_encoder"], []
        for token in ["sos/OTHER", *tokens[:20], "eos/OTHER"]:
            word, tag = token.split("/")
            if word not in self.vector_of:
                word, tag = "unk", "OTHER"
            tag = special.get(word, tag)
            one_hot = np.array([name == (tag if tag in OFFICIAL_TAGS else "OTHER") for name in OFFICIAL_TAGS])
            rows.append(self.vector_of[word] + s["pos_emb.weight"] @ one_hot + s["pos_emb.bias"])
        return self.summary("text_encoder", np.array(rows))

    def summary(self, encoder: str, x: np.ndarray) -> np.ndarray:
        s = self.state[encoder]
        x = x @ s["input_emb.weight"].T + s["input_emb.bias"]
        ends = [gru(x, s, "", s["hidden"][0, 0]), gru(x[::-1], s, "_reverse", s["hidden"][1, 0])]
        h = s["output_net.0.weight"] @ np.concatenate(ends) + s["output_net.0.bias"]
        h = (h - h.mean()) / np.sqrt(h.var() + 1e-5) * s["output_net.1.weight"] + s["output_net.1.bias"]
        return s["output_net.3.weight"] @ leaky(h) + s["output_net.3.bias"]


def leaky(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, 0.2 * x)


def strided(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """(T,C) -> (T/2,C'): four frames at a time, two further each time, one zero at either end."""
    x = np.concatenate([np.zeros((1, x.shape[1])), x, np.zeros((1, x.shape[1]))])
    windows = [x[start : start + 4] for start in range(0, len(x) - 3, 2)]
    return np.array([leaky(np.einsum("kc,ock->o", window, weight) + bias) for window in windows])


def gru(x: np.ndarray, s: dict[str, np.ndarray], end: str, h: np.ndarray) -> np.ndarray:
    """The last state of a GRU over (T,W), by its equations (reset, update, new)."""
    width = len(h)
    for frame in x:
        given = s[f"gru.weight_ih_l0{end}"] @ frame + s[f"gru.bias_ih_l0{end}"]
        kept = s[f"gru.weight_hh_l0{end}"] @ h + s[f"gru.bias_hh_l0{end}"]
        reset, update = 1 / (1 + np.exp(-(given + kept)[: 2 * width].reshape(2, width)))
        new = np.tanh(given[2 * width :] + reset * kept[2 * width :])
        h = (1 - update) * new + update * h
    return h
