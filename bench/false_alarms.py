"""How often each verdict is decided where nothing is true, over replicate segments.

Plants equal segments in which the null of every rule holds, runs ingest and models on
them, and prints a row per rule, with the rate per segment-year where a rule has no
nominal level. What it measured stands in docs/verdicts.md.

    python bench/false_alarms.py [--segments 400] [--seed 1] [--place FOLDER]

Exits with 1 when a rule decides more often than its error and the band of 99.9 % allow.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from scipy.stats import binom

from pipelines.demo.false_alarms import RULES, tell_alarms
from pipelines.demo.generate import generate
from pipelines.demo.rehearse import Rehearsal

MONTHS = 18
"""Twelve to know what is usual, three to look at, and as many a year earlier."""


def main(segments: int, seed: int, place: Path) -> int:
    """Print the table; whether every rule keeps its promise."""
    demo = place / "demo"
    generate(
        demo,
        seed=seed,
        months=MONTHS,
        segments=segments,
        world="null",
        increments=False,
    )
    rehearsal = Rehearsal.begin(demo, place / "run")
    rehearsal.land()
    rehearsal.ingest()
    rehearsal.build(with_tests=False, marts=dict.fromkeys(r.mart for r in RULES))
    with rehearsal.connect() as connection:
        table = tell_alarms(connection)
    is_kept = True
    print("| rule | trials | decided | share | may be | per segment-year |")
    print("|---|---|---|---|---|---|")
    for row in table:
        most = int(binom.ppf(0.999, row.trials, row.rule.error)) if row.trials else 0
        is_kept &= row.decided <= most
        print(
            f"| {row.rule.name} | {row.trials} | {row.decided} | {row.share:.2%}"
            f" | {most} | {row.per_segment_year:.2%} |"
        )
    return 0 if is_kept else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--place", type=Path, help="keeps the home here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fitmart-null-") as scratch:
        where = chosen.place or Path(scratch)
        sys.exit(main(chosen.segments, chosen.seed, where))
