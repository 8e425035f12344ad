"""The surveys: two tools, two wide exports, and a log of invitations from each.

`formpilot` writes CSV with a byte order mark and three header rows, `askwell` writes
spreadsheets. Both ask the same questions and put them differently.
"""

import csv
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.survey_tools import (
    ASKWELL,
    ASKWELL_HEADER,
    ASKWELL_NUMBERS,
    FORMPILOT,
    FORMPILOT_HEADER,
    INVITATIONS,
)
from pipelines.demo.world import World
from pipelines.demo.xlsx import write_xlsx

BAD = (Bad("time_is_readable", "EndDate", "'in progress'", 2),)


@dataclass(frozen=True)
class Wave:
    """One wave and the tool it was run with."""

    number: int
    label: str
    tool: str
    opened: date


def deliver_surveys(
    courier: Courier, world: World, scratch: Path, drops: tuple[Drop, ...]
) -> None:
    """Write the closed waves, then the open one again and again as it fills."""
    waves = [
        Wave(*row)
        for row in courier.connection.execute(
            "select wave_no, wave_label, tool, open_date from waves order by wave_no"
        ).fetchall()
    ]
    initial, *later = drops
    closed = [wave for wave in waves if wave.opened < world.as_of]
    spoilt = [wave for wave in closed if wave.tool == "formpilot"][-1:]
    for wave in closed:
        _deliver_wave(courier, initial, wave, scratch, BAD if wave in spoilt else ())
    for drop in later[2:]:
        for wave in waves[len(closed) :]:
            _deliver_wave(courier, drop, wave, scratch, ())


def _deliver_wave(
    courier: Courier, drop: Drop, wave: Wave, scratch: Path, bad: tuple[Bad, ...]
) -> None:
    invited = f"from invitations where wave_no = {wave.number}"
    if courier.is_empty(f"(select 1 {invited})"):
        return
    courier.deliver(
        drop,
        f"surveys/{wave.tool}/invitations_{wave.label}_{_stamp(drop)}.csv",
        feed="survey.invitations",
        source_system=wave.tool,
        select=f"select {INVITATIONS.format(until=drop.instant)} {invited}"
        f" and sent_at < {drop.instant}",
        order_by="invitation_id",
        key="invitation_id",
    )
    if wave.tool == "formpilot":
        _deliver_formpilot(courier, drop, wave, scratch, bad)
    else:
        _deliver_askwell(courier, drop, wave, scratch)


def _deliver_formpilot(
    courier: Courier, drop: Drop, wave: Wave, scratch: Path, bad: tuple[Bad, ...]
) -> None:
    path = f"surveys/formpilot/export_{wave.label}.csv"
    body = courier.deliver(
        drop,
        path,
        feed="survey.responses",
        source_system="formpilot",
        select=_answers(FORMPILOT, wave, drop),
        order_by="ResponseId",
        key="ResponseId",
        options="format csv, header false",
        bad=bad,
    )
    whole = scratch / "survey.csv"
    with whole.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows(FORMPILOT_HEADER)
    with whole.open("ab") as file, body.open("rb") as source:
        shutil.copyfileobj(source, file)
    shutil.move(whole, body)


def _deliver_askwell(courier: Courier, drop: Drop, wave: Wave, scratch: Path) -> None:
    target = courier.deliver(
        drop,
        f"surveys/askwell/answers_{wave.label}_{_stamp(drop)}.xlsx",
        feed="survey.responses",
        source_system="askwell",
        select=_answers(ASKWELL, wave, drop),
        order_by="respondent",
        key="respondent",
        options="format csv, header false",
    )
    cells = scratch / "survey.csv"
    shutil.move(target, cells)
    with cells.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        write_rows = (row for rows in ([ASKWELL_HEADER], rows) for row in rows)
        write_xlsx(target, "Answers", write_rows, number_columns=ASKWELL_NUMBERS)
    cells.unlink()


def _answers(columns: str, wave: Wave, drop: Drop) -> str:
    return (
        f"select {columns} from responses"
        f" where wave_no = {wave.number} and answered_at < {drop.instant}"
    )


def _stamp(drop: Drop) -> str:
    """The last day that a log covers."""
    return (drop.until - timedelta(days=1)).strftime("%Y%m%d")
