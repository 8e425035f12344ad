"""Finance: rates as a small CSV, spend as a spreadsheet saved with decimal commas."""

from datetime import timedelta

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.world import World

SPEND = (
    "spend_id as \"Buchung\", strftime(spend_month, '%d.%m.%Y') as \"Monat\","
    ' function_name as "Bereich", channel as "Kanal", segment as "Zielmarkt",'
    " replace(replace(replace(format('{:,.2f}', amount), ',', '#'), '.', ','),"
    " '#', '.') || ' €' as \"Betrag\", if(is_headcount, 'ja', 'nein') as \"Personal\""
)
BAD_SPEND = (
    Bad("date_is_readable", '"Monat"', "'31.02.2025'", 1),
    Bad("value_is_known", '"Bereich"', "'catering'", 1),
)


def deliver_finance(courier: Courier, world: World, later: tuple[Drop, ...]) -> None:
    """Write rates and spend: a full file first, then what changed."""
    since = None
    for drop in (Drop("initial", world.as_of), *later):
        changed = "" if since is None else f" where changed_at >= {since}"
        stamp = f"{drop.until - timedelta(days=1):%Y%m%d}"
        if since is None or drop.until == world.month_starts[-1]:
            courier.deliver(
                drop,
                f"finance/fx_{stamp}.csv",
                feed="finance.fx_rates",
                source_system="treasury",
                select="select cast(rate_date as varchar) as date, currency_code as"
                " currency, 'EUR' as base, cast(rate as varchar) as rate"
                f" from fx_rates_at({drop.instant})",
                order_by="date, currency",
                key="currency",
            )
        if since is None or drop != later[0]:
            courier.deliver(
                drop,
                f"finance/spend_{stamp}.csv",
                feed="finance.spend",
                source_system="ledger",
                select=f"select {SPEND} from spend_at({drop.instant}){changed}",
                order_by='"Buchung"',
                key='"Buchung"',
                options="format csv, header true, delimiter ';'",
                bad=BAD_SPEND if since is None else (),
            )
        since = drop.instant
