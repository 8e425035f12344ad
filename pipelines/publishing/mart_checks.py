"""Holds the marts of a build against what readers have: two checks that block.

A mart does not lose more rows than a limit, and what was reported does not change,
unless something explains it (`since_last.py`). What changed for a reason is published
with it (decision 0007). What needs no second world is a dbt test instead.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from pipelines.facts import relation_of
from pipelines.project import Settings
from pipelines.publishing.build import opened_build
from pipelines.publishing.columns import TEXT_TYPES, is_published, meta_of
from pipelines.publishing.outcome import CheckOutcome
from pipelines.publishing.reported import cells_sql, key_sql
from pipelines.publishing.since_last import SinceLast

ROWS = "rows_do_not_drop"
REPORTED = "reported_values_change_for_a_reason"

CLAIMS = {
    ROWS: "The mart has not lost more rows since the last publication than the limit, "
    "nor all of them, unless a decision or a definition explains it.",
    REPORTED: "What was reported has not changed, unless new extracts, a decision, "
    "another day or another definition explains it.",
}
"""The checks of marts, and what they claim."""

FEWEST = 20
"""A smaller mart loses more than the limit with a few rows."""

EXAMPLES = 5


def mart_checks(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The checks of every published mart, by its unique id.

    A mart of what is amiss may shrink (`may_shrink` in its meta), and should.
    """
    checks = {}
    for unique_id, node in sorted(manifest["nodes"].items()):
        meta = meta_of(node)
        wanted = {ROWS: not meta.get("may_shrink"), REPORTED: meta.get("reported")}
        if is_published(node):
            checks[unique_id] = tuple(name for name, is_on in wanted.items() if is_on)
    return checks


def mart_check_names(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Every check that has to have passed before the marts are published."""
    return frozenset(
        f"{relation_of(manifest['nodes'][unique_id])}.{check}"
        for unique_id, checks in mart_checks(manifest).items()
        for check in checks
    )


def mart_outcomes(
    settings: Settings, manifest: Mapping[str, Any], *, code_version: str
) -> tuple[CheckOutcome, ...]:
    """The outcome of every check of every published mart."""
    return tuple(_outcomes(settings, manifest, code_version))


def _outcomes(
    settings: Settings, manifest: Mapping[str, Any], code_version: str
) -> Iterator[CheckOutcome]:
    with opened_build(settings.home) as connection:
        last = SinceLast.find(connection, settings, code_version)
        for unique_id, checks in mart_checks(manifest).items():
            node = manifest["nodes"][unique_id]
            if ROWS in checks:
                yield _rows_kept(connection, settings, last, relation_of(node))
            if REPORTED in checks:
                feeds = feeds_of(manifest, unique_id)
                yield _values_kept(connection, last, node, feeds)


def _rows_kept(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    last: SinceLast | None,
    relation: str,
) -> CheckOutcome:
    schema, name = relation.split(".")
    counted = connection.execute(
        f'select count(*) from build."{schema}"."{name}"'
    ).fetchone()
    now = counted[0] if counted else 0
    before = last.rows.get(relation, 0) if last else 0
    least = 100 - settings.max_row_drop_percent
    is_dropped = 100 * now < least * before and (before >= FEWEST or now == 0)
    reasons = last.reasons_for_less() if last and is_dropped else ()
    return CheckOutcome(
        name=f"{relation}.{ROWS}",
        passed=not is_dropped or bool(reasons),
        expected=f"at least {least} % of {before} rows",
        observed=_explained(f"{now} rows", reasons),
        difference=str(now - before),
        remedy="Look for an extract that was cut short, and withdraw it. If the rows "
        "are rightly gone, run once with MAX_ROW_DROP_PERCENT=100.",
    )


def _values_kept(
    connection: duckdb.DuckDBPyConnection,
    last: SinceLast | None,
    node: Mapping[str, Any],
    feeds: frozenset[str],
) -> CheckOutcome:
    changed = _changed_values(connection, node) if last else ()
    reasons = last.reasons_for_other_numbers(feeds) if last and changed else ()
    return CheckOutcome(
        name=f"{relation_of(node)}.{REPORTED}",
        passed=not changed or bool(reasons),
        expected="the values that were reported",
        observed=_explained(f"{len(changed)} other values", reasons),
        difference=str(len(changed)),
        examples=changed[:EXAMPLES],
        remedy="The same code made other numbers of the same extracts for the same "
        "day. Look for a model that depends on the order of rows, and run again.",
    )


def _changed_values(
    connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]
) -> tuple[str, ...]:
    """Values that were reported last and are others in the build, as sentences."""
    relation, reported = relation_of(node), meta_of(node)["reported"]
    keys = [name for name in node["columns"] if name in reported["keys"]]
    schema, name = relation.split(".")
    changed: list[str] = []
    for value in reported["values"]:
        is_text = node["columns"][value]["data_type"] in TEXT_TYPES
        rows = connection.execute(
            f"""
            with reported as (
                select
                    row_key,
                    coalesce(reported_text, cast(reported_value as varchar)) as cell
                from ops.reported_values
                where mart = $mart and value_name = $value
                qualify row_number() over (
                    partition by row_key order by publication_id desc
                ) = 1
            ),
            cells as (
                select {key_sql(keys)} as row_key, {cells_sql(value, is_text=is_text)}
                from build."{schema}"."{name}"
            ),
            built as (
                select
                    row_key,
                    coalesce(reported_text, cast(reported_value as varchar)) as cell
                from cells
            )
            select
                $value || ' of ' || reported.row_key || ' was '
                || reported.cell || ' and is ' || coalesce(built.cell, 'gone')
            from reported
            left join built on reported.row_key = built.row_key
            where reported.cell <> built.cell
                or (reported.cell is not null and built.cell is null)
            order by 1
            """,
            {"mart": relation, "value": value},
        ).fetchall()
        changed += [sentence for (sentence,) in rows]
    return tuple(changed)


def feeds_of(manifest: Mapping[str, Any], unique_id: str) -> frozenset[str]:
    """The feeds that a model is made of, directly or not."""
    feeds: set[str] = set()
    seen: set[str] = set()
    waiting = [unique_id]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        source = manifest["sources"].get(name)
        if source is not None:
            feeds.add(f"{source['source_name'].removeprefix('raw_')}.{source['name']}")
        parents = manifest["nodes"].get(name, {}).get("depends_on", {})
        waiting += parents.get("nodes", [])
    return frozenset(feeds)


def _explained(observed: str, reasons: tuple[str, ...]) -> str:
    return f"{observed} ({'; '.join(reasons)})" if reasons else observed
