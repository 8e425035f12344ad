"""Rows that vanish and numbers that change for no reason keep a build from readers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipelines.publishing.mart_checks import mart_check_names, mart_outcomes
from pipelines.publishing.outcome import Audit, CheckOutcome, PublicationRefusedError
from pipelines.publishing.swap import current_id

CUSTOMERS = "core.dim_customers.rows_do_not_drop"
WAVES = "fit.fit_nps__segment_wave.rows_do_not_drop"
REPORTED = "fit.fit_nps__segment_wave.reported_values_change_for_a_reason"
CODE = "1.2.3"

Outcomes = Callable[..., dict[str, CheckOutcome]]


@pytest.fixture
def outcomes(company: Any, audits: Callable[..., Audit]) -> Outcomes:
    """The outcomes of all checks of marts, by name."""

    def compare(code_version: str = CODE, **settings: Any) -> dict[str, CheckOutcome]:
        manifest = audits().manifest
        changed = replace(company.settings, **settings)
        found = mart_outcomes(changed, manifest, code_version=code_version)
        assert {one.name for one in found} == mart_check_names(manifest)
        return {one.name: one for one in found}

    return compare


def failed(found: dict[str, CheckOutcome]) -> set[str]:
    return {name for name, outcome in found.items() if not outcome.passed}


def happen(
    company: Any, event: str, feed: str = "crm.accounts", actor: str = "me"
) -> None:
    """Something happens to an extract of a feed after the last publication."""
    company.change(
        "insert into ops.extracts by name select * replace ("
        f"'extract-7' as extract_id, '{feed}' as feed) from ops.extracts limit 1;"
        "insert into ops.extract_events values "
        f"('extract-7', now()::timestamp + interval 1 minute, '{event}', '{actor}',"
        " null)"
    )


def lose_customers(company: Any, count: int) -> None:
    company.change(
        "delete from core.dim_customers where customer_id in"
        f" (select customer_id from core.dim_customers order by 1 limit {count})"
    )


def test_before_the_first_publication_there_is_nothing_to_lose(
    outcomes: Outcomes,
) -> None:
    assert failed(outcomes()) == set()


def test_what_was_published_and_is_built_again_passes(
    company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    assert failed(outcomes()) == set()


def test_rows_that_drop_fail_by_name_and_readers_keep_what_they_had(
    company: Any, outcomes: Outcomes, audits: Callable[..., Audit]
) -> None:
    company.publish()
    before = current_id(company.home)
    lose_customers(company, 61)
    found = outcomes()
    assert failed(found) == {CUSTOMERS}
    outcome = found[CUSTOMERS]
    assert outcome.expected == "at least 85 % of 400 rows"
    assert (outcome.observed, outcome.difference) == ("339 rows", "-61")
    assert "MAX_ROW_DROP_PERCENT" in outcome.remedy
    audit = audits(outcomes=tuple(found.values()), expected_checks=frozenset(found))
    with pytest.raises(PublicationRefusedError) as caught:
        company.publish(audit)
    assert [refusal.check for refusal in caught.value.refusals] == [CUSTOMERS]
    assert current_id(company.home) == before


def test_a_drop_within_the_limit_passes(company: Any, outcomes: Outcomes) -> None:
    company.publish()
    lose_customers(company, 60)
    assert failed(outcomes()) == set()
    assert failed(outcomes(max_row_drop_percent=14)) == {CUSTOMERS}


def test_the_limit_can_be_lifted_for_one_run(company: Any, outcomes: Outcomes) -> None:
    company.publish()
    lose_customers(company, 400)
    assert failed(outcomes()) == {CUSTOMERS}
    assert failed(outcomes(max_row_drop_percent=100)) == set()


def test_a_small_mart_may_lose_a_row_and_not_all(
    company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    company.change("update fit.fit_nps__segment_wave set version = 1")
    company.change("delete from fit.fit_nps__segment_wave where segment_id = 'smb'")
    assert WAVES not in failed(outcomes())
    company.change("delete from fit.fit_nps__segment_wave")
    assert WAVES in failed(outcomes())


@pytest.mark.parametrize("event", ["withdrawn", "reloaded", "replaced"])
def test_a_decision_explains_rows_that_are_gone(
    event: str, company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    lose_customers(company, 100)
    happen(company, event)
    found = outcomes()
    assert failed(found) == set()
    reason = f"extracts of crm.accounts were {event}"
    assert found[CUSTOMERS].observed == f"300 rows ({reason})"


def test_what_ingest_does_by_itself_explains_no_rows_that_are_gone(
    company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    lose_customers(company, 100)
    happen(company, "replaced", actor="ingest")
    assert failed(outcomes()) == {CUSTOMERS}


def test_new_extracts_explain_no_rows_that_are_gone(
    company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    lose_customers(company, 100)
    happen(company, "loaded")
    assert failed(outcomes()) == {CUSTOMERS}


def test_another_definition_or_an_earlier_day_explains_rows_that_are_gone(
    company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    lose_customers(company, 100)
    assert failed(outcomes(code_version="2")) == set()
    assert failed(outcomes(reporting_currency="USD")) == set()
    assert failed(outcomes(reporting_tz="Europe/Berlin")) == set()
    assert failed(outcomes(as_of=date(2026, 6, 30))) == set()
    assert failed(outcomes(as_of=date(2026, 7, 2))) == {CUSTOMERS}


def test_a_reported_value_that_changes_for_no_reason_fails(
    company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    company.change(
        "update fit.fit_nps__segment_wave set version = 2 where segment_id = 'smb'"
    )
    found = outcomes()
    assert failed(found) == {REPORTED}
    (example,) = found[REPORTED].examples
    assert example == "version of smb was 1.000000000 and is 2.000000000"


def test_a_reported_row_that_is_gone_for_no_reason_fails(
    company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    company.change("delete from fit.fit_nps__segment_wave where segment_id = 'smb'")
    found = outcomes()
    assert failed(found) == {REPORTED}
    assert found[REPORTED].examples[0].endswith("and is gone")


def test_a_new_row_restates_nothing(company: Any, outcomes: Outcomes) -> None:
    company.publish()
    company.change(
        "insert into fit.fit_nps__segment_wave"
        " select * replace ('large' as segment_id) from fit.fit_nps__segment_wave"
        " limit 1"
    )
    assert failed(outcomes()) == set()


@pytest.mark.parametrize(
    ("event", "feed", "is_explained"),
    [
        ("loaded", "crm.contacts", True),
        ("withdrawn", "crm.contacts", True),
        ("refused", "crm.contacts", False),
        ("loaded", "crm.accounts", False),
    ],
)
def test_only_what_a_mart_is_made_of_explains_its_numbers(
    event: str, feed: str, is_explained: bool, company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    company.change("update fit.fit_nps__segment_wave set version = 2")
    happen(company, event, feed)
    assert (failed(outcomes()) == set()) is is_explained


def test_another_day_or_definition_explains_other_numbers(
    company: Any, outcomes: Outcomes
) -> None:
    company.publish()
    company.change("update fit.fit_nps__segment_wave set version = 2")
    assert failed(outcomes(as_of=date(2026, 7, 2))) == set()
    assert failed(outcomes(code_version="2")) == set()


def test_a_damaged_publication_is_nothing_to_be_held_against(
    company: Any, outcomes: Outcomes
) -> None:
    path = company.publish().path
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    company.change("delete from core.dim_customers")
    assert failed(outcomes()) == set()


def test_a_mart_of_what_is_amiss_may_shrink(
    company: Any, audits: Callable[..., Audit]
) -> None:
    company.publish()
    manifest = audits().manifest
    node = manifest["nodes"]["model.fitmart.dim_customers"]
    node["config"]["meta"]["may_shrink"] = True
    company.change("delete from core.dim_customers")
    found = mart_outcomes(company.settings, manifest, code_version=CODE)
    assert CUSTOMERS not in {outcome.name for outcome in found}
    assert all(outcome.passed for outcome in found)
