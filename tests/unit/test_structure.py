"""The rules of the dbt project that a reader relies on, held against dbt's manifest.

Each test shows the offenders by name. The text of the SQL has its own rules in
`test_structure_sql.py`. That the columns of a model are those of its
contract is dbt's own check, in every build; here the contract must exist.
"""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GRAIN_WORDS = "month|quarter|day|wave|segment|cohort|customer"
RAW_TYPES = {
    "text": "varchar",
    "date": "date",
    "instant": "timestamp",
    "money": "decimal(18,4)",
    "number": "double",
    "integer": "bigint",
    "boolean": "boolean",
}
RAW_COLUMNS_OF_INGEST = {
    "source_system": "varchar",
    "extract_id": "varchar",
    "record_number": "bigint",
    "loaded_at": "timestamp",
    "is_deleted": "boolean",
    "effective_at": "timestamp",
    "content_hash": "varchar",
    "record_status": "enum('current','history','superseded','conflict')",
}

ESTIMATE = ("estimate", "ci_low", "ci_high")
TOLD = re.compile("(^|_)(count|amount|verdict)$|^(n_effective|numerator|denominator)$")
TOLD_UNIT = re.compile(f"(^|_)(rate|days|months)$|{TOLD.pattern}")
"""Names of columns that tell how they are computed, and what they count."""

Node = dict[str, Any]


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[Node]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]


@pytest.fixture(scope="module")
def marts(models: list[Node]) -> list[Node]:
    return [model for model in models if model["path"].startswith("marts/")]


@pytest.fixture(scope="module")
def data_tests(manifest: dict[str, Any]) -> list[Node]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]


def feeds() -> dict[tuple[str, str], dict[str, str]]:
    """The columns and raw types of every feed, by source and name."""
    found = {}
    for path in sorted((ROOT / "pipelines/feeds").glob("*.yml")):
        declared = yaml.safe_load(path.read_text())
        for name, feed in declared["feeds"].items():
            columns: dict[str, str] = {}
            for column, properties in feed["columns"].items():
                if properties.get("personal") == "email":
                    columns |= {
                        f"{column}_hash": "varchar",
                        f"{column}_domain": "varchar",
                    }
                else:
                    columns[column] = RAW_TYPES[properties["type"]]
            found[declared["source"], name] = columns | RAW_COLUMNS_OF_INGEST
    return found


def name_pattern(model: Node) -> str:
    """What the name of a model must look like, by the folder that it is in."""
    layer, area, *_ = Path(model["path"]).parts
    return {
        "staging": rf"stg_{area}__[a-z0-9_]+",
        "intermediate": r"int_[a-z0-9]+_[a-z0-9_]+",
        "marts": r"(fct|dim|bridge|verdict)_[a-z0-9_]+"
        rf"|{area}_[a-z0-9]+(_[a-z0-9]+)*__({GRAIN_WORDS})(_({GRAIN_WORDS}))*",
    }[layer]


def test_names_match_their_layer(models: list[Node]) -> None:
    wrong = [m["path"] for m in models if not re.fullmatch(name_pattern(m), m["name"])]
    assert wrong == []


def test_first_line_states_the_grain(models: list[Node]) -> None:
    wrong = [
        model["name"]
        for model in models
        if not model["path"].startswith("staging/")
        and not model["raw_code"].startswith(("-- Grain: ", "# Grain: "))
    ]
    assert wrong == []


def test_every_mart_has_an_enforced_contract(marts: list[Node]) -> None:
    wrong = [m["name"] for m in marts if not m["config"]["contract"]["enforced"]]
    assert wrong == []


def test_every_mart_says_what_a_row_is_and_what_not_to_use_it_for(
    marts: list[Node],
) -> None:
    wrong = [
        model["name"]
        for model in marts
        if not model["description"].startswith("One row per ")
        or not re.search(r"\b[Mm]ust\s+not\b", model["description"])
    ]
    assert wrong == []


def test_every_column_of_a_mart_has_a_type_and_a_description(marts: list[Node]) -> None:
    wrong = [
        f"{model['name']}.{column['name']}"
        for model in marts
        for column in model["columns"].values()
        if not column["data_type"] or not column["description"].strip()
    ]
    assert wrong == []


def unexplained_metrics(mart: Node, keys: set[str]) -> list[str]:
    """Metric columns of a mart whose unit, formula or source neither their name tells
    (as `macros/dictionary` has it) nor `config.meta.metric` of the column or mart."""
    of_mart = mart["config"]["meta"].get("metric", {})
    found = []
    for name, column in mart["columns"].items():
        own = column["config"]["meta"].get("metric", {})
        is_number = re.match("bigint|integer|double|decimal", column["data_type"] or "")
        is_metric = is_number or re.fullmatch(r"(.*_)?verdict", name)
        if not is_metric or name in keys or own is False:
            continue
        is_estimate = name in ESTIMATE
        says = {
            "unit": of_mart.get("unit") if is_estimate else TOLD_UNIT.search(name),
            "formula": of_mart.get("formula") if is_estimate else TOLD.search(name),
            "source": of_mart.get("source"),
        }
        found += [
            f"{mart['name']}.{name}: metric.{what}"
            for what, told in says.items()
            if not told and not own.get(what)
        ]
    return found


def keys_of_marts(data_tests: list[Node]) -> dict[str, set[str]]:
    """Columns of the primary key of each model, by its unique id."""
    keys: dict[str, set[str]] = {}
    for test in data_tests:
        metadata = test.get("test_metadata") or {}
        columns = keys.setdefault(test.get("attached_node", ""), set())
        if metadata.get("name") == "is_unique_combination":
            columns.update(metadata["kwargs"]["columns"])
        elif metadata.get("name") == "unique":
            columns.add(test["column_name"])
    return keys


def test_every_metric_has_a_unit_a_formula_and_a_source(
    marts: list[Node], data_tests: list[Node]
) -> None:
    """What `core.dim_metrics` and the dictionary page say of it."""
    keys = keys_of_marts(data_tests)
    wrong = [
        metric
        for mart in marts
        for metric in unexplained_metrics(mart, keys.get(mart["unique_id"], set()))
    ]
    assert wrong == []


def test_a_metric_that_nothing_explains_is_found(marts: list[Node]) -> None:
    (mart,) = (mart for mart in marts if mart["name"] == "fit_pmf_score__segment_wave")
    assert unexplained_metrics(mart, set()) == []
    bare = {**mart, "config": {**mart["config"], "meta": {}}}
    assert f"{mart['name']}.estimate: metric.formula" in unexplained_metrics(
        bare, set()
    )
    plain = dict(mart["columns"]["coverage_rate"], config={"meta": {}})
    changed = {**mart, "columns": {"coverage_rate": plain}}
    assert unexplained_metrics(changed, set()) == [
        f"{mart['name']}.coverage_rate: metric.formula"
    ]


def test_metrics_name_thresholds_that_exist(marts: list[Node]) -> None:
    with (ROOT / "seeds/thresholds.csv").open(encoding="utf-8") as file:
        known = {row["threshold_id"] for row in csv.DictReader(file)}
    wrong = [
        f"{mart['name']}: {threshold}"
        for mart in marts
        for entry in (mart, *mart["columns"].values())
        for threshold in (entry["config"]["meta"].get("metric") or {}).get(
            "thresholds", ()
        )
        if threshold not in known
    ]
    assert wrong == []


def test_every_verdict_joins_the_summary_and_the_history(
    manifest: dict[str, Any], marts: list[Node]
) -> None:
    """What is reported as a verdict is collected by one line in
    `int_verdicts_collected`."""
    reported = {
        mart["unique_id"]
        for mart in marts
        if "verdict" in mart["config"]["meta"].get("reported", {}).get("values", ())
    }
    collected = manifest["nodes"]["model.fitmart.int_verdicts_collected"]
    assert set(collected["depends_on"]["nodes"]) == reported


def test_every_mart_tests_its_primary_key(
    marts: list[Node], data_tests: list[Node]
) -> None:
    tested: dict[str, set[tuple[str, str | None]]] = {}
    for test in data_tests:
        if metadata := test.get("test_metadata"):
            names = tested.setdefault(test["attached_node"], set())
            names.add((metadata["name"], test["column_name"]))
    wrong = []
    for model in marts:
        names = tested.get(model["unique_id"], set())
        is_combination = ("is_unique_combination", None) in names
        is_single = any(
            name == "unique" and ("not_null", column) in names for name, column in names
        )
        if not is_combination and not is_single:
            wrong.append(model["name"])
    assert wrong == []


def test_every_test_blocks(data_tests: list[Node]) -> None:
    wrong = [
        t["name"] for t in data_tests if t["config"]["severity"].upper() != "ERROR"
    ]
    assert wrong == []


def test_a_singular_test_of_several_models_is_a_check_of_one_of_them(
    data_tests: list[Node],
) -> None:
    """Dagster shows a test as a check of the asset that its meta names; without it a
    test of several models would be no check at all."""
    wrong = []
    for test in data_tests:
        read = {node.rpartition(".")[2] for node in test["depends_on"]["nodes"]}
        if not test.get("test_metadata") and len(read) > 1:
            meta = test["config"]["meta"].get("dagster", {}).get("ref", {})
            name = meta.get("name", "")
            if name not in read or not test["name"].startswith(f"{name}__"):
                wrong.append(test["name"])
    assert wrong == []


def test_unit_and_singular_tests_are_named_after_their_model(
    manifest: dict[str, Any], data_tests: list[Node]
) -> None:
    names = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    wrong = [
        test["name"]
        for test in manifest["unit_tests"].values()
        if not re.fullmatch(rf"{test['model']}__[a-z0-9_]+", test["name"])
    ]
    wrong += [
        test["name"]
        for test in data_tests
        if not test.get("test_metadata")
        and not any(test["name"].startswith(f"{name}__") for name in names)
    ]
    assert wrong == []


def test_every_feed_is_a_source_with_the_same_columns(manifest: dict[str, Any]) -> None:
    sources = {
        (source["source_name"].removeprefix("raw_"), source["name"]): {
            column["name"]: column["data_type"].replace(" ", "")
            for column in source["columns"].values()
        }
        for source in manifest["sources"].values()
        if source["source_name"].startswith("raw_")
    }
    assert sources == feeds()


def test_every_feed_has_a_staging_model(models: list[Node]) -> None:
    staged = {
        (source.removeprefix("raw_"), table)
        for model in models
        if model["path"].startswith("staging/")
        for source, table in model["sources"]
    }
    assert staged >= set(feeds())
