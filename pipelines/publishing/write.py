"""Writes the marts of one publication into a new file, in one transaction.

Which marts and columns is decided in `columns.py`; the file becomes visible to readers
in `swap.py` only.
"""

from pathlib import Path

import duckdb

from pipelines.errors import FitmartError
from pipelines.publishing.build import literal
from pipelines.publishing.columns import PublishedColumn, PublishedTable
from pipelines.publishing.content import Content, measure
from pipelines.publishing.meta import PublicationHeader, write_meta
from pipelines.publishing.quality import Quality

STORAGE_VERSION = "v1.2.0"
"""The drivers of BI tools lag behind: DuckDB 1.2 and later can read this."""

HASH_CHARACTERS = 32
"""128 bits of HMAC-SHA256, in hexadecimal."""

ADDRESS = r"[^@\s]@[^@\s]+\.[A-Za-z]{2}"


def source_query(table: PublishedTable) -> str:
    """The rows of a mart as they are published, as a query on the build."""
    columns = ", ".join(_source_column(column) for column in table.columns)
    return f'(select {columns} from build."{table.schema}"."{table.name}")'


def _source_column(column: PublishedColumn) -> str:
    name = f'"{column.name}"'
    if column.is_keyed_hash:
        # The macro is made by `create_keyed_hash`; null stays null.
        value = f"left(keyed_hash(cast({name} as varchar)), {HASH_CHARACTERS})"
    else:
        value = f"cast({name} as {column.data_type})"
    return f"{value} as {name}"


def source_columns(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable
) -> list[list[str]]:
    """Name and type of every column of a mart, as DuckDB spells them."""
    rows = connection.execute(f"describe {source_query(table)}").fetchall()
    return [[row[0], row[1]] for row in rows]


def measure_marts(
    connection: duckdb.DuckDBPyConnection, tables: tuple[PublishedTable, ...]
) -> dict[str, Content]:
    """Count and hash every mart as it would be published.

    Raises:
        FitmartError: A column is missing from the build, does not have the declared
            type, or holds e-mail addresses.
    """
    contents = {}
    for table in tables:
        try:
            contents[table.relation] = measure(connection, source_query(table))
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise FitmartError(
                f"the build does not have what its manifest declares: {error}",
                where=table.relation,
                rule="build_matches_manifest",
                remedy="Run the job `refresh` again, so that both are of one run.",
            ) from error
        except duckdb.ConversionException as error:
            raise FitmartError(
                f"a value does not have its declared type: {error}",
                where=table.relation,
                rule="build_matches_manifest",
                remedy="Correct the data_type in the mart's contract, or its SQL.",
            ) from error
        _refuse_addresses(connection, table)
    return contents


def _refuse_addresses(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable
) -> None:
    for column in table.columns:
        if not column.is_text:
            continue
        # `contains` first: it is many times faster, and nearly always false.
        row = connection.execute(
            f'select count(*) from build."{table.schema}"."{table.name}" '
            f"where contains(\"{column.name}\", '@') "
            f'and regexp_matches("{column.name}", ?)',
            [ADDRESS],
        ).fetchone()
        if row and row[0]:
            raise FitmartError(
                f"{row[0]} values look like e-mail addresses",
                where=f"{table.relation}.{column.name}",
                rule="no_address_published",
                remedy="Set `publish: keyed_hash` or `publish: never` in its meta.",
            )


def write_file(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    header: PublicationHeader,
    tables: tuple[PublishedTable, ...],
    contents: dict[str, Content],
    *,
    quality: Quality,
) -> None:
    """Write a new publication file beside the build that is attached already.

    Raises:
        FitmartError: A write-ahead log stands beside the file at the end.
    """
    version = f"(storage_version '{STORAGE_VERSION}')"
    connection.execute(f"attach {literal(file)} as publication {version}")
    connection.execute("begin transaction")
    for schema in sorted({table.schema for table in tables} | {"meta"}):
        connection.execute(f'create schema publication."{schema}"')
    for table in tables:
        _write_table(connection, table)
    write_meta(connection, header, tables, contents, quality)
    connection.execute("commit")
    connection.execute("checkpoint publication")
    connection.execute("detach publication")
    log = file.with_name(f"{file.name}.wal")
    if log.exists():
        raise FitmartError(
            "a write-ahead log is left beside the new publication",
            file=str(log),
            rule="publication_is_one_file",
            remedy="Run again; if it happens again, look for a full disk.",
        )


def _write_table(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> None:
    target = f'publication."{table.schema}"."{table.name}"'
    connection.execute(f"create table {target} as from {source_query(table)}")
    _comment(connection, f"table {target}", table.description)
    for column in table.columns:
        _comment(connection, f'column {target}."{column.name}"', column.description)


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str) -> None:
    """Comments take no bound parameter, hence the doubled quotes."""
    if text:
        quoted = text.replace("'", "''")
        connection.execute(f"comment on {what} is '{quoted}'")
