"""Which columns a column comes from, read from the compiled SQL of the models.

A model's lineage is worked out once and kept in the home until its SQL or the columns
of its parents change: literals, such as the as-of date, play no part in it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from pipelines.facts import TableFacts, relation_of
from pipelines.project import Home

ColumnLineage = dict[str, list[tuple[str, str]]]
"""For each column the columns it is made of: their relation and name."""

LineageByModel = dict[str, ColumnLineage]
"""Column lineage by relation, such as `core.dim_customers`."""

LITERAL = re.compile(r"'[^']*'")
JSON_OBJECT = re.compile(r"\bjson_object\s*\(", re.IGNORECASE)


def column_lineage(
    home: Home, manifest: Mapping[str, Any], facts: Mapping[str, TableFacts]
) -> LineageByModel:
    """Column lineage of every SQL model whose compiled SQL is in the home."""
    cache_file = home.dbt_target / "lineage.json"
    cache = orjson.loads(cache_file.read_bytes()) if cache_file.exists() else {}
    kept: dict[str, ColumnLineage] = {}
    lineage: LineageByModel = {}
    for node in manifest["nodes"].values():
        compiled = _compiled_sql(home, node)
        if compiled is None:
            continue
        relation = relation_of(node)
        schema = _parent_columns(manifest, node, facts)
        key = _cache_key(compiled, schema)
        found = cache.get(key) or _traced(compiled, schema)
        kept[key] = found
        lineage[relation] = {
            column: [(parent, name) for parent, name in origins]
            for column, origins in found.items()
        }
    if kept.keys() != cache.keys():
        cache_file.write_bytes(orjson.dumps(kept))
    return lineage


def _traced(sql: str, schema: Mapping[str, Mapping[str, str]]) -> ColumnLineage:
    """The lineage of a query, or none: what people look at must not stop a run."""
    from sqlglot.errors import SqlglotError  # noqa: PLC0415 (slow, and mostly cached)

    try:
        return trace(sql, schema)
    except SqlglotError:
        return {}


def trace(sql: str, schema: Mapping[str, Mapping[str, str]]) -> ColumnLineage:
    """Column lineage of one query.

    Args:
        sql: A query in DuckDB's dialect.
        schema: Columns and types of the relations that it reads, as `schema.name`.
    """
    from sqlglot import exp, parse_one  # noqa: PLC0415 (slow, and mostly cached)
    from sqlglot.lineage import lineage  # noqa: PLC0415
    from sqlglot.optimizer.qualify import qualify  # noqa: PLC0415
    from sqlglot.optimizer.scope import build_scope  # noqa: PLC0415

    nested: dict[str, object] = {**_by_schema(schema)}
    tree = qualify(
        _without_catalogs(parse_one(_readable(sql), dialect="duckdb")),
        schema=nested,
        dialect="duckdb",
        validate_qualify_columns=False,
        identify=False,
    )
    scope = build_scope(tree)
    traced: ColumnLineage = {}
    for column in tree.named_selects:
        origins = set()
        # Neither copied nor cut down for each column: that is for pictures of lineage,
        # and takes a hundred times as long on the intervals of a wide model.
        nodes = lineage(
            column,
            tree,
            schema=nested,
            dialect="duckdb",
            scope=scope,
            trim_selects=False,
            copy=False,
        )
        for leaf in nodes.walk():
            table = leaf.expression
            if leaf.downstream or not isinstance(table, exp.Table):
                continue
            name = exp.to_column(leaf.name).name
            relation = f"{table.db}.{table.name}"
            if name in schema.get(relation, {}):
                origins.add((relation, name))
        traced[column] = sorted(origins)
    return traced


def _readable(sql: str) -> str:
    """SQL that sqlglot reads: it takes `json_object(key, value)` for the `key: value`
    of the standard. An array of the same parts comes from the same columns."""
    return JSON_OBJECT.sub("json_array(", sql)


def _by_schema(
    schema: Mapping[str, Mapping[str, str]],
) -> dict[str, dict[str, Mapping[str, str]]]:
    nested: dict[str, dict[str, Mapping[str, str]]] = {}
    for relation, columns in schema.items():
        schema_name, table_name = relation.split(".", 1)
        nested.setdefault(schema_name, {})[table_name] = columns
    return nested


def _without_catalogs(tree: Any) -> Any:
    """The build is the only database: its name says nothing."""
    from sqlglot import exp  # noqa: PLC0415

    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
    return tree


def _compiled_sql(home: Home, node: Mapping[str, Any]) -> str | None:
    if node["resource_type"] != "model" or node.get("language") != "sql":
        return None
    path = Path(node["original_file_path"])
    file = home.dbt_target / "compiled" / node["package_name"] / path
    return file.read_text(encoding="utf-8") if file.exists() else None


def _parent_columns(
    manifest: Mapping[str, Any],
    node: Mapping[str, Any],
    facts: Mapping[str, TableFacts],
) -> dict[str, Mapping[str, str]]:
    parents = [
        manifest["sources"].get(unique_id) or manifest["nodes"][unique_id]
        for unique_id in node["depends_on"]["nodes"]
    ]
    named = [relation_of(parent) for parent in parents]
    return {
        relation: facts[relation].columns for relation in named if relation in facts
    }


def _cache_key(sql: str, schema: Mapping[str, Mapping[str, str]]) -> str:
    shape = json.dumps(schema, sort_keys=True)
    return hashlib.sha256(f"{LITERAL.sub('?', sql)}\0{shape}".encode()).hexdigest()
