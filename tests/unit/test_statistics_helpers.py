"""The small macros that the intervals and the models are made of."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [
        (1, 4, 0.25),
        (-1, 4, -0.25),
        (0, 4, 0.0),
        (7, 2, 3.5),
        (1, 0, None),
        (0, 0, None),
        (1, None, None),
        (None, 4, None),
    ],
)
def test_division_is_never_infinite(
    evaluate: Evaluate, a: int | None, b: int | None, quotient: float | None
) -> None:
    assert evaluate("safe_divide", [(a, b)]) == [{"quotient": quotient}]


@pytest.mark.parametrize(
    ("k", "cycles", "multiple"),
    [
        # Skok: 10 customers, K 2, 20 days make 20,470 at a cycle of two days and
        # 20,971,510 at one of a day.
        (2, 10, 2_047),
        (2, 20, 2_097_151),
        # what each further cycle brings, one by one
        (0.5, 3, 1 + 0.5 + 0.25 + 0.125),
        (1, 12, 13),
        (0, 12, 1),
        (None, 12, None),
    ],
)
def test_what_one_customer_becomes_is_the_sum_over_the_cycles(
    evaluate: Evaluate, k: float | None, cycles: int, multiple: float | None
) -> None:
    [row] = evaluate("viral_multiple", [(k, cycles)])
    assert row["multiple"] == pytest.approx(multiple)


@pytest.mark.parametrize(
    ("n", "accounts", "is_met", "is_met_clustered", "is_suppressed"),
    [
        (None, None, False, False, True),
        (0, 0, False, False, True),
        (9, 9, False, False, True),
        (10, 10, False, False, False),
        (29, 29, False, False, False),
        (30, 9, True, False, False),
        (30, 10, True, True, False),
        (30, None, True, False, False),
    ],
)
def test_minimum_sample_rules(
    *,
    evaluate: Evaluate,
    n: int | None,
    accounts: int | None,
    is_met: bool,
    is_met_clustered: bool,
    is_suppressed: bool,
) -> None:
    assert evaluate("sample_rules", [(n, accounts)]) == [
        {
            "is_min_n_met": is_met,
            "is_suppressed": is_suppressed,
            "is_min_n_met_clustered": is_met_clustered,
        }
    ]


@pytest.mark.parametrize(
    ("value", "from_zero", "to_one", "within"),
    [(-0.5, 0, -0.5, 0), (0.5, 0.5, 0.5, 0.5), (1.5, 1.5, 1, 1)],
)
def test_a_bound_that_is_not_given_does_not_bind(
    evaluate: Evaluate, value: float, from_zero: float, to_one: float, within: float
) -> None:
    assert evaluate("clamp", [(value,)]) == [
        {"unbound": value, "from_zero": from_zero, "to_one": to_one, "within": within}
    ]


def test_as_of_is_a_date(evaluate: Evaluate) -> None:
    assert evaluate("as_of", [(None,)]) == [{"as_of": date(2026, 7, 1)}]


@pytest.mark.parametrize(
    ("instant", "local"),
    [
        pytest.param("2026-01-31 22:59:59", "2026-01-31 23:59:59", id="winter"),
        pytest.param("2026-01-31 23:00:00", "2026-02-01 00:00:00", id="next month"),
        pytest.param("2026-06-30 22:00:00", "2026-07-01 00:00:00", id="summer"),
        pytest.param("2026-03-29 00:59:59", "2026-03-29 01:59:59", id="before the gap"),
        pytest.param("2026-03-29 01:00:00", "2026-03-29 03:00:00", id="after the gap"),
        pytest.param("2026-10-25 00:30:00", "2026-10-25 02:30:00", id="first 02:30"),
        pytest.param("2026-10-25 01:30:00", "2026-10-25 02:30:00", id="second 02:30"),
    ],
)
def test_instants_become_local_timestamps(
    evaluate: Evaluate, instant: str, local: str
) -> None:
    [row] = evaluate("to_local", [(instant,)])
    assert row["local_at"] == datetime.fromisoformat(local)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("side", "side of an interval is 'lower'; give 'low' or 'high'"),
        ("date", "variable as_of is '2026-1-5'; give a value such as 2026-01-05"),
        ("sql", "variable tz is 'UTC' or 1'; give a value such as Europe/Berlin"),
    ],
)
def test_wrong_arguments_are_refused_with_the_remedy(
    refusals: dict[str, str], call: str, message: str
) -> None:
    assert message in refusals[call]


@pytest.mark.parametrize(
    "values",
    [
        [4],
        [1, 2],
        [3, 3, 3],
        [0, 1, 5, 40],
        [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23],
        list(range(100)),
    ],
)
def test_quantiles_of_counts_are_those_of_the_units(
    evaluate: Evaluate, values: list[int]
) -> None:
    rows = [(v, sum(w <= v for w in values), len(values)) for v in sorted(set(values))]
    [quantiles] = evaluate("quantile_of_counts", rows)
    assert list(quantiles.values()) == pytest.approx(
        np.quantile(values, [0.25, 0.5, 0.9]), abs=1e-12
    )


def test_a_value_that_no_unit_has_is_no_quantile(evaluate: Evaluate) -> None:
    [quantiles] = evaluate("quantile_of_counts", [(0, 0, 2), (5, 1, 2), (7, 2, 2)])
    assert quantiles["p25"] == pytest.approx(5.5)


def test_nothing_has_no_quantile(evaluate: Evaluate) -> None:
    assert evaluate("quantile_of_counts", []) == [
        {"p25": None, "p50": None, "p90": None}
    ]


@pytest.mark.parametrize(
    ("values", "total"),
    [
        pytest.param([], None, id="no values"),
        pytest.param([None], None, id="no value known"),
        pytest.param([4, None, 2], 6, id="fewer than asked for"),
        pytest.param([1, 5, 2, 4, 3], 12, id="the largest, in any order"),
        pytest.param([7, 2, 2, 2, 1], 11, id="a tie at the last place"),
        pytest.param([-1, -5, -2, -9], -8, id="negative values"),
    ],
)
def test_sum_of_the_largest(
    evaluate: Evaluate, values: list[int | None], total: int | None
) -> None:
    rows = [(value,) for value in values]
    assert evaluate("sum_of_largest", rows) == [{"top": total}]
