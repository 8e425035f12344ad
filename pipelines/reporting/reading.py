"""A publication, opened read-only: rows of its marts as dictionaries."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publishing.meta import PublicationHeader, read_header
from pipelines.publishing.verify import READ_ONLY_CONFIG

Row = dict[str, Any]

WHOLE = "all"
UNKNOWN = "unknown"
MOST_SEGMENTS = 8
"""Segments that are drawn beside the whole; the marts have them all."""


@dataclass(frozen=True)
class Publication:
    """What a page is made of."""

    header: PublicationHeader
    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of a query, as dictionaries."""
        result = self.connection.execute(query, list(parameters))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def has(self, *relations: str) -> bool:
        """Whether the publication has these marts: an older one may have fewer."""
        return all(relation in self.columns for relation in relations)

    @cached_property
    def columns(self) -> dict[str, frozenset[str]]:
        """The columns of every table, by relation."""
        found = self.connection.execute(
            "select schema_name || '.' || table_name, list(column_name) "
            "from duckdb_columns() where database_name = current_database() "
            "and not internal group by all"
        ).fetchall()
        return {relation: frozenset(names) for relation, names in found}

    @cached_property
    def descriptions(self) -> dict[str, str]:
        """What each mart says of itself."""
        found = self.connection.execute(
            "select schema_name || '.' || table_name, description from meta.tables"
        ).fetchall()
        return {relation: text or "" for relation, text in found}

    @cached_property
    def metrics(self) -> dict[tuple[str, str], Row]:
        """What the dictionary says of each column, by mart without schema and name."""
        if not self.has("core.dim_metrics"):
            return {}
        found = self.rows(
            "select model_name, column_name, formula, unit, interval_method, "
            "threshold_provenance, source from core.dim_metrics"
        )
        return {(row["model_name"], row["column_name"]): row for row in found}

    def unit(self, mart: str, column: str) -> str | None:
        """What a column counts or measures, as the dictionary has it."""
        metric = self.metrics.get((mart.rpartition(".")[2], column))
        return metric["unit"] if metric else None

    @cached_property
    def segment_names(self) -> dict[str, str]:
        """Names of the segments that are drawn, the largest first, `unknown` last.

        The whole comes first, under its id `all`.
        """
        if not self.has("core.dim_segments", "core.dim_customers"):
            return {WHOLE: "All segments"}
        found = self.connection.execute(
            """
            with sizes as (
                select segment_id, count(*) as customer_count
                from core.dim_customers
                group by segment_id
            )
            select
                segments.segment_id,
                coalesce(segments.segment_name, segments.segment_id)
            from core.dim_segments as segments
            left join sizes on segments.segment_id = sizes.segment_id
            where not segments.is_total
            order by
                segments.segment_id = ?,
                sizes.customer_count desc nulls last,
                segments.segment_id
            """,
            [UNKNOWN],
        ).fetchall()
        drawn = found[:MOST_SEGMENTS]
        return {WHOLE: "All segments"} | {key: label(name) for key, name in drawn}

    @cached_property
    def segments_left_out(self) -> int:
        """Segments that the page does not draw."""
        if not self.has("core.dim_segments"):
            return 0
        count = self.connection.execute(
            "select count(*) from core.dim_segments where not is_total"
        ).fetchone()
        return max(0, (count[0] if count else 0) - MOST_SEGMENTS)

    @property
    def segment_ids(self) -> list[str]:
        """The segments that are drawn, with the whole, in their order."""
        return list(self.segment_names)


def label(name: str) -> str:
    """A name as people write it, where all there is is an id."""
    is_id = name == name.lower() and " " not in name
    return name.replace("_", " ").capitalize() if is_id else name


@contextmanager
def opened(file: Path) -> Iterator[Publication]:
    """Open a publication file.

    Raises:
        FitmartError: The file is not a publication.
    """
    header = read_header(file)
    with duckdb.connect(
        str(file), read_only=True, config=READ_ONLY_CONFIG
    ) as connection:
        yield Publication(header, connection)
