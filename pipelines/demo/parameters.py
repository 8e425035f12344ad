"""Parameters: the declared world as tables that the SQL files join.

What the world is stands in `world.py` and `companies.py`; nothing is decided here.
"""

import json
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.demo.arrivals import arrivals, churned_by
from pipelines.demo.world import (
    ADDON_SHARE,
    GAP_DAYS,
    GUEST_REPEAT,
    LOSS_DAYS,
    PASS_DAYS,
    PAUSE_HAZARD,
    REWARDED_SHARE,
    STAGES,
    Segment,
    World,
)

WORDS = Path(__file__).parent / "words.yml"
TABLES = {
    "p_month": "month_no integer, month_start date, day_count integer",
    "p_segment": (
        "segment_no integer, segment varchar, pass_rates double[], churn double[],"
        " discounted_churn double[], renewal_lapse double, annual_share double,"
        " expansion double, very_disappointed decimal(9, 6)[],"
        " promoters decimal(9, 6)[], detractors decimal(9, 6)[], response double[],"
        " referral double, referral_growth double, repeat_rate double,"
        " giant_seats integer, trade varchar[]"
    ),
    "p_arrival": (
        "segment_no integer, month_no integer, kind varchar, arrivals integer,"
        " is_discounted boolean"
    ),
    "p_release": (
        "release_id varchar, release_name varchar, theme varchar, segment varchar,"
        " effect decimal(9, 6), mention_rate double, released_date date"
    ),
    "p_theme": "theme_no integer, theme varchar, sentences varchar[]",
    "p_campaign": (
        "campaign_id varchar, campaign_name varchar, segment varchar,"
        " first_date date, last_date date, discount_rate decimal(6, 4)"
    ),
    "p_world": (
        "as_of date, history_start date, until_date date, is_lean boolean,"
        " lean_waves integer,"
        " answers_drive_response boolean, spend_shift double, months integer,"
        " scale double, stages varchar[], addon_share double,"
        " pause_hazard double, guest_repeat double, rewarded_share double"
    ),
}


def create_parameters(
    connection: duckdb.DuckDBPyConnection, world: World, folder: Path
) -> None:
    """Create the `p_` tables; `folder` takes the files they are read from."""
    words = yaml.safe_load(WORDS.read_text("utf-8"))
    _create_lists(connection, words)
    releases = world.releases
    rows: dict[str, list[dict[str, Any]]] = {
        "p_month": _months(world),
        "p_segment": [
            _segment(number, segment, words, world)
            for number, segment in enumerate(world.segments, 1)
        ],
        "p_arrival": arrivals(world),
        "p_release": _releases(world),
        "p_theme": [
            {"theme_no": number, "theme": theme, "sentences": words[f"theme_{theme}"]}
            for number, theme in enumerate(dict.fromkeys(r.theme for r in releases), 1)
        ],
        "p_campaign": _campaigns(world),
        "p_world": [_clock(world)],
    }
    for table, columns in TABLES.items():
        path = folder / f"{table}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, default=str) + "\n" for row in rows[table])
        declared = ", ".join(
            f"{name}: '{kind}'"
            for name, kind in (item.strip().split(" ", 1) for item in _items(columns))
        )
        connection.execute(
            f"create table {table} as select * from read_json("
            f"?, format = 'newline_delimited', columns = {{{declared}}})",
            [str(path)],
        ).fetchall()
        path.unlink()


def _create_lists(
    connection: duckdb.DuckDBPyConnection, words: dict[str, list[str]]
) -> None:
    """Macros that return the declared lists, so that a draw can pick from them."""
    for topic, choices in words.items():
        texts = ", ".join("'" + text.replace("'", "''") + "'" for text in choices)
        connection.execute(f"create macro words_{topic}() as [{texts}]").fetchall()
    stages = ", ".join(str(list(days)) for days in PASS_DAYS)
    for name, declared in {
        "pass_days(stage_no)": f"([{stages}])[stage_no]",
        "loss_days()": str(list(LOSS_DAYS)),
        "gap_days()": str(list(GAP_DAYS)),
    }.items():
        connection.execute(f"create macro {name} as {declared}").fetchall()


def _items(columns: str) -> list[str]:
    """Column declarations, split at commas outside brackets."""
    items, depth, start = [], 0, 0
    for position, sign in enumerate(columns):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            items.append(columns[start:position])
            start = position + 1
    return [*items, columns[start:]]


def _months(world: World) -> list[dict[str, Any]]:
    starts = world.month_starts
    ends = [*starts[1:], world.until]
    return [
        {
            "month_no": number,
            "month_start": start,
            "day_count": (end - start).days,
        }
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _segment(
    number: int, segment: Segment, words: dict[str, list[str]], world: World
) -> dict[str, Any]:
    return {
        "segment_no": number,
        "segment": segment.name,
        "pass_rates": segment.pass_rates,
        "churn": churned_by(segment.churn),
        "discounted_churn": churned_by(segment.discounted_churn),
        "renewal_lapse": segment.renewal_lapse,
        "annual_share": segment.annual_share,
        "expansion": segment.expansion,
        "very_disappointed": segment.very_disappointed,
        "promoters": segment.promoters,
        "detractors": segment.detractors,
        "response": segment.response,
        "referral": segment.referral,
        "referral_growth": segment.referral_growth,
        "repeat_rate": segment.repeat,
        "giant_seats": _giant_seats(segment, world),
        "trade": words.get(f"trade_{segment.name}", words["trade_other"]),
    }


def _giant_seats(segment: Segment, world: World) -> int:
    """More seats than all others of the segment can have together."""
    if not segment.has_giant:
        return 0
    return 100 + int((segment.deals + segment.signups) * world.scale * 2.2)


def _releases(world: World) -> list[dict[str, Any]]:
    starts = world.month_starts
    return [
        {
            "release_id": release.release_id,
            "release_name": release.name,
            "theme": release.theme,
            "segment": release.segment,
            "effect": release.effect,
            "mention_rate": release.mention_rate,
            "released_date": starts[world.months + release.offset].replace(day=12),
        }
        for release in world.releases
        if world.months + release.offset >= 0
    ]


def _campaigns(world: World) -> list[dict[str, Any]]:
    starts = world.month_starts
    rows: list[dict[str, Any]] = []
    for segment in world.segments:
        for burst in segment.bursts:
            first, last = world.months + burst.first, world.months + burst.last
            if burst.campaign is not None and first >= 0:
                rows.append(
                    {
                        "campaign_id": f"CMP-{len(rows) + 1}",
                        "campaign_name": burst.campaign,
                        "segment": segment.name,
                        "first_date": starts[first],
                        "last_date": starts[min(last + 1, world.months)],
                        "discount_rate": 0.5,
                    }
                )
    return rows


def _clock(world: World) -> dict[str, Any]:
    return {
        "as_of": world.as_of,
        "history_start": world.month_starts[0],
        "until_date": world.until,
        "is_lean": world.is_lean,
        "lean_waves": world.lean_waves,
        "answers_drive_response": world.answers_drive_response,
        "spend_shift": world.spend_shift,
        "months": world.months,
        "scale": world.scale,
        "stages": STAGES,
        "addon_share": ADDON_SHARE,
        "pause_hazard": PAUSE_HAZARD,
        "guest_repeat": GUEST_REPEAT,
        "rewarded_share": REWARDED_SHARE,
    }
