"""Verdicts over publications: what was said, and what had changed when it was not."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.project import ROOT
from pipelines.publishing.publications import rollback
from pipelines.publishing.swap import current_id
from pipelines.run import refresh
from tests.integration.orchestration.conftest import Company, Refreshed

FIT = "verdicts.verdict_fit_by_segment"

Rows = list[tuple[Any, ...]]


def history(company: Company, query: str) -> Rows:
    """Rows of the history that readers have now."""
    file = str(company.settings.home.current)
    with duckdb.connect(file, read_only=True) as connection:
        return connection.execute(
            query.replace("history", "verdicts.verdict_history")
        ).fetchall()


@pytest.fixture(scope="module")
def company(refreshed: Refreshed, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company with one publication."""
    return refreshed.copied_to(tmp_path_factory.mktemp("history") / "company")


def test_a_first_publication_tells_every_verdict_for_the_first_time(
    company: Company,
) -> None:
    marts = history(company, "select distinct mart from history")
    assert len(marts) == 11
    assert history(
        company,
        "select distinct causes, change_number, is_this_publication,"
        " verdict_before, publication_id from history",
    ) == [("first_report", 1, True, None, None)]


def test_what_changed_is_told_and_what_did_not_is_not(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run differs by a threshold; the first publication is made to have said
    something else of one segment."""
    home = company.settings.home
    first = current_id(home)
    with duckdb.connect(str(home.build)) as build:
        build.execute(
            "update ops.reported_values set reported_text = 'above'"
            " where mart = ? and value_name = 'verdict' and row_key like 'all|%'",
            [FIT],
        )
    seeds = tmp_path / "seeds"
    shutil.copytree(ROOT / "seeds", seeds)
    thresholds = seeds / "thresholds.csv"
    text = thresholds.read_text("utf-8")
    old, new = "logo_survival_months,6,", "logo_survival_months,7,"
    assert old in text
    thresholds.write_text(text.replace(old, new), "utf-8")
    monkeypatch.setenv("SEEDS", str(seeds))
    assert refresh(company.settings).record.state == "published"
    changed = history(
        company,
        "select mart, segment_id, verdict_before, verdict, cause, changed_thresholds,"
        " change_number from history where is_this_publication",
    )
    assert changed == [
        (
            FIT,
            "all",
            "above",
            "insufficient",
            "threshold",
            "logo_survival_months from 6.0 to 7.0",
            2,
        )
    ]
    others = history(
        company,
        "select distinct causes, change_number, publication_id"
        " from history where not is_this_publication",
    )
    assert others == [("first_report", 1, first)]


def test_after_a_rollback_what_was_reported_stays(company: Company) -> None:
    """The seeds are those of the first run again: the threshold goes back."""
    home = company.settings.home
    second = current_id(home)
    rollback(home, reason="tried")
    assert current_id(home) != second
    company.deliver("orders_2.csv", "o99,1,c1,2026-05-15,9.00")
    summary = refresh(company.settings)
    assert summary.record.state == "published", summary.record.refusals
    told = history(
        company,
        "select change_number, verdict, publication_id from history"
        f" where mart = '{FIT}' and segment_id = 'all' order by change_number",
    )
    assert [(number, verdict) for number, verdict, _ in told] == [
        (1, "above"),
        (2, "insufficient"),
    ]
    assert told[1][2] == second
