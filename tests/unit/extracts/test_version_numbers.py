"""The time that stands for a version number orders as the numbers do."""

import duckdb
import pytest

from pipelines.extracts.record_times import number_rank_sql
from tests.unit.extracts.conftest import make_contract, run_contract

NUMBERS = [
    -9e12, -1.5, 0, 1e-6, 1, 1.5, 2, 1_700_000_000, 8_999_999_999_999, 9e12,
    9e12 + 1, 20240131123456, 20240131123457, 1_706_700_000_000_000,
    20240131123456788, 20240131123456789, 200_000_000_000_000_000,
]  # fmt: skip


def test_ranks_follow_the_numbers() -> None:
    ranks = [
        duckdb.execute(
            f"select epoch_us({number_rank_sql('n')})"
            " from (select ?::decimal(25, 6) as n)",
            [str(number)],
        ).fetchall()[0][0]
        for number in NUMBERS
    ]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize("text", ["1e300", "-1e13", "3e17", "many"])
def test_a_number_without_a_rank_is_a_reject(text: str) -> None:
    contract = make_contract(
        "crm.accounts",
        {"account_id": "id", "account_name": "id"},
        records={
            "mode": "append",
            "same_record": "key",
            "version": {"column": "version", "type": "number"},
        },
    )
    outcome = run_contract(contract, ("id", "version"), [["a", text], ["b", "7"]])
    assert outcome.rules("version") == [["version_is_readable"], []]
