"""Feeds: the raw tables, their columns, keys and personal-data classes.

Reads `pipelines/feeds/<source>.yml` and says how a raw table looks. What fills a feed
is a contract (`contract.py`); how rows get there is `load.py`.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints

from pipelines.project import FEEDS

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast, where PyYAML was built with it: every run begins with it."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
ColumnType = Literal["text", "date", "instant", "money", "number", "integer", "boolean"]
PersonalClass = Literal["email", "hash", "free_text"]

SQL_TYPE: dict[ColumnType, str] = {
    "text": "varchar",
    "date": "date",
    "instant": "timestamp",
    "money": "decimal(18, 4)",
    "number": "double",
    "integer": "bigint",
    "boolean": "boolean",
}

RECORD_STATUS = "enum('current', 'history', 'superseded', 'conflict')"
"""Which row of a key counts (`settle.py`). A text costs a load five times as much."""

LINEAGE_COLUMNS: dict[str, str] = {
    "source_system": "varchar not null",
    "extract_id": "varchar not null",
    "record_number": "bigint",
    "loaded_at": "timestamp not null",
    "is_deleted": "boolean not null",
    "effective_at": "timestamp",
    "content_hash": "varchar",
    "record_status": f"{RECORD_STATUS} not null",
}
"""Columns that every raw table has after those of its feed."""

_COMPRESSION = {
    "record_number": "bitpacking",
    "loaded_at": "rle",
    "effective_at": "bitpacking",
    "is_deleted": "rle",
    "record_status": "rle",
}
"""How DuckDB keeps the columns that are the same, or count up, through an extract.

Trying every way on every row group costs more than keeping them.
"""


class FeedColumn(BaseModel):
    """One declared column of a feed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ColumnType
    description: str
    required: bool = False
    personal: PersonalClass | None = None


class Feed(BaseModel):
    """One raw table: `raw_<source>.<table>`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Identifier
    table: Identifier
    description: str
    key: tuple[Identifier, ...]
    columns: dict[Identifier, FeedColumn]

    @property
    def name(self) -> str:
        """The name that contracts use, such as `crm.accounts`."""
        return f"{self.source}.{self.table}"

    @property
    def relation(self) -> str:
        """The raw table, such as `raw_crm.accounts`."""
        return f"raw_{self.source}.{self.table}"

    @property
    def raw_columns(self) -> dict[str, str]:
        """Name and SQL type of each raw column that comes from the feed, in order.

        An e-mail address is kept as a keyed hash and its domain, never as itself.
        """
        raw: dict[str, str] = {}
        for name, column in self.columns.items():
            if column.personal == "email":
                raw[f"{name}_hash"] = "varchar"
                raw[f"{name}_domain"] = "varchar"
            else:
                raw[name] = SQL_TYPE[column.type]
        return raw


@cache
def load_feeds(folder: Path = FEEDS) -> dict[str, Feed]:
    """All feeds by name, in the order of their files."""
    feeds: dict[str, Feed] = {}
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        document = yaml.load(text, Loader=_LOADER)
        for table, body in document["feeds"].items():
            feed = Feed(source=document["source"], table=table, **body)
            feeds[feed.name] = feed
    return feeds


def create_raw_tables_sql(feed: Feed, held: frozenset[str] = frozenset()) -> list[str]:
    """The statements that make the raw table of a feed exist, with all its columns.

    Args:
        held: Columns of the table as it is; none where there is none yet.
    """
    if held:
        return [
            f"alter table {feed.relation} add column {name} {kind}"
            for name, kind in feed.raw_columns.items()
            if name not in held
        ]
    columns = [f"{name} {kind}" for name, kind in feed.raw_columns.items()]
    for name, kind in LINEAGE_COLUMNS.items():
        chosen = _COMPRESSION.get(name)
        columns.append(
            f"{name} {kind} using compression {chosen}" if chosen else f"{name} {kind}"
        )
    return [
        f"create schema if not exists raw_{feed.source}",
        f"create table if not exists {feed.relation} ({', '.join(columns)})",
    ]
