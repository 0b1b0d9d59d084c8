"""A trained checkpoint as it is bundled: float16 (half the size) or int8 rows (a quarter); what it changes is printed.

python training/pack_weights.py runs/mdm/ema.safetensors --out motion_core/weights/mdm.safetensors
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.checkpoint import STORAGES, load_checkpoint, save_checkpoint


def pack(source: Path, out: Path, storage: str = "float16") -> float:
    """Write `out`; returns the largest change of a weight, relative to the largest weight of its tensor."""
    tensors, info = load_checkpoint(source)
    save_checkpoint(out, tensors, info, storage)
    packed, _ = load_checkpoint(out, family=info.family)
    return max(
        float((packed[n] - t).abs().max() / t.abs().max().clamp(min=1e-12)) for n, t in tensors.items()
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path, help="for example runs/mdm/ema.safetensors")
    parser.add_argument("--out", type=Path, required=True, help="the packed file")
    parser.add_argument("--storage", choices=STORAGES, default="float16", help="default float16")
    options = parser.parse_args(arguments)
    try:
        change = pack(options.checkpoint, options.out, options.storage)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    size = options.out.stat().st_size / 1e6
    print(f"{options.out}: {size:.1f} MB, weights changed by at most {change:.1e} of their tensor's largest")
    return 0


if __name__ == "__main__":
    sys.exit(main())
