"""The useful release and the useless one: what a reader finds of either.

Two-way calendar sync was asked for ever more, came, and adds 15 points to the score of
who has it. The new dashboard adds nothing. Whether the former can be told from chance
depends on the size of the company; that it lies in its interval does not.
"""

from __future__ import annotations

from datetime import date
from math import sqrt
from typing import TYPE_CHECKING

import pytest

from pipelines.demo.compare import compare, judged, unexplained

if TYPE_CHECKING:
    import duckdb

    from pipelines.demo.rehearse import Rehearsal

pytestmark = pytest.mark.slow

IMPACT = "verdicts.verdict_release_impact"
LOOP = "verdicts.verdict_feedback_loop"
THEMES = "fit.fit_feedback_themes__month"
USEFUL, USELESS = "R-04", "R-05"


def test_what_releases_add_lies_in_their_intervals(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = judged(compare(marts, company.truth), IMPACT)
    shown = {cell.fact["shows_in"]["where"]["release_id"] for cell in cells}
    assert {USEFUL, USELESS} <= shown
    assert unexplained(cells) == []


def test_the_useless_release_is_not_said_to_do_anything(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = marts.execute(
        f"select verdict, is_current from {IMPACT} where release_id = ?"
        " and segment_id = 'dental_practices' and measure = 'pmf'",
        [USELESS],
    ).fetchall()
    assert [verdict for verdict, _ in rows] in (
        ["undetermined"],
        ["no_material_change"],
    )
    assert rows[0][1], "it is the latest whose window is over, and speaks for now"


def test_the_useful_release_is_never_said_to_do_harm_and_its_size_is_told(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """A rise, or undetermined with the number of answers that it lacks."""
    [(verdict, needed, estimate, low, high, effective)] = marts.execute(
        "select verdict, needed_count, estimate, ci_low, ci_high, n_effective"
        f" from {IMPACT} where release_id = ? and segment_id = 'physio_clinics'"
        " and measure = 'pmf'",
        [USEFUL],
    ).fetchall()
    assert verdict in ("associated_with_rise", "undetermined")
    assert (verdict == "undetermined") == (needed is not None)
    assert low < 0.15 < high
    assert estimate is not None
    # four cells of a quarter each: the interval is as wide as their size says
    assert (high - low) / 2 == pytest.approx(
        1.96 * sqrt(16 * 0.25 / effective), rel=0.1
    )


def test_mentions_of_the_useful_theme_leave_their_trend(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    verdicts = dict(
        marts.execute(
            f"select release_id, verdict from {IMPACT} where measure = 'mentions'"
            " and status = 'fitted' and segment_id = 'physio_clinics'"
        ).fetchall()
    )
    assert verdicts[USEFUL] == "associated_with_fall"
    assert set(verdicts.values()) <= {
        "associated_with_fall",
        "undetermined",
        "no_material_change",
        "insufficient",
    }
    assert list(verdicts.values()).count("associated_with_fall") == 1


def test_every_mention_is_counted_in_its_month(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """Exactly: the dictionary knows the sentences of the demo company."""
    [fact] = company.truth.facts_of(THEMES, "value")
    where = fact["shows_in"]["where"]
    found = marts.execute(
        f"select feedback_month, mention_count from {THEMES} where segment_id = ?"
        " and theme = ? and period_label <> 'all' and mention_count > 0 order by 1",
        [where["segment_id"], where["theme"]],
    ).fetchall()
    assert [[month.isoformat(), count] for month, count in found] == fact["value"]


def test_no_sentence_of_the_demo_company_is_without_its_theme(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert marts.execute(
        "select count(*) from fit.fct_feedback where theme = 'unmatched'"
    ).fetchall() == [(0,)]


def test_what_was_asked_for_came_and_is_hardly_asked_for_any_more(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    [fact] = company.truth.facts_of(LOOP, "verdict")
    where = fact["shows_in"]["where"]
    [(verdict, days, first, released)] = marts.execute(
        "select verdict, first_mention_to_release_days, first_mention_date,"
        f" released_date from {LOOP} where segment_id = ? and theme = ?"
        " and release_id = ?",
        list(where.values()),
    ).fetchall()
    assert verdict == fact["value"]
    assert released == date(2024, 12, 12)
    assert days == (released - first).days > 365


def test_nothing_else_is_said_to_have_been_answered(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """All other themes are asked for as often after their release as before."""
    decided, expected = marts.execute(
        f"select max(decided_count), max(expected_by_chance_count) from {LOOP}"
    ).fetchall()[0]
    others = marts.execute(
        f"select count(*) from {LOOP} where verdict in ('answered', 'asked_for_more')"
        " and theme <> 'calendar_sync' and segment_id <> 'all'"
    ).fetchall()[0][0]
    assert decided == others + 1
    assert others <= expected + 3 * sqrt(expected)
