"""How long the demo company takes to generate, how it grows, and in how much memory.

Every size runs in a fresh process. Time is that of the processor, since it says the
same on a busy machine; the wall clock is printed beside it.

    python bench/demo.py [--scales 1 5 20]

Exits with 1 when a figure misses its aim.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines.demo.generate import generate

MOST_SECONDS = 20.0
"""Processor seconds of scale 1 on two cores, that is wall time on one."""
MOST_MEMORY_MB = 2000
MOST_GROWTH = 1.0
"""Seconds per unit of scale at any size, over those at scale 1."""


def measure(scale: float) -> dict[str, float]:
    """Generate one company in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="fitmart-bench-") as place:
        done = subprocess.run(
            [sys.executable, __file__, "--child", str(scale), place],
            capture_output=True,
            text=True,
            check=True,
        )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def child(scale: float, place: Path) -> None:
    """Generate here, and print what it took as one line of JSON."""
    began = time.perf_counter()
    generate(place / "demo", scale=scale)
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    written = sum(f.stat().st_size for f in (place / "demo").rglob("*") if f.is_file())
    print(
        json.dumps(
            {
                "scale": scale,
                "wall": wall,
                "cpu": used.ru_utime + used.ru_stime,
                "memory_mb": used.ru_maxrss / 1024,
                "written_mb": written / 1e6,
            }
        )
    )


def main(scales: list[float]) -> int:
    """Print the table; whether every aim was met."""
    print(
        f"{'scale':>6} {'wall s':>8} {'cpu s':>8} {'per unit':>9} {'peak MB':>8} "
        f"{'written MB':>11}"
    )
    first: dict[str, float] | None = None
    is_met = True
    for scale in scales:
        figures = measure(scale)
        first = first or figures
        growth = (figures["cpu"] / scale) / (first["cpu"] / first["scale"])
        print(
            f"{scale:>6g} {figures['wall']:>8.1f} {figures['cpu']:>8.1f} {growth:>9.2f}"
            f" {figures['memory_mb']:>8.0f} {figures['written_mb']:>11.0f}",
            flush=True,
        )
        is_met &= growth <= MOST_GROWTH and figures["memory_mb"] <= MOST_MEMORY_MB
        if scale == 1:
            is_met &= figures["cpu"] <= MOST_SECONDS
    print(
        f"aims: scale 1 within {MOST_SECONDS:g} processor seconds, at most"
        f" {MOST_MEMORY_MB} MB, and {MOST_GROWTH:g} times the time per unit of scale"
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scales", type=float, nargs="+", default=[1, 5, 20])
    parser.add_argument("--child", nargs=2)
    chosen = parser.parse_args()
    if chosen.child:
        child(float(chosen.child[0]), Path(chosen.child[1]))
    else:
        sys.exit(main(chosen.scales))
