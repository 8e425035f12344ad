"""A home with a landing folder, and contracts to fill feeds from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.ingest import IngestReport, ingest
from pipelines.extracts.ledger import Extract, list_extracts
from pipelines.extracts.limits import Limits
from pipelines.extracts.warehouse import open_build
from pipelines.project import Home, Settings

HEADER = "order_id,line_number,ordered_at,product,line_amount"
ORDERS: dict[str, Any] = {
    "contract": "orders",
    "feed": "shop.order_lines",
    "source_system": "shop",
    "files": "**",
    "format": {"type": "csv"},
    "records": {
        "mode": "append",
        "same_record": "extract_and_record",
        "max_reject_rate": 0.5,
    },
    "columns": {name: name for name in HEADER.split(",")},
}


def order_line(number: int, product: str = "tea") -> str:
    """A good record of the contract above."""
    return f"o{number},1,2024-01-01 10:00:00,{product},{number}.50"


@dataclass
class World:
    """One home, its landing folder and its contracts."""

    path: Path
    limits: Limits = field(default_factory=Limits)

    @property
    def settings(self) -> Settings:
        return Settings(
            home=Home(self.path / "home"),
            landing=self.path / "landing",
            contracts=self.path / "contracts",
            as_of=date(2026, 1, 1),
        )

    def deliver(self, name: str, content: str | bytes) -> Path:
        path = self.path / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def declare(self, *contracts: Mapping[str, Any]) -> None:
        folder = self.path / "contracts"
        folder.mkdir(parents=True, exist_ok=True)
        for contract in contracts:
            text = yaml.safe_dump(dict(contract), sort_keys=False)
            (folder / f"{contract['contract']}.yml").write_text(text)

    def ingest(self) -> IngestReport:
        contracts = load_contracts(self.path / "contracts")
        return ingest(self.settings, contracts, limits=self.limits)

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with open_build(self.settings.home, read_only=True) as connection:
            return connection.execute(sql, list(values)).fetchall()

    def ledger(self) -> list[Extract]:
        with open_build(self.settings.home, read_only=True) as connection:
            return list_extracts(connection)


@pytest.fixture
def new_world(tmp_path: Path) -> Callable[[str], World]:
    """Makes homes that know nothing of each other."""

    def make(name: str = "world") -> World:
        world = World(tmp_path / name)
        (world.path / "landing").mkdir(parents=True)
        return world

    return make


@pytest.fixture
def world(new_world: Callable[[str], World]) -> World:
    """A home with the contract for order lines."""
    made = new_world("world")
    made.declare(ORDERS)
    return made
