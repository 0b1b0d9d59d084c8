"""The demo page: sixty sentences, two seeds each, eight moments a motion, with grades by eye.

    python tools/demo_page.py --sheets out/sheets        PNGs to look at, five sentences each; and a file of grades
                                                         for this checkpoint in docs/demo/, where there is none yet
    python tools/demo_page.py --out docs/demo/page.html  the page, with the grades of that file and their sums

Grade between the two: write shown, part or other for each seed, with a remark: "part: never bends down".
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from motion_core.catalog import DEFAULT_MODEL
from motion_core.generators.weights import weights_path
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.benchmark.lineup import ModelRow
from motion_core.metrics.demo.grades import Grades, checkpoint_name, in_words, read_grades, write_grades
from motion_core.metrics.demo.page import grades_of, make_motions, write_page, write_sheets
from motion_core.metrics.demo.sentences import load_sentences

GRADES = ROOT / "docs" / "demo"
SEEDS = 2


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="MODEL[@KEY=VALUE,...]")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the page")
    parser.add_argument("--sheets", type=Path, metavar="DIR", help="PNGs to grade from")
    parser.add_argument("--per-sheet", type=int, default=5, help="sentences a PNG (default 5)")
    parser.add_argument(
        "--grades", type=Path, metavar="FILE",
        help="grades (default: docs/demo/grades-MODEL-CHECKPOINT.toml)",
    )  # fmt: skip
    parser.add_argument("--device", default="cpu")
    return parser.parse_args(argv)


def known_grades(path: Path, model: str, checkpoint: str) -> Grades:
    """Those of the file, or none. Raises ValueError for grades of another checkpoint."""
    if not path.is_file():
        return Grades(model, checkpoint)
    grades = read_grades(path)
    if grades.checkpoint != checkpoint:
        raise ValueError(
            f"{path} has grades of the checkpoint {grades.checkpoint}, this one is {checkpoint}: grade it anew"
        )
    return grades


def main(argv: list[str] | None = None) -> int:
    args = arguments(argv)
    if not (args.out or args.sheets):
        print("error: name the page with --out, or a folder for PNGs with --sheets", file=sys.stderr)
        return 2
    contender, sentences = Contender.parse(args.model), load_sentences()
    model = ModelRow(contender, contender.load(args.device))
    checkpoint = checkpoint_name(weights_path(model.generator.card, contender.checkpoint))
    path = args.grades or GRADES / f"grades-{contender.model}-{checkpoint[:8]}.toml"
    grades = known_grades(path, contender.model, checkpoint)
    shown = make_motions(model, sentences, SEEDS)
    if args.sheets:
        print(*write_sheets(shown, args.sheets, args.per_sheet), sep="\n")
        if not path.is_file():
            empty = Grades(contender.model, checkpoint, date.today().isoformat())
            write_grades(path, empty, [s.text for s in sentences], SEEDS)
            print(f"{path}: write the grades there")
    if args.out:
        write_page(shown, grades, args.out)
        print(f"{args.out}: {in_words(grades_of(shown, grades))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
