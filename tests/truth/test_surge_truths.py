"""Surges, word of mouth and lead of the demo company: each planted situation gets its
verdict, and every piece of evidence is where it says.

That the comparisons behind them are right is in `test_sides_elsewhere.py`.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import duckdb

    from pipelines.demo.rehearse import Rehearsal

pytestmark = pytest.mark.slow

SURGE = "verdicts.verdict_surge_and_fade"
WORD_OF_MOUTH = "verdicts.verdict_word_of_mouth"
VERDICTS = (
    SURGE,
    WORD_OF_MOUTH,
    "verdicts.verdict_longevity",
    "verdicts.verdict_lead_lag",
)


def test_planted_surges_get_their_verdict(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """Every planted burst is seen, but for one that follows another within the year,
    which may be; what is seen has its verdict."""
    compared = 0
    for fact in company.truth.facts_of(SURGE, "verdict"):
        segment = fact["shows_in"]["where"]["segment_id"]
        found = marts.execute(
            "select verdict, is_current, episode_start_month, episode_end_month"
            f" from {SURGE} where segment_id = ?",
            [segment],
        ).fetchall()
        match fact["value"]:
            case {"never": verdict}:
                assert verdict not in {row[0] for row in found}, segment
            case str(verdict):
                assert [said for said, is_current, *_ in found if is_current] == [
                    verdict
                ]
            case episodes:
                for episode in episodes:
                    first, last = (
                        date.fromisoformat(episode[f"{side}_month"])
                        for side in ("first", "last")
                    )
                    verdicts = {
                        said
                        for said, _, start, end in found
                        if start is not None and start <= last and end >= first
                    }
                    if verdicts or not episode["is_in_shadow"]:
                        assert verdicts == {episode["verdict"]}, (segment, episode)
                        compared += 1
    assert compared >= 2


def test_word_of_mouth_never_says_the_opposite(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """A planted growth needs the size of scale 1 to be certain; less decides less."""
    facts = company.truth.facts_of(WORD_OF_MOUTH, "verdict")
    found = dict(
        marts.execute(
            f"select segment_id, verdict from {WORD_OF_MOUTH} where is_current"
        ).fetchall()
    )
    assert len(facts) == 5
    for fact in facts:
        verdict = found[fact["shows_in"]["where"]["segment_id"]]
        match fact["value"]:
            case {"never": never}:
                assert verdict != never
            case "growing":
                assert verdict in ("growing", "undetermined")
            case expected:
                assert verdict == expected


def test_a_small_panel_is_refused(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    [fact] = company.truth.facts_of("verdicts.verdict_lead_lag", "verdict")
    assert marts.execute(
        "select verdict from verdicts.verdict_lead_lag"
        " where segment_id = 'all' and is_current"
    ).fetchall() == [(fact["value"],)]


def test_every_piece_of_evidence_can_be_read_back(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    read = 0
    for mart in VERDICTS:
        for (evidence,) in marts.execute(f"select evidence from {mart}").fetchall():
            for item in json.loads(evidence):
                rows = marts.execute(
                    f"select {item['column']} from {item['mart']}"
                    f" where {item['filter']}"
                ).fetchall()
                assert rows == [(item["estimate"],)], item
                read += 1
    assert read > 20


def test_exactly_one_row_speaks_for_each_segment(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    segments = {
        s
        for (s,) in marts.execute("select segment_id from core.dim_segments").fetchall()
    }
    for mart in VERDICTS:
        current = [
            segment
            for (segment,) in marts.execute(
                f"select segment_id from {mart} where is_current"
            ).fetchall()
        ]
        assert sorted(current) == sorted(segments), mart
