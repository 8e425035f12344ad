"""Numbers as a person reads them. None is a dash: nothing is known, which is not 0."""

import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal

Number = int | float | Decimal
Format = Callable[[Number | None], str]

NONE = "\u2013"


def percent(value: Number | None) -> str:
    """A share from 0 to 1, such as `46.1 %`."""
    return NONE if value is None else f"{100 * float(value):.1f} %"


def count(value: Number | None) -> str:
    """A number of things, such as `1,250`."""
    return NONE if value is None else f"{round(float(value)):,}"


def ratio(value: Number | None) -> str:
    """A number that is not a share, such as `1.32`."""
    if value is None:
        return NONE
    return f"{float(value):,.2f}" if abs(float(value)) < 1000 else count(value)


def amount(value: Number | None) -> str:
    """An amount of money without its currency: `12,300`, `1.24 m`."""
    if value is None:
        return NONE
    size = abs(float(value))
    if size >= 1_000_000:
        return f"{float(value) / 1_000_000:,.2f} m"
    return count(value)


def short(value: Number) -> str:
    """An amount where there is little room: `350k`, `1.24m`."""
    size = abs(float(value))
    if size >= 1_000_000:
        return f"{float(value) / 1_000_000:.2f}m"
    return f"{float(value) / 1000:.0f}k" if size >= 10_000 else f"{float(value):.0f}"


def interval(low: Number | None, high: Number | None, shown: Format = percent) -> str:
    """An interval, such as `41.0 to 51.2 %`."""
    if low is None and high is None:
        return NONE
    first, last = shown(low), shown(high)
    if first.endswith(" %") and last.endswith(" %"):
        first = first.removesuffix(" %")
    return f"{first} to {last}"


def day(value: date | None) -> str:
    """A day, as ISO has it."""
    return NONE if value is None else value.isoformat()[:10]


def plain(value: object) -> object:
    """A value as JSON has it: no decimals, no dates, nothing that is not a number."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
