"""Exact facts: what every raw table holds after each drop, to the row and the cent.

Counted from the tables that the files were written from, as known at the last export
that reached the landing; nothing here reads a file.
"""

from dataclasses import asdict
from typing import Any

import duckdb

from pipelines.demo.courier import Courier, DeliveredFile
from pipelines.demo.exports import table_at

COUNTED = {
    ("survey.invitations", "formpilot"): ("invitations", "where tool = 'formpilot'"),
    ("survey.invitations", "askwell"): ("invitations", "where tool = 'askwell'"),
    ("survey.responses", "formpilot"): ("responses", "where tool = 'formpilot'"),
    ("survey.responses", "askwell"): ("responses", "where tool = 'askwell'"),
    ("shop.order_lines", "shop"): ("order_lines", ""),
    ("product.release_exposures", "roadmap"): ("exposures", ""),
    ("product.releases", "roadmap"): ("releases", ""),
    ("product.feedback", "helpdesk"): ("feedback", ""),
}
"""Feeds whose table is not named as the feed is, and how they are told apart."""

MONEY = {
    ("crm.opportunities", "crm"): ("amount", "currency_code"),
    ("shop.order_lines", "shop"): ("line_amount", "currency_code"),
    ("billing.invoices", "billing"): ("amount", "currency_code"),
    ("finance.spend", "ledger"): ("amount", "'EUR'"),
}
"""Amounts whose totals must agree to the cent, by currency."""

USAGE = ("product.usage_daily", "telemetry")
"""Written as it is drawn, once a day: its count is that of its files."""
DEALS = ("crm.opportunities", "crm")
ORDERS = ("shop.order_lines", "shop")


def tell_exact(
    connection: duckdb.DuckDBPyConnection, courier: Courier
) -> list[dict[str, Any]]:
    """One entry per drop: everything that must hold once it has been loaded."""
    folders = dict.fromkeys(file.drop for file in courier.files)
    stages = []
    for number, folder in enumerate(folders, 1):
        reached = set(list(folders)[:number])
        files = [file for file in courier.files if file.drop in reached]
        stages.append(_stage(connection, folder, files))
    return stages


def _stage(
    connection: duckdb.DuckDBPyConnection, folder: str, files: list[DeliveredFile]
) -> dict[str, Any]:
    own = [file for file in files if file.repeats is None]
    known: dict[tuple[str, str], str] = {}
    for file in own:
        place = (file.feed, file.source_system)
        known[place] = max(known.get(place, ""), file.until)
    rejects: dict[str, dict[str, int]] = {}
    for file in own:
        for rule, count in file.rejects.items():
            by_rule = rejects.setdefault(file.feed, {})
            by_rule[rule] = by_rule.get(rule, 0) + count
    as_of = max(known.values())
    tables = {place: _table(place, until) for place, until in known.items()}
    return {
        "drop": folder,
        "as_of": as_of,
        "files": [asdict(file) for file in files if file.drop == folder],
        "current_rows": _current_rows(connection, tables, own),
        "rejects": rejects,
        "money": _money(connection, tables),
        "closed_deals": _closed_deals(connection, known[DEALS]),
        "orders": _orders(connection, known[ORDERS]),
        "mrr": _mrr(connection, known.get(("billing.subscriptions", "billing"), as_of)),
    }


def _table(place: tuple[str, str], until: str) -> str:
    feed, _ = place
    macro, condition = COUNTED.get(place, (feed.split(".")[1], ""))
    return f"(select * from {table_at(macro, until)} {condition})"


def _current_rows(
    connection: duckdb.DuckDBPyConnection,
    tables: dict[tuple[str, str], str],
    files: list[DeliveredFile],
) -> list[dict[str, Any]]:
    rows = []
    for place, table in sorted(tables.items()):
        feed, source_system = place
        if place == USAGE:
            counts = [(False, sum(f.records for f in files if f.feed == feed))]
        else:
            columns = {
                row[0]
                for row in connection.execute(
                    f"describe select * from {table}"
                ).fetchall()
            }
            flag = "is_deleted" if "is_deleted" in columns else "false"
            counts = connection.execute(
                f"select {flag}, count(*) from {table} group by 1 order by 1"
            ).fetchall()
        for is_deleted, count in counts:
            rows.append(
                {
                    "feed": feed,
                    "source_system": source_system,
                    "is_deleted": is_deleted,
                    "rows": count,
                }
            )
        if feed == "survey.responses":
            total = connection.execute(
                f"select cast(coalesce(sum(answer_count), 0) as bigint) from {table}"
            ).fetchone()
            rows.append(
                {
                    "feed": "survey.answers",
                    "source_system": source_system,
                    "is_deleted": False,
                    "rows": total[0] if total else 0,
                }
            )
    return rows


def _money(
    connection: duckdb.DuckDBPyConnection, tables: dict[tuple[str, str], str]
) -> list[dict[str, Any]]:
    totals = []
    for place, (column, currency) in MONEY.items():
        if place not in tables:
            continue
        condition = "where not is_deleted" if place[0] == "crm.opportunities" else ""
        for currency_code, total in connection.execute(
            f"select {currency}, sum({column}) from {tables[place]} {condition}"
            " group by 1 order by 1"
        ).fetchall():
            totals.append(
                {
                    "feed": place[0],
                    "column": column,
                    "currency_code": currency_code,
                    "total": str(total),
                }
            )
    return totals


def _closed_deals(
    connection: duckdb.DuckDBPyConnection, until: str
) -> list[dict[str, Any]]:
    """Deals that stand closed, by kind and outcome; deleted ones are none."""
    rows = connection.execute(
        "select opportunity_type, if(is_won, 'won', 'lost'), count(*)"
        f" from {table_at('opportunities', until)} where is_closed and not is_deleted"
        " group by all order by all"
    ).fetchall()
    names = ("opportunity_type", "outcome", "deals")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _orders(connection: duckdb.DuckDBPyConnection, until: str) -> list[dict[str, Any]]:
    """Days on which a customer bought something and kept it, by currency."""
    rows = connection.execute(
        "select currency_code, count(*), cast(sum(net_amount) as varchar)"
        f" from {table_at('purchase_days', until)} where net_amount > 0"
        " group by 1 order by 1"
    ).fetchall()
    names = ("currency_code", "purchase_days", "net_amount")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _mrr(connection: duckdb.DuckDBPyConnection, until: str) -> list[dict[str, Any]]:
    """Movements in the currency of the customer; no rate moves them."""
    rows = connection.execute(
        "select month_start, currency_code, movement, customers, amount, closing_amount"
        f" from {table_at('mrr_movements', until)} order by all"
    ).fetchall()
    names = ("month", "currency_code", "movement", "customers", "amount", "closing")
    return [
        dict(zip(names, (str(cell) for cell in row), strict=True))
        | {"customers": row[3]}
        for row in rows
    ]
