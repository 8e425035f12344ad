"""What the tables of the build hold: columns, numbers of rows, and a look at the marts.

Read in one connection after dbt has ended, for the metadata of Dagster's assets. What
the numbers mean is the marts' business; what is shown of a mart is `preview.py`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.extracts.warehouse import open_build
from pipelines.preview import KeyFigure, previews_of
from pipelines.project import Home


@dataclass(frozen=True)
class TableFacts:
    """One table or view of the build.

    Args:
        columns: Name and SQL type of each column, in order.
        row_count: None for a view, which would have to be computed.
        preview: A few rows as a Markdown table; None but for published marts.
        key_figure: The one number of a mart to watch, where it has a value.
    """

    columns: dict[str, str]
    row_count: int | None = None
    preview: str | None = None
    key_figure: KeyFigure | None = None


def read_facts(home: Home, manifest: Mapping[str, Any]) -> dict[str, TableFacts]:
    """Facts of every relation of the dbt project that exists, as `schema.name`."""
    known = {relation_of(node) for node in relations(manifest)}
    with open_build(home, read_only=True) as connection:
        columns: dict[str, dict[str, str]] = {}
        for relation, name, data_type in connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type "
            "from duckdb_columns() where not internal "
            "order by schema_name, table_name, column_index"
        ).fetchall():
            if relation in known:
                columns.setdefault(relation, {})[name] = data_type
        tables = [
            (schema, name)
            for schema, name in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
            if f"{schema}.{name}" in known
        ]
        counts = " union all ".join(
            f'select \'{schema}.{name}\', count(*) from "{schema}"."{name}"'
            for schema, name in tables
        )
        rows = dict(connection.execute(counts).fetchall()) if counts else {}
        previews = previews_of(connection, manifest, rows.keys())
    return {
        relation: TableFacts(
            named, rows.get(relation), *previews.get(relation, (None, None))
        )
        for relation, named in columns.items()
    }


def relations(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Everything in the manifest that is a table or view: sources, seeds, models."""
    nodes = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot")
    ]
    return [*manifest["sources"].values(), *nodes]


def relation_of(node: Mapping[str, Any]) -> str:
    """Schema and name of a node, such as `core.dim_customers`."""
    name = node.get("identifier") or node.get("alias") or node["name"]
    return f"{node['schema']}.{name}"
