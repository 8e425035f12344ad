"""Straight into a warehouse: the raw tables of sales, without files and without ingest.

For benchmarks at sizes at which writing and reading extracts would take far longer than
what is measured. Only what models of sales read is there; the other raw tables are
empty. A test holds these rows to those that ingest loads from the delivered files.
"""

import duckdb

from pipelines.demo.exports import table_at
from pipelines.demo.world import World
from pipelines.extracts.feed import Feed, load_feeds
from pipelines.extracts.ingest import prepare

FEEDS = {
    "crm.accounts": ("crm", "accounts", {"updated_at": "changed_at"}),
    "crm.account_segments": ("crm", "account_segments", {}),
    "crm.account_merges": ("crm", "account_merges", {"into_account_id": "merged_into"}),
    "crm.leads": (
        "crm",
        "leads",
        {"converted_opportunity_id": "opportunity_id"},
    ),
    "crm.campaigns": (
        "crm",
        "campaigns",
        {"start_date": "first_date", "end_date": "last_date"},
    ),
    "crm.opportunities": ("crm", "opportunities", {"updated_at": "changed_at"}),
    "crm.opportunity_stages": ("crm", "opportunity_stages", {}),
    "crm.opportunity_changes": (
        "crm",
        "opportunity_changes",
        {"changed_at": "recorded_at"},
    ),
    "crm.owners": (
        "crm",
        "owners",
        {"role": "'account_executive'", "currency_code": "'EUR'"},
    ),
    "crm.products": ("crm", "products", {"currency_code": "'EUR'"}),
    "crm.touchpoints": ("crm", "touchpoints", {}),
    "billing.subscriptions": (
        "billing",
        "subscriptions",
        {"interval_count": "1", "updated_at": "changed_at"},
    ),
    "billing.invoices": ("billing", "invoices", {}),
    "shop.order_lines": (
        "shop",
        "order_lines",
        # the shop tells minutes
        {"customer_id": "guest_id", "ordered_at": "date_trunc('minute', ordered_at)"},
    ),
    "finance.spend": (
        "ledger",
        "spend",
        {"function": "function_name", "currency_code": "'EUR'"},
    ),
    "finance.fx_rates": ("treasury", "fx_rates", {"reporting_currency": "'EUR'"}),
    "finance.margins": ("ledger", "margins", {}),
    "finance.targets": ("ledger", "targets", {"currency_code": "'EUR'"}),
    "finance.cash": (
        "ledger",
        "cash",
        {"month": "cash_month", "currency_code": "'EUR'"},
    ),
}
"""Feeds of sales: source system, export, columns that the export names otherwise."""
KEY = b"\x5a" * 32


def load_straight(connection: duckdb.DuckDBPyConnection, world: World, to: str) -> None:
    """Fill the raw tables of an attached warehouse from the tables of a company.

    Args:
        connection: Where `create_company` has made the company.
        to: Name under which the warehouse is attached.
    """
    connection.execute("select current_database()")
    row = connection.fetchone()
    assert row is not None
    connection.execute(f"use {to}")
    prepare(connection, KEY)
    connection.execute(f"use {row[0]}")
    for name, (source_system, macro, renamed) in FEEDS.items():
        feed = load_feeds()[name]
        table = table_at(macro, world.as_of.isoformat())
        connection.execute(
            f"insert into {to}.{feed.relation} by name"
            f" select {_columns(connection, feed, table, renamed)},"
            f" '{source_system}' as source_system, 'straight' as extract_id,"
            " row_number() over () as record_number,"
            f" timestamp '{world.as_of}' as loaded_at,"
            f" timestamp '{world.as_of}' as effective_at, '' as content_hash,"
            f" 'current' as record_status from {table}"
        ).fetchall()


def _columns(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    table: str,
    renamed: dict[str, str],
) -> str:
    """What the export has of the columns of a feed; the others stay empty."""
    there = {
        row[0]
        for row in connection.execute(f"describe select * from {table}").fetchall()
    }
    cells = [
        f"{renamed.get(name, name)} as {name}"
        for name in feed.raw_columns
        if name in renamed or name in there
    ]
    cells.append(
        ("is_deleted" if "is_deleted" in there else "false") + " as is_deleted"
    )
    return ", ".join(cells)
