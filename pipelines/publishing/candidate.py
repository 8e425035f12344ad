"""What a build would publish, stated from the build alone, before anything is written.

`publish.py` writes it or finds that readers have it already.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.keys import create_keyed_hash
from pipelines.project import Home, Settings
from pipelines.publishing import swap
from pipelines.publishing.columns import (
    PublishedTable,
    personal_names,
    published_tables,
)
from pipelines.publishing.content import Content
from pipelines.publishing.meta import META_TABLES, PublicationHeader, read_header
from pipelines.publishing.outcome import Audit
from pipelines.publishing.quality import Quality, read_quality
from pipelines.publishing.verify import Expected, problems_elsewhere
from pipelines.publishing.write import measure_marts, source_columns


@dataclass(frozen=True)
class Candidate:
    """One publication before it is written."""

    header: PublicationHeader
    tables: tuple[PublishedTable, ...]
    contents: dict[str, Content]
    quality: Quality
    expected: Expected


def candidate(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    audit: Audit,
    *,
    run_id: str,
    key: bytes,
    code_version: str,
) -> Candidate:
    """Measure the marts of the build that is open.

    Raises:
        FitmartError: Something is declared, or is in the marts, that must not be
            published.
    """
    tables = published_tables(audit.manifest, personal_names())
    create_keyed_hash(connection, key)
    contents = measure_marts(connection, tables)
    quality = read_quality(connection, audit)
    expected = _expected(connection, tables, contents, quality)
    fingerprint = _fingerprint(settings, tables, expected, quality)
    created_at = datetime.now(UTC)
    header = PublicationHeader(
        publication_id=swap.new_id(settings.home, created_at, fingerprint),
        run_id=run_id,
        as_of=settings.as_of,
        created_at=created_at.replace(tzinfo=None),
        code_version=code_version,
        reporting_tz=settings.reporting_tz,
        reporting_currency=settings.reporting_currency,
        duckdb_version=duckdb.__version__,
        fingerprint=fingerprint,
    )
    return Candidate(header, tables, contents, quality, expected)


def already_published(home: Home, new: Candidate) -> str | None:
    """The current publication when it is intact and says the same; else None."""
    current = swap.current_id(home)
    if current is None:
        return None
    file = swap.publication_file(home, current)
    try:
        is_same = read_header(file).fingerprint == new.header.fingerprint
    except FitmartError:
        # Whatever happened to it, a new publication puts it right.
        return None
    history = {table.relation for table in new.tables if table.reads_history}
    expected: Expected = {
        relation: {**table, "row_count": None, "content_hash": None}
        if relation in history
        else table
        for relation, table in new.expected.items()
    }
    return current if is_same and not problems_elsewhere(file, expected) else None


def _expected(
    connection: duckdb.DuckDBPyConnection,
    tables: tuple[PublishedTable, ...],
    contents: dict[str, Content],
    quality: Quality,
) -> Expected:
    expected: Expected = {
        table.relation: {
            "columns": source_columns(connection, table),
            "row_count": contents[table.relation].row_count,
            "content_hash": contents[table.relation].content_hash,
        }
        for table in tables
    }
    row_counts = {
        "publication": 1,
        "tables": len(tables),
        "columns": sum(len(table.columns) for table in tables),
        **{name: len(rows) for name, rows in vars(quality).items()},
    }
    for name, columns in META_TABLES.items():
        expected[f"meta.{name}"] = {
            "columns": [[column, kind.upper()] for column, kind in columns.items()],
            "row_count": row_counts[name],
            "content_hash": None,
        }
    return expected


def _fingerprint(
    settings: Settings,
    tables: tuple[PublishedTable, ...],
    expected: Expected,
    quality: Quality,
) -> str:
    """A hash of all that readers would see, whichever run made it.

    What tells of earlier publications is left out: it would make each run another one.
    """
    history = {table.relation for table in tables if table.reads_history}
    scope = {
        "as_of": settings.as_of.isoformat(),
        "reporting_tz": settings.reporting_tz,
        "reporting_currency": settings.reporting_currency,
        "tables": [asdict(table) for table in tables],
        "content": {
            relation: table
            for relation, table in expected.items()
            if relation not in history
        },
        "quality": quality.content,
    }
    text = json.dumps(scope, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
