"""Rejects: records that did not load, kept whole, encrypted, with their reason.

How they are collected, stored, listed and exported. What makes a record a reject is
said by `records.py` (structure), `mapping.py` (values) and `settle.py` (keys).
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from types import TracebackType

import duckdb
from cryptography.fernet import Fernet, InvalidToken

from pipelines.errors import FitmartError
from pipelines.extracts.keys import load_key, reject_cipher
from pipelines.extracts.warehouse import open_build
from pipelines.project import Settings

STRUCTURE: dict[str, tuple[str, str]] = {
    "extra_cells": (
        "the record has more cells than the header",
        "Quote cells that hold the delimiter.",
    ),
    "missing_cells": (
        "the record has fewer cells than the header",
        "Have the record exported again; it may be cut off.",
    ),
    "too_many_cells": (
        "the record has more cells than the limit",
        "Check the delimiter, or raise FITMART_MAX_CELLS.",
    ),
    "unterminated_quote": (
        "a quote is opened and never closed",
        "Close the quote, or double a quote that is meant as text.",
    ),
    "stray_quote": (
        "text follows a closing quote",
        "Double a quote that is meant as text.",
    ),
    "undecodable_bytes": (
        "the record is not text in the declared encoding",
        "Correct format.encoding in the contract, or the record.",
    ),
    "json_is_valid": (
        "the line is not valid JSON",
        "Have the line exported again; it may be cut off.",
    ),
    "json_is_object": (
        "the line is not a JSON object",
        "Write one object a line.",
    ),
    "json_keys_are_unique": (
        "an object names one key twice",
        "Rename one of the keys.",
    ),
}
"""Reason and remedy of each rule of structure; none holds anything of the record."""

KEY_CONFLICT = "key_conflict"
KEY_CONFLICT_REASON = "another record has this key and other content"
KEY_CONFLICT_REMEDY = (
    "Withdraw the wrong extract, or declare records.version in the contract."
)
_COLUMNS = {
    "record_number": "bigint",
    "column_name": "varchar",
    "rule": "varchar",
    "reason": "varchar",
    "remedy": "varchar",
    "value_length": "bigint",
    "raw_record_encrypted": "varchar",
}
_EXPORTED = (
    "extract_id",
    "relative_path",
    "record_number",
    "feed",
    "column_name",
    "rule",
    "reason",
    "remedy",
    "raw_record",
)
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class RejectWriter:
    """Collects the rejects of one extract in a spool file, encrypted at once.

    Args:
        most: Number of rejects that are listed; all are counted.
    """

    def __init__(self, path: Path, cipher: Fernet, most: int | None = None) -> None:
        self.path = path
        self.count = 0
        self.listed = 0
        self.most = most
        self._cipher = cipher
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_MINIMAL)

    def __enter__(self) -> "RejectWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(
        self,
        record_number: int,
        raw: bytes,
        rule: str,
        reason: str,
        *,
        remedy: str,
        column: str | None = None,
        value_length: int | None = None,
    ) -> None:
        """Count a reject, and list it while there is room."""
        self.count += 1
        if self.most is not None and self.listed >= self.most:
            return
        self.listed += 1
        token = self._cipher.encrypt(raw).decode("ascii")
        self._writer.writerow(
            (record_number, column, rule, reason, remedy, value_length, token)
        )

    def add_broken(self, record_number: int, raw: bytes, rule: str) -> None:
        """Add a record whose structure is broken."""
        reason, remedy = STRUCTURE[rule]
        self.add(record_number, raw, rule, reason, remedy=remedy)

    def store(
        self,
        connection: duckdb.DuckDBPyConnection,
        extract_id: str,
        feed: str,
        at: datetime,
    ) -> None:
        """Copy what was collected into `ops.rejects`."""
        self._file.flush()
        if self.listed == 0:
            return
        connection.execute(
            "insert into ops.rejects select ?, record_number, ?, column_name, rule,"
            " reason, remedy, value_length, raw_record_encrypted, ?"
            f" from read_csv(?, columns = {_COLUMNS!r}, header = false,"
            " auto_detect = false, delim = ',', quote = '\"', escape = '\"',"
            " max_line_size = 100000000)",
            [extract_id, feed, at, str(self.path)],
        )


@dataclass(frozen=True)
class Reject:
    """A record that did not load, without its text."""

    extract_id: str
    record_number: int | None
    feed: str
    column_name: str | None
    rule: str
    reason: str
    remedy: str
    rejected_at: datetime


def list_rejects(
    connection: duckdb.DuckDBPyConnection,
    extract_id: str | None = None,
    most: int = 100,
) -> list[Reject]:
    """Rejects in the order of their records, without their text."""
    rows = connection.execute(
        "select extract_id, record_number, feed, column_name, rule, reason, remedy,"
        " rejected_at from ops.rejects where ?::varchar is null or extract_id = ?"
        " order by extract_id, record_number nulls last, rule limit ?",
        [extract_id, extract_id, most],
    ).fetchall()
    return [Reject(*row) for row in rows]


def export_rejects(
    settings: Settings, path: Path, extract_id: str | None = None
) -> int:
    """Write rejects with their decrypted text as CSV; how many there were.

    The file holds personal data as it was delivered: it is readable by its owner only,
    and cells that a spreadsheet would take for a formula are made text.
    """
    count = 0
    stored = _stored(settings, extract_id)
    first = next(stored, None)
    cipher = reject_cipher(load_key(settings.home))
    # Private from the start, and in place only when it is whole.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_EXPORTED)
            for *cells, token in chain([first] if first else [], stored):
                raw = _decrypt(cipher, str(token), str(cells[0]))
                writer.writerow([defuse(cell) for cell in (*cells, raw)])
                count += 1
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return count


def defuse(cell: object) -> object:
    """A text that a spreadsheet would run is led by an apostrophe."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS):
        return f"'{cell}"
    return cell


def _stored(settings: Settings, extract_id: str | None) -> Iterator[tuple[object, ...]]:
    connection = open_build(settings.home, read_only=True)
    try:
        cursor = connection.execute(
            "select r.extract_id, e.relative_path, r.record_number, r.feed,"
            " r.column_name, r.rule, r.reason, r.remedy, r.raw_record_encrypted"
            " from ops.rejects as r left join ops.extracts as e"
            " on r.extract_id = e.extract_id"
            " where ?::varchar is null or r.extract_id = ?"
            " order by r.extract_id, r.record_number nulls last, r.rule",
            [extract_id, extract_id],
        )
        while rows := cursor.fetchmany(1000):
            yield from rows
    finally:
        connection.close()


def _decrypt(cipher: Fernet, token: str, extract_id: str) -> str:
    try:
        return cipher.decrypt(token.encode("ascii")).decode("utf-8", "backslashreplace")
    except InvalidToken as error:
        raise FitmartError(
            "a reject cannot be decrypted with this key",
            where=f"extract {extract_id}",
            rule="key_decrypts",
            remedy="Set FITMART_KEY to the key that this home was begun with.",
        ) from error
