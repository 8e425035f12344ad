"""Whether a contract fits its feed, and contracts fit each other.

Patterns, formats and constants are tried in DuckDB, since it is what will use them:
its regular expressions (RE2) know no look-around, its formats no `%Q`.
"""

import re

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.contract import ColumnSource, Contract, Records
from pipelines.extracts.contract_column import EXCEL_SERIAL
from pipelines.extracts.feed import ColumnType, Feed, load_feeds
from pipelines.extracts.landing import glob
from pipelines.extracts.settle import identity_of
from pipelines.extracts.transforms import final_text, literal, typed


def open_judge() -> duckdb.DuckDBPyConnection:
    """A connection to try patterns and formats on; opening one costs more than a
    whole contract, so that all contracts share it."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    return connection


def check_contract(
    contract: Contract, shown: str, judge: duckdb.DuckDBPyConnection
) -> None:
    """Hold one contract against its feed.

    Args:
        contract: What to check.
        shown: The file that errors name.
        judge: Where patterns, formats and constants are tried (`open_judge`).

    Raises:
        FitmartError: It does not fit; names file, key and remedy.
    """
    feed = load_feeds().get(contract.feed)
    if feed is None:
        raise FitmartError(
            f"there is no feed '{contract.feed}'",
            file=shown,
            where="key feed",
            rule="feed_exists",
            remedy=f"Use one of {', '.join(load_feeds())}.",
        )
    _columns_exist(contract, feed, shown)
    _required_columns_are_mapped(contract, feed, shown)
    _key_is_mapped(contract, feed, shown)
    _survey_fills_responses(contract, shown)
    _files_are_patterns(contract, shown)
    _patterns_compile(judge, contract, shown)
    _formats_are_known(judge, contract, shown)
    _constants_are_readable(judge, contract, feed, shown)
    _lines_are_numbered(contract, feed, shown)


def check_contracts(contracts: dict[str, Contract]) -> None:
    """Hold contracts against each other.

    Raises:
        FitmartError: Two have one name, or fill one table in different modes.
    """
    names: dict[str, str] = {}
    modes: dict[tuple[str, str], tuple[str, Contract]] = {}
    for shown, contract in contracts.items():
        if contract.contract in names:
            raise FitmartError(
                f"contract '{contract.contract}' is declared twice",
                file=shown,
                where="key contract",
                rule="contract_name_is_unique",
                remedy=f"Rename one; the other stands in {names[contract.contract]}.",
            )
        names[contract.contract] = shown
        # Rows of one feed and source system share keys, so they must share a mode.
        place = (contract.feed, contract.source_system)
        other, first = modes.setdefault(place, (shown, contract))
        if _way_to_compare(first.records) != _way_to_compare(contract.records):
            raise FitmartError(
                f"{contract.feed} of {contract.source_system} is filled in another "
                f"mode by {other}",
                file=shown,
                where="key records",
                rule="modes_agree",
                remedy="Give them the same mode, or different source systems.",
            )


def _way_to_compare(records: Records) -> tuple[str | None, ...]:
    version = records.version.type if records.version else None
    return (records.mode, records.same_record, version)


def _columns_exist(contract: Contract, feed: Feed, shown: str) -> None:
    for name in contract.columns:
        if name not in feed.columns:
            raise FitmartError(
                f"feed {feed.name} has no column '{name}'",
                file=shown,
                where=f"key columns.{name}",
                rule="column_exists",
                remedy=f"Use one of {', '.join(feed.columns)}.",
            )


def _required_columns_are_mapped(contract: Contract, feed: Feed, shown: str) -> None:
    for name, column in feed.columns.items():
        if column.required and name not in contract.columns:
            raise FitmartError(
                f"feed {feed.name} needs column '{name}'",
                file=shown,
                where="key columns",
                rule="required_column_is_mapped",
                remedy=f"Map '{name}' from a column of the file, or give a constant.",
            )


def _key_is_mapped(contract: Contract, feed: Feed, shown: str) -> None:
    if contract.has_own_identity and not set(feed.key) & set(contract.columns):
        raise FitmartError(
            f"no column of the key of {feed.name} is mapped",
            file=shown,
            where="key columns",
            rule="key_is_mapped",
            remedy=f"Map {', '.join(feed.key)}, or declare same_record: "
            "extract_and_record.",
        )


def _lines_are_numbered(contract: Contract, feed: Feed, shown: str) -> None:
    """Where the highest rank of a key counts, the lines of one order would be taken
    for versions of each other, and all but one would be history without a word."""
    if contract.survey or identity_of(contract.records) != "ranked":
        return
    for name in feed.key:
        if feed.columns[name].type == "integer" and name not in contract.columns:
            raise FitmartError(
                f"'{name}' is part of the key of {feed.name}, and not mapped: records "
                "that differ in it only would be versions of each other",
                file=shown,
                where="key columns",
                rule="lines_are_numbered",
                remedy=f"Map '{name}'; with one record for each of the other parts, "
                "give it the constant 1.",
            )


def _survey_fills_responses(contract: Contract, shown: str) -> None:
    if contract.survey is not None and contract.feed != "survey.responses":
        raise FitmartError(
            "questions are declared, but the feed is not survey.responses",
            file=shown,
            where="key survey",
            rule="survey_fills_responses",
            remedy="Use feed: survey.responses; answers and questions follow from it.",
        )


def _files_are_patterns(contract: Contract, shown: str) -> None:
    for pattern in contract.files:
        try:
            glob(pattern)
        except re.error as error:
            raise FitmartError(
                f"'{pattern}' names no files: {error}",
                file=shown,
                where="key files",
                rule="pattern_compiles",
                remedy="Write ranges of one character each, such as [0-9].",
            ) from error


def _patterns_compile(
    connection: duckdb.DuckDBPyConnection, contract: Contract, shown: str
) -> None:
    for key, pattern, needs_group in _patterns(contract):
        try:
            connection.execute("select regexp_matches('', ?)", [pattern]).fetchall()
            has_group = re.compile(pattern).groups > 0
        except (duckdb.Error, re.error) as error:
            raise FitmartError(
                f"'{pattern}' is not a regular expression: {error}",
                file=shown,
                where=f"key {key}",
                rule="pattern_compiles",
                remedy="Mend the pattern; look-around and back references are not "
                "available.",
            ) from error
        if needs_group and not has_group:
            raise FitmartError(
                f"'{pattern}' has no group",
                file=shown,
                where=f"key {key}",
                rule="pattern_has_group",
                remedy="Put what is to be taken into parentheses.",
            )


def _patterns(contract: Contract) -> list[tuple[str, str, bool]]:
    found: list[tuple[str, str, bool]] = []
    for name, source in contract.columns.items():
        found += [(f"columns.{name}.match", m.pattern, False) for m in source.match]
        if source.extract is not None:
            found.append((f"columns.{name}.extract", source.extract, True))
    effective_at = contract.records.effective_at
    if effective_at is not None and effective_at.file_name is not None:
        key = "records.effective_at.file_name"
        found.append((key, effective_at.file_name, True))
    return found


def _formats_are_known(
    connection: duckdb.DuckDBPyConnection, contract: Contract, shown: str
) -> None:
    for key, source in _sources(contract).items():
        for item in source.formats:
            if item == EXCEL_SERIAL:
                continue
            try:
                connection.execute(
                    "select try_strptime('', ?)", [item.removesuffix("%Z")]
                ).fetchall()
            except duckdb.Error as error:
                raise FitmartError(
                    f"'{item}' is not a date or time format",
                    file=shown,
                    where=f"key {key}.format",
                    rule="format_is_known",
                    remedy="Use strptime codes such as %d/%m/%Y %H:%M:%S, or "
                    "excel_serial.",
                ) from error


def _sources(contract: Contract) -> dict[str, ColumnSource]:
    sources = {f"columns.{name}": item for name, item in contract.columns.items()}
    if contract.records.effective_at is not None:
        sources["records.effective_at"] = contract.records.effective_at.source
    if contract.records.version is not None:
        sources["records.version"] = contract.records.version.source
    return sources


def _constants_are_readable(
    connection: duckdb.DuckDBPyConnection, contract: Contract, feed: Feed, shown: str
) -> None:
    for key, source in _sources(contract).items():
        if not source.constant and not isinstance(source.constant, (bool, int, float)):
            continue
        kind: ColumnType = "instant"
        if key.startswith("columns."):
            kind = feed.columns[key.removeprefix("columns.")].type
        constant = source.constant
        text = str(constant).lower() if isinstance(constant, bool) else str(constant)
        value = typed(final_text(f"{literal(text)}::varchar", source), kind, source)
        row = connection.execute(f"select ({value}) is null").fetchone()
        if row is None or row[0]:
            raise FitmartError(
                f"the constant '{text}' is not of type {kind}",
                file=shown,
                where=f"key {key}.constant",
                rule="constant_is_readable",
                remedy="Write dates as YYYY-MM-DD, amounts as 12.50, booleans as true "
                "or false.",
            )
