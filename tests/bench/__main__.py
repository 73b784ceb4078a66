"""The bench: `python -m tests.bench`, with the Python of an environment that has the test tools.

Measures, side by side and in one run, and prints one Markdown table. A bound that is not met is
told, not an error. `--only epoch,step` takes some of the measurements, `--quick` fewer rounds;
`--plot` measures how an epoch's cost grows instead, and draws README's picture of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.bench import (
    drawing,
    epoch,
    explanation,
    first_step,
    fit,
    followers,
    frame,
    growth,
    kept,
    kills,
    memory,
    playing,
    plot,
    start,
    step,
    timeline,
    weight,
)
from tests.bench.report import NotMeasured, Row, machine, table
from tests.environment import ROOT

MEASUREMENTS: dict[str, Callable[[bool], list[Row]]] = {
    "epoch": epoch.measure,
    "digits": epoch.measure_digits,
    "fit": fit.measure,
    "step": step.measure,
    "start": start.measure,
    "first-step": first_step.measure,
    "frame": frame.measure,
    "explanation": explanation.measure,
    "drawing": drawing.measure,
    "followers": followers.measure,
    "playing": playing.measure,
    "memory": memory.measure,
    "kept": kept.measure,
    "kills": kills.measure,
    "timeline": timeline.measure,
    "weight": weight.measure,
}

PICTURE = ROOT / "static" / "images" / "speed.svg"


def main() -> int:
    """Measure what was asked for and print the table."""
    options = _parser().parse_args()
    if options.plot:
        curves = growth.curves(options.quick)
        PICTURE.write_text(plot.svg(curves, machine()), encoding="utf-8")
        print(f"Machine: {machine()}\n\n{table(growth.rows(curves))}")
        return 0
    rows: list[Row] = []
    try:
        for name in options.only:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            try:
                rows += MEASUREMENTS[name](options.quick)
            except NotMeasured as reason:
                rows.append(Row(name, "not measured", str(reason)))
    finally:
        print(f"Machine: {machine()}\n\n{table(rows)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measure side by side and print a table.",
    )
    parser.add_argument(
        "--only",
        type=_chosen,
        default=list(MEASUREMENTS),
        metavar="NAME[,NAME...]",
        help=f"measure only these of {', '.join(MEASUREMENTS)}",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    parser.add_argument(
        "--plot", action="store_true", help=f"draw {PICTURE.relative_to(ROOT)} anew, and no more"
    )
    return parser


def _chosen(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}"
        )
    return [name for name in MEASUREMENTS if name in names]


if __name__ == "__main__":
    sys.exit(main())
