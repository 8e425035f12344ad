"""What Dagster shows of a table and of a data test, as its metadata.

Nothing is read or computed here: the facts were gathered after dbt had ended.
"""

from typing import Any

import dagster as dg

from pipelines.stages import Transformed


def table_metadata(key: dg.AssetKey, done: Transformed, unique_id: str) -> Any:
    """Columns and where they come from, rows, a preview and the key figure.

    A number that has the same label in every run is what Dagster draws over time.
    """
    relation = ".".join(key.path)
    facts = done.facts[relation]
    documented = done.result.manifest["nodes"][unique_id]["columns"]
    columns = [
        dg.TableColumn(
            name, kind, description=documented.get(name, {}).get("description") or None
        )
        for name, kind in facts.columns.items()
    ]
    metadata: dict[str, Any] = {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "execution_seconds": done.result.results[unique_id]["execution_time"],
    }
    if facts.row_count is not None:
        metadata["dagster/row_count"] = facts.row_count
    if facts.key_figure is not None:
        metadata[facts.key_figure.name] = facts.key_figure.value
    if facts.preview is not None:
        metadata["preview"] = dg.MetadataValue.md(facts.preview)
    origins = done.lineage.get(relation)
    if origins:
        metadata["dagster/column_lineage"] = _column_lineage(origins)
    return metadata


def check_metadata(done: Transformed, unique_id: str) -> dict[str, Any]:
    """What a data test expected and found, with some of the rows that it returned."""
    result = done.result.results[unique_id]
    config = done.result.manifest["nodes"][unique_id]["config"]
    failures = result["failures"]
    return {
        "expected": _allowed(config),
        "observed": "it did not run" if failures is None else f"{failures} rows",
        "difference": failures or 0,
        "examples": list(done.examples.get(unique_id, ())),
        "message": result["message"] or "",
    }


def _allowed(config: Any) -> str:
    """dbt says when a test fails (`!= 0`), people what it should find."""
    fails = config["warn_if" if config["severity"].lower() == "warn" else "error_if"]
    return "0 rows" if fails == "!= 0" else f"not {fails} rows"


def _column_lineage(origins: dict[str, list[tuple[str, str]]]) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(dg.AssetKey(parent.split(".")), name)
                for parent, name in parents
            ]
            for column, parents in origins.items()
        }
    )
