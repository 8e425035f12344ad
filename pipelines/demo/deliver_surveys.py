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
from pipelines.demo.world import World
from pipelines.demo.xlsx import write_xlsx

FORMPILOT_HEADER = (
    (
        "StartDate",
        "EndDate",
        "Progress",
        "Finished",
        "ResponseId",
        "RecipientEmail",
        "ExternalReference",
        "Q1",
        "Q2",
        "Q3",
        "Q4",
        "Q5",
    ),
    (
        "Start Date",
        "End Date",
        "Progress",
        "Finished",
        "Response ID",
        "Recipient Email",
        "External Data Reference",
        "How would you feel if you could no longer use the product?",
        "How likely are you to recommend us to a colleague?",
        "How satisfied are you with the product?",
        "What do you get from it? (choose all that apply)",
        "Anything else?",
    ),
    tuple(
        f'{{"ImportId":"{name}"}}'
        for name in (
            "startDate",
            "endDate",
            "progress",
            "finished",
            "_recordId",
            "recipientEmail",
            "externalDataReference",
            "QID1",
            "QID2_NPS",
            "QID3",
            "QID4",
            "QID5_TEXT",
        )
    ),
)
FORMPILOT = """
    strftime(answered_at - to_minutes(4), '%Y-%m-%d %H:%M:%S') as StartDate,
    strftime(answered_at, '%Y-%m-%d %H:%M:%S') as EndDate,
    if(is_finished, '100', '40') as Progress,
    if(is_finished, 'True', 'False') as Finished,
    response_id as ResponseId,
    email as RecipientEmail,
    invitation_id as ExternalReference,
    if(not is_finished, null, case pmf
        when 'very' then 'Very disappointed'
        when 'somewhat' then 'Somewhat disappointed'
        when 'not' then 'Not disappointed (it really isn''t that useful)'
        else 'N/A - I no longer use it'
    end) as Q1,
    cast(nps as varchar) as Q2,
    if(not is_finished, null, case csat
        when 5 then 'Very satisfied' when 4 then 'Satisfied' when 3 then 'Neutral'
        else 'Dissatisfied'
    end) as Q3,
    if(not is_finished, null, benefit_1
        || if(benefit_2 = benefit_1, '', ';' || benefit_2)) as Q4,
    if(is_finished, comment, null) as Q5
"""
ASKWELL_HEADER = (
    "Respondent",
    "Invitation",
    "Company ref",
    "E-mail",
    "Submitted (UTC)",
    "Complete",
    "Likelihood to recommend (0-10)",
    "If it were gone tomorrow, I would be",
    "Satisfaction (1-5)",
    "Main benefits",
    "Comment",
)
ASKWELL = """
    response_id as respondent,
    invitation_id as invitation,
    account_id as company,
    -- typed by hand, so with blanks and capitals
    if(u(asked, 'typed') < 0.2, ' ' || upper(left(email, 1)) || substr(email, 2) || ' ',
        email) as email,
    strftime(answered_at, '%d.%m.%Y %H:%M:%S') as submitted,
    if(is_finished, 'yes', 'no') as complete,
    cast(nps as varchar) as nps,
    if(not is_finished, null, case pmf
        when 'very' then 'very disappointed'
        when 'somewhat' then 'somewhat disappointed'
        when 'not' then 'not at all disappointed'
        else 'I no longer use it'
    end) as pmf,
    if(is_finished, cast(csat as varchar), null) as csat,
    if(not is_finished, null, benefit_1
        || if(benefit_2 = benefit_1, '', ' | ' || benefit_2)) as benefits,
    if(is_finished, comment, null) as comment
"""
ASKWELL_NUMBERS = (6, 8)
INVITATIONS = """
    invitation_id, contact_id as person, account_id as company, email,
    strftime(sent_at, '%Y-%m-%d %H:%M:%S') as sent,
    if(fate in ('partial', 'finished') and answered_at < {until},
        strftime(answered_at, '%Y-%m-%d %H:%M:%S'), null) as answered,
    case
        when fate in ('partial', 'finished') and answered_at >= {until} then 'sent'
        when fate = 'partial' then 'started'
        else fate
    end as state
"""
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
