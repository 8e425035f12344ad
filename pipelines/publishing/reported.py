"""What was reported: `ops.reported_values`, which outlives publications and rebuilds.

A mart declares what is kept of it (`reported` in its meta), and each publication tells
the same in `meta.columns`. What readers have had is read from the publication itself,
so that a run that was killed after the swap is made up for by the next one. A value is
appended when it is another than the one reported last; NULL, when its row is gone.
"""

from pathlib import Path

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.ledger import create_ops_tables
from pipelines.extracts.load import transaction
from pipelines.extracts.warehouse import open_build
from pipelines.project import Home
from pipelines.publishing.build import literal
from pipelines.publishing.history import read_history
from pipelines.publishing.meta import read_header
from pipelines.publishing.swap import current_id, publication_file

SEPARATOR = "|"
"""Between the values of a key, in the order of the mart's columns."""


def key_sql(keys: list[str]) -> str:
    """SQL of the key of a row, of the columns that make it."""
    parts = ", ".join(f"coalesce(cast(\"{key}\" as varchar), '')" for key in keys)
    return f"concat_ws('{SEPARATOR}', {parts})"


def cells_sql(value: str, *, is_text: bool) -> str:
    """SQL of what is kept of a column: a number, or a word such as a verdict."""
    number = "null" if is_text else f'"{value}"'
    text = f'"{value}"' if is_text else "null"
    return (
        f"cast({number} as decimal(38, 9)) as reported_value,"
        f" cast({text} as varchar) as reported_text"
    )


def catch_up(home: Home) -> tuple[str, ...]:
    """Append what publications have reported since this was last done; their ids.

    The caller holds the warehouse lock and the lock of publications, and has closed
    its connections to the build.
    """
    seen = {entry.publication_id for entry in read_history(home)}
    current = current_id(home)
    if current is not None:
        # Put in place by a run that ended before it could write its history.
        seen.add(current)
    files = {name: publication_file(home, name) for name in sorted(seen)}
    there = {name: file for name, file in files.items() if file.exists()}
    if not there:
        return ()
    with open_build(home) as connection:
        create_ops_tables(connection)
        known = {
            row[0]
            for row in connection.execute(
                "select publication_id from ops.reported_publications"
            ).fetchall()
        }
        new = {name: file for name, file in there.items() if name not in known}
        for name, file in new.items():
            _append(connection, name, file)
    return tuple(new)


def _append(
    connection: duckdb.DuckDBPyConnection, publication_id: str, file: Path
) -> None:
    """Keep what one publication reports, in one transaction."""
    try:
        header = read_header(file)
    except FitmartError:
        # Damaged since: nobody can say what it reported, and that stops nothing.
        return
    connection.execute(f"attach {literal(file)} as publication (read_only)")
    try:
        with transaction(connection):
            for mart, keys, value, is_text in _reported(connection):
                cells = f"{key_sql(keys)} as row_key, " + cells_sql(
                    value, is_text=is_text
                )
                _append_value(connection, publication_id, mart, value, cells)
            connection.execute(
                "insert into ops.reported_publications values (?, ?, ?, ?)",
                [publication_id, header.as_of, header.created_at, header.code_version],
            )
    finally:
        connection.execute("detach publication")


def _reported(
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[str, list[str], str, bool]]:
    """Values of the attached publication that are kept: their mart, the keys of its
    rows, the column, and whether it holds words.

    Publications of an earlier version do not tell, and nothing of them is kept.
    """
    tells = connection.execute(
        "select count(*) from duckdb_columns() where database_name = 'publication'"
        " and schema_name = 'meta' and table_name = 'columns'"
        " and column_name = 'reported_as'"
    ).fetchone()
    if tells == (0,):
        return []
    return connection.execute(
        "select schema_name || '.' || table_name as mart,"
        " list(column_name order by position) filter (reported_as = 'key')"
        " over (partition by schema_name, table_name),"
        " column_name, data_type in ('varchar', 'text')"
        " from publication.meta.columns where reported_as is not null"
        " qualify reported_as = 'value' order by mart, position"
    ).fetchall()


def _append_value(
    connection: duckdb.DuckDBPyConnection,
    publication_id: str,
    mart: str,
    value: str,
    cells: str,
) -> None:
    schema, table = mart.split(".")
    connection.execute(
        f"""
        insert into ops.reported_values by name
        with reported as (
            select
                {cells}
            from publication."{schema}"."{table}"
        ),
        before as (
            select row_key, reported_value, reported_text
            from ops.reported_values
            where mart = $mart
                and value_name = $value
                and publication_id < $publication_id
            qualify row_number() over (
                partition by row_key order by publication_id desc
            ) = 1
        )
        select
            $publication_id as publication_id, $mart as mart,
            coalesce(reported.row_key, before.row_key) as row_key,
            $value as value_name, reported.reported_value, reported.reported_text
        from reported
        full join before on reported.row_key = before.row_key
        where reported.reported_value is distinct from before.reported_value
            or reported.reported_text is distinct from before.reported_text
        order by 3
        """,
        {"publication_id": publication_id, "mart": mart, "value": value},
    )
