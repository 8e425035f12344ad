"""Dates and times as tools write them: the UTC instant, or a reject."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

Read = Callable[..., tuple[list[Any], list[list[str]]]]
LINES = "shop.order_lines"


def utc(*parts: int) -> datetime:
    """An instant as raw tables hold it: UTC without saying so."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def instants(read: Read, source: Any, cells: list[str]) -> list[datetime | None]:
    return read(LINES, "ordered_at", source, cells)[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2020-01-01", utc(2020, 1, 1)),
        ("2020-01-01 10:00", utc(2020, 1, 1, 10)),
        ("2020-01-01T10:00:00Z", utc(2020, 1, 1, 10)),
        ("2020-01-01 10:00:00+02", utc(2020, 1, 1, 8)),
        ("2020-01-01T10:00:00.5+05:30", utc(2020, 1, 1, 4, 30, 0, 500_000)),
        ("2020-01-01 10:00:00 UTC", utc(2020, 1, 1, 10)),
        ("1970-01-01", utc(1970, 1, 1)),
    ],
)
def test_without_a_format_iso_8601_is_read(
    read: Read, cell: str, expected: datetime
) -> None:
    assert instants(read, "a", [cell]) == [expected]


@pytest.mark.parametrize(
    "cell",
    ["12-01-01", "infinity", "-infinity", "epoch", "08/11/2021", "20200101", "today"],
)
def test_what_is_not_a_believable_time_is_a_reject(read: Read, cell: str) -> None:
    values, broken = read(LINES, "ordered_at", "a", [cell])
    assert values == [None]
    assert broken[0][0] == "time_is_readable"


def test_a_local_time_becomes_its_instant(read: Read) -> None:
    source = {"from": "a", "time_zone": "Europe/Berlin"}
    cells = ["2020-01-15 10:00", "2020-07-15 10:00", "2020-07-15T10:00:00Z"]
    assert instants(read, source, cells) == [
        utc(2020, 1, 15, 9),
        utc(2020, 7, 15, 8),
        utc(2020, 7, 15, 10),  # an offset in the text holds
    ]


def test_a_skipped_hour_is_read_with_the_offset_before_it(read: Read) -> None:
    source = {"from": "a", "time_zone": "Europe/Berlin"}
    assert instants(read, source, ["2020-03-29 02:30:00"]) == [utc(2020, 3, 29, 1, 30)]


def test_a_repeated_hour_is_the_second_one(read: Read) -> None:
    source = {"from": "a", "time_zone": "Europe/Berlin"}
    assert instants(read, source, ["2020-10-25 02:30:00"]) == [utc(2020, 10, 25, 1, 30)]


def test_a_zone_that_nobody_declared_is_a_reject(read: Read) -> None:
    cells = ["2020-01-01 10:00 America/New_York", "2020-01-01 10:00:00 BST"]
    for source in ({"from": "a", "time_zone": "Europe/Berlin"}, "a"):
        assert instants(read, source, cells) == [None, None]


def test_formats_are_tried_in_order_day_first(read: Read) -> None:
    source = {"from": "a", "format": ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y"]}
    cells = ["08/11/2021 17:05:47", "8/11/2021", "13/13/2021"]
    assert instants(read, source, cells) == [
        utc(2021, 11, 8, 17, 5, 47),
        utc(2021, 11, 8),
        None,
    ]


def test_two_digit_years_need_their_own_format(read: Read) -> None:
    assert instants(read, {"from": "a", "format": "%d/%m/%Y"}, ["08/11/21"]) == [None]
    assert instants(read, {"from": "a", "format": "%d/%m/%y"}, ["08/11/21"]) == [
        utc(2021, 11, 8)
    ]


def test_am_pm_with_declared_zone_names(read: Read) -> None:
    source = {
        "from": "a",
        "format": "%Y/%m/%d %I:%M:%S %p %Z",
        "time_zone_names": {"CET": "+01:00", "EST": "-05:00"},
    }
    cells = [
        "2020/01/29 3:02:25 pm CET",
        "2019/07/29 7:12:50 AM EST",
        "2019/07/29 7:12:50 AM CST",
        "2019/07/29 7:12:50 AM",
    ]
    assert instants(read, source, cells) == [
        utc(2020, 1, 29, 14, 2, 25),
        utc(2019, 7, 29, 12, 12, 50),
        None,
        None,
    ]


def test_offsets_by_format(read: Read) -> None:
    source = {"from": "a", "format": "%Y-%m-%dT%H:%M:%S%z"}
    cells = ["2020-01-01T10:00:00Z", "2020-01-01T10:00:00-05:30", "2020-01-01"]
    assert instants(read, source, cells) == [
        utc(2020, 1, 1, 10),
        utc(2020, 1, 1, 15, 30),
        None,
    ]


def test_excel_serials(read: Read) -> None:
    source = {"from": "a", "format": "excel_serial"}
    cells = ["44197", "44197.75347222", "60", "2958466", "1e300", "x"]
    assert instants(read, source, cells) == [
        utc(2021, 1, 1),
        utc(2021, 1, 1, 18, 5),
        *[None] * 4,
    ]


def test_a_date_without_a_format_has_no_time(read: Read) -> None:
    cells = ["2020-02-29", "2020-02-29 00:00:00", "2020-02-29 10:00", "2020-02-30"]
    values, broken = read("crm.opportunities", "expected_close_date", "a", cells)
    assert values == [date(2020, 2, 29), date(2020, 2, 29), None, None]
    assert broken == [[], [], ["date_is_readable"], ["date_is_readable"]]


def test_a_date_of_a_declared_format_is_its_local_date(read: Read) -> None:
    source = {"from": "a", "format": "%d.%m.%Y %H:%M", "time_zone": "Asia/Tokyo"}
    values, _ = read(
        "crm.opportunities", "expected_close_date", source, ["05.03.2020 01:00"]
    )
    assert values == [date(2020, 3, 5)]
