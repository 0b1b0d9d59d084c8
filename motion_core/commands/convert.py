"""Read an official checkpoint (.pt, with args.json beside it) and write it in Laban's safetensors format."""

from __future__ import annotations

import argparse
from pathlib import Path

from motion_core.commands.console import answer
from motion_core.tasks import TaskError

EXAMPLE = "example:\n  laban convert humanml_trans_enc_512/model000475000.pt mdm-official.safetensors"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", type=Path, help="the official checkpoint file, or the folder of TMR's parts"
    )
    parser.add_argument("target", type=Path, help="the file to write, ends in .safetensors")


def run(args: argparse.Namespace) -> int:
    if args.target.suffix != ".safetensors":
        raise TaskError(f"the target is {str(args.target)!r}: it must end in .safetensors")
    if not args.source.exists():
        raise FileNotFoundError(f"no checkpoint at {args.source}")

    from motion_core.convert import convert_checkpoint

    info = convert_checkpoint(args.source, args.target)
    facts = {
        "file": str(args.target),
        "family": info.family,
        "features": info.features,
        "conditioning": info.conditioning,
        "licence": info.licence,
    }
    told = f"{info.family}, {info.features}, conditioned on {info.conditioning or 'nothing'}; {info.licence}"
    answer(args, facts, [str(args.target), told])
    return 0
