"""Two tables have the same content exactly when they hold the same rows."""

import duckdb
import pytest

from pipelines.publishing.content import measure

ROWS = "(values (1, 'a', 1.5::double), (2, 'b', null), (2, 'b', null)) rows(x, y, z)"


@pytest.mark.parametrize(
    ("query", "is_same"),
    [
        (f"(select * from {ROWS} order by x desc)", True),
        (f"(select distinct * from {ROWS})", False),
        (f"(select * from {ROWS} union all select 2, 'b', null)", False),
        (f"(select x, y, coalesce(z, 0) as z from {ROWS})", False),
        (f"(select x, upper(y) as y, z from {ROWS})", False),
        (f"(select x, y, z + 1e-15 as z from {ROWS})", False),
        (
            f"(select * from {ROWS} where x = 1 union all "
            "select 3, 'c', null union all select 3, 'c', null)",
            False,
        ),
    ],
)
def test_content_depends_on_the_rows_and_not_on_their_order(
    query: str, is_same: bool
) -> None:
    with duckdb.connect() as connection:
        content = measure(connection, f"(select * from {ROWS})")
        assert (measure(connection, query) == content) is is_same


def test_an_empty_table_has_a_content() -> None:
    with duckdb.connect() as connection:
        content = measure(connection, f"(select * from {ROWS} where false)")
    assert content.row_count == 0
    assert int(content.content_hash, 16) == 0
