"""Texts, maps, keys, personal data and what a record has beside its columns."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pipelines.errors import FitmartError

Read = Callable[..., tuple[list[Any], list[list[str]]]]
LINES = "shop.order_lines"
TABLE = ("a", "b")


def utc(*parts: int) -> datetime:
    """An instant as raw tables hold it: UTC without saying so."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def test_blanks_around_a_text_and_na_strings_go(read: Read) -> None:
    more = {"format": {"type": "csv", "na": ["", "NA", "n/a"]}}
    cells = ["  Acme  Ltd ", "NA", " n/a ", "", "na"]
    assert read(LINES, "channel", "a", cells, **more)[0] == [
        "Acme  Ltd",
        None,
        None,
        None,
        "na",
    ]


def test_na_of_a_column_replaces_that_of_the_format(read: Read) -> None:
    more = {"format": {"type": "csv", "na": ["", "NA"]}}
    source = {"from": "a", "na": ["0"]}
    assert read(LINES, "channel", source, ["NA", "0"], **more)[0] == ["NA", None]


def test_of_alternatives_the_first_that_the_file_has(read: Read) -> None:
    assert read(LINES, "channel", {"from": ["z", "b", "a"]}, [("1", "2")])[0] == ["2"]


def test_a_column_by_position(read: Read) -> None:
    assert read(LINES, "channel", 2, [("1", "2")])[0] == ["2"]


def test_an_id_that_a_spreadsheet_made_a_fraction(read: Read) -> None:
    source = {"from": "a", "extract": r"^(\d+)(?:\.0)?$"}
    values, broken = read(LINES, "customer_id", source, ["17850.0", "17850", "x", ""])
    assert values == ["17850", "17850", None, None]
    assert broken == [[], [], ["value_is_known"], []]


def test_patterns_with_a_default(read: Read) -> None:
    matches = [{"pattern": "^C", "value": "cancellation"}]
    source = {"from": "a", "match": matches, "default": "sale"}
    assert read(LINES, "line_type", source, ["C1", "1", ""])[0] == [
        "cancellation",
        "sale",
        "sale",
    ]


@pytest.mark.parametrize(
    ("unmapped", "value", "rules"),
    [("reject", None, ["value_is_known"]), ("keep", "Other", []), ("empty", None, [])],
)
def test_a_text_that_the_map_lacks(
    read: Read, unmapped: str, value: str | None, rules: list[str]
) -> None:
    source = {"from": "a", "values": {"Yes": "sale"}, "unmapped": unmapped}
    values, broken = read(LINES, "line_type", source, ["Yes", "Other"])
    assert (values, broken) == (["sale", value], [[], rules])


def test_lower_case_comes_before_the_map_and_the_prefix_after(read: Read) -> None:
    source = {"from": "a", "lower": True, "values": {"yes": "Y"}, "prefix": "is-"}
    assert read(LINES, "line_type", source, ["YES", ""])[0] == ["is-Y", None]


def test_quotes_in_a_contract_are_only_text(read: Read) -> None:
    source = {"from": "a", "values": {"it's": "o'clock'); drop table incoming; --"}}
    assert read(LINES, "line_type", source, ["it's"])[0] == [
        "o'clock'); drop table incoming; --"
    ]


def test_a_key_tells_ab_c_from_a_bc(read: Read) -> None:
    cells = [("ab", "c"), ("a", "bc"), ("a", None), (None, "a"), ("-", "a")]
    keys = read(LINES, "order_id", {"key": ["a", "b"]}, cells)[0]
    assert len(set(keys)) == len(cells)


def test_a_key_of_nothing_is_missing(read: Read) -> None:
    values, broken = read(LINES, "order_id", {"key": ["a", "b"]}, [("", None)])
    assert (values, broken) == ([None], [["required_is_present"]])


def test_the_record_number(read: Read) -> None:
    source = {"record_number": True}
    assert read(LINES, "line_number", source, ["x", "y"])[0] == [1, 2]
    assert read(LINES, "order_id", source, ["x", "y"])[0] == ["1", "2"]


def test_a_constant_of_each_type(read: Read) -> None:
    assert read(LINES, "currency_code", {"constant": "EUR"}, ["x"])[0] == ["EUR"]
    assert read("crm.accounts", "is_test", {"constant": True}, ["x"])[0] == [True]
    assert read(LINES, "quantity", {"constant": 0}, ["x"])[0] == [0.0]


def test_an_email_is_hashed_after_its_domain_is_taken(
    run: Callable[..., Any], contract_for: Callable[..., Any]
) -> None:
    contract = contract_for(
        "crm.contacts", {"contact_id": {"record_number": True}, "email": "a"}
    )
    cells = [" Ann@Example.COM ", "ann at example", "a@b@c", ""]
    outcome = run(contract, TABLE, [(cell, None) for cell in cells])
    assert outcome.column("email_domain") == ["example.com", None, None, None]
    assert outcome.column("email_hash") == [
        "hash of ann@example.com",
        "hash of ann at example",
        "hash of a@b@c",
        None,
    ]
    assert outcome.broken == [[]] * 4


def test_unmapped_columns_are_typed_nulls(
    run: Callable[..., Any], contract_for: Callable[..., Any]
) -> None:
    contract = contract_for("crm.contacts", {"contact_id": "a"})
    outcome = run(contract, TABLE, [("1", None)])
    names = [column.name for column in outcome.mapping.columns]
    assert {"email_hash", "email_domain", "role"} <= set(names)
    assert outcome.column("created_at") == [None]


UPSERT = {"mode": "upsert", "effective_at": {"column": "b"}}


def test_upserts_know_their_time_and_their_deletes(
    run: Callable[..., Any], contract_for: Callable[..., Any]
) -> None:
    records = UPSERT | {"deleted_when": {"column": "a", "values": ["gone"]}}
    contract = contract_for("crm.accounts", {"account_id": "a"}, records=records)
    rows = [("1", "2024-01-02T00:00:00+01:00"), ("gone", "2024"), (None, None)]
    outcome = run(contract, TABLE, rows)
    assert outcome.column("effective_at") == [utc(2024, 1, 1, 23), None, None]
    assert outcome.column("is_deleted") == [False, True, False]
    assert outcome.rules("effective_at") == [
        [],
        ["effective_at_is_readable"],
        ["effective_at_is_readable"],
    ]


def test_the_time_of_a_snapshot_comes_from_the_file_name(
    run: Callable[..., Any], contract_for: Callable[..., Any]
) -> None:
    records = {"mode": "snapshot", "effective_at": {"file_name": r"_(\d{4}-\d\d-\d\d)"}}
    contract = contract_for("crm.accounts", {"account_id": "a"}, records=records)
    outcome = run(contract, TABLE, [("1", None)])
    assert outcome.column("effective_at") == [utc(2024, 3, 1)]


def test_a_numeric_version_is_compared_as_a_number(
    run: Callable[..., Any], contract_for: Callable[..., Any]
) -> None:
    records = {
        "mode": "append",
        "same_record": "key",
        "version": {"column": "b", "type": "number"},
    }
    contract = contract_for("crm.accounts", {"account_id": "a"}, records=records)
    outcome = run(contract, TABLE, [("1", "9"), ("1", "10")])
    assert outcome.column("version") == [9.0, 10.0]


def test_a_missing_column_is_refused_or_read_as_empty(
    run: Callable[..., Any], contract_for: Callable[..., Any]
) -> None:
    columns = {"account_id": "a", "industry": "sector"}
    with pytest.raises(FitmartError) as caught:
        run(contract_for("crm.accounts", columns), TABLE, [("1", None)])
    assert caught.value.rule == "mapped_column_is_present"
    assert "columns.industry" in str(caught.value)
    lenient = contract_for("crm.accounts", columns, drift={"missing": "accept"})
    assert run(lenient, TABLE, [("1", None)]).column("industry") == [None]
