"""Where things are: the repository, the home of a run, and what a run may know.

Nothing here opens a file or a connection when it is imported; the environment is read
only when `Settings.from_environment` is called.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.errors import FitmartError

ROOT = Path(__file__).resolve().parent.parent
FEEDS = ROOT / "pipelines" / "feeds"

Kind = Literal["demo", "own"]
"""What a home is used for; the two never mix."""


@dataclass(frozen=True)
class Home:
    """The folder that holds everything a run makes (see docs/architecture.md)."""

    path: Path

    @property
    def identity(self) -> Path:
        return self.path / "home.json"

    @property
    def landing(self) -> Path:
        return self.path / "landing"

    @property
    def demo_landing(self) -> Path:
        return self.landing / "initial"

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
    def metric_dictionary(self) -> Path:
        return self.path / "docs" / "metrics.html"

    @property
    def dbt_docs(self) -> Path:
        return self.path / "docs" / "dbt" / "index.html"

    @property
    def exports(self) -> Path:
        return self.path / "exports"

    @property
    def reports(self) -> Path:
        return self.path / "reports"

    @property
    def current_report(self) -> Path:
        return self.reports / "current.html"

    @property
    def dagster(self) -> Path:
        return self.path / "dagster"

    @property
    def keys(self) -> Path:
        return self.path / "keys"


@dataclass(frozen=True)
class Settings:
    """What one run works on: its home, its input and what it may know.

    Args:
        alert_webhook_url: Who is told of runs that fail. A secret: it is never shown.
        export_parquet: Whether each publication is also written as Parquet files.
    """

    home: Home
    landing: Path
    contracts: Path
    as_of: date
    reporting_tz: str = "UTC"
    reporting_currency: str = "EUR"
    keep_publications: int = 5
    kind: Kind = "own"
    min_free_mb: int = 500
    max_row_drop_percent: int = 15
    alert_webhook_url: str | None = field(default=None, repr=False)
    export_parquet: bool = False

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read `FITMART_HOME`, `LANDING`, `CONTRACTS`, `AS_OF` and their like.

        Where neither `LANDING` nor `CONTRACTS` is given, the embedded demo runs.

        Raises:
            FitmartError: A value is not what its name promises.
        """
        home = Home(_path("FITMART_HOME", ROOT / "data"))
        time_zone = os.environ.get("REPORTING_TZ") or "UTC"
        own = bool(os.environ.get("LANDING") or os.environ.get("CONTRACTS"))
        contracts = ROOT / "contracts" if own else ROOT / "contracts" / "demo"
        return cls(
            home=home,
            landing=_path("LANDING", home.landing if own else home.demo_landing),
            contracts=_path("CONTRACTS", contracts),
            as_of=_as_of(time_zone, is_demo=not own),
            reporting_tz=time_zone,
            reporting_currency=os.environ.get("REPORTING_CURRENCY") or "EUR",
            keep_publications=_whole_number("KEEP_PUBLICATIONS", 5),
            kind="own" if own else "demo",
            min_free_mb=_whole_number("MIN_FREE_MB", 500),
            max_row_drop_percent=_whole_number("MAX_ROW_DROP_PERCENT", 15),
            alert_webhook_url=_web_address("ALERT_WEBHOOK_URL"),
            export_parquet=bool(os.environ.get("EXPORT_PARQUET")),
        )

    def as_environment(self) -> dict[str, str]:
        """The variables from which `from_environment` reads these settings again."""
        values = {
            "FITMART_HOME": self.home.path,
            "LANDING": self.landing if self.kind == "own" else "",
            "CONTRACTS": self.contracts if self.kind == "own" else "",
            "AS_OF": self.as_of.isoformat(),
            "REPORTING_TZ": self.reporting_tz,
            "REPORTING_CURRENCY": self.reporting_currency,
            "KEEP_PUBLICATIONS": self.keep_publications,
            "MIN_FREE_MB": self.min_free_mb,
            "MAX_ROW_DROP_PERCENT": self.max_row_drop_percent,
            "ALERT_WEBHOOK_URL": self.alert_webhook_url or "",
            "EXPORT_PARQUET": "yes" if self.export_parquet else "",
        }
        return {name: str(value) for name, value in values.items()}


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for as long as the block lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _path(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).expanduser().resolve()


def _as_of(time_zone: str, *, is_demo: bool) -> date:
    """The exclusive upper bound of what a run may know: today's local midnight.

    The demo company lives in a fixed time, so its runs know all of it.
    """
    text = os.environ.get("AS_OF")
    if not text:
        return _demo_as_of() if is_demo else datetime.now(_zone(time_zone)).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FitmartError(
            f"AS_OF is '{text}', which is not a date",
            rule="as_of_is_a_date",
            remedy="Write it as YYYY-MM-DD.",
        ) from error


def _demo_as_of() -> date:
    from pipelines.demo.world import DEMO_AS_OF  # noqa: PLC0415 (only the demo needs it)

    return DEMO_AS_OF


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise FitmartError(
            f"REPORTING_TZ is '{name}', which is not a time zone",
            rule="time_zone_is_known",
            remedy="Use a name of the time-zone database, such as Europe/Berlin.",
        ) from error


def _whole_number(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal():
        raise FitmartError(
            f"{name} is '{text}', which is not a whole number",
            rule="setting_is_a_number",
            remedy=f"Give a number such as {default}, or leave it out.",
        )
    return int(text)


def _web_address(name: str) -> str | None:
    """An address on the web; nothing else that a library could open."""
    text = (os.environ.get(name) or "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_good = False
    if not is_good:
        raise FitmartError(
            f"{name} is not an address that begins with https:// or http://",
            rule="setting_is_an_address",
            remedy="Copy the address of the webhook whole, or leave it out.",
        )
    return text
