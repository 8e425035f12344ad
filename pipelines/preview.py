"""A look at a mart for people who watch runs: a few rows, and its key figure.

Only what readers may see as it stands is shown: no column that is not published, none
that is published as a keyed hash. Bounded in rows, columns and characters, since every
run keeps it in Dagster's event log.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.errors import FitmartError
from pipelines.publishing.columns import (
    PublishedTable,
    is_published,
    meta_of,
    personal_names,
    published_tables,
)

ROWS = 5
COLUMNS = 24
CELL_CHARACTERS = 40

DECIDED = {
    "name": "segments with a verdict",
    "value": "count(*) filter (verdict not in ('undetermined', 'insufficient'))",
    "where": "is_current and segment_id <> 'all'",
}
"""The key figure of a verdict that declares none: their columns are alike."""

HELD = {"name": "rows", "value": "count(*)"}
"""That of any other mart that declares none."""


@dataclass(frozen=True)
class KeyFigure:
    """The number of a mart that is watched from run to run."""

    name: str
    value: float


def previews_of(
    connection: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    existing: Collection[str],
) -> dict[str, tuple[str, KeyFigure | None]]:
    """Preview and key figure of every published mart that exists, by relation."""
    try:
        tables = published_tables(manifest, personal_names())
    except FitmartError:
        # The step that publishes refuses with this reason; nothing is shown till then.
        return {}
    declared = key_figures(manifest)
    return {
        table.relation: (
            preview(connection, table),
            _key_figure(connection, table.relation, declared[table.relation]),
        )
        for table in tables
        if table.relation in existing
    }


def key_figures(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """What each mart declares as `key_figure` in its meta, by relation."""
    return {
        f"{node['schema']}.{node.get('alias') or node['name']}": (
            meta_of(node).get("key_figure") or _by_default(node)
        )
        for node in manifest["nodes"].values()
        if is_published(node)
    }


def _by_default(node: Mapping[str, Any]) -> Mapping[str, str]:
    is_verdict = {"segment_id", "verdict", "is_current"} <= node["columns"].keys()
    return DECIDED if is_verdict else HELD


def preview(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> str:
    """A few rows of a mart as a Markdown table; of a verdict, those that hold now."""
    shown = [column for column in table.columns if not column.is_keyed_hash]
    names = [column.name for column in shown][:COLUMNS]
    if not names:
        return "All columns of this mart are published as keyed hashes."
    columns = ", ".join(f'"{name}"' for name in names)
    current = "where is_current " if "is_current" in names else ""
    rows = connection.execute(
        f'select {columns} from "{table.schema}"."{table.name}" {current}limit {ROWS}'
    ).fetchall()
    hidden = len(table.columns) - len(names)
    note = f"\n\nColumns not shown: {hidden}." if hidden else ""
    return markdown(names, rows) + note


def markdown(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table whose text cannot pose as markup."""
    lines = [
        f"| {' | '.join(names)} |",
        f"|{'---|' * len(names)}",
        *(f"| {' | '.join(_cell(value) for value in row)} |" for row in rows),
    ]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    if len(text) > CELL_CHARACTERS:
        text = f"{text[: CELL_CHARACTERS - 1]}…"
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in "\r\n\t":
        return " "
    return f"\\{character}" if character in "\\|`*<>[]!" else character


def _key_figure(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    declared: Mapping[str, str],
) -> KeyFigure | None:
    """The value of a key figure; None where it has none yet.

    That the declared SQL can be run is tested; a run is not stopped by a decoration.
    """
    schema, name = relation.split(".")
    where = f" where {declared['where']}" if declared.get("where") else ""
    query = f'select cast({declared["value"]} as double) from "{schema}"."{name}"'
    try:
        row = connection.execute(query + where).fetchone()
    except duckdb.Error:
        return None
    return (
        None if row is None or row[0] is None else KeyFigure(declared["name"], row[0])
    )
