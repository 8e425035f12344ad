"""Where things are: the repository, the home of a run, and what a run may know.

Nothing here opens a file or a connection when it is imported; `Settings.from_environment`
reads the environment only when it is called.
"""

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.errors import FitmartError

ROOT = Path(__file__).resolve().parent.parent
FEEDS = ROOT / "pipelines" / "feeds"


@dataclass(frozen=True)
class Home:
    """The folder that holds everything a run makes (see docs/architecture.md)."""

    path: Path

    @property
    def landing(self) -> Path:
        return self.path / "landing"

    @property
    def quarantine(self) -> Path:
        return self.path / "quarantine"

    @property
    def build(self) -> Path:
        return self.path / "warehouse" / "build.duckdb"

    @property
    def lock(self) -> Path:
        return self.path / "warehouse" / "lock"

    @property
    def spool(self) -> Path:
        return self.path / "spool"

    @property
    def dbt_target(self) -> Path:
        return self.path / "dbt"

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def marts(self) -> Path:
        return self.path / "marts"

    @property
    def current(self) -> Path:
        return self.marts / "current.duckdb"

    @property
    def dagster(self) -> Path:
        return self.path / "dagster"

    @property
    def keys(self) -> Path:
        return self.path / "keys"


@dataclass(frozen=True)
class Settings:
    """What one run works on: its home, its input and what it may know."""

    home: Home
    landing: Path
    contracts: Path
    as_of: date
    reporting_tz: str = "UTC"
    reporting_currency: str = "EUR"
    keep_publications: int = 5

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read `FITMART_HOME`, `LANDING`, `CONTRACTS`, `AS_OF` and their like.

        Raises:
            FitmartError: A value is not what its name promises.
        """
        home = Home(Path(os.environ.get("FITMART_HOME") or ROOT / "data").resolve())
        time_zone = os.environ.get("REPORTING_TZ") or "UTC"
        return cls(
            home=home,
            landing=Path(os.environ.get("LANDING") or home.landing).resolve(),
            contracts=Path(os.environ.get("CONTRACTS") or ROOT / "contracts").resolve(),
            as_of=_as_of(os.environ.get("AS_OF"), time_zone),
            reporting_tz=time_zone,
            reporting_currency=os.environ.get("REPORTING_CURRENCY") or "EUR",
            keep_publications=int(os.environ.get("KEEP_PUBLICATIONS") or 5),
        )


def _as_of(text: str | None, time_zone: str) -> date:
    """The exclusive upper bound of what a run may know: today's local midnight."""
    if not text:
        return datetime.now(ZoneInfo(time_zone)).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FitmartError(
            f"AS_OF is '{text}', which is not a date",
            rule="as_of_is_a_date",
            remedy="Write it as YYYY-MM-DD.",
        ) from error
