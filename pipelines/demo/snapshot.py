"""What a warehouse holds exactly: rows, rejects and money, in the shape of the truth.

The other side of `exact.py`: that one counts what was generated, this one what was
loaded.
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.extracts.feed import load_feeds

Rows = dict[tuple[str, str, bool], int]
Rejects = dict[tuple[str, str], int]
Money = dict[tuple[str, str, str], str]
Counts = dict[str, tuple[int, int]]

MONEY = {
    "crm.opportunities": "amount",
    "shop.order_lines": "line_amount",
    "billing.invoices": "amount",
    "finance.spend": "amount",
}


@dataclass(frozen=True)
class Snapshot:
    """Everything exact about one state.

    Args:
        rows: Current rows by feed, source system and whether they are deletes.
        rejects: Rejected records by feed and rule.
        money: Totals by feed, column and currency.
        files: Records and rejected records of each extract, by its path.
    """

    rows: Rows
    rejects: Rejects
    money: Money
    files: Counts

    @classmethod
    def take(cls, connection: duckdb.DuckDBPyConnection) -> "Snapshot":
        """What a build holds now."""
        rows: Rows = {}
        for feed in load_feeds().values():
            for source_system, is_deleted, count in connection.execute(
                f"select source_system, is_deleted, count(*) from {feed.relation}"
                " where record_status = 'current' group by all"
            ).fetchall():
                rows[feed.name, source_system, is_deleted] = count
        rejects = connection.execute(
            "select feed, rule, count(*) from ops.rejects group by all"
        ).fetchall()
        money: Money = {}
        for name, column in MONEY.items():
            for currency_code, total in connection.execute(
                f"select currency_code, sum({column}) from raw_{name}"
                " where record_status = 'current' and not is_deleted group by all"
            ).fetchall():
                money[name, column, currency_code] = f"{total:.2f}"
        files = connection.execute(
            "select relative_path, records_in_file, rejected_count from ops.extracts"
        ).fetchall()
        return cls(
            rows,
            {(feed, rule): count for feed, rule, count in rejects},
            money,
            {path: (records, rejected) for path, records, rejected in files},
        )

    @classmethod
    def expected(cls, stages: list[dict[str, Any]]) -> "Snapshot":
        """What must be held once all these drops have been loaded.

        The feed of questions is left out: it is made of the contracts.
        """
        last = stages[-1]
        files = {
            file["path"]: (file["records"], sum(file["rejects"].values()))
            for stage in stages
            for file in stage["files"]
            if file["repeats"] is None
        }
        return cls(
            {
                (row["feed"], row["source_system"], row["is_deleted"]): row["rows"]
                for row in last["current_rows"]
                if row["rows"]
            },
            {
                (feed, rule): count
                for feed, by_rule in last["rejects"].items()
                for rule, count in by_rule.items()
            },
            {
                (row["feed"], row["column"], row["currency_code"]): row["total"]
                for row in last["money"]
            },
            files,
        )

    def as_told(self, stages: list[dict[str, Any]]) -> "Snapshot":
        """The same, as far as the truth speaks of it.

        Of two copies the ledger names the one that came first; the truth names the
        original.
        """
        originals = {
            file["path"]: file["repeats"] or file["path"]
            for stage in stages
            for file in stage["files"]
        }
        rows = {
            place: count
            for place, count in self.rows.items()
            if place[0] != "survey.questions"
        }
        files = {originals.get(path, path): held for path, held in self.files.items()}
        return Snapshot(rows, self.rejects, self.money, files)
