"""The truth: what is planted, where it must show, and what was delivered exactly."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.demo.courier import Courier
from pipelines.demo.exact import tell_exact
from pipelines.demo.facts import tell_facts
from pipelines.demo.world import World

EXACT_SHOWS_IN = {
    "current_rows": "raw_<source>.<feed> where record_status = 'current'",
    "rejects": "ops.rejects, by feed and rule",
    "money": "raw_<source>.<feed>, current rows that are not deleted",
    "files": "ops.extracts: records_in_file, rejected_count",
    "closed_deals": "sales.fct_opportunities where is_counted and outcome <> 'open'",
    "orders": "sales.fct_orders where is_counted",
    "mrr": "sales.sales_mrr_waterfall__month, in the currency of the customer",
}
"""Where each exact fact must show."""


@dataclass(frozen=True)
class Truth:
    """Everything that is known about a generated company, as it stands in the file."""

    document: dict[str, Any]

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The planted facts (see `facts.py` for their kinds)."""
        facts: list[dict[str, Any]] = self.document["facts"]
        return facts

    @property
    def stages(self) -> list[dict[str, Any]]:
        """What must hold exactly after the initial landing and after each drop."""
        stages: list[dict[str, Any]] = self.document["exact"]
        return stages

    def facts_of(self, mart: str, kind: str) -> list[dict[str, Any]]:
        """The facts of a kind that must show in one mart."""
        return [
            fact
            for fact in self.facts
            if fact["shows_in"]["mart"] == mart and fact["kind"] == kind
        ]

    def write(self, path: Path) -> None:
        """As JSON, in the order in which it was told."""
        text = json.dumps(self.document, indent=1, default=str, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Truth":
        """The truth beside a landing."""
        return cls(json.loads(path.read_text(encoding="utf-8")))


def tell_truth(
    connection: duckdb.DuckDBPyConnection, world: World, courier: Courier
) -> Truth:
    """All facts, computed from the world and its tables."""
    return Truth(
        {
            "world": world.name,
            "seed": world.seed,
            "scale": world.scale,
            "months": world.months,
            "as_of": world.as_of.isoformat(),
            "answers_drive_response": world.answers_drive_response,
            "segments": [asdict(segment) for segment in world.segments],
            "exact_shows_in": EXACT_SHOWS_IN,
            "facts": tell_facts(connection, world),
            "exact": tell_exact(connection, courier),
        }
    )
