"""Guesses about columns: which feed column one is, and how its values are written.

A guess that two readings fit is left to the person and said so, never settled.
"""

from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from pipelines.extracts.draft_sample import Sample
from pipelines.extracts.feed import ColumnType, Feed
from pipelines.extracts.header import duplicate_names
from pipelines.extracts.undecided import UNDECIDED

_LIKENESS = 0.72
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMATS = tuple(day + time for day in _DAYS for time in _TIMES)
_SYNONYMS = {
    "ordered_at": ("invoice date", "order date", "purchased on"),
    "order_id": ("invoice no", "invoice", "order number"),
    "line_amount": ("amount", "total", "price"),
    "unit_amount": ("unit price",),
    "product": ("stock code", "sku", "item"),
    "submitted_at": ("timestamp", "end date", "recorded date", "horodateur"),
    "started_at": ("start date",),
    "response_id": ("respondent id", "id"),
    "is_finished": ("finished", "completed"),
    "email": ("e mail", "email address", "recipient email"),
    "stage": ("deal stage", "status"),
    "created_at": ("engage date", "create date"),
    "closed_at": ("close date",),
    "amount": ("close value", "value"),
    "owner_id": ("sales agent", "owner"),
    "account_id": ("account", "company"),
    "industry": ("sector",),
    "employee_count": ("employees",),
    "country_code": ("country", "office location"),
}


@dataclass(frozen=True)
class Guess:
    """How one feed column could be read.

    Args:
        source: A column source of a contract.
        notes: What the person has to decide, as sentences.
    """

    source: dict[str, Any]
    notes: tuple[str, ...] = field(default=())


def place_columns(feed: Feed, header: tuple[str, ...]) -> dict[str, int]:
    """The position (from 1) of the likeliest column for each feed column."""
    likely = sorted(
        (
            (-likeness(column, name), column, position)
            for column in feed.columns
            for position, name in enumerate(header, start=1)
            if name
        ),
    )
    placed: dict[str, int] = {}
    for unlike, column, position in likely:
        is_taken = column in placed or position in placed.values()
        if -unlike >= _LIKENESS and not is_taken:
            placed[column] = position
    return placed


@cache
def likeness(column: str, name: str) -> float:
    """How much a name in a file is like that of a feed column, 0 to 1."""
    wanted = (column.replace("_", " "), *_SYNONYMS.get(column, ()))
    words = _words(name)
    matchers = (SequenceMatcher(None, words, other) for other in wanted)
    # The cheap upper bound spares most of the work on long question texts.
    return max(
        matcher.ratio() if matcher.real_quick_ratio() >= _LIKENESS else 0.0
        for matcher in matchers
    )


def _words(name: str) -> str:
    """`InvoiceDate` and `invoice_date` are `invoice date`."""
    spaced = "".join(
        f" {sign}" if sign.isupper() and not before.isupper() else sign
        for before, sign in zip(f" {name}", name, strict=False)
    )
    signs = (sign if sign.isalnum() else " " for sign in spaced)
    return " ".join("".join(signs).lower().split())


def guess_source(sample: Sample, position: int, kind: ColumnType) -> Guess:
    """How a column of this type seems to be written."""
    name = sample.header[position - 1]
    is_unique = name and name not in duplicate_names(sample.header)
    source: dict[str, Any] = {"from": name if is_unique else position}
    cells = sample.column(position)
    if kind in ("date", "instant"):
        return _guess_time(source, cells)
    if kind in ("money", "number", "integer") and _has_decimal_comma(cells):
        note = "Numbers seem to have a decimal comma."
        return Guess(source | {"decimal": ",", "thousands": "."}, (note,))
    return Guess(source)


def _guess_time(source: dict[str, Any], cells: list[str]) -> Guess:
    if not cells or all(_is_iso(cell) for cell in cells):
        return Guess(source)
    fitting = fitting_formats(cells)
    if not fitting:
        seen = cells[0][:40]
        note = f"No known format fits times such as '{seen}'."
        return Guess(source | {"format": UNDECIDED}, (note,))
    if len(fitting) > 1:
        choice = " or ".join(f'"{item}"' for item in fitting)
        note = f"Day or month first? All values fit {choice}: declare one as format."
        return Guess(source | {"format": UNDECIDED}, (note,))
    return Guess(source | {"format": fitting[0]})


def fitting_formats(cells: list[str]) -> tuple[str, ...]:
    """The formats that every cell fits."""
    return tuple(
        item for item in FORMATS if cells and all(_fits(cell, item) for cell in cells)
    )


def _fits(cell: str, pattern: str) -> bool:
    try:
        datetime.strptime(cell, pattern)  # noqa: DTZ007 only whether it fits
    except ValueError:
        return False
    return True


def _is_iso(cell: str) -> bool:
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    # DuckDB reads no dates without hyphens.
    return "-" in cell[:5]


def _has_decimal_comma(cells: list[str]) -> bool:
    return bool(cells) and any(
        "," in cell
        and "." not in cell.rsplit(",", 1)[1]
        and len(cell.rsplit(",", 1)[1]) != 3
        for cell in cells
    )
