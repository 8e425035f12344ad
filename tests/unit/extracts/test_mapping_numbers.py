"""Numbers and amounts as people write them: read exactly, or a reject."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Read = Callable[..., tuple[list[Any], list[list[str]]]]
LINES = "shop.order_lines"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12.5", "12.5"),
        (" 12.50 ", "12.5"),
        ("(12.50)", "-12.5"),
        ("12.50-", "-12.5"),
        ("-12.50", "-12.5"),
        ("1e3", "1000"),
        # The noise of a binary fraction, as spreadsheets export it.
        ("29.950000000000003", "29.95"),
        ("99999999999999", "99999999999999"),
    ],
)
def test_an_amount_is_read(read: Read, cell: str, expected: str) -> None:
    values, broken = read(LINES, "unit_amount", "a", [cell])
    assert (values, broken) == ([Decimal(expected)], [[]])


@pytest.mark.parametrize(
    "cell", ["abc", "1,000.00", "12 50", "nan", "inf", "(-5)", "--5", "()", "5-5-", "-"]
)
def test_what_is_not_an_amount_is_a_reject(read: Read, cell: str) -> None:
    values, broken = read(LINES, "unit_amount", "a", [cell])
    assert (values, broken) == ([None], [["money_is_readable"]])


@pytest.mark.parametrize("cell", ["12.34567", "0.00001", "999999999999999"])
def test_an_amount_is_never_rounded(read: Read, cell: str) -> None:
    values, broken = read(LINES, "unit_amount", "a", [cell])
    assert (values, broken) == ([None], [["money_fits"]])


def test_an_empty_amount_is_null_and_no_reject(read: Read) -> None:
    values, broken = read(LINES, "unit_amount", "a", ["", "  ", None])
    assert (values, broken) == ([None] * 3, [[]] * 3)


def test_decimal_comma_thousands_and_currency_signs(read: Read) -> None:
    source = {"from": "a", "decimal": ",", "thousands": ".", "strip": ["€"]}
    cells = ["1.234,50 €", "€ -12,5", "12.345", "(€ 1.000,00)", "12,"]
    values, _ = read(LINES, "unit_amount", source, cells)
    assert values == [Decimal(x) for x in ("1234.5", "-12.5", "12345", "-1000", "12")]


def test_misplaced_thousands_are_refused_and_not_joined(read: Read) -> None:
    source = {"from": "a", "decimal": ",", "thousands": "."}
    values, broken = read(LINES, "unit_amount", source, ["1.23", "12.5", "1.23.456"])
    assert values == [None] * 3
    assert broken == [["money_is_readable"]] * 3


def test_a_point_is_refused_where_the_comma_is_decimal(read: Read) -> None:
    source = {"from": "a", "decimal": ","}
    values, broken = read(LINES, "unit_amount", source, ["12,5", "12.5"])
    assert values == [Decimal("12.5"), None]
    assert broken == [[], ["money_is_readable"]]


@pytest.mark.parametrize("sign", [" ", "'", ","])
def test_other_signs_between_thousands(read: Read, sign: str) -> None:
    source = {"from": "a", "thousands": sign}
    values, _ = read(LINES, "unit_amount", source, [f"1{sign}234{sign}567.5"])
    assert values == [Decimal("1234567.5")]


def test_a_percent_sign_is_stripped(read: Read) -> None:
    source = {"from": "a", "strip": ["%"]}
    assert read(LINES, "quantity", source, ["12.5 %"])[0] == [12.5]


def test_whole_numbers_may_look_like_fractions_when_exact(read: Read) -> None:
    cells = ["1", "1.0", "1e3", "9223372036854775807"]
    assert read(LINES, "line_number", "a", cells)[0] == [1, 1, 1000, 2**63 - 1]


def test_a_fraction_is_not_a_whole_number(read: Read) -> None:
    cells = ["1.5", "9223372036854775808", "0x10", "nan"]
    values, broken = read(LINES, "line_number", "a", cells)
    assert values == [None] * 4
    assert broken == [["integer_is_readable"]] * 4


def test_a_number_is_finite(read: Read) -> None:
    values, broken = read(LINES, "quantity", "a", ["0.1", "inf", "nan", "1e400"])
    assert values == [0.1, None, None, None]
    assert broken == [[], *[["number_is_readable"]] * 3]


def test_a_product_is_exact_and_empty_where_a_factor_is(read: Read) -> None:
    cells = [("3", "2.1"), ("-1", "11062.06"), (None, "3"), ("2", "")]
    values, broken = read(LINES, "line_amount", {"product_of": ["a", "b"]}, cells)
    assert values == [Decimal("6.3"), Decimal("-11062.06"), None, None]
    assert broken == [[], [], ["required_is_present"], ["required_is_present"]]


def test_a_product_that_does_not_fit_is_a_reject(read: Read) -> None:
    cells = [("1", "x"), ("0.0001", "0.1"), ("99999999999999", "99999999999999")]
    _, broken = read(LINES, "line_amount", {"product_of": ["a", "b"]}, cells)
    assert [rules[0] for rules in broken] == [
        "factors_are_numbers",
        "money_fits",
        "money_fits",
    ]


def test_booleans_in_any_case(read: Read) -> None:
    cells = ["true", "T", "Yes", "y", "1", "FALSE", "f", "no", "N", "0", "maybe", ""]
    values, broken = read("crm.accounts", "is_test", "a", cells)
    assert values == [True] * 5 + [False] * 5 + [None, None]
    assert broken == [[]] * 10 + [["boolean_is_readable"], []]
