"""A small company whose build, ledger and dbt results are all in order.

Tests then put one thing wrong. The ledger and the raw table are made by the code that
makes them in a run.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.extracts.feed import create_raw_tables_sql, load_feeds
from pipelines.extracts.ledger import Extract, create_ops_tables, write_extract
from pipelines.project import Home, Settings
from pipelines.publishing.outcome import Audit, CheckOutcome
from pipelines.publishing.publish import Publication, publish

KEY = bytes(range(32))
STARTED_AT = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
CUSTOMERS = 400
PLANTED_ADDRESS = "wilhelmina.planted@example.org"
PLANTED_TEXT = "the quick brown verbatim that nobody may read"

REPORTED = {
    "fit.fit_nps__segment_wave": {"keys": ["segment_id"], "values": ["version"]}
}
"""What is kept of a mart beyond its publication."""

SOURCES = {
    "core.dim_customers": "accounts",
    "sales.fct_orders": "opportunities",
    "fit.fit_nps__segment_wave": "contacts",
}
"""The feed of the CRM that each mart is made of."""

Column = dict[str, Any]
MARTS: dict[str, dict[str, Column]] = {
    "core.dim_customers": {
        "customer_id": {"data_type": "varchar", "meta": {"publish": "keyed_hash"}},
        "segment_id": {"data_type": "varchar"},
        "version": {"data_type": "integer"},
        "contact_email": {"data_type": "varchar", "meta": {"publish": "never"}},
    },
    "sales.fct_orders": {
        "order_id": {"data_type": "bigint"},
        "customer_id": {"data_type": "varchar", "meta": {"publish": "keyed_hash"}},
        "order_amount": {"data_type": "decimal(18, 4)"},
        "ordered_at": {"data_type": "timestamp"},
        "version": {"data_type": "integer"},
    },
    "fit.fit_nps__segment_wave": {
        "segment_id": {"data_type": "varchar"},
        "estimate": {"data_type": "double"},
        "is_min_n_met": {"data_type": "boolean"},
        "wave_date": {"data_type": "date"},
        "version": {"data_type": "integer"},
    },
}


@dataclass(frozen=True)
class Company:
    """A home with a build that may be published."""

    settings: Settings

    @property
    def home(self) -> Home:
        return self.settings.home

    def change(self, statement: str) -> None:
        """Write to the build, as an ingest or dbt would have."""
        with duckdb.connect(str(self.home.build)) as connection:
            connection.execute(statement)

    def add_answers(self, count: int) -> None:
        """A survey export, as ingest keeps it: one answer to each response."""
        lineage = (
            "'survey' as source_system, 'extract-9' as extract_id, record_number, "
            "timestamp '2026-07-01' as loaded_at, false as is_deleted, "
            "'current' as record_status, 'r' || record_number as response_id, "
            "'s' as survey_id"
        )
        answer = "'q' as question_id, 'nps' as question_kind"
        source = f"from range(1, {count} + 1) numbers(record_number)"
        with duckdb.connect(str(self.home.build)) as build:
            build.execute(
                f"insert into raw_survey.responses by name select {lineage} {source}"
            )
            build.execute(
                "insert into raw_survey.answers by name "
                f"select * exclude survey_id, {answer} from (select {lineage} {source})"
            )
            changes = {"loaded_count": count, "derived_count": count}
            write_extract(
                build,
                make_extract(
                    extract_id="extract-9",
                    feed="survey.responses",
                    records_in_file=count,
                    rejected_count=0,
                    **changes,
                ),
            )

    def set_version(self, version: int) -> None:
        """Rebuild all marts with another content."""
        updates = (f"update {name} set version = {version};" for name in MARTS)
        self.change(f"begin; {' '.join(updates)} commit")

    def publish(
        self, audit: Audit | None = None, run_id: str = "run-1", **changes: Any
    ) -> Publication:
        settings = replace(self.settings, **changes)
        return publish(
            settings,
            run_id,
            audit or make_audit(),
            key=KEY,
            code_version="1.2.3",
            render=self.render,
        )

    def render(self, file: Path) -> bytes:
        """A page that says of which version of the marts it is."""
        return f"version {sorted(self.versions(file))}".encode()

    def audit(self, **changes: Any) -> Audit:
        """An audit that passes, but for the changes."""
        return make_audit(**changes)

    def report(self) -> str | None:
        """What a reader of the report sees; None where there is none."""
        page = self.home.current_report
        return page.read_text() if page.exists() else None

    def versions(self, file: Path | None = None) -> set[int]:
        """The versions that a reader of the marts sees, over all marts."""
        query = " union ".join(f"select version from {name}" for name in MARTS)
        with duckdb.connect(str(file or self.home.current), read_only=True) as reader:
            return {row[0] for row in reader.execute(query).fetchall()}

    def reported(self) -> list[tuple[str, str, Decimal | None]]:
        """Publication, segment and version of everything that was reported."""
        with duckdb.connect(str(self.home.build), read_only=True) as build:
            return build.execute(
                "select publication_id, row_key, reported_value"
                " from ops.reported_values order by all"
            ).fetchall()

    def litter(self) -> list[str]:
        """Whatever stands in the folder of publications and is not one of them."""
        current = self.home.current.name
        return sorted(
            path.name
            for path in self.home.marts.iterdir()
            if path.name not in (".lock", "history.jsonl", current)
            and (path.name.startswith(".") or not path.name.endswith(".duckdb"))
        )


def make_manifest() -> dict[str, Any]:
    """A manifest of three marts, a model between, a seed and two data tests."""
    nodes: dict[str, Any] = {}
    for relation, columns in MARTS.items():
        schema, name = relation.split(".")
        nodes[f"model.fitmart.{name}"] = {
            "resource_type": "model",
            "depends_on": {"nodes": [f"source.fitmart.raw_crm.{SOURCES[relation]}"]},
            "schema": schema,
            "name": name,
            "description": f"One row per row of {name}. It's for tests.",
            "original_file_path": f"models/marts/{schema}/{name}.sql",
            "config": {
                "materialized": "table",
                "meta": {"reported": REPORTED[relation]}
                if relation in REPORTED
                else {},
            },
            "columns": {
                column: {"name": column, "description": f"The {column}.", **declared}
                for column, declared in columns.items()
            },
        }
    for kind, name in [
        ("model", "int_orders_counted"),
        ("seed", "segments"),
        ("test", "fct_orders__amounts_are_positive"),
        ("test", "source_not_null_crm_accounts"),
    ]:
        nodes[f"{kind}.fitmart.{name}"] = {
            "resource_type": kind,
            "schema": "intermediate",
            "name": name,
            "original_file_path": f"somewhere/{name}.sql",
            "config": {"materialized": "table"},
            "columns": {},
        }
    nodes["model.fitmart.int_inlined"] = {
        "resource_type": "model",
        "schema": "intermediate",
        "name": "int_inlined",
        "config": {"materialized": "ephemeral"},
        "columns": {},
    }
    sources = {
        f"source.fitmart.raw_crm.{name}": {"source_name": "raw_crm", "name": name}
        for name in SOURCES.values()
    }
    return {"nodes": nodes, "sources": sources}


def make_run_results(manifest: dict[str, Any]) -> dict[str, Any]:
    """Results in which everything that runs was successful."""
    return {
        "metadata": {
            "invocation_id": "invocation-1",
            "generated_at": (STARTED_AT + timedelta(minutes=1)).isoformat(),
        },
        "results": [
            {
                "unique_id": unique_id,
                "status": "pass" if node["resource_type"] == "test" else "success",
                "message": None,
                "compiled_code": "select 1",
            }
            for unique_id, node in manifest["nodes"].items()
            if node["config"]["materialized"] != "ephemeral"
        ],
    }


def make_audit(**changes: Any) -> Audit:
    """An audit that passes, but for the changes."""
    manifest = changes.get("manifest") or make_manifest()
    values: dict[str, Any] = {
        "manifest": manifest,
        "run_results": make_run_results(manifest),
        "invocation_id": "invocation-1",
        "started_at": STARTED_AT,
        "outcomes": (CheckOutcome("extracts_reconcile", passed=True),),
        "expected_checks": frozenset({"extracts_reconcile"}),
        **changes,
    }
    return Audit(**values)


def make_extract(**changes: Any) -> Extract:
    """A loaded extract of `CUSTOMERS` accounts and one reject."""
    values: dict[str, Any] = dict.fromkeys(Extract.__dataclass_fields__)
    values |= {
        "extract_id": "extract-1",
        "contract_name": "crm_accounts",
        "feed": "crm.accounts",
        "source_system": "crm",
        "relative_path": "crm/accounts.csv",
        "content_hash": "c0ffee",
        "contract_hash": "ca11",
        "status": "loaded",
        "size_bytes": 1000,
        "records_in_file": CUSTOMERS + 1,
        "loaded_count": CUSTOMERS,
        "rejected_count": 1,
        "superseded_count": 0,
        "derived_count": 0,
        "tombstone_count": 0,
        "first_seen_at": datetime(2026, 7, 1, 6, 0),  # noqa: DTZ001 (UTC, as stored)
        **changes,
    }
    return Extract(**values)


def _make_build(home: Home) -> None:
    home.build.parent.mkdir(parents=True)
    with duckdb.connect(str(home.build)) as build:
        create_ops_tables(build)
        for feed in load_feeds().values():
            for statement in create_raw_tables_sql(feed):
                build.execute(statement)
        build.execute(
            "insert into raw_crm.accounts by name select 'a' || number as account_id, "
            "'crm' as source_system, 'extract-1' as extract_id, "
            "number as record_number, timestamp '2026-07-01' as loaded_at, "
            "false as is_deleted, 'current' as record_status "
            f"from range(1, {CUSTOMERS} + 1) numbers(number)"
        )
        write_extract(build, make_extract())
        build.execute(
            "insert into ops.rejects by name select 'extract-1' as extract_id, "
            "401 as record_number, 'crm.accounts' as feed, 'type' as rule, "
            "'not a date' as reason, 'Correct it.' as remedy, "
            "'' as raw_record_encrypted, timestamp '2026-07-01' as rejected_at"
        )
        for schema in ("core", "sales", "fit"):
            build.execute(f"create schema {schema}")
        build.execute(
            "create table core.dim_customers as select 'a' || number as customer_id, "
            "if(number % 2 = 0, 'enterprise', 'smb') as segment_id, 1 as version, "
            f"'{PLANTED_ADDRESS}' as contact_email, '{PLANTED_TEXT}' as answer_text "
            f"from range(1, {CUSTOMERS} + 1) numbers(number)"
        )
        build.execute(
            "create table sales.fct_orders as select number as order_id, "
            f"'a' || (number % {CUSTOMERS}) as customer_id, "
            "cast(number as decimal(18, 4)) / 4 as order_amount, "
            "timestamp '2026-01-01' + to_minutes(number) as ordered_at, 1 as version "
            "from range(3000) numbers(number)"
        )
        build.execute(
            "create table fit.fit_nps__segment_wave as select * from (values "
            "('enterprise', 0.5527::double, true, date '2026-04-01', 1), "
            "('smb', null, false, date '2026-04-01', 1)) "
            "waves(segment_id, estimate, is_min_n_met, wave_date, version)"
        )


@pytest.fixture(scope="session")
def pristine_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("pristine"))
    _make_build(home)
    return home


@pytest.fixture
def new_company(pristine_home: Home) -> Callable[[Path], Company]:
    """Makes a company in a folder."""

    def make(folder: Path) -> Company:
        home = Home(folder)
        home.build.parent.mkdir(parents=True)
        home.build.write_bytes(pristine_home.build.read_bytes())
        return Company(
            Settings(
                home=home,
                landing=home.landing,
                contracts=folder / "contracts",
                as_of=date(2026, 7, 1),
            )
        )

    return make


@pytest.fixture
def company(new_company: Callable[[Path], Company], tmp_path: Path) -> Company:
    return new_company(tmp_path / "home")


@pytest.fixture
def audits() -> Callable[..., Audit]:
    """Makes an audit that passes, but for the changes that are given."""
    return make_audit


@pytest.fixture
def key() -> bytes:
    return KEY


@pytest.fixture
def planted() -> list[str]:
    """Texts that stand in the build and must not reach readers."""
    return [PLANTED_ADDRESS, PLANTED_TEXT]


@pytest.fixture
def audit_file(tmp_path: Path) -> Path:
    """The parts of a passing audit, for a process of its own."""
    manifest = make_manifest()
    document = {"manifest": manifest, "run_results": make_run_results(manifest)}
    file = tmp_path / "audit.json"
    file.write_text(json.dumps(document))
    return file
