"""The published tables of HumanML3D from feature files: python training/evaluate_t2m.py t2m.safetensors HumanML3D/

First `laban convert checkpoints/t2m/text_mot_match/model/finest.tar t2m.safetensors`. The row *real* comes from the
data set's own folder; `--made DIR` adds a row of made motions: DIR/NAME.npy of the clips, (frames, 263) features.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from motion_core.metrics.humanml3d.folder import read_clips, read_made, read_repeats
from motion_core.metrics.humanml3d.protocol import T2MClip, T2MEmbedder, draw, t2m_scores, t2m_table


def real_row(
    embedder: T2MEmbedder, clips: list[T2MClip], rngs: list[np.random.Generator]
) -> list[dict[str, float]]:
    """Real motions against another draw of themselves."""
    rows = []
    for rng in rngs:
        motions, captions = draw(clips, rng)
        again, _ = draw(clips, rng)
        motion, text, real = embedder.motions(motions), embedder.texts(captions), embedder.motions(again)
        rows.append(t2m_scores(motion, text, real, rng))
        print(f"replication {len(rows)} of {len(rngs)}", file=sys.stderr)
    return rows


def made_row(
    embedder: T2MEmbedder,
    made: list[T2MClip],
    clips: list[T2MClip],
    repeats: Path | None,
    rngs: list[np.random.Generator],
) -> list[dict[str, float]]:
    """One set of made motions against a new draw of the real ones in each replication."""
    motion = embedder.motions([clip.x0 for clip in made])
    text = embedder.texts([clip.captions[0] for clip in made])
    several = np.stack([embedder.motions(list(x0)) for x0 in read_repeats(repeats)]) if repeats else None
    return [t2m_scores(motion, text, embedder.motions(draw(clips, rng)[0]), rng, several) for rng in rngs]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("evaluator", type=Path, help="the converted evaluator")
    parser.add_argument("data", type=Path, help="the folder HumanML3D/ or KIT-ML/")
    parser.add_argument("--split", default="test")
    parser.add_argument(
        "--made", type=Path, help="a folder with NAME.npy, and NAME.txt where it is not the first caption"
    )
    parser.add_argument(
        "--repeats", type=Path, help="a folder of arrays (motions, frames, features), a text each"
    )
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(arguments)
    if options.replications < 1:
        parser.error(f"--replications is {options.replications}: give at least 1")

    def rngs() -> list[np.random.Generator]:
        return [np.random.default_rng((options.seed, number)) for number in range(options.replications)]

    try:
        embedder = T2MEmbedder.open(options.evaluator, options.device)
        clips, missing = read_clips(options.data, options.split, embedder.features)
        if missing:
            print(
                f"{len(missing)} clips have no motion or text file, the first is {missing[0]}",
                file=sys.stderr,
            )
        rows = {"real": real_row(embedder, clips, rngs())}
        if options.made:
            made = read_made(options.made, clips)
            rows[options.made.name] = made_row(embedder, made, clips, options.repeats, rngs())
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(t2m_table(rows), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
