"""The gate: every reason against a publication, planted one at a time, is caught."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pipelines.errors import FitmartError
from pipelines.publishing.gate import decide, warnings
from pipelines.publishing.outcome import CheckOutcome, PublicationRefusedError

TEST = "test.fitmart.fct_orders__amounts_are_positive"
MART = "model.fitmart.fct_orders"

Audits = Callable[..., Any]


def set_result(audit: Any, unique_id: str, **values: Any) -> None:
    for result in audit.run_results["results"]:
        if result["unique_id"] == unique_id:
            result.update(values)


def drop_result(audit: Any, unique_id: str) -> None:
    audit.run_results["results"] = [
        result
        for result in audit.run_results["results"]
        if result["unique_id"] != unique_id
    ]


def test_a_build_in_order_passes(company: Any, audits: Audits) -> None:
    assert decide(company.home, audits()) == ()


def test_a_failed_test_refuses_and_shows_the_rows(company: Any, audits: Audits) -> None:
    audit = audits()
    set_result(
        audit,
        TEST,
        status="fail",
        message="Got 7 results, configured to fail if != 0",
        compiled_code='select order_id, version from "build"."sales"."fct_orders" '
        "where order_id between 5 and 11 order by order_id;",
    )
    (refusal,) = decide(company.home, audit)
    assert refusal.check == "fct_orders__amounts_are_positive"
    assert "Got 7 results" in refusal.problem
    assert refusal.examples == tuple(
        f"order_id={order_id}, version=1" for order_id in range(5, 10)
    )
    assert "somewhere/fct_orders__amounts_are_positive.sql" in refusal.remedy


def test_a_failed_test_whose_rows_cannot_be_read_still_refuses(
    company: Any, audits: Audits
) -> None:
    audit = audits()
    set_result(audit, TEST, status="fail", compiled_code="select * from gone")
    (refusal,) = decide(company.home, audit)
    assert "cannot be shown" in refusal.examples[0]


@pytest.mark.parametrize("status", ["error", "runtime error", "partial success", ""])
def test_a_model_that_did_not_succeed_refuses(
    company: Any, audits: Audits, status: str
) -> None:
    audit = audits()
    set_result(audit, MART, status=status, message="Binder Error")
    (refusal,) = decide(company.home, audit)
    assert refusal.check == "fct_orders"
    assert "Binder Error" in refusal.problem


@pytest.mark.parametrize(
    "unique_id",
    [
        MART,
        "model.fitmart.int_orders_counted",
        "seed.fitmart.segments",
        TEST,
        "test.fitmart.source_not_null_crm_accounts",
    ],
)
def test_a_node_without_a_result_refuses(
    company: Any, audits: Audits, unique_id: str
) -> None:
    audit = audits()
    drop_result(audit, unique_id)
    (refusal,) = decide(company.home, audit)
    assert refusal.check == "missing_result"
    assert refusal.examples == (unique_id.rpartition(".")[2],)


def test_a_skipped_node_refuses(company: Any, audits: Audits) -> None:
    audit = audits()
    set_result(audit, MART, status="skipped")
    (refusal,) = decide(company.home, audit)
    assert (refusal.check, refusal.examples) == ("skipped", ("fct_orders",))


def test_a_result_that_no_manifest_knows_refuses_when_it_failed(
    company: Any, audits: Audits
) -> None:
    audit = audits()
    audit.run_results["results"].append(
        {"unique_id": "operation.fitmart.on-run-end-0", "status": "error"}
    )
    (refusal,) = decide(company.home, audit)
    assert refusal.check == "operation.fitmart.on-run-end-0"


def test_results_of_another_invocation_refuse(company: Any, audits: Audits) -> None:
    (refusal,) = decide(company.home, audits(invocation_id="invocation-2"))
    assert refusal.check == "wrong_invocation"
    assert "invocation-1" in refusal.problem


def test_results_from_before_the_run_refuse(company: Any, audits: Audits) -> None:
    audit = audits()
    later = audit.started_at + timedelta(hours=1)
    (refusal,) = decide(company.home, audits(started_at=later))
    assert refusal.check == "stale_results"


def test_a_warning_passes_and_is_reported(company: Any, audits: Audits) -> None:
    audit = audits()
    set_result(audit, TEST, status="warn", message="Got 2 results")
    assert decide(company.home, audit) == ()
    assert warnings(audit) == ("fct_orders__amounts_are_positive: Got 2 results",)


@pytest.mark.parametrize("status", ["refused", "stale_contract"])
def test_an_extract_that_blocks_refuses_with_the_command(
    company: Any, audits: Audits, status: str
) -> None:
    company.change(
        f"update ops.extracts set status = '{status}', refusal_reason = 'too many "
        "rejects', refusal_rule = 'reject_share', remedy = 'Correct the file.'"
    )
    if status == "refused":
        company.change("delete from raw_crm.accounts")
    (refusal,) = decide(company.home, audits())
    assert refusal.check == f"extract_{status}"
    assert "crm/accounts.csv" in refusal.problem
    assert "`fitmart extracts reload extract-1" in refusal.remedy
    assert ("too many rejects" in refusal.problem) == (status == "refused")


@pytest.mark.parametrize("status", ["withdrawn", "accepted", "replaced"])
def test_a_decided_extract_does_not_block(
    company: Any, audits: Audits, status: str
) -> None:
    company.change(f"update ops.extracts set status = '{status}'")
    if status != "accepted":
        company.change("delete from raw_crm.accounts")
    assert decide(company.home, audits()) == ()


@pytest.mark.parametrize(
    "change",
    [
        "records_in_file = records_in_file + 1",
        "rejected_count = rejected_count + 1",
        "superseded_count = superseded_count + 1",
        "records_in_file = null",
    ],
)
def test_a_ledger_that_does_not_add_up_refuses(
    company: Any, audits: Audits, change: str
) -> None:
    company.change(f"update ops.extracts set {change}")
    refusal = decide(company.home, audits())[0]
    assert refusal.check == "extract_reconciles"
    assert "fitmart extracts reload extract-1" in refusal.remedy


@pytest.mark.parametrize(
    "statement",
    [
        "delete from raw_crm.accounts where record_number = 3",
        "insert into raw_crm.accounts select * from raw_crm.accounts limit 1",
        "update raw_crm.accounts set record_number = null where record_number = 3",
        "update raw_crm.accounts set record_status = 'conflict' "
        "where record_number = 3",
        "delete from raw_crm.accounts",
        "delete from ops.rejects",
        "insert into ops.rejects select * from ops.rejects",
        "update ops.extracts set superseded_count = 1, records_in_file = 402",
        "update ops.extracts set tombstone_count = 1",
        "update ops.extracts set derived_count = 1",
    ],
)
def test_a_table_that_differs_from_the_ledger_refuses(
    company: Any, audits: Audits, statement: str
) -> None:
    company.change(statement)
    refusals = decide(company.home, audits())
    assert "extract_rows_in_tables" in {refusal.check for refusal in refusals}


@pytest.mark.parametrize(
    "statement",
    [
        "update ops.extracts set status = 'withdrawn'",
        "update ops.extracts set status = 'replaced'",
        "update ops.extracts set status = 'refused'",
        "delete from ops.extracts",
        "update raw_crm.accounts set extract_id = 'extract-2' where record_number = 3",
    ],
)
def test_rows_of_no_loaded_extract_refuse(
    company: Any, audits: Audits, statement: str
) -> None:
    company.change(statement)
    refusals = decide(company.home, audits())
    assert "rows_of_no_extract" in {refusal.check for refusal in refusals}


def test_the_answers_of_a_response_are_derived_rows(
    company: Any, audits: Audits
) -> None:
    company.add_answers(3)
    assert decide(company.home, audits()) == ()
    company.change("delete from raw_survey.answers where record_number = 2")
    (refusal,) = decide(company.home, audits())
    assert "derived: 2 instead of 3" in refusal.problem


def test_a_failed_python_check_refuses_with_its_numbers(
    company: Any, audits: Audits
) -> None:
    outcome = CheckOutcome(
        "extracts_reconcile",
        passed=False,
        expected="748957.02",
        observed="748956.02",
        examples=tuple(f"invoice {number}" for number in range(9)),
        remedy="Reload the extract.",
    )
    (refusal,) = decide(company.home, audits(outcomes=(outcome,)))
    assert refusal.check == "extracts_reconcile"
    assert "expected 748957.02, observed 748956.02" in refusal.problem
    assert len(refusal.examples) == 5
    assert refusal.remedy == "Reload the extract."


def test_a_python_check_that_did_not_report_refuses(
    company: Any, audits: Audits
) -> None:
    (refusal,) = decide(company.home, audits(outcomes=()))
    assert refusal.check == "extracts_reconcile"
    assert "did not report" in refusal.problem


def test_all_reasons_are_given_at_once(company: Any, audits: Audits) -> None:
    audit = audits(invocation_id="invocation-2", outcomes=())
    set_result(audit, TEST, status="fail", compiled_code="select 1 as one")
    company.change("update ops.extracts set records_in_file = 7")
    checks = [refusal.check for refusal in decide(company.home, audit)]
    assert checks == [
        "wrong_invocation",
        "fct_orders__amounts_are_positive",
        "extract_reconciles",
        "extracts_reconcile",
    ]


def test_a_refusal_leaves_the_last_publication(company: Any, audits: Audits) -> None:
    first = company.publish()
    company.set_version(2)
    audit = audits()
    set_result(audit, MART, status="skipped")
    with pytest.raises(PublicationRefusedError, match="skipped") as caught:
        company.publish(audit)
    assert caught.value.refusals[0].check == "skipped"
    assert company.home.current.resolve() == first.path
    assert company.versions() == {1}


def test_without_a_build_nothing_is_decided(company: Any, audits: Audits) -> None:
    company.home.build.unlink()
    with pytest.raises(FitmartError, match="build_exists"):
        decide(company.home, audits())
