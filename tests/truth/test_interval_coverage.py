"""Intervals hold the truth as often as they promise, over independent segments.

Sixty segments here; `make truth` prints the same for four hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scipy.stats import binom

from pipelines.demo.coverage import RATES, tell_coverage

if TYPE_CHECKING:
    from pipelines.demo.rehearse import Rehearsal

pytestmark = pytest.mark.slow


def test_intervals_cover_the_truth_as_often_as_they_promise(
    replicates: Rehearsal,
) -> None:
    with replicates.connect() as connection:
        table = tell_coverage(connection, replicates.truth)
    assert {row.rate for row in table} == set(RATES)
    for row in table:
        assert row.cells >= 50, row
        low, high = binom.ppf([0.0005, 0.9995], row.cells, 0.95)
        assert low <= row.covered <= high, row
