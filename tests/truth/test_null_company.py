"""The demo company without anything in it: verdicts must not cry wolf.

Five equal segments that sell, grow and answer alike, with a score of exactly the
threshold, and releases that do nothing. The rules are tried one by one on many more
segments in test_false_alarms.py; here the whole chain is, with every feed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.demo.generate import generate
from pipelines.demo.rehearse import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

pytestmark = pytest.mark.slow

SCALE = 0.1
"""About seventy customers of each segment at the end."""

ALARMS = {
    "fit_verdict": ("above", "below"),
    "quadrant_verdict": (
        "scale",
        "invest_in_sales",
        "surge_risk",
        "rework_or_exit",
    ),
    "surge_verdict": ("surge_without_fit",),
    "word_of_mouth_verdict": ("growing", "shrinking"),
    "longevity_verdict": ("stays_longer", "stays_shorter"),
}
"""What would be a false alarm, by column of the summary."""


@pytest.fixture(scope="module")
def null_company(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build of the null company after its initial landing."""
    demo = tmp_path_factory.mktemp("null_company")
    generate(demo, seed=1, scale=SCALE, world="null", increments=False)
    rehearsal = Rehearsal.begin(demo, tmp_path_factory.mktemp("null_company_home"))
    rehearsal.land()
    rehearsal.ingest()
    rehearsal.build(
        with_tests=False,
        marts=["verdict_summary__segment", "verdict_surge_and_fade__month"],
    )
    with rehearsal.connect() as connection:
        yield connection


def test_verdicts_do_not_cry_wolf(null_company: duckdb.DuckDBPyConnection) -> None:
    """Of 25 verdicts chance gives about one; more than three are no chance."""
    alarms = [
        (segment, column, verdict)
        for column, loud in ALARMS.items()
        for segment, verdict in null_company.execute(
            f"select segment_id, {column} from verdicts.verdict_summary__segment"
            " where segment_id not in ('all', 'unknown')"
        ).fetchall()
        if verdict in loud
    ]
    assert len(alarms) <= 3, alarms


def test_every_segment_has_every_verdict(
    null_company: duckdb.DuckDBPyConnection,
) -> None:
    """Silence is no verdict: each claim says what it cannot say."""
    columns = " and ".join(f"{column} is not null" for column in ALARMS)
    assert null_company.execute(
        f"select count(*), count(*) filter ({columns})"
        " from verdicts.verdict_summary__segment"
        " where segment_id not in ('all', 'unknown')"
    ).fetchall() == [(5, 5)]


def test_surges_are_as_rare_as_the_rule_says(
    null_company: duckdb.DuckDBPyConnection,
) -> None:
    """At most one of the months in which one could have been seen."""
    (row,) = null_company.execute(
        "select count(*) filter (is_assessable), count(*) filter (is_surge)"
        " from verdicts.verdict_surge_and_fade__month where segment_id <> 'all'"
    ).fetchall()
    judged, surges = row
    assert judged > 50
    assert surges <= 1
