"""Each publication once more as Parquet files, for tools that cannot read DuckDB's.

`exports/<publication_id>/` holds a file per mart and `manifest.json`; it gets its name
when it is whole and has been read back, and `exports/current` is a symlink that is
replaced in one step. What is exported is what readers see, taken from the publication
itself. A reader resolves the link once, or takes all names from one manifest.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipelines.errors import FitmartError
from pipelines.project import Home
from pipelines.publishing import disk
from pipelines.publishing.build import literal
from pipelines.publishing.content import measure, quoted
from pipelines.publishing.meta import read_header
from pipelines.publishing.swap import (
    IDS,
    READ_ONLY_MODE,
    TEMPORARY_SUFFIX,
    current_id,
    publication_file,
)

MANIFEST = "manifest.json"
READABLE = 0o755


class Mart(NamedTuple):
    """A row of `meta.tables` of the publication."""

    schema: str
    table: str
    rows: int
    content_hash: str
    description: str


def current_export(home: Home) -> Path:
    """The symlink that readers of Parquet follow."""
    return home.exports / "current"


def export_folder(home: Home, publication_id: str) -> Path:
    """Where the export of a publication stands once it is whole."""
    return home.exports / publication_id


def export(home: Home, publication_id: str) -> Path:
    """The export of a publication, made if it is not there; the caller holds the lock.

    Readers are sent to it when it is of the publication that readers of DuckDB see.

    Raises:
        FitmartError: The publication cannot be read, or the files do not hold what it
            holds; what was exported before stays.
    """
    folder = export_folder(home, publication_id)
    sweep_exports(home)
    if not (folder / MANIFEST).is_file():
        _make(home, publication_id)
    if publication_id == current_id(home):
        _point_current_to(home, publication_id)
    return folder


def sweep_exports(home: Home) -> None:
    """Remove what was cut short, and exports of publications that are gone."""
    if not home.exports.is_dir():
        return
    for path in home.exports.iterdir():
        is_begun = path.name.startswith(".") and path.name.endswith(TEMPORARY_SUFFIX)
        is_gone = (
            bool(IDS.fullmatch(path.name))
            and not publication_file(home, path.name).exists()
        )
        if path.is_symlink():
            if is_begun:
                disk.unlink(path)
        elif is_begun or is_gone:
            shutil.rmtree(path)
    link = current_export(home)
    if link.is_symlink() and not link.exists():
        # A name that leads nowhere is told by no tool as clearly as one that is gone.
        disk.unlink(link)


def follow_rollback(home: Home, publication_id: str) -> None:
    """Send readers of Parquet, where there are any, after those of DuckDB."""
    if current_export(home).is_symlink():
        export(home, publication_id)


def _make(home: Home, publication_id: str) -> None:
    home.exports.mkdir(mode=READABLE, exist_ok=True)
    home.exports.chmod(READABLE)
    temporary = home.exports / f".{publication_id}{TEMPORARY_SUFFIX}"
    temporary.mkdir()
    temporary.chmod(READABLE)
    source = publication_file(home, publication_id)
    manifest = _manifest_head(source)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(source)} as publication (read_only)")
        connection.execute("use publication")
        manifest["tables"] = [
            _write_table(connection, temporary, Mart(*row))
            for row in connection.execute(
                "select schema_name, table_name, row_count, content_hash, description "
                "from meta.tables order by schema_name, table_name"
            ).fetchall()
        ]
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (temporary / MANIFEST).write_text(text, encoding="utf-8")
    for file in temporary.iterdir():
        file.chmod(READ_ONLY_MODE)
        disk.sync(file)
    disk.sync(temporary)
    disk.rename(temporary, export_folder(home, publication_id))
    disk.sync(home.exports)


def _manifest_head(source: Path) -> dict[str, Any]:
    header = read_header(source)
    return {
        "manifest_version": 1,
        "publication_id": header.publication_id,
        "as_of": header.as_of.isoformat(),
        "created_at": f"{header.created_at.isoformat()}Z",
        "code_version": header.code_version,
        "reporting_tz": header.reporting_tz,
        "reporting_currency": header.reporting_currency,
    }


def _write_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, mart: Mart
) -> dict[str, Any]:
    """Write one mart and read it back; its entry in the manifest.

    Raises:
        FitmartError: The file does not hold the rows that the publication holds.
    """
    relation = f"{mart.schema}.{mart.table}"
    file = folder / f"{relation}.parquet"
    connection.execute(
        f"copy publication.{quoted(relation)} to {literal(file)} "
        "(format parquet, compression zstd)"
    )
    written = measure(connection, f"read_parquet({literal(file)})")
    if written != (mart.rows, mart.content_hash):
        raise FitmartError(
            f"the export holds {written.row_count} rows that are not the "
            f"{mart.rows} rows of the publication",
            file=str(file),
            where=relation,
            rule="export_equals_publication",
            remedy="Export again; if it happens again, check the disk and its space.",
        )
    columns = connection.execute(
        "select column_name, data_type, description from meta.columns "
        "where schema_name = ? and table_name = ? order by position",
        [mart.schema, mart.table],
    ).fetchall()
    return {
        **mart._asdict(),
        "file": file.name,
        "bytes": file.stat().st_size,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "columns": [
            {"name": column, "data_type": kind, "description": text}
            for column, kind, text in columns
        ],
    }


def _point_current_to(home: Home, publication_id: str) -> None:
    current = current_export(home)
    if current.is_symlink() and current.readlink() == Path(publication_id):
        return
    link = home.exports / f".{current.name}{TEMPORARY_SUFFIX}"
    disk.unlink(link)
    disk.symlink(publication_id, link)
    disk.replace(link, current)
    disk.sync(home.exports)
