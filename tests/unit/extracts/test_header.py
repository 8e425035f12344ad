"""Names of columns, and what differs between two sets of them."""

from typing import Any

import pytest

from pipelines.errors import FitmartError
from pipelines.extracts.contract import Drift, FileFormat
from pipelines.extracts.header import compare, duplicate_names, join_header, resolve

REFUSE_ALL = Drift(new="refuse", missing="refuse", reordered="refuse", renamed="refuse")
EXPECTED = ("id", "name", "size")


def names(rows: list[list[str]], **keys: Any) -> tuple[str, ...]:
    return join_header(FileFormat(type="csv", **keys), rows)


def kinds(*observed: str, **more: Any) -> list[tuple[str, str, str]]:
    found = compare(EXPECTED, observed, REFUSE_ALL, **more)
    return [(item.kind, item.column_name, item.decision) for item in found]


def test_a_byte_order_mark_and_blanks_are_no_part_of_a_name() -> None:
    assert names([["\ufeffid", " name "]]) == ("id", "name")


def test_several_header_rows_are_joined_once_filled() -> None:
    rows = [["Which?", "", "Id"], ["Red", "Blue", "Id"]]
    assert names(rows, header_rows=2) == ("Which? / Red", "Blue", "Id")
    assert names(rows, header_rows=2, fill_header=True) == (
        "Which? / Red",
        "Which? / Blue",
        "Id",
    )


def test_rows_of_a_header_may_differ_in_length() -> None:
    assert names([["a"], ["x", "y"]], header_rows=2) == ("a / x", "y")


def test_a_file_without_a_header_has_the_declared_names() -> None:
    assert names([], header_rows=0, column_names=("a", "b")) == ("a", "b")


def test_a_missing_header_row_is_refused() -> None:
    with pytest.raises(FitmartError) as caught:
        names([["a"]], header_rows=2)
    assert caught.value.rule == "header_is_complete"


def test_a_column_is_found_by_name_or_position() -> None:
    assert resolve("b", ("a", "b")) == 2
    assert resolve(1, ("a", "b")) == 1
    assert resolve("c", ("a", "b")) is None
    assert resolve(3, ("a", "b")) is None


def test_a_name_that_stands_twice_is_referred_to_by_position() -> None:
    header = ("a", "b", "a", "")
    assert duplicate_names(header) == ("a",)
    assert resolve("b", header) == 2
    with pytest.raises(FitmartError) as caught:
        resolve("a", header)
    assert caught.value.rule == "mapped_name_is_unique"
    assert "1, 3" in str(caught.value)
    assert "position" in caught.value.remedy


def test_the_expected_columns_are_no_drift() -> None:
    assert kinds(*EXPECTED) == []


def test_new_and_missing_columns() -> None:
    assert kinds("id", "name", "size", "colour") == [("new", "colour", "refused")]
    assert kinds("id", "name") == [("missing", "size", "refused")]


def test_a_missing_and_a_new_column_at_one_place_are_a_rename() -> None:
    assert kinds("id", "title", "size") == [("renamed", "name", "refused")]


def test_the_same_columns_in_another_order() -> None:
    assert kinds("name", "id", "size") == [
        ("reordered", "id", "refused"),
        ("reordered", "name", "refused"),
    ]


def test_mapped_names_alone_say_nothing_of_others_or_of_order() -> None:
    assert kinds("size", "x", "id", "name", declared=False) == []


def test_a_previous_header_tells_what_is_new() -> None:
    previous = ("id", "name", "size", "x")
    observed = ("id", "name", "size", "y")
    assert kinds(*observed, declared=False, previous=previous) == [
        ("renamed", "x", "refused")
    ]
    wider = (*previous, "z")
    assert kinds(*wider, declared=False, previous=previous) == [("new", "z", "refused")]


def test_the_policy_decides() -> None:
    accepted = compare(EXPECTED, ("id", "size", "name", "more"), Drift())
    assert {item.decision for item in accepted} == {"accepted"}
    assert {item.kind for item in accepted} == {"new", "reordered"}
