"""The dictionary that a build holds is that of the YAML, and of the numbers in it."""

from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.slow

Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def dictionary(marts: duckdb.DuckDBPyConnection) -> Rows:
    """Rows of `core.dim_metrics` by their id."""
    cursor = marts.execute("select * from core.dim_metrics")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["metric_id"]: row for row in rows}


def test_every_number_of_every_mart_is_in_it_with_its_own_words(
    dictionary: Rows, manifest: dict[str, Any]
) -> None:
    keys: dict[str, set[str]] = {}
    for test in manifest["nodes"].values():
        metadata = test.get("test_metadata") or {}
        if metadata.get("name") == "is_unique_combination":
            columns = metadata["kwargs"]["columns"]
            keys.setdefault(test["attached_node"], set()).update(columns)
    expected = {
        f"{mart['name']}.{name}": " ".join(column["description"].split())
        for unique_id, mart in manifest["nodes"].items()
        if mart["resource_type"] == "model" and mart["path"].startswith("marts/")
        for name, column in mart["columns"].items()
        if column["data_type"].startswith(("bigint", "integer", "double", "decimal"))
        and name not in keys.get(unique_id, set())
        and column["config"]["meta"].get("metric") is not False
    }
    told = {name: row["meaning"] for name, row in dictionary.items()}
    verdicts = {name for name in told if name.endswith("verdict")}
    assert len(expected) > 400
    assert {n: m for n, m in told.items() if n not in verdicts} == expected
    assert "fit_pmf_score__segment_wave.verdict" in verdicts


def test_nothing_is_left_unsaid(dictionary: Rows) -> None:
    wrong = [
        f"{name}: {column}"
        for name, row in dictionary.items()
        for column in ("metric_name", "meaning", "formula", "grain", "unit", "source")
        if not row[column]
    ]
    assert wrong == []


def test_a_metric_says_its_thresholds_with_their_provenance(dictionary: Rows) -> None:
    row = dictionary["fit_pmf_score__segment_wave.verdict"]
    assert row["threshold_ids"] == "pmf_coverage, pmf_share"
    assert "pmf_share (folklore): Sean Ellis 2009" in row["threshold_provenance"]
    assert dictionary["sales_arpa__month.median_amount"]["threshold_ids"] is None


def test_feeds_are_those_that_a_mart_is_made_of(dictionary: Rows) -> None:
    feeds = dictionary["sales_mrr_waterfall__month.closing_mrr_amount"]["feeds"]
    assert {"billing.subscriptions", "finance.fx_rates"} <= set(feeds.split(", "))
    assert "finance.spend" not in feeds
    assert dictionary["sales_acquisition_cost__month.estimate"]["feeds"].count("spend")


def test_intervals_are_made_as_it_says(
    dictionary: Rows, marts: duckdb.DuckDBPyConnection
) -> None:
    """`ci_method` of every row is one that the dictionary names."""
    checked = 0
    for schema, mart in marts.execute(
        "select schema_name, table_name from duckdb_columns()"
        " where column_name = 'ci_method'"
        " and schema_name in ('core', 'fit', 'sales', 'verdicts')"
    ).fetchall():
        said = dictionary.get(f"{mart}.estimate", {}).get("interval_method")
        used = marts.execute(
            f'select distinct ci_method from {schema}."{mart}"'
            " where ci_method is not null"
        ).fetchall()
        if said:
            assert {method for (method,) in used} <= set(said.split(", ")), mart
            checked += 1
    assert checked > 15
