"""Finance: small tables as CSV, spend as a spreadsheet saved with decimal commas."""

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.exports import SEMICOLON, Export, deliver_exports, text, yes_no
from pipelines.demo.world import World

EURO = (
    "replace(replace(replace(format('{:,.2f}', amount), ',', '#'), '.', ','),"
    " '#', '.') || ' €' as \"Betrag\""
)
RATES = Export(
    feed="finance.fx_rates",
    source_system="treasury",
    path="finance/fx",
    macro="fx_rates",
    columns=", ".join(
        (
            text("rate_date", "date"),
            "currency_code as currency",
            "'EUR' as base",
            text("rate", "rate"),
        )
    ),
    key="currency",
    order_by="date, currency",
    is_whole=True,
)
SPEND = Export(
    feed="finance.spend",
    source_system="ledger",
    path="finance/spend",
    macro="spend",
    columns=", ".join(
        (
            'spend_id as "Buchung"',
            "strftime(spend_month, '%d.%m.%Y') as \"Monat\"",
            'function_name as "Bereich"',
            'channel as "Kanal"',
            'segment as "Zielmarkt"',
            EURO,
            yes_no("is_headcount", '"Personal"', "ja", "nein"),
        )
    ),
    key='"Buchung"',
    order_by='"Buchung"',
    options=SEMICOLON,
    bad=(
        Bad("date_is_readable", '"Monat"', "'31.02.2025'", 1),
        Bad("value_is_known", '"Bereich"', "'catering'", 1),
        Bad("money_is_readable", '"Betrag"', "'siehe Anlage'", 1),
    ),
)
PLANS = (
    Export(
        feed="finance.margins",
        source_system="ledger",
        path="finance/margins",
        macro="margins",
        columns=text("margin_month", "month")
        + ", segment as target_market, "
        + text("gross_margin_rate", "gross_margin"),
        key="target_market",
        order_by="month, target_market",
    ),
    Export(
        feed="finance.targets",
        source_system="ledger",
        path="finance/targets",
        macro="targets",
        columns=", ".join(
            (
                text("period_start", "from_day"),
                text("period_end", "to_day"),
                "segment as target_market",
                text("target_amount", "target"),
            )
        ),
        key="target_market",
        order_by="from_day, target_market",
    ),
    Export(
        feed="finance.cash",
        source_system="ledger",
        path="finance/cash",
        macro="cash",
        columns=", ".join(
            (
                text("cash_month", "month"),
                text("cash_balance", "balance"),
                text("net_burn", "burn"),
            )
        ),
        key="month",
        order_by="month",
    ),
)


def deliver_finance(courier: Courier, world: World, drops: tuple[Drop, ...]) -> None:
    """Write rates; books and plans too, unless the world is of replicates."""
    deliver_exports(courier, (RATES,), drops)
    if not world.is_lean:
        deliver_exports(courier, (SPEND, *PLANS), drops)
