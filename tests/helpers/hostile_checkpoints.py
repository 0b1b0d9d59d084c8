"""Sixty and more files that pretend to be official checkpoints: `write_corpus(folder)` writes each into a folder of its
own, with what belongs beside it. Nothing in them does harm when it is read; running one would make a file `was-run`."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import official_dit
import official_mdm
import official_t2m
import official_tmr
import torch

ARGS = {
    "dataset": "humanml",
    "arch": "trans_enc",
    "layers": 2,
    "diffusion_steps": 50,
    "noise_schedule": "cosine",
}
SIZES = {"text_width": 512}
FEATURES = 263


class Runs:
    """Makes a file when Python's own unpickler reads it."""

    def __init__(self, folder: Path):
        self.target = str(folder / "was-run")

    def __reduce__(self):
        return os.system, (f"touch '{self.target}'",)


class Calls:
    """Pickles as any call."""

    def __init__(self, function, *arguments):
        self.how = function, arguments

    def __reduce__(self):
        return self.how


def mdm(folder: Path, change=None, spoil=None, args=None) -> Path:
    """An official text model; change(tensors) alters them before they are saved, spoil(folder, path) the files."""
    torch.manual_seed(0)
    tensors = official_mdm.OfficialMDM(FEATURES, ARGS, **SIZES).state_dict()
    content = None if change is None else change(tensors)
    content = tensors if content is None else content
    np.save(folder / "Mean.npy", np.zeros(FEATURES))
    np.save(folder / "Std.npy", np.ones(FEATURES))
    path = folder / "model000000042.pt"
    torch.save(content, path)
    (folder / "args.json").write_text(args if isinstance(args, str) else json.dumps({**ARGS, **(args or {})}))
    if spoil is not None:
        spoil(folder, path)
    return path


def with_args(**args):
    return lambda folder: mdm(folder, args=args)


def args_text(text):
    return lambda folder: mdm(folder, args=text)


def changed(change):
    return lambda folder: mdm(folder, change)


def spoiled(spoil):
    return lambda folder: mdm(folder, spoil=spoil)


def content(make):
    """A file that holds anything; make(folder) gives it."""
    return lambda folder: mdm(folder, lambda _: make(folder))


def bytes_of(make):
    """A file of bytes: make(folder, good) of the bytes of a good one."""
    return spoiled(lambda folder, path: path.write_bytes(make(folder, path.read_bytes())))


def setting(name, value):
    def change(tensors):
        tensors[name] = value

    return changed(change)


def without(name):
    return changed(lambda tensors: {n: v for n, v in tensors.items() if n != name})


def npy(name, array):
    return spoiled(lambda folder, path: np.save(folder / name, array))


def npy_bytes(name, raw):
    return spoiled(lambda folder, path: (folder / name).write_bytes(raw))


def npy_header(shape):
    """A .npy file whose header promises that shape, without the numbers."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return file.getvalue()


def doubled(depth):
    """A dictionary that holds itself twice in each level: 2**depth values in a few hundred bytes."""
    node = {"x": torch.ones(1)}
    for _ in range(depth):
        node = {"a": node, "b": node}
    return node


def nested(depth):
    node = {"x": torch.ones(1)}
    for _ in range(depth):
        node = {"a": node}
    return node


def in_itself():
    node = OrderedDict(x=torch.ones(1))
    node["again"] = node
    return node


def packed(folder: Path, good: bytes) -> bytes:
    """A zip bomb in the form of a checkpoint: 3 GB of zeros in 3 MB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            if not member.filename.endswith("/data/0"):
                target.writestr(member.filename, source.read(member))
        zero, name = bytes(1 << 24), source.infolist()[0].filename.split("/")[0]
        with target.open(f"{name}/data/0", "w", force_zip64=True) as file:
            for _ in range(180):
                file.write(zero)
    return out.getvalue()


def retold(old: bytes, new: bytes):
    """The pickle in the archive with some bytes replaced."""

    def change(folder: Path, good: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(out, "w") as target:
            for member in source.infolist():
                raw = source.read(member)
                target.writestr(
                    member.filename, raw.replace(old, new) if "data.pkl" in member.filename else raw
                )
        return out.getvalue()

    return change


def lab(folder: Path, change=None, std=None) -> Path:
    for name, value in (("mean", torch.zeros(205)), ("std", torch.ones(205) if std is None else std)):
        torch.save(value, folder / f"tmr-rifke-{name}.pt")
    network = official_dit.OfficialDiT("adaln")
    path = official_dit.save_lightning(folder, network, network)
    if change is not None:
        whole = torch.load(path, weights_only=True)
        change(whole["state_dict"])
        torch.save(whole, path)
    return path


def lab_without(part):
    def change(state):
        for name in [name for name in state if name.endswith(part)]:
            del state[name]

    return lambda folder: lab(folder, change)


def lab_with(name, value):
    return lambda folder: lab(folder, lambda state: state.update({f"ema.ema_model.model.{name}": value}))


def scratch(folder: Path, stats=None, change=None) -> Path:
    tensors = official_mdm.ScratchMDM().state_dict()
    if change is not None:
        change(tensors)
    torch.save(tensors, folder / "mdm_final.pth")
    torch.save({"mean": 0.1, "std": 0.4} if stats is None else stats, folder / "norm_stats.pt")
    return folder / "mdm_final.pth"


def tmr(folder: Path, change) -> Path:
    official_tmr.save_parts(official_tmr.official_parts(205, 768), folder)
    for name in ("mean", "std"):
        torch.save(torch.ones(205), folder / f"{name}.pt")
    path = folder / "motion_encoder.pt"
    state = torch.load(path, weights_only=True)
    change(state)
    torch.save(state, path)
    return path


def t2m(folder: Path, spoil) -> Path:
    path = official_t2m.write_official(folder)
    spoil(folder, path)
    return path


def words(raw: bytes):
    def spoil(folder: Path, path: Path) -> None:
        (folder / "glove/our_vab_words.txt").unlink()
        (folder / "glove/our_vab_words.pkl").write_bytes(raw)

    return lambda folder: t2m(folder, spoil)


def many_lists(depth: int) -> bytes:
    node = ["walk"]
    for _ in range(depth):
        node = [node, node]
    return pickle.dumps(node)


POSE, OUT = "input_process.poseEmbedding.weight", "output_process.poseFinal.weight"
WIDE = torch.ones(1).expand(1_000_000, 1_000_000)
CORPUS = {
    # args.json
    "layers-1e9": with_args(layers=10**9),
    "layers-negative": with_args(layers=-1),
    "layers-word": with_args(layers="eight"),
    "layers-infinite": args_text('{"dataset": "humanml", "layers": 1e400}'),
    "layers-many-digits": args_text('{"dataset": "humanml", "layers": ' + "9" * 5000 + "}"),
    "rows-1e12": with_args(pos_embed_max_len=10**12),
    "steps-1e12": with_args(diffusion_steps=10**12),
    "steps-none": with_args(diffusion_steps=0),
    "steps-half": with_args(diffusion_steps=0.5),
    "dropped-nan": args_text('{"dataset": "humanml", "layers": 2, "cond_mask_prob": NaN}'),
    "dataset-list": with_args(dataset=["humanml"]),
    "dataset-other": with_args(dataset="kit"),
    "encoder-other": with_args(text_encoder_type="bert"),
    "arch-other": with_args(arch="trans_dec"),
    "gru": with_args(arch="gru"),
    "context-1e9": with_args(context_len=10**9, pred_len=40),
    "flag-word": with_args(mask_frames="False"),
    "args-deep": args_text("[" * 200_000),
    "args-list": args_text("[1, 2]"),
    "args-broken": args_text('{"dataset": "hum'),
    "args-not-text": spoiled(lambda folder, path: (folder / "args.json").write_bytes(b"\xff\xfe\x00")),
    "args-large": args_text('{"dataset": "' + "x" * 3_000_000 + '"}'),
    "args-pipe": spoiled(lambda folder, path: ((folder / "args.json").unlink(), os.mkfifo(folder / "args.json"))),
    # tensors
    "no-output": without(OUT),
    "no-text": without("embed_text.weight"),
    "no-layers": changed(lambda t: {n: v for n, v in t.items() if "seqTrans" not in n}),
    "stray": setting("eyes.weight", torch.ones(3)),
    "layer-named-badly": setting("seqTransEncoder.layers.two.linear1.weight", torch.ones(3, 3)),
    "output-vector": setting(OUT, torch.ones(263)),
    "output-empty": setting(OUT, torch.ones(0, 0)),
    "output-huge": setting(OUT, WIDE),
    "pose-huge": setting(POSE, torch.ones(1).expand(10_000_000_000)),
    "odd-width": setting(OUT, torch.ones(263, 31)),
    "not-finite": setting("output_process.poseFinal.bias", torch.full((263,), float("nan"))),
    "whole-numbers": setting("output_process.poseFinal.bias", torch.ones(263, dtype=torch.long)),
    "complex": setting("output_process.poseFinal.bias", torch.ones(263, dtype=torch.complex64)),
    "sparse": setting("output_process.poseFinal.bias", torch.eye(263).to_sparse()),
    "no-memory": setting("output_process.poseFinal.bias", torch.ones(263, device="meta")),
    # the file
    "empty": bytes_of(lambda folder, good: b""),
    "text": bytes_of(lambda folder, good: b"hello"),
    "cut": bytes_of(lambda folder, good: good[: len(good) // 2]),
    "cut-at-the-end": bytes_of(lambda folder, good: good[:-30]),
    "flipped": bytes_of(lambda folder, good: bytes(b ^ 0x55 if i % 997 == 5 else b for i, b in enumerate(good))),
    "zip-bomb": bytes_of(packed),
    "zip-of-nothing": bytes_of(lambda folder, good: b"PK\x05\x06" + bytes(18)),
    "pickle-of-a-call": bytes_of(lambda folder, good: pickle.dumps({POSE: Runs(folder)})),
    "archive-of-a-call": content(lambda folder: {POSE: Runs(folder)}),
    "pickle-of-a-memory": bytes_of(lambda folder, good: pickle.dumps(Calls(bytearray, 10**12))),
    "pickle-long-memo": bytes_of(lambda folder, good: b"\x80\x02}r\xff\xff\xff\x7f."),
    "pickle-endless-text": bytes_of(lambda folder, good: b"\x80\x04\x8d" + (2**62).to_bytes(8, "little") + b"x."),
    "sizes-retold": bytes_of(retold(b"\x4d\x07\x01", b"\x4d\xff\xff")),
    "deep": content(lambda folder: nested(200)),
    "doubled": content(lambda folder: doubled(40)),
    "in-itself": content(lambda folder: in_itself()),
    "numbers-alone": content(lambda folder: {"a": 10**400, "b": float("inf"), "c": True}),
    "nothing": content(lambda folder: {}),
    "a-pipe": spoiled(lambda folder, path: (path.unlink(), os.mkfifo(path))),
    "a-device": spoiled(lambda folder, path: (path.unlink(), path.symlink_to("/dev/zero"))),
    # what lies beside
    "std-zero": npy("Std.npy", np.zeros(FEATURES)),
    "std-short": npy("Std.npy", np.ones(251)),
    "std-objects": npy("Std.npy", np.array([{}], dtype=object)),
    "std-words": npy("Std.npy", np.array(["a"] * FEATURES)),
    "mean-not-finite": npy("Mean.npy", np.full(FEATURES, np.inf)),
    "mean-1e12": npy_bytes("Mean.npy", npy_header((10**12,))),
    "mean-rubbish": npy_bytes("Mean.npy", b"\x93NUMPY\x01\x00\x76\x00{'descr': " + b"(" * 90),
    # the other layouts
    "lab-no-layers": lab_without(".sa.qkv.bias"),
    "lab-no-rows": lab_without("input_projection.1.pe"),
    "lab-rows-huge": lab_with("input_projection.1.pe", torch.ones(1).expand(1, 10**9, 32)),
    "lab-text": lab_with("joint_cond_projection.weight", torch.ones(32, 24)),
    "lab-std": lambda folder: lab(folder, std=torch.zeros(205)),
    "scratch-std": lambda folder: scratch(folder, {"mean": 0.0, "std": 0.0}),
    "scratch-words": lambda folder: scratch(folder, {"mean": torch.ones(3), "std": 1.0}),
    "scratch-actions": lambda folder: scratch(
        folder, change=lambda t: t.update({"action_embedding.weight": torch.ones(4000, 32)})
    ),
    "tmr-vector": lambda folder: tmr(folder, lambda t: t.update({"projection.weight": torch.ones(3)})),
    "tmr-layers": lambda folder: tmr(folder, lambda t: t.update({"seqTransEncoder.layers": torch.ones(3)})),
    "t2m-words-call": lambda folder: words(pickle.dumps([Runs(folder)]))(folder),
    "t2m-words-doubled": words(many_lists(40)),
}  # fmt: skip


def write_corpus(folder: Path, names: Iterable[str] = CORPUS) -> dict[str, Path]:
    """{name: the file to convert}, each written into a folder of its own."""
    paths = {}
    for name in names:
        (folder / name).mkdir(parents=True)
        paths[name] = CORPUS[name](folder / name)
    return paths
