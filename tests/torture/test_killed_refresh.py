"""A whole refresh is killed at random moments, again and again; nothing comes of it.

Between two kills another extract arrives. In the end the marts must be those of a home
that took all extracts in one quiet run, no record lost or doubled, while a reader that
looks all the time never sees an error or a half-made publication. Kills of ingest and
of publication alone are in their own integration tests.

`FITMART_KILLS` says how many kills (3 by default; `make torture` takes 50).
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.company import SEED, Company

KILLS = int(os.environ.get("FITMART_KILLS", "3"))
LATER_RUNS = 0.75
"""What a later run takes of the time of the first."""


@pytest.mark.torture
def test_a_refresh_killed_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    disturbed = Company(tmp_path / "disturbed")
    disturbed.deliver(0)
    # The runs that are killed are shorter: the first has all to prepare.
    seconds = disturbed.run() * LATER_RUNS
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [
            *(sys.executable, str(Path(__file__).with_name("reader.py"))),
            *(str(disturbed.home / "marts" / "current.duckdb"), str(stop)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    draw = random.Random(SEED)
    delivered = 1
    killed = 0
    try:
        while killed < KILLS:
            disturbed.deliver(delivered)
            delivered += 1
            killed += disturbed.kill_after(draw.uniform(0.05, 1.0) * seconds)
        disturbed.run()
    finally:
        # Whatever happens, the reader must not go on for ever.
        stop.touch()
    seen = json.loads(reader.communicate(timeout=60)[0])

    quiet = Company(tmp_path / "quiet")
    for number in range(delivered):
        quiet.deliver(number)
    quiet.run()

    assert seen["problems"] == []
    assert seen["reads"] > KILLS
    assert disturbed.ledger() == quiet.ledger()
    assert all(row[2] == row[3] == 300 for row in disturbed.ledger())
    assert disturbed.marts() == quiet.marts()
