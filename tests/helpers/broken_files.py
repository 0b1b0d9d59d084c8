"""Motion files that are broken, hostile or no files at all: made anew from a seed, some of each kind."""

from __future__ import annotations

import io
import json
import os
import random
import socket
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINTS

FRAMES = 12
DIGITS = "9" * 400

# What stands in front of an array's numbers, as Python would read it
HEADERS = {
    "huge": "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 66)}",
    "gigabytes": "{'descr': '<f8', 'fortran_order': False, 'shape': (3000000, 66)}",
    "negative": "{'descr': '<f8', 'fortran_order': False, 'shape': (-4, 66)}",
    "digits": f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({DIGITS}, 66)}}",
    "truth": "{'descr': '<f8', 'fortran_order': False, 'shape': (True, 66)}",
    "words": "{'descr': '<f8', 'fortran_order': False, 'shape': ('a', 66)}",
    "dimensions": f"{{'descr': '<f8', 'fortran_order': False, 'shape': {(1,) * 60}}}",
    "empty text": "{'descr': '<U0', 'fortran_order': False, 'shape': (4000000000,)}",
    "long text": "{'descr': '<U2000000000', 'fortran_order': False, 'shape': (1,)}",
    "objects": "{'descr': '|O', 'fortran_order': False, 'shape': (4, 66)}",
    "records": "{'descr': [('a', '<f8'), ('b', '|O')], 'fortran_order': False, 'shape': (4,)}",
    "dates": "{'descr': '<M8[s]', 'fortran_order': False, 'shape': (4, 66)}",
    "complex": "{'descr': '<c16', 'fortran_order': False, 'shape': (4, 66)}",
    "no type": "{'descr': 'rubbish', 'fortran_order': False, 'shape': (4, 66)}",
    "no keys": "{}",
    "no mapping": "(1, 2, 3)",
    "call": "__import__('os').system('true')",
    "deep": "(" * 3000 + ")" * 3000,
    "deep lists": "[" * 9000,
    "long": "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 66)}" + " " * 60_000,
    "control": "\x00\x01{",
    "open string": "{'descr': '",
}

BONES = {
    "Spine": ("Hips", (0, 20, 0)),
    "Neck": ("Spine", (0, 30, 0)),
    "Head": ("Neck", (0, 10, 0)),
    **{f"{side}Arm": ("Spine", (x, 25, 0)) for side, x in (("Left", 18), ("Right", -18))},
    **{f"{side}ForeArm": (f"{side}Arm", (x, 0, 0)) for side, x in (("Left", 28), ("Right", -28))},
    **{f"{side}Hand": (f"{side}ForeArm", (x, 0, 0)) for side, x in (("Left", 25), ("Right", -25))},
    **{f"{side}UpLeg": ("Hips", (x, -5, 0)) for side, x in (("Left", 9), ("Right", -9))},
    **{f"{side}Leg": (f"{side}UpLeg", (0, -42, 0)) for side in ("Left", "Right")},
    **{f"{side}Foot": (f"{side}Leg", (0, -41, 0)) for side in ("Left", "Right")},
}
# What a checkpoint says of itself, as little as can be read.
ABOUT = {
    "format": 1, "family": "mdm", "config": {"layers": 2}, "features": "x", "mean": [0], "std": [1], "fps": 20,
}  # fmt: skip


def _joint(name: str) -> str:
    """A joint with all that hang on it, as BVH says it."""
    children = "".join(_joint(child) for child, (parent, _) in BONES.items() if parent == name)
    _, (x, y, z) = BONES[name]
    tip = "" if children else "End Site\n{\nOFFSET 0 20 0\n}\n"
    return (
        f"JOINT {name}\n{{\nOFFSET {x} {y} {z}\nCHANNELS 3 Zrotation Xrotation Yrotation\n{children}{tip}}}\n"
    )


TREE = (
    "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\n"
    "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation\n"
    + "".join(_joint(bone) for bone, (parent, _) in BONES.items() if parent == "Hips")
    + "}\n"
)
ROWS = "MOTION\nFrames: 4\nFrame Time: 0.05\n" + ("0 90 0" + " 1 2 3" * (1 + len(BONES)) + "\n") * 4
# A text of the file above, and what stands there instead
REPLACED = [
    ("CHANNELS 6", "CHANNELS 300000000"), ("CHANNELS 6", "CHANNELS -1"), ("CHANNELS 6", f"CHANNELS {DIGITS}"),
    ("CHANNELS 6", "CHANNELS ²"), ("CHANNELS 6", "CHANNELS"), ("Xposition", "Wposition"),
    ("Frames: 4", "Frames: 4000000000"), ("Frames: 4", f"Frames: {DIGITS * 12}"), ("Frames: 4", "Frames: ²"),
    ("Frames: 4", "Frames: -4"), ("Frames: 4", "Frames: 1e9"), ("Frames: 4", "Frames:"), ("Frames: 4", ""),
    ("0.05", "0"), ("0.05", "nan"), ("0.05", "-1"), ("0.05", "1e-400"), ("0.05", "1e9"), ("0.05", DIGITS),
    ("0.05", "0x10"), ("0 90 0", "0 nan 0"), ("0 90 0", "0 inf 0"), ("0 90 0", f"0 {DIGITS} 0"),
    ("0 90 0", "0 1e300 0"), ("0 90 0", "0 9_0 0"), ("0 90 0", "0 ９ 0"), ("0 90 0", "0 90"),
    ("0 90 0", "0 90 0 0"), ("OFFSET 0 20 0", "OFFSET 0 nan 0"), ("OFFSET 0 20 0", "OFFSET 0 1e400 0"),
    ("OFFSET 0 20 0", "OFFSET 0 1e300 0"), ("OFFSET 0 20 0", "OFFSET 0 20"), ("OFFSET 0 20 0", "OFFSET"),
    ("ROOT Hips", "ROOT"), ("ROOT Hips", "ROOT " + "Hips" * 100_000), ("ROOT Hips", "JOINT Hips"),
    ("JOINT Neck", "JOINT Spine"), ("JOINT Neck\n{", "JOINT Neck\n"), ("}", "", ), ("}\n", "}\n}\n"),
    ("HIERARCHY", "HIERARCHIE"), ("HIERARCHY", ""), ("MOTION", ""), ("MOTION", "MOTION\nMOTION"),
    ("End Site", "End"), ("End Site\n", "End Site\nJOINT x\n{\n}\n"), ("\n", "\r"), ("\n", "\0"), (" ", ""),
    ("ROOT", "ROOT a {\n}\nROOT"),
]  # fmt: skip


def good_members() -> dict[str, Any]:
    """Of a file that is read."""
    return {"poses": np.zeros((FRAMES, 66)), "trans": np.zeros((FRAMES, 3)), "mocap_framerate": 20.0}


def good_npz(**changed: Any) -> bytes:
    """The content of a file that is read, but for what is changed; None leaves a member out."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{k: v for k, v in (good_members() | changed).items() if v is not None})
    return buffer.getvalue()


def with_header(header: str, version: tuple[int, int] = (2, 0), numbers: bytes = bytes(4 * 66 * 8)) -> bytes:
    """An array that announces itself in these words."""
    words = header.encode("latin1")
    length = struct.pack("<I", len(words)) if version != (1, 0) else struct.pack("<H", min(len(words), 65535))
    return b"\x93NUMPY" + bytes(version) + length + words + numbers


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def damaged(content: bytes, rng: random.Random) -> bytes:
    """The content cut, with bytes changed, or with a piece taken out, doubled or filled with rubbish."""
    way, size = rng.randrange(5), len(content)
    start = rng.randrange(size)
    stop = min(size, start + rng.randrange(1, 200))
    if way == 0:
        return content[:start]
    if way == 1:
        changed = bytearray(content)
        for _ in range(rng.randrange(1, 9)):
            changed[rng.randrange(size)] = rng.randrange(256)
        return bytes(changed)
    middle = (b"", content[start:stop] * 2, rng.randbytes(stop - start))[way - 2]
    return content[:start] + middle + content[stop:]


def broken_npz(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Names, without ending, and contents."""
    plain = {f"{name}.npy": as_npy(value) for name, value in good_members().items()}
    for name, header in HEADERS.items():
        yield f"header {name}", zipped(plain | {"poses.npy": with_header(header)})
    yield "version", zipped(plain | {"poses.npy": with_header(HEADERS["truth"], (9, 9))})
    yield "bomb", zipped(plain | {"poses.npy": as_npy(np.zeros((600_000, 66), np.int8))})
    yield "tail", zipped(plain | {"poses.npy": plain["poses.npy"] + bytes(2**26)})
    yield "members", zipped({f"{n}.npy": b"" for n in range(5000)})
    yield "bz2", zipped(plain, zipfile.ZIP_BZIP2)
    yield "lzma", zipped(plain, zipfile.ZIP_LZMA)
    yield "encrypted", encrypted(zipped(plain))
    yield "torch", zipped({"archive/data.pkl": b"\x80\x02."})
    yield "no arrays", zipped({"poses.txt": b"1 2 3"})
    for number, changed in enumerate(bad_members()):
        yield f"members {number}", good_npz(**changed)
    for name, content in rubbish(rng):
        yield name, content
    for number in range(60):
        yield f"damaged {number}", damaged(good_npz(betas=np.ones(10), gender="male", meta="{}"), rng)


def bad_members() -> Iterator[dict[str, Any]]:
    """Of archives that are whole, and hold no motion or half of one."""
    for shape in ((4, 70), (0, 66), (FRAMES, 66, 1), (), (3,), (FRAMES, 2, 3), (1, FRAMES, 66)):
        yield {"poses": np.zeros(shape)}
    for value in (np.nan, np.inf, 1e300, -1e39):
        yield {"poses": np.full((FRAMES, 66), value)}
        yield {"trans": np.full((FRAMES, 3), value)}
    for rate in (0.0, -20.0, np.nan, np.inf, 1e-9, 1e9, [], "fast", 10**30, None):
        yield {"mocap_framerate": np.array(rate) if rate is not None else None}
    for member in ("poses", "trans", "betas", "gender", "meta"):
        yield {member: np.array([{"an": "object"}], dtype=object)}
        yield {member: np.array("text")}
    yield {"betas": np.full(10, np.nan)}
    yield {"betas": np.array("many")}
    yield {"gender": np.array(b"\xff\xfe")}
    for meta in (
        "[" * 100_000,
        json.dumps({"seed": int(DIGITS)}),
        '{"text": "\\ud800"}',
        "null",
        "x" * 2_000_000,
    ):
        yield {"meta": np.array(meta)}
    yield {"poses": None, "root_orient": np.zeros((5, 3)), "pose_body": np.zeros((FRAMES, 63))}
    yield {"Rh": np.zeros((3, 3))}


def encrypted(content: bytes) -> bytes:
    """An archive whose members say that they are."""
    changed = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            changed[place + flags] |= 1
            place = content.find(mark, place + 4)
    return bytes(changed)


def rubbish(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Of other kinds than the ending says."""
    yield "empty", b""
    yield "random", rng.randbytes(4096)
    yield "pickle", b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00}\x94."
    yield "fbx", b"Kaydara FBX Binary  \x00\x1a\x00" + rng.randbytes(500)
    yield "json", b'{"poses": []}'
    yield "zeros", bytes(100_000)
    yield "zip", b"PK\x05\x06" + bytes(18)


def standing_joints() -> np.ndarray:
    """Joints (FRAMES,22,3) of a body at rest."""
    rotations = np.tile([1.0, 0, 0, 0], (FRAMES, len(JOINTS), 1))
    return Motion(20.0, np.zeros((FRAMES, 3)), rotations).joints()


def as_npy(value: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, value, allow_pickle=True)
    return buffer.getvalue()


def broken_npy(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    for name, header in HEADERS.items():
        yield f"header {name}", with_header(header)
    for shape in ((22, 3), (4, 22, 4), (0, 22, 3), (4, 263), (4, 251), (1, 1, 1, 22, 3), (2_000_000, 22, 3)):
        yield f"shape {shape}", as_npy(np.zeros(shape, np.int8))
    for value in (np.nan, np.inf, 1e300):
        yield f"value {value}", as_npy(np.full((4, 22, 3), value))
    yield from rubbish(rng)
    for number in range(20):
        yield f"damaged {number}", damaged(as_npy(standing_joints()), rng)


def broken_bvh(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    for number, (old, new) in enumerate(REPLACED):
        yield f"replaced {number}", (TREE + ROWS).replace(old, new, 1 if old.strip() else -1).encode()
    deep = "".join("JOINT a\n{\nOFFSET 0 1 0\nCHANNELS 1 Xrotation\n" for _ in range(1900)) + "}\n" * 1900
    yield "deep", f"HIERARCHY\n{deep}{ROWS}".encode()
    wide = "JOINT a\n{\nOFFSET 0 1 0\n}\n" * 1900
    root = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n"
    yield "wide", f"{root}{wide}}}\n{ROWS}".encode()
    head = "MOTION\nFrames: 1000000\nFrame Time: 0.01\n"
    yield "many poses", (f"{root}{wide}}}\n{head}" + "1\n" * 1_000_000).encode()
    yield "joints", f"{root}{wide * 2}}}\n{ROWS}".encode()
    yield "one line", (f"{TREE}{head}" + "1 " * 8_000_000).encode()
    yield "one number", (f"{TREE}{head}" + "1" * 16_000_000).encode()
    yield "blank lines", (f"{TREE}{head}" + "\n" * 8_000_000).encode()
    yield "heads", (f"{TREE}MOTION\n" + "".join(f"{n}: 1\n" for n in range(300_000))).encode()
    yield "long hierarchy", (root + "\n" * 5_000_000).encode()
    yield "wide text", (TREE + ROWS).encode("utf-16")
    yield from rubbish(rng)
    for number in range(60):
        yield f"damaged {number}", damaged((TREE + ROWS).encode(), rng)


CONTENTS: dict[str, Callable[[random.Random], Iterator[tuple[str, bytes]]]] = {
    ".npz": broken_npz, ".npy": broken_npy, ".bvh": broken_bvh,
}  # fmt: skip


def write_broken_files(folder: Path, seed: int = 0) -> list[Path]:
    """Files of all kinds in an empty folder, those that are no files among them."""
    paths = []
    for ending, contents in CONTENTS.items():
        for name, content in contents(random.Random(seed)):
            path = folder / f"{name.replace('/', ' ')}{ending}"
            path.write_bytes(content)
            paths.append(path)
    return [*paths, *write_no_files(folder)]


def write_no_files(folder: Path) -> list[Path]:
    """Things with a motion file's name that no reader may wait for, or read to the end."""
    made = []
    for ending in CONTENTS:
        paths = {
            kind: folder / f"{kind}{ending}"
            for kind in ("pipe", "socket", "zero", "loop", "sparse", "folder")
        }
        os.mkfifo(paths["pipe"])
        here = Path.cwd()
        os.chdir(folder)  # a socket's name is short
        try:
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(paths["socket"].name)
        finally:
            os.chdir(here)
        paths["zero"].symlink_to("/dev/zero")
        paths["loop"].symlink_to(paths["loop"].name)
        with paths["sparse"].open("wb") as file:
            file.truncate(3 * 2**30)
        paths["folder"].mkdir()
        made += paths.values()
    return made
