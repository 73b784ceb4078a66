"""The bench: `python -m tests.bench`, with the Python of an environment that has the test tools.

Measures, side by side and in one run, and prints one Markdown table. A bound that is not met is
told, not an error. `--only epoch,step` takes some of the measurements, `--quick` fewer rounds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.bench import drawing, epoch, explanation, frame, memory, start, step, weight
from tests.bench.report import NotMeasured, Row, machine, table

MEASUREMENTS: dict[str, Callable[[bool], list[Row]]] = {
    "epoch": epoch.measure,
    "step": step.measure,
    "start": start.measure,
    "frame": frame.measure,
    "explanation": explanation.measure,
    "drawing": drawing.measure,
    "memory": memory.measure,
    "weight": weight.measure,
}


def main() -> int:
    """Measure what was asked for and print the table."""
    options = _parser().parse_args()
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
