"""One small company in one home, refreshed once for all tests of this folder.

A refresh takes long, so tests share the home and go on from where it is; each says what
it changes. What would leave too much behind works on a copy.
"""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from pipelines.project import Home, Settings
from pipelines.run import RunSummary, refresh

CONTRACT = """\
contract: orders
feed: shop.order_lines
source_system: webshop
files: "orders_*.csv"
format: {type: csv}
records: {mode: append, same_record: key}
expected: {every: day, by: "06:00"}
columns:
  order_id: order
  line_number: line
  customer_id: customer
  ordered_at: {from: at, format: "%Y-%m-%d"}
  line_amount: amount
  currency_code: {constant: EUR}
  line_type: {constant: sale}
"""
HEADER = "order,line,customer,at,amount\n"


@dataclass(frozen=True)
class Company:
    """A home with its landing and contracts."""

    settings: Settings

    def deliver(self, name: str, *lines: str) -> Path:
        path = self.settings.landing / name
        path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
        return path


@dataclass(frozen=True)
class Refreshed:
    """A company after its first run, with what the run said on its way.

    Args:
        kept: A copy of everything as it was then.
    """

    company: Company
    summary: RunSummary
    stages: tuple[str, ...]
    nodes_told: int
    kept: Path

    def copied_to(self, place: Path) -> Company:
        """The company as it was after its first run, in a place of its own."""
        shutil.copytree(self.kept, place, symlinks=True)
        return Company(settings_in(place))


def begin(place: Path) -> Company:
    """A company with one contract and an empty landing."""
    landing, contracts = place / "landing", place / "contracts"
    landing.mkdir(parents=True)
    contracts.mkdir()
    (contracts / "orders.yml").write_text(CONTRACT)
    return Company(settings_in(place))


def settings_in(place: Path) -> Settings:
    """Where the company that lives there has its files."""
    return Settings(
        home=Home(place / "home"),
        landing=place / "landing",
        contracts=place / "contracts",
        as_of=date(2026, 6, 1),
        min_free_mb=1,
    )


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Refreshed:
    """The company after its first refresh: twenty orders of ten customers."""
    place = tmp_path_factory.mktemp("company")
    company = begin(place)
    company.deliver(
        "orders_1.csv",
        *(f"o{n},1,c{n % 10},2026-0{1 + n % 4}-15,{10 + n}.50" for n in range(20)),
    )
    told = []
    summary = refresh(company.settings, told.append)
    stages = tuple(dict.fromkeys(step.stage for step in told))
    nodes = max(step.total for step in told if step.stage == "transform")
    kept = tmp_path_factory.mktemp("kept") / "company"
    shutil.copytree(place, kept, symlinks=True)
    return Refreshed(company, summary, stages, nodes, kept)
