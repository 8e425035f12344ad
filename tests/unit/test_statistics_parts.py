"""Scores of shared ranks, and parts that add up to their whole, against hand counts."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]

# metrics 4.7
VALUES = [1, 1, 1, 2, 3, 3, 4, 5, 9, 9]
SCORES = [1, 1, 1, 2, 3, 3, 4, 4, 5, 5]


def test_equal_values_share_a_score(evaluate: Evaluate) -> None:
    ranks = [1 + sum(other < value for other in VALUES) for value in VALUES]
    rows = evaluate("rank_score", [(rank, len(VALUES)) for rank in ranks])
    assert [row["score"] for row in rows] == SCORES


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 1_000_003])
def test_scores_lie_between_1_and_5(evaluate: Evaluate, n: int) -> None:
    first, last = evaluate("rank_score", [(1, n), (n, n)])
    assert first["score"] == 1
    assert last["score"] == 1 + 5 * (n - 1) // n


def test_no_rank_has_no_score(evaluate: Evaluate) -> None:
    [row] = evaluate("rank_score", [(1, 0)])
    assert row["score"] is None


@pytest.mark.parametrize("amount", ["100", "0.0001", "-7.77", "0", "12345678901.2345"])
@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_parts_add_up_to_the_last_digit(
    evaluate: Evaluate, amount: str, parts: int
) -> None:
    whole = Decimal(amount)
    rows = evaluate("running_share", [(whole, n, parts) for n in range(parts + 1)])
    running = [row["share"] for row in rows]
    assert running[0] == 0
    assert running[-1] == whole
    one = whole / parts
    for before, after in pairwise(running):
        assert abs(after - before - one) <= Decimal("0.0001")
