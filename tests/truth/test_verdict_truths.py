"""Each planted situation gets exactly its verdict, at the size it is planted for.

A company of scale 1, since verdicts are about how much is enough: at a quarter of it
some of them are `undetermined`, as they must be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.demo.facts import VERDICTS
from pipelines.demo.generate import generate
from pipelines.demo.rehearse import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

pytestmark = pytest.mark.slow

QUADRANT = "verdicts.verdict_fit_sales_quadrant"


@pytest.fixture(scope="module")
def whole_company(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """The company at scale 1, with the verdicts and what they are made of."""
    demo = tmp_path_factory.mktemp("whole_company")
    generate(demo, seed=1, scale=1.0, increments=False)
    rehearsal = Rehearsal.begin(demo, tmp_path_factory.mktemp("whole_company_home"))
    rehearsal.land()
    rehearsal.ingest()
    rehearsal.build(
        with_tests=False,
        marts=[QUADRANT, "verdict_scale_readiness", "verdict_investment_balance"],
    )
    return rehearsal


@pytest.fixture(scope="module")
def verdicts(whole_company: Rehearsal) -> Iterator[duckdb.DuckDBPyConnection]:
    with whole_company.connect() as connection:
        yield connection


def test_every_situation_gets_its_cell(
    whole_company: Rehearsal, verdicts: duckdb.DuckDBPyConnection
) -> None:
    planted = {
        fact["shows_in"]["where"]["segment_id"]: fact["value"]
        for fact in whole_company.truth.facts_of(QUADRANT, "verdict")
    }
    assert len(planted) == 5
    found = {
        segment: {"fit": fit, "sales": sales, "quadrant": quadrant}
        for segment, fit, sales, quadrant in verdicts.execute(
            f"select segment_id, fit_verdict, sales_direction, verdict from {QUADRANT}"
        ).fetchall()
    }
    # how sales of a segment go that is too small to judge is not planted
    for value in planted.values():
        if value["sales"] == "any":
            value["sales"] = "insufficient"
    assert {segment: found[segment] for segment in planted} == planted
    assert {value["quadrant"] for value in planted.values()} == {
        quadrant for _, _, quadrant in VERDICTS.values()
    }


def test_the_gate_opens_for_nobody_who_is_not_ready(
    verdicts: duckdb.DuckDBPyConnection,
) -> None:
    """One customer of the dental practices is larger than all others together; the
    salons and the schools have no fit; of the hospitals too little is known; and who
    came to the clinics in their surge has not had the time to leave."""
    failing = dict(
        verdicts.execute(
            "select segment_id, criteria_below from verdicts.verdict_scale_readiness"
            " where verdict = 'not_ready'"
        ).fetchall()
    )
    assert "concentration" in failing["dental_practices"]
    assert "fit_score" in failing["beauty_salons"]
    assert "fit_score" in failing["driving_schools"]
    unknown = dict(
        verdicts.execute(
            "select segment_id, criteria_undetermined"
            " from verdicts.verdict_scale_readiness where verdict = 'undetermined'"
        ).fetchall()
    )
    assert unknown["physio_clinics"] == "no_open_surge"
    assert "fit_score" in unknown["vet_hospitals"]


def test_the_balance_is_that_of_the_books(
    verdicts: duckdb.DuckDBPyConnection,
) -> None:
    ((share,),) = verdicts.execute(
        "select sales_share_rate from verdicts.verdict_investment_balance"
        " where verdict = 'described'"
    ).fetchall()
    ((by_hand,),) = verdicts.execute(
        "select sum(spend_amount_reporting) filter (is_sales_and_marketing)"
        " / sum(spend_amount_reporting)"
        " from intermediate.int_spend_converted where spend_month >= '2025-10-01'"
        " and spend_month < '2026-01-01'"
        " and (is_sales_and_marketing or spend_function = 'product')"
    ).fetchall()
    assert share == pytest.approx(by_hand, rel=1e-9)
