"""How often published intervals hold the truth, over replicate segments.

Plants independent segments in one company, runs ingest and models on them, and prints a
row per rate. With 400 segments a 95 % interval is held to 93 % to 97 %.

    python bench/truth.py [--segments 400] [--seed 1] [--world informative_nonresponse]

Exits with 1 when a rate is outside. The world in which the answer decides who answers
is printed to show how far off the result is, and judged by nobody.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from pipelines.demo.companies import WorldName
from pipelines.demo.coverage import RATES, Coverage, tell_coverage, tell_parts
from pipelines.demo.generate import generate
from pipelines.demo.rehearse import Rehearsal

BAND = (0.93, 0.97)


def main(segments: int, seed: int, world: WorldName) -> int:
    """Print the table; whether every rate keeps its promise."""
    with tempfile.TemporaryDirectory(prefix="fitmart-truth-") as place:
        demo = Path(place) / "demo"
        generate(
            demo,
            seed=seed,
            months=12,
            segments=segments,
            world=world,
            increments=False,
        )
        rehearsal = Rehearsal.begin(demo, Path(place) / "run")
        rehearsal.land()
        rehearsal.ingest()
        rehearsal.build(with_tests=False, marts=dict.fromkeys(RATES.values()))
        with rehearsal.connect() as connection:
            table = tell_coverage(connection, rehearsal.truth)
            parts = tell_parts(connection, rehearsal.truth)
    print(f"{'rate':<40} {'cells':>6} {'mean n':>8} {'covered':>8} {'share':>7}")
    show(table)
    print(f"promised: 95 %, held to {BAND[0]:.0%} to {BAND[1]:.0%} (400 segments)\n")
    show(parts)
    print("parts of too few cells to be judged by")
    is_kept = all(BAND[0] <= row.share <= BAND[1] for row in table)
    return 0 if is_kept or world != "company" else 1


def show(rows: list[Coverage]) -> None:
    """One line per rate."""
    for row in rows:
        print(
            f"{row.rate:<40} {row.cells:>6} {row.mean_denominator:>8.0f}"
            f" {row.covered:>8} {row.share:>7.1%}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--world", choices=("company", "informative_nonresponse"), default="company"
    )
    chosen = parser.parse_args()
    sys.exit(main(chosen.segments, chosen.seed, chosen.world))
