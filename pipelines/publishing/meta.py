"""Schema `meta`: what a publication says about itself.

The tables, their one way in and the one row that names the publication. The marts
themselves are `write.py`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.errors import FitmartError
from pipelines.publishing.columns import PublishedTable
from pipelines.publishing.content import Content
from pipelines.publishing.quality import Quality

META_TABLES: dict[str, dict[str, str]] = {
    "publication": {
        "publication_id": "varchar",
        "run_id": "varchar",
        "as_of": "date",
        "created_at": "timestamp",
        "code_version": "varchar",
        "reporting_tz": "varchar",
        "reporting_currency": "varchar",
        "duckdb_version": "varchar",
        "fingerprint": "varchar",
    },
    "tables": {
        "schema_name": "varchar",
        "table_name": "varchar",
        "row_count": "bigint",
        "content_hash": "varchar",
        "description": "varchar",
    },
    "columns": {
        "schema_name": "varchar",
        "table_name": "varchar",
        "column_name": "varchar",
        "position": "integer",
        "data_type": "varchar",
        "is_keyed_hash": "boolean",
        "reported_as": "varchar",
        "description": "varchar",
    },
    "extracts": {
        "feed": "varchar",
        "source_system": "varchar",
        "status": "varchar",
        "extract_count": "bigint",
        "records_in_file": "bigint",
        "loaded_count": "bigint",
        "rejected_count": "bigint",
        "superseded_count": "bigint",
        "last_effective_at": "timestamp",
        "last_loaded_at": "timestamp",
    },
    "rejects": {
        "feed": "varchar",
        "source_system": "varchar",
        "column_name": "varchar",
        "rule": "varchar",
        "record_count": "bigint",
    },
    "checks": {
        "check_name": "varchar",
        "kind": "varchar",
        "about": "varchar",
        "status": "varchar",
        "failure_count": "bigint",
    },
}
"""Tables of schema `meta` in every publication, with their columns."""


@dataclass(frozen=True)
class PublicationHeader:
    """The one row of `meta.publication`; its fields are the columns, in order."""

    publication_id: str
    run_id: str
    as_of: date
    created_at: datetime
    code_version: str
    reporting_tz: str
    reporting_currency: str
    duckdb_version: str
    fingerprint: str


def write_meta(
    connection: duckdb.DuckDBPyConnection,
    header: PublicationHeader,
    tables: tuple[PublishedTable, ...],
    contents: dict[str, Content],
    quality: Quality,
) -> None:
    """Fill schema `meta` of the publication that is being written."""
    rows: dict[str, Sequence[Sequence[object]]] = {
        "publication": [list(vars(header).values())],
        "tables": [
            [table.schema, table.name, *contents[table.relation], table.description]
            for table in tables
        ],
        "columns": [
            [
                table.schema,
                table.name,
                column.name,
                position,
                column.data_type,
                column.is_keyed_hash,
                column.reported_as,
                column.description,
            ]
            for table in tables
            for position, column in enumerate(table.columns, start=1)
        ],
        **vars(quality),
    }
    for name, columns in META_TABLES.items():
        declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"create table publication.meta.{name} ({declared})")
        if rows[name]:
            places = ", ".join("?" for _ in columns)
            connection.executemany(
                f"insert into publication.meta.{name} values ({places})", rows[name]
            )


def read_header(file: Path) -> PublicationHeader:
    """The row of `meta.publication` of a publication file.

    Raises:
        FitmartError: The file is not a publication.
    """
    names = ", ".join(field.name for field in fields(PublicationHeader))
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            query = f"select {names} from meta.publication"
            rows = connection.execute(query).fetchall()
    except duckdb.Error as error:
        raise _not_a_publication(file, str(error)) from error
    if len(rows) != 1:
        raise _not_a_publication(file, f"meta.publication has {len(rows)} rows")
    return PublicationHeader(*rows[0])


def _not_a_publication(file: Path, why: str) -> FitmartError:
    return FitmartError(
        f"this is not a readable publication: {why}",
        file=str(file),
        rule="publication_is_readable",
        remedy="Take another one: fitmart publications list.",
    )
