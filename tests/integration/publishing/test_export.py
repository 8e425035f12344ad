"""The Parquet export holds what the publication holds, and is kept as long as it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipelines.errors import FitmartError
from pipelines.publishing import export as export_module
from pipelines.publishing.content import Content
from pipelines.publishing.export import current_export, export_folder
from pipelines.publishing.publications import export_publication, rollback


def manifest_of(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return read


def names(company: Any) -> set[str]:
    return {path.name for path in company.home.exports.iterdir()}


def test_the_export_holds_every_mart_as_the_publication_does(company: Any) -> None:
    published = company.publish(export_parquet=True)
    folder = current_export(company.home).resolve()
    manifest = manifest_of(folder)
    assert folder.name == manifest["publication_id"] == published.publication_id
    assert manifest["as_of"] == "2026-07-01"
    with duckdb.connect(str(company.home.current), read_only=True) as marts:
        hashes = dict(
            marts.execute(
                "select schema_name || '.' || table_name, content_hash from meta.tables"
            ).fetchall()
        )
        for entry in manifest["tables"]:
            relation = f"{entry['schema']}.{entry['table']}"
            file = folder / entry["file"]
            assert entry["file"] == f"{relation}.parquet"
            assert entry["rows"] == published.rows[relation]
            assert entry["content_hash"] == hashes.pop(relation)
            assert entry["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
            # Two readers that are not DuckDB, against the rows of the mart itself.
            rows = pq.read_table(file).to_pylist()
            declared = [column["name"] for column in entry["columns"]]
            cursor = marts.execute(f"select * from {relation}")
            expected = [
                dict(zip(declared, row, strict=True)) for row in cursor.fetchall()
            ]
            assert sorted(rows, key=str) == sorted(expected, key=str)
            frame = pd.read_parquet(file)
            assert list(frame.columns) == declared
            assert len(frame) == entry["rows"]
    assert hashes == {}, "every mart of the publication is exported"
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        *(entry["file"] for entry in manifest["tables"]),
    }


def test_nothing_is_exported_unless_asked_for(company: Any) -> None:
    company.publish()
    assert not company.home.exports.exists()


def test_what_nobody_may_see_is_not_exported(company: Any, planted: list[str]) -> None:
    company.publish(export_parquet=True)
    for file in current_export(company.home).iterdir():
        for text in planted:
            assert text.encode() not in file.read_bytes()


def test_an_export_is_made_up_for_when_nothing_has_changed(company: Any) -> None:
    first = company.publish()
    again = company.publish(export_parquet=True)
    assert not again.is_new
    assert current_export(company.home).resolve().name == first.publication_id


def test_exports_are_kept_and_swept_with_their_publications(company: Any) -> None:
    for version in range(1, 6):
        company.set_version(version)
        company.publish(export_parquet=True, keep_publications=2)
    kept = {path.stem for path in company.home.marts.glob("2*.duckdb")}
    # Who wants the newest only now: the next publication removes what is too old.
    company.set_version(6)
    last = company.publish(keep_publications=2)
    assert len(kept) == 2
    assert names(company) == {"current", max(kept)}
    assert current_export(company.home).resolve().name != last.publication_id
    company.set_version(7)
    company.publish(keep_publications=1)
    assert names(company) == set(), "a link that leads nowhere is removed"


def test_readers_of_parquet_follow_a_rollback(company: Any) -> None:
    first = company.publish().publication_id
    company.set_version(2)
    second = company.publish(export_parquet=True).publication_id
    assert current_export(company.home).resolve().name == second
    rollback(company.home)
    assert current_export(company.home).resolve().name == first
    frame = pd.read_parquet(
        current_export(company.home) / "fit.fit_nps__segment_wave.parquet"
    )
    assert set(frame["version"]) == {1}


def test_an_older_publication_is_exported_beside_what_readers_see(
    company: Any,
) -> None:
    first = company.publish().publication_id
    company.set_version(2)
    second = company.publish(export_parquet=True).publication_id
    folder = export_publication(company.home, first)
    assert folder == export_folder(company.home, first)
    assert names(company) == {"current", first, second}
    assert current_export(company.home).resolve().name == second
    with pytest.raises(FitmartError, match="there is no publication nonsense"):
        export_publication(company.home, "nonsense")


def test_an_export_that_reads_back_differently_is_not_shown(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = company.publish(export_parquet=True).publication_id
    company.set_version(2)
    with monkeypatch.context() as patched:
        patched.setattr(export_module, "measure", lambda *_: Content(1, "other"))
        published = company.publish(export_parquet=True)
    assert published.is_new, "readers of DuckDB have it all the same"
    assert "are not the" in published.leftovers[0]
    assert current_export(company.home).resolve().name == first
    second = company.publish(export_parquet=True).publication_id
    assert current_export(company.home).resolve().name == second
    assert names(company) == {"current", first, second}
