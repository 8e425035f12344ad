"""What benchmarks load straight into a warehouse is what ingest loads from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.demo.companies import company_world
from pipelines.demo.generate import create_company
from pipelines.demo.straight import FEEDS, load_straight

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.demo.rehearse import Rehearsal

pytestmark = pytest.mark.slow

OF_THE_INGEST = (
    "extract_id, record_number, loaded_at, effective_at, content_hash, record_status"
)


def test_rows_loaded_straight_are_those_of_the_ingest(
    company: Rehearsal, tmp_path: Path
) -> None:
    told = company.truth.document
    world = company_world(told["seed"], told["scale"], told["months"])
    with duckdb.connect(str(tmp_path / "company.duckdb")) as connection:
        create_company(connection, world, tmp_path)
        connection.execute(f"attach '{tmp_path}/straight.duckdb' as straight")
        load_straight(connection, world, "straight")
        connection.execute(
            f"attach '{company.settings.home.build}' as ingested (read_only)"
        )
        for feed in FEEDS:
            rows = (
                f"select * exclude ({OF_THE_INGEST}) from {{}}.raw_{feed}"
                " where record_status = 'current'"
            )
            straight, ingested = rows.format("straight"), rows.format("ingested")
            found = connection.execute(
                f"select (select count(*) from ({straight})), (select count(*) from"
                f" (({straight} except all {ingested})"
                f" union all ({ingested} except all {straight})))"
            ).fetchone()
            assert found is not None
            rows_there, differences = found
            assert rows_there > 0, feed
            assert differences == 0, feed
